"""What stands around a case: comments, files, calls to look, appeals; for whom they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from lingqu.centre.access import door as access
from lingqu.centre.procedures import models, moves, reads, rights, store
from lingqu.centre.procedures.actions import appeal as _appeal
from lingqu.centre.procedures.actions import attach
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Comment:
    """``to``: departments that were called to look."""

    id: int
    at: datetime
    by: str
    stands_for: str
    department: str
    words: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """``department`` is empty for the applicant's. ``size`` in bytes. ``mine``: the reader's side may take it back."""

    id: int
    at: datetime
    by: str
    department: str
    name: str
    media: str
    size: int
    item: int | None
    for_applicant: bool
    withdrawn_at: datetime | None
    mine: bool


@dataclass(frozen=True)
class Call:
    """That the reader, or his department, should look at a case. ``stage``: of escalation, 0 for a comment."""

    id: int
    case: int
    title: str
    procedure: str
    at: datetime
    stage: int
    item: int | None
    name: Text
    department: str
    by: str
    words: str


@dataclass(frozen=True)
class Linked:
    """``seen``: whether the reader may open it."""

    id: int
    name: Text
    state: str
    outcome: Text | None
    seen: bool


@dataclass(frozen=True)
class Chosen:
    """``of``: the procedure, where all of the items are of one task; else None."""

    items: tuple[reads.Item, ...]
    of: Procedure | None


@dataclass(frozen=True)
class Appeals:
    """``of``: the case that this one appeals against. ``until``: up to when its applicant may appeal, None: not."""

    of: Linked | None
    by: tuple[Linked, ...]
    until: datetime | None


def comments(actor: access.Actor, case_id: int) -> list[Comment]:
    """Those of a case, the oldest first; nothing for its applicant."""
    case = _case(actor, case_id)
    if not (actor.kind == "system" or rights.offices(actor, case)):
        return []
    rows = models.Comment.objects.filter(case=case_id).order_by("id")[:1000]
    return [Comment(r.pk, r.at, r.by, r.stands_for, r.department, r.words, tuple(r.to)) for r in rows]


_FILE = ("id", "at", "by", "department", "name", "media", "size", "item", "for_applicant", "withdrawn_at")


def files(actor: access.Actor, case_id: int) -> list[File]:
    """Those of a case that the reader sees, the oldest first."""
    case = _case(actor, case_id)
    narrowed = attach.visible(actor, case)
    if narrowed is None:
        return []
    sides = {""} if rights.is_applicant(actor, case, "apply") else set(rights.offices(actor, case))
    rows = models.File.objects.filter(case=case_id, **narrowed).order_by("id").values(*_FILE)
    return [File(**row, mine=row["withdrawn_at"] is None and row["department"] in sides) for row in rows]


def calls(actor: access.Actor, limit: int = 50) -> list[Call]:
    """What the actor and his departments were called to and nobody looked at yet, the newest first."""
    found = models.Call.objects.filter(seen_at=None)
    found = found.filter(Q(person=actor.name) | Q(person="", department__in=rights.departments(actor)))
    found = found.select_related("case").order_by("-id")[:limit]
    rows = [row for row in found if not rights.is_own(actor, plain(row.case))]
    said = models.Comment.objects.in_bulk([row.comment for row in rows if row.comment])
    nodes = dict(models.Item.objects.filter(pk__in=[r.item for r in rows if r.item]).values_list("id", "node"))
    return [_call(row, said, nodes) for row in rows]


def _call(row: models.Call, said: Mapping[int, models.Comment], nodes: Mapping[int, str]) -> Call:
    comment = said.get(row.comment or 0)
    step = store.version(row.case.version).says(nodes.get(row.item or 0, ""))
    return Call(
        row.pk, row.case_id, row.case.title, row.case.procedure, row.at, row.stage, row.item,
        step,
        comment.department if comment else row.department, comment.by if comment else "",
        comment.words if comment else "",
    )  # fmt: skip


def chosen(actor: access.Actor, items: Iterable[int]) -> Chosen:
    """Open items among those numbered that the actor may work on, in their order."""
    numbers = list(dict.fromkeys(items))
    rows = models.Item.objects.filter(pk__in=numbers, state__in=store.OPEN).select_related("case")
    found = {row.pk: row for row in rows if rights.handles(actor, row.case.procedure, row.department)}
    kept = [found[number] for number in numbers if number in found]
    tasks = {(row.case.procedure, row.node) for row in kept}
    newest = max(kept, key=lambda row: row.case_id, default=None)
    of = store.version(newest.case.version).procedure if newest and len(tasks) == 1 else None
    return Chosen(tuple(reads.item(row) for row in kept), of)


def appeals(actor: access.Actor, case_id: int) -> Appeals:
    """What a case appeals against, and what appeals against it."""
    _case(actor, case_id)
    with moves.at_once():
        held = store.by_case(case_id, lock=False)
        until = _appeal.term(held) if rights.is_applicant(actor, held.case) else None
    first = models.Case.objects.filter(pk=held.case["appeal_of"]).first() if held.case["appeal_of"] else None
    rows = models.Case.objects.filter(appeal_of=case_id).order_by("id")[:20]
    by = tuple(_linked(actor, row) for row in rows)
    standing = any(each.state != "withdrawn" for each in by)
    return Appeals(_linked(actor, first) if first else None, by, None if standing else until)


def _linked(actor: access.Actor, row: models.Case) -> Linked:
    of = store.version(row.version)
    seen = rights.sees(actor, plain(row))
    return Linked(row.pk, of.procedure.title, row.state, of.outcome(row.outcome), seen)


def plain(row: models.Case | reads.Case) -> dict[str, Any]:
    """What rights ask about a case."""
    return {
        "id": row.id,
        "applicant": row.applicant,
        "on_behalf_of": row.on_behalf_of,
        "departments": row.departments,
        "procedure": row.procedure,
    }


def _case(actor: access.Actor, case_id: int) -> dict[str, Any]:
    case = store.about(case_id)
    rights.require_sight(actor, case)
    return case
