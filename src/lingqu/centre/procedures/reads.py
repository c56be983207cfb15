"""Inboxes and cases as records, for whom they are to be seen by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db.models import Q
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import codes, models, rights, store
from lingqu.centre.procedures.compiled import Compiled
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Item:
    """``clock``: none, calm, soon (three quarters are gone), overdue, stopped (waits for the applicant). ``name``: what
    the diagram calls the step; ``step``: in both languages, where the definition says it."""

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
    step: Text

    @property
    def place(self) -> str:
        """Where it stands in the order of the inbox: what comes ``after`` it is asked for by this."""
        return f"{self.due.isoformat() if self.due else ''}~{self.id}"


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
    """``items`` and ``acts`` in the order of their begin. ``outcome`` is the name of the end that was reached,
    ``ended_as`` the same in both languages."""

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
    application: int | None
    on_behalf_of: str
    items: tuple[Item, ...]
    acts: tuple[Act, ...]
    compiled: Compiled
    ended_as: Text | None = None

    @property
    def code(self) -> str:
        """By which, with its number, whoever is not signed in sees its stages."""
        return codes.spaced(self.id)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Nodes where the case waits for somebody."""
        return tuple(dict.fromkeys(item.node for item in self.items if item.state in store.OPEN))


def applications(actor: access.Actor, limit: int = 100, before: int | None = None) -> list[Case]:
    """See ``door.applications``. Three statements, however many there are."""
    whose = Q(applicant=actor.name, on_behalf_of="")
    if actor.behalf:
        whose = Q(on_behalf_of=actor.behalf.id)
        whose &= Q() if actor.behalf.may("see") else Q(applicant=actor.name)
    elif actor.person:
        whose |= Q(on_behalf_of=actor.person)
    found = models.Case.objects.filter(whose)
    if before is not None:
        found = found.filter(pk__lt=before)
    return _whole(found.order_by("-id")[:limit])


def case(actor: access.Actor, case_id: int) -> Case:
    """Raises ``NotFound`` where there is none, or none for this reader."""
    row = models.Case.objects.filter(pk=case_id).first()
    if row is None:
        raise store.missing(str(case_id))
    rights.require_sight(
        actor,
        {
            "id": row.pk,
            "applicant": row.applicant,
            "on_behalf_of": row.on_behalf_of,
            "departments": row.departments,
            "procedure": row.procedure,
        },
    )
    return _whole([row])[0]


def _whole(rows: Iterable[models.Case]) -> list[Case]:
    """Cases with their items and acts."""
    rows = list(rows)
    numbers = [row.pk for row in rows]
    items: dict[int, list[Item]] = {number: [] for number in numbers}
    acts: dict[int, list[Act]] = {number: [] for number in numbers}
    for each in models.Item.objects.filter(case__in=numbers).select_related("case").order_by("id"):
        items[each.case_id].append(item(each))
    for a in models.Act.objects.filter(case__in=numbers).order_by("id"):
        acts[a.case_id].append(Act(a.at, a.act, a.node, a.item, a.by, a.department, a.words, a.detail, a.stands_for))
    return [_case(row, tuple(items[row.pk]), tuple(acts[row.pk])) for row in rows]


def _case(row: models.Case, items: tuple[Item, ...], acts: tuple[Act, ...]) -> Case:
    of = store.version(row.version)
    end = of.plan.nodes.get(row.outcome)
    return Case(
        row.pk, row.procedure, of.procedure.title, row.version, row.state, row.title, row.applicant,
        tuple(row.departments), row.answers, row.started_at, row.due, row.ended_at, end.title if end else "",
        row.application, row.on_behalf_of, items, acts, of, of.outcome(row.outcome),
    )  # fmt: skip


def item(row: models.Item) -> Item:
    case = {"procedure": row.case.procedure, "version": row.case.version, "title": row.case.title}
    return item_of({**vars(row), **case})


def item_of(row: Mapping[str, Any]) -> Item:
    """From columns of an item, and of its case ``procedure``, ``version`` and ``title``."""
    name = store.title(row["version"], row["node"])
    step = store.version(row["version"]).says(row["node"])
    clock = (
        "stopped" if row["state"] == "returned" else clock_of(row["state"] in store.OPEN, row["opened_at"], row["due"])
    )
    missing = row["missing"]
    return Item(
        row["id"], row["case_id"], row["title"], row["procedure"], row["node"], name, row["department"],
        row["state"], row["holder"], row["opened_at"], row["due"], clock,
        tuple(orjson.loads(missing) if isinstance(missing, str) else missing), row["done_by"], row["done_at"],
        step,
    )  # fmt: skip


def clock_of(running: bool, since: datetime, due: datetime | None) -> str:
    """The colour of a clock: none, calm, soon, overdue."""
    if due is None or not running:
        return "none"
    now = timezone.now()
    if now >= due:
        return "overdue"
    span = due - since
    return "soon" if now > since + span * 3 / 4 and span > timedelta(0) else "calm"
