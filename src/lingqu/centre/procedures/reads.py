"""Inboxes and cases as records, for whom they are to be seen by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import models, rights, store
from lingqu.centre.procedures.compiled import Compiled
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Item:
    """``clock``: none, calm, soon (three quarters are gone), overdue, stopped (waits for the applicant)."""

    id: int
    case: int
    title: str
    procedure: str
    node: str
    name: str
    department: str
    state: str
    holder: str
    opened_at: datetime
    due: datetime | None
    clock: str
    missing: tuple[Mapping[str, str], ...]
    done_by: str
    done_at: datetime | None


@dataclass(frozen=True)
class Act:
    """``stands_for``: whose deputy ``by`` was."""

    at: datetime
    act: str
    node: str
    item: int | None
    by: str
    department: str
    words: str
    detail: Mapping[str, Any]
    stands_for: str = ""


@dataclass(frozen=True)
class Case:
    """``items`` and ``acts`` in the order of their begin. ``outcome`` is the name of the end that was reached."""

    id: int
    procedure: str
    name: Text
    version: str
    state: str
    title: str
    applicant: str
    departments: tuple[str, ...]
    answers: Mapping[str, Any]
    started_at: datetime
    due: datetime | None
    ended_at: datetime | None
    outcome: str
    items: tuple[Item, ...]
    acts: tuple[Act, ...]
    compiled: Compiled

    @property
    def waiting(self) -> tuple[str, ...]:
        """Nodes where the case waits for somebody."""
        return tuple(dict.fromkeys(item.node for item in self.items if item.state in store.OPEN))


def inbox(actor: access.Actor, *, mine: bool = False, limit: int = 100) -> list[Item]:
    """What waits for the actor's departments, the most urgent first; ``mine``: what the actor holds, or a colleague
    whose deputy he is."""
    found = models.Item.objects.filter(state__in=store.OPEN, case__state="running")
    found = found.filter(department__in=rights.departments(actor))
    if mine:
        found = found.filter(holder__in=[actor.name, *rights.lenders(actor)])
    rows = found.select_related("case").order_by("due", "id")[:limit]
    return [_item(row) for row in rows if rights.handles(actor, row.case.procedure, row.department)]


def applications(actor: access.Actor, limit: int = 100) -> list[models.Case]:
    return list(models.Case.objects.filter(applicant=actor.name).order_by("-id")[:limit])


def case(actor: access.Actor, case_id: int) -> Case:
    """Raises ``NotFound`` where there is none, or none for this reader."""
    row = models.Case.objects.filter(pk=case_id).first()
    if row is None:
        raise store.missing(str(case_id))
    rights.require_sight(
        actor,
        {"id": row.pk, "applicant": row.applicant, "departments": row.departments, "procedure": row.procedure},
    )
    of = store.version(row.version)
    items = models.Item.objects.filter(case=row).select_related("case").order_by("id")
    acts = models.Act.objects.filter(case=row).order_by("id")
    end = of.plan.nodes.get(row.outcome)
    return Case(
        row.pk, row.procedure, of.procedure.title, row.version, row.state, row.title, row.applicant,
        tuple(row.departments), row.answers, row.started_at, row.due, row.ended_at, end.title if end else "",
        tuple(_item(each) for each in items),
        tuple(Act(a.at, a.act, a.node, a.item, a.by, a.department, a.words, a.detail, a.stands_for) for a in acts), of,
    )  # fmt: skip


def counts(actor: access.Actor) -> dict[str, int]:
    """Open and overdue items of the actor's departments."""
    found = models.Item.objects.filter(
        state__in=store.OPEN, case__state="running", department__in=rights.departments(actor)
    )
    return {"open": found.count(), "overdue": found.filter(~Q(overdue_at=None)).count()}


def _item(row: models.Item) -> Item:
    node = store.version(row.case.version).plan.nodes[row.node]
    return Item(
        row.pk, row.case_id, row.case.title, row.case.procedure, row.node, node.title, row.department, row.state,
        row.holder, row.opened_at, row.due, _clock(row), tuple(row.missing), row.done_by, row.done_at,
    )  # fmt: skip


def _clock(row: models.Item) -> str:
    if row.state == "returned":
        return "stopped"
    if row.due is None or row.state not in store.OPEN:
        return "none"
    now = timezone.now()
    if now >= row.due:
        return "overdue"
    span = row.due - row.opened_at
    return "soon" if now > row.opened_at + span * 3 / 4 and span > timedelta(0) else "calm"
