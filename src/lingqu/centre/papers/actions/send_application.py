"""Send: what was answered is frozen, signed and filled into every form. And what changes of it afterwards, on record.

Each of these is a part of another room's transaction: the case begins, goes on or is decided with it, or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.papers import applications
from lingqu.centre.papers.actions.attach_file import keep
from lingqu.centre.papers.actions.save_application import checked, invalid
from lingqu.centre.papers.asking import Asked, frozen
from lingqu.centre.papers.fetching import Looks
from lingqu.centre.papers.fitting import shape
from lingqu.centre.papers.models import Application as Row
from lingqu.centre.papers.models import Edition
from lingqu.centre.papers.refill import Filled
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.text import Text


def freeze(
    actor: access.Actor, number: int, statement: Text, *, agreed: bool, blanks: bool
) -> tuple[applications.Application, Filled]:
    """Freeze the actor's application; one that was sent before is given back as it is. ``agreed``: the statement is
    signed; ``blanks``: what has no answer is left blank on purpose. Registers are asked anew. Raises ``NotFound``,
    ``Invalid`` (``papers.statement``, ``papers.blanks``)."""
    row = applications.row_of(actor, number, lock=True)
    if row.state == "sent":
        return applications.told(row), filled_of(actor, row)
    of = applications.asked_of(row)
    _require_complete(row, of, agreed, blanks)
    now = timezone.now()
    looks = Looks(actor, row.pk)
    edition, document = frozen(of)
    Edition.objects.get_or_create(
        pk=edition, defaults={"situation": row.situation, "document": document, "first_at": now}
    )
    text = json.dumps(
        [edition, sorted(row.facts), row.answers, statement.model_dump()], ensure_ascii=False, sort_keys=True
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    signature = _signature(of, actor, digest)
    filled = applications.fill(of, row.answers, looks, signature=signature)
    row.looks, row.edition, row.state, row.sent_at, row.saved_at = looks.known, edition, "sent", now, now
    row.step += 1
    row.sent = _kept(filled) | {
        "statement": statement.model_dump(),
        "signed": {"by": actor.name, "at": now.isoformat(timespec="seconds"), "sha256": digest},
        "signature": signature,
        "office": {},
    }
    row.save()
    detail = {"application": row.pk, "act": "send", "sha256": digest}
    access.record(actor, "write", entity_type="Application", count=1, detail=detail)
    return applications.told(row), filled


def settle(number: int, case: int) -> None:
    """Say which case the application became; the database lets each be said once."""
    Row.objects.filter(pk=number, case=None).update(case=case)


def supplement(
    actor: access.Actor, number: int, answers: Mapping[str, Sequence[str]], files: Sequence[tuple[str, bytes]] = ()
) -> dict[str, list[list[str]]]:
    """The applicant answers anew what he was asked to; gives term → (before, after) of what changed. Forms are filled
    again. Raises as ``save`` does."""
    row = applications.row_of(actor, number, lock=True)
    kept, faults = checked(applications.asked_of(row), answers)
    if faults:
        raise invalid(faults)
    changed = {t: [row.answers.get(t, []), texts] for t, texts in kept.items() if row.answers.get(t, []) != texts}
    for name, content in files:
        keep(row, name, content, "")
    row.answers |= {term: after for term, (_before, after) in changed.items()}
    _refill(actor, row, live=True)
    detail = {"application": row.pk, "act": "supplement", "terms": sorted(changed), "files": len(files)}
    access.record(actor, "write", entity_type="Application", count=len(changed), detail=detail)
    return changed


def assign(actor: access.Actor, number: int, terms: Mapping[str, Any]) -> Filled:
    """Offices write what only they can: numbers, dates. Forms are filled again. Raises ``NotFound``."""
    row = Row.objects.select_for_update().filter(pk=number, state="sent").first()
    if row is None:
        raise _nothing()
    row.sent["office"] |= {term: plain(value) for term, value in terms.items()}
    filled = _refill(actor, row, live=False)
    detail = {"application": row.pk, "act": "assign", "terms": sorted(terms)}
    access.record(actor, "write", entity_type="Application", count=len(terms), detail=detail)
    return filled


def refilled(actor: access.Actor, number: int) -> Filled:
    """The values of an application that was sent, of their types; who may see it has been asked before."""
    row = Row.objects.filter(pk=number, state="sent").first()
    if row is None:
        raise _nothing()
    return filled_of(actor, row)


def _nothing() -> NotFound:
    return NotFound("papers.application", Text(zh="没有这份申请", en="There is no such application"))


def filled_of(actor: access.Actor, row: Row) -> Filled:
    looks = Looks(actor, row.pk, dict(row.looks), live=False)
    kept = row.sent
    return applications.fill(applications.asked_of(row), row.answers, looks, kept["office"], kept["signature"])


def _refill(actor: access.Actor, row: Row, live: bool) -> Filled:
    looks = Looks(actor, row.pk, dict(row.looks), live=live)
    kept = row.sent
    filled = applications.fill(applications.asked_of(row), row.answers, looks, kept["office"], kept["signature"])
    row.looks, row.sent, row.step = looks.known, kept | _kept(filled), row.step + 1
    row.save(update_fields=["answers", "looks", "sent", "step"])
    return filled


def _require_complete(row: Row, of: Asked, agreed: bool, blanks: bool) -> None:
    if not agreed:
        raise Invalid(
            "papers.statement",
            Text(zh="请先确认申请人声明", en="The statement has not been signed"),
            place=str(row.pk),
            next_step=Text(zh="勾选声明后再提交", en="Tick it, then send"),
        )
    missing = [q for q in of.made.questions if not any(row.answers.get(q.term, ()))]
    if len(missing) == len(of.made.questions) or (missing and not blanks):
        raise Invalid(
            "papers.blanks",
            Text(zh=f"还有 {len(missing)} 项没有填写", en=f"{len(missing)} questions have no answer"),
            place=", ".join(question.term for question in missing)[:200],
            next_step=Text(zh="补充填写，或勾选“有意留空”", en="Answer them, or say that they are blank on purpose"),
        )


def _signature(of: Asked, actor: access.Actor, digest: str) -> dict[str, str]:
    """One electronic signature in place of every seal, signature and filing date."""
    found = {}
    for source in of.made.sources.values():
        if source.how == "signed" and source.term in of.book.words:
            dated = shape(of.book.words[source.term].attribute.type).family == "date"
            found[source.term] = (
                f"{timezone.localdate():%Y-%m-%d}" if dated else f"{actor.name}（电子签名 {digest[:12]}）"
            )
    return found


def _kept(filled: Filled) -> dict[str, Any]:
    return {
        "forms": {code: {str(n): plain(value) for n, value in fields.items()} for code, fields in filled.forms.items()},
        "values": {term: plain(value) for term, value in filled.values.items()},
        "disputed": list(filled.disputed),
    }


def plain(value: Any) -> Any:
    """A value of a form as JSON holds it."""
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
