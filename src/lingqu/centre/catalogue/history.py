"""Numbers, steps, and who is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, models

_NEXT = """
insert into catalogue_counter as c (series, last) values (%(series)s, 1)
on conflict (series) do update set last = c.last + 1 returning last
"""


def next_number(letter: str, now: datetime) -> str:
    """R-2026-000001: counted by year; numbers are never given out again."""
    series = f"{letter}-{timezone.localdate(now).year}"
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"series": series})
        return f"{series}-{int(cursor.fetchone()[0]):06d}"


def add(
    about: models.Request | models.Agreement,
    act: str,
    actor: access.Actor,
    words: str = "",
    *,
    at: datetime | None = None,
    centre: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> models.Step:
    """Write a step down and tell both sides but the one that acted; ``centre``: the information centre too."""
    step = models.Step.objects.create(
        number=about.number,
        at=at or timezone.now(),
        act=act,
        state=about.state,
        by=actor.name[:200],
        department=actor.department,
        words=words,
        detail=dict(detail or {}),
    )
    others = [about.consumer, about.provider, *([clocks.rules().steward] if centre else [])]
    _tell(step, {d for d in others if d != actor.department})
    return step


def _tell(step: models.Step, departments: Iterable[str]) -> None:
    models.Told.objects.bulk_create([models.Told(step=step, department=d) for d in sorted(departments)])


def enter(row: models.Request, state: str, now: datetime, days: int = 0) -> None:
    """Begin a stage and its clock; without ``days`` no clock runs."""
    row.state, row.since = state, now
    row.due = clocks.due(now, days) if days else None
    row.remind_at = clocks.half(now, days) if days else None
    row.reminded_at = row.escalated_at = None
