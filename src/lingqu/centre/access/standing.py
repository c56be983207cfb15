"""What agreements grant, as it stands now. A change is seen by the next question that is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access.definitions import Grant
from lingqu.centre.access.models import StandingGrant
from lingqu.centre.drawing import door as drawing


@dataclass(frozen=True)
class Standing:
    """A grant by an agreement. ``consent``: only for persons who consented to it."""

    id: int
    agreement: str
    department: str
    accounts: tuple[str, ...]
    people_roles: tuple[str, ...]
    grant: Grant
    consent: bool
    basis: str
    begins: datetime
    ends: datetime
    ended_at: datetime | None = None
    ended_why: str = ""

    def lives(self, now: datetime) -> bool:
        return self.ended_at is None and self.begins <= now < self.ends


@dataclass
class _Shelf:
    version: int = -1
    by_department: dict[str, list[Standing]] = field(default_factory=dict)


KEPT = 0.25
"""Seconds for which requests of one process share an answer: what is withdrawn is refused well within a second, and
under load the question costs nothing."""

_shelf = _Shelf()
_last: tuple[float, int, int] | None = None  # when, version, revision of the drawing
_seen: ContextVar[list[int] | None] = ContextVar("access_version", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Inside, the version is asked for once: a page asks for it a hundred times, and lasts less than a second."""
    token = _seen.set([])
    try:
        yield
    finally:
        _seen.reset(token)


def version(*, fresh: bool = False) -> int:
    """Grows with every change of what agreements grant and persons consent to."""
    seen = _seen.get()
    if seen and not fresh:
        return seen[0]
    last = _last
    if seen is None or fresh or last is None or time.monotonic() - last[0] > KEPT:
        last = _asked()
    drawing.told(last[2])
    if seen is not None:
        seen[:] = [last[1]]
    return last[1]


def _asked() -> tuple[float, int, int]:
    """Whoever asks for the one asks for the drawing's revision next."""
    global _last
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("select (select n from access_version), (select max(id) from drawing_revision)")
        row = cursor.fetchone()
    _last = (began, int(row[0] or 0), int(row[1] or 0))
    return _last


def changed() -> None:
    """This process changed something itself: its next request asks anew."""
    global _last
    _last = None


def ask_once() -> None:
    """In a short request: both questions at once, before the first of them is asked."""
    if _seen.get() == []:
        version()


def of_department(department: str) -> list[Standing]:
    """All that any agreement grants or granted to a department, ended ones too."""
    global _shelf
    now = version()
    if _shelf.version != now:
        _shelf = _Shelf(now)
    shelf = _shelf
    if department not in shelf.by_department:
        rows = StandingGrant.objects.filter(department=department).order_by("id")
        shelf.by_department[department] = [_standing(row) for row in rows]
    return shelf.by_department[department]


def forget() -> None:
    """For tests, where versions begin anew."""
    global _shelf
    _shelf = _Shelf()
    changed()


def issue(
    *,
    agreement: str,
    department: str,
    grant: Grant,
    begins: datetime,
    ends: datetime,
    accounts: tuple[str, ...] = (),
    people_roles: tuple[str, ...] = (),
    consent: bool = False,
    basis: str = "",
) -> Standing:
    """See ``door.issue``."""
    row = StandingGrant.objects.create(
        agreement=agreement,
        department=department,
        accounts=list(accounts),
        people_roles=list(people_roles),
        grant=grant.model_dump(mode="json", exclude_defaults=True),
        consent=consent,
        basis=basis[:400],
        begins=begins,
        ends=ends,
    )
    changed()
    return _standing(row)


@transaction.atomic
def end(agreement: str, why: str) -> int:
    """See ``door.end``."""
    rows = StandingGrant.objects.filter(agreement=agreement, ended_at=None)
    ended = rows.update(ended_at=timezone.now(), ended_why=why[:400])
    changed()
    return ended


def _standing(row: StandingGrant) -> Standing:
    document: Mapping[str, Any] = row.grant
    return Standing(
        id=row.pk,
        agreement=row.agreement,
        department=row.department,
        accounts=tuple(row.accounts),
        people_roles=tuple(row.people_roles),
        grant=Grant.model_validate(document),
        consent=row.consent,
        basis=row.basis,
        begins=row.begins,
        ends=row.ends,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )
