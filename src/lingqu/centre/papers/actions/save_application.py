"""Save a draft's answers, change its facts, delete it. What registers hold by new keys is fetched with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.papers import answers as answering
from lingqu.centre.papers import applications
from lingqu.centre.papers.asking import Asked, asked
from lingqu.centre.papers.fetching import Looks
from lingqu.centre.papers.models import Application as Row
from lingqu.kernel.errors import Conflict, Fault, Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def save(actor: access.Actor, number: int, step: int, answers: Mapping[str, Sequence[str]]) -> applications.Application:
    """``answers`` by term, a text for each row; terms that are not named stay as they are. ``step`` is that of the
    draft as it was read. Raises ``NotFound``, ``Invalid`` (``papers.answers``, a fault for each answer), ``Conflict``
    (``papers.moved``): nothing is saved then."""
    row = _draft(actor, number, step)
    of = applications.asked_of(row)
    kept, faults = checked(of, answers)
    if faults:
        raise invalid(faults)
    row.answers = {term: texts for term, texts in (row.answers | kept).items() if any(texts) or len(texts) > 1}
    row.looks = looked(actor, row, of)
    return _write(actor, row, "save", len(kept))


@transaction.atomic
def change_facts(actor: access.Actor, number: int, step: int, facts: Iterable[str]) -> applications.Application:
    """Other questions may follow; answers to those that are no longer asked are kept, should they be asked again."""
    row = _draft(actor, number, step)
    row.facts = list(asked(row.situation, facts).true)
    row.looks = looked(actor, row, applications.asked_of(row))
    return _write(actor, row, "facts", len(row.facts))


@transaction.atomic
def drop(actor: access.Actor, number: int) -> None:
    """Delete a draft with its files, for good."""
    row = _draft(actor, number, None)
    detail = {"application": row.pk, "act": "delete"}
    row.delete()
    access.record(actor, "write", entity_type="Application", count=1, detail=detail)


def checked(of: Asked, answers: Mapping[str, Sequence[str]]) -> tuple[dict[str, list[str]], list[Fault]]:
    """Answers as they are kept, and what is not understood. What no question asks for is a fault too."""
    known = of.answerable
    kept = {term: [text.strip() for text in texts] for term, texts in answers.items() if term in known}
    faults = [
        Fault("papers.answer", Text(zh="没有这个问题", en="There is no such question"), column=term)
        for term in answers
        if term not in known
    ]
    faults += [
        Fault("papers.answer", Text(zh="行数过多", en="Too many rows"), column=term)
        for term, texts in kept.items()
        if len(texts) > (answering.MOST_ROWS if known[term].repeated else 1)
    ]
    faults += answering.faults((known[term] for term in kept), kept, of.schemes)
    return kept, faults


def invalid(faults: list[Fault]) -> Invalid:
    return Invalid(
        "papers.answers",
        Text(zh=f"有 {len(faults)} 处需要改正", en=f"{len(faults)} answers must be corrected"),
        place=", ".join(fault.column for fault in faults)[:200],
        next_step=Text(zh="逐项改正后再保存", en="Correct each and save again"),
        faults=faults,
    )


def looked(actor: access.Actor, row: Row, of: Asked) -> dict[str, Any]:
    """What registers say by the keys that are answered now, with what they said before."""
    looks = Looks(actor, row.pk, dict(row.looks))
    applications.fill(of, row.answers, looks)
    return looks.known


def _draft(actor: access.Actor, number: int, step: int | None) -> Row:
    row = applications.row_of(actor, number, lock=True)
    if row.state != "draft":
        raise Conflict(
            "papers.sent",
            Text(zh="这份申请已经提交", en="This application has been sent"),
            place=str(number),
            next_step=Text(zh="到“我的办件”查看进度", en="See how its case stands"),
        )
    if step is not None and row.step != step:
        raise Conflict(
            "papers.moved",
            Text(
                zh="这份申请刚在别处修改过，本次填写没有保存",
                en="It was changed elsewhere meanwhile; nothing was saved",
            ),
            place=str(number),
            next_step=Text(zh="核对后再次保存", en="Compare, then save again"),
        )
    return row


def _write(actor: access.Actor, row: Row, act: str, count: int) -> applications.Application:
    row.step, row.saved_at = row.step + 1, timezone.now()
    row.save(update_fields=["answers", "facts", "looks", "step", "saved_at"])
    detail = {"application": row.pk, "act": act}
    access.record(actor, "write", entity_type="Application", count=count, detail=detail)
    return applications.told(row)
