"""Send an item back to the applicant, once and with everything that is missing; take in what he supplements.

Administrative Licensing Law of the PRC, art. 32(4): all that is to be supplemented is told at one time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import moves, rights, store
from lingqu.centre.procedures.actions.take import require_holder, stands_for
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text


def send_back(actor: access.Actor, item_id: int, missing: Sequence[tuple[str, str]]) -> None:
    """``missing``: (what, why). The item's clock stands still until it is supplemented; the other branches go on."""
    if not missing or any(not what.strip() or not why.strip() for what, why in missing):
        raise Invalid(
            "procedures.missing",
            Text(zh="请逐项写明缺少什么、为什么", en="Say of each thing that is missing what it is, and why"),
            next_step=Text(zh="一次写全后再退回", en="Name all of it at one time"),
        )
    with moves.at_once():
        held = store.by_item(item_id)
        rights.require_handler(actor, held, held.item["department"])
        moves.require_state(held, "running")
        require_holder(actor, held)
        _require_first(held)
        now = timezone.now()
        terms = _terms(held)
        told = [
            {"what": what[:200], "why": why[:1000]} | ({"term": term} if (term := terms.get(_folded(what))) else {})
            for what, why in missing
        ]
        due = held.item["due"]
        item = {
            "state": "returned",
            "returned_at": now,
            "days_left": max(1, catalogue.working_days(now, due) - 1) if due else None,
            "missing": told,
            "supplement_due": moves.due(now, held.compiled.procedure.supplement_days),
        }
        whose = stands_for(actor, held)
        row = store.act(
            "return", actor.name, held.item["department"], now, node=held.item["node"], item=item_id,
            detail={"missing": told}, stands_for=whose,
        )  # fmt: skip
        store.write(store.Change(item=item, item_id=item_id, acts=[row]), held)
        moves.record(actor, held.case["id"], "return", item=item_id, missing=len(told), **moves.whose(whose))


def _require_first(held: store.Held) -> None:
    may = held.compiled.procedure.tasks[held.item["node"]].returns
    if may and held.item["returned_at"] is None:
        return
    raise Conflict(
        "procedures.returned_once",
        Text(zh="补正材料须一次性告知，不能再次退回", en="What is missing is told once; it cannot be returned again")
        if may
        else Text(zh="这一步不能退回补正", en="This step cannot be returned"),
        place=str(held.item["id"]),
        owner=held.case["departments"][0],
        next_step=Text(zh="按现有材料作出决定", en="Decide by what there is"),
    )


def _terms(held: store.Held) -> dict[str, str]:
    """Titles of what the case's application asks → their terms: what the applicant then answers anew."""
    if held.case["application"] is None:
        return {}
    dossier, sent = papers.applications.sent_dossier(held.case["application"], held.case["id"])
    found: dict[str, str] = {}
    for term, question in papers.applications.asked_of(sent).answerable.items():
        word = dossier.book.words.get(term)
        titles = (question.title, word.attribute.title) if word else (question.title,)
        for title in (text for each in titles for text in (each.zh, each.en)):
            found.setdefault(_folded(title), term)
    return found


def _folded(words: str) -> str:
    return "".join(words.replace("：", ":").split()).casefold()


def supplement(
    actor: access.Actor,
    item_id: int,
    words: str,
    answers: Mapping[str, Sequence[str]] | None = None,
    files: Sequence[tuple[str, bytes]] = (),
) -> None:
    """The applicant hands in what was missing; the item goes back to whoever sent it back, its clock runs on."""
    with moves.at_once():
        held = store.by_item(item_id)
        rights.require_applicant(actor, held)
        moves.require_state(held, "running")
        now = timezone.now()
        detail = _changed(actor, held, answers or {}, files)
        item = {
            "state": "claimed" if held.item["holder"] else "open",
            "due": moves.due(now, held.item["days_left"]),
            "supplement_due": None,
            "overdue_at": None,
            "escalates_at": None,
        }
        row = store.act(
            "supplement", actor.name, actor.department, now, node=held.item["node"], item=item_id, words=words,
            detail=detail,
        )  # fmt: skip
        store.write(store.Change(item=item, item_id=item_id, item_from=("returned",), acts=[row]), held)
        moves.record(actor, held.case["id"], "supplement", item=item_id)


def _changed(
    actor: access.Actor, held: store.Held, answers: Mapping[str, Sequence[str]], files: Sequence[tuple[str, bytes]]
) -> dict[str, Any]:
    """Answer exactly what was asked anew. What changed stands in the history, before and after."""
    if not answers and not files:
        return {}
    asked = {missing["term"] for missing in held.item["missing"] if "term" in missing}
    if held.case["application"] is None or set(answers) - asked:
        raise Invalid(
            "procedures.supplement",
            Text(zh="只能修改退回补正的项目", en="Only what was sent back can be answered anew"),
            place=", ".join(sorted(set(answers) - asked))[:200],
            next_step=Text(zh="其他说明写在补正说明中", en="Write the rest into the words"),
        )
    changed = papers.supplement_application(actor, held.case["application"], answers, files)
    return {"changed": changed} | ({"files": [name[:120] for name, _content in files]} if files else {})
