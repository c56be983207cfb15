"""Objections of persons: to one look at their record, or to the processing of it (PIPL 44, 47, 50)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import ledger, looks
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.grants import may
from lingqu.centre.access.models import Objection
from lingqu.centre.access.refusals import require
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Objected:
    """``state``: open, upheld, rejected. ``look`` is the number of a ledger row, 0 for processing as a whole."""

    number: int
    person: str
    department: str
    look: int
    words: str
    state: str
    asked_at: datetime
    due_at: datetime
    answer: str
    law: str
    answered_by: str
    answered_at: datetime | None

    @property
    def overdue(self) -> bool:
        return self.state == "open" and self.due_at <= timezone.now()


@transaction.atomic
def object_to(actor: Actor, *, department: str, words: str, due: datetime, look: int) -> Objected:
    """See ``door.object_to``."""
    words = " ".join(words.split())
    if not actor.is_of(actor.subject, "apply") or not 2 <= len(words) <= 1000:
        raise Invalid("access.objection", Text(zh="请用 2 至 1000 字说明理由", en="Say why, in 2 to 1000 characters"))
    if look:
        seen = looks.objectable(actor, look)
        if seen is None:
            raise _none(actor, look)
        department = seen.department or department
    if Objection.objects.filter(person=actor.subject, look=look, department=department, state="open").exists():
        raise Conflict(
            "access.objection",
            Text(zh="您已就此提出异议，正在办理", en="You have objected to this already; it is being dealt with"),
            next_step=Text(zh="在“我的异议”查看进度", en="See how it stands under My data"),
        )
    row = Objection.objects.create(
        person=actor.subject, department=department, look=look, words=words, asked_at=timezone.now(), due_at=due
    )
    _record(actor, row, "objected")
    return _told(row)


@transaction.atomic
def answer(actor: Actor, number: int, *, upheld: bool, words: str, law: str) -> Objected:
    """See ``door.answer_objection``."""
    row = Objection.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise _none(actor, number)
    require(actor, "steward", owner=row.department)
    if row.state != "open":
        raise Conflict("access.objection", Text(zh="这件异议已经答复", en="This objection was answered already"))
    words, law = words.strip()[:2000], law.strip()[:400]
    if len(words) < 2 or (not upheld and not law):
        raise Invalid(
            "access.objection",
            Text(zh="请写明答复；不采纳的须写明法律依据", en="Write the answer; to reject takes the law it stands on"),
        )
    row.state, row.answer, row.law = ("upheld" if upheld else "rejected"), words, law
    row.answered_by, row.answered_at = actor.name, timezone.now()
    row.save()
    _record(actor, row, row.state)
    return _told(row)


def of_person(person: str) -> list[Objected]:
    return [_told(row) for row in Objection.objects.filter(person=person).order_by("-number")] if person else []


def listed(actor: Actor, *, everything: bool, state: str, before: int | None, limit: int) -> list[Objected]:
    """See ``door.objections``."""
    found = Objection.objects.order_by("-number")
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(number__lt=before)
    if not everything and not may(actor, "steward", owner="*"):
        found = found.filter(department=actor.department)
    return [_told(row) for row in found[:limit]]


def _none(actor: Actor, number: int) -> NotFound:
    ledger.record(actor, "refused", detail={"rule": "access.objection", "number": number})
    return NotFound("access.objection", Text(zh="没有这条记录", en="There is no such entry"), place=str(number))


def _record(actor: Actor, row: Objection, what: str) -> None:
    detail = {"objection": row.number, "what": what, "department": row.department, "look": row.look}
    ledger.record(actor, "grant", entity_type="Person", entity_ids=[row.person], detail=detail)


def _told(row: Objection) -> Objected:
    names = ("number", "person", "department", "look", "words", "state", "asked_at", "due_at", "answer", "law",
             "answered_by", "answered_at")  # fmt: skip
    fields: dict[str, Any] = {name: getattr(row, name) for name in names}
    return Objected(**fields)
