"""Ratings for who may see them: the applicant his own, those who handle cases their department's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides import models


@dataclass(frozen=True)
class Rating:
    """Whose it is is not said: the case says it to who may see the case. ``due``: a bad one's term, else none."""

    case: int
    procedure: str
    department: str
    stars: int
    words: str
    at: datetime
    due: datetime | None
    answer: str
    answered_at: datetime | None

    @property
    def overdue(self) -> bool:
        return self.due is not None and self.answered_at is None and self.due <= timezone.now()


def mine(actor: access.Actor, case: int) -> Rating | None:
    row = models.Rating.objects.filter(case=case, account=actor.name).first()
    return _rating(row) if row else None


def of_departments(
    actor: access.Actor, *, waiting: bool = False, before: int | None = None, limit: int = 30
) -> list[tuple[int, Rating]]:
    """(id, rating) of the departments whose cases the actor handles, newest first, never of his own cases."""
    handled = [code for code in catalogue.departments() if access.may(actor, "handle", owner=code)]
    found = models.Rating.objects.filter(department__in=handled).exclude(account=actor.name)
    if waiting:
        found = found.filter(answered_at=None, due__isnull=False)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = found.order_by("-id")[:limit]
    return [(r.pk, _rating(r)) for r in rows if access.may(actor, "handle", r.procedure, owner=r.department)]


def _rating(row: models.Rating) -> Rating:
    return Rating(
        row.case, row.procedure, row.department, row.stars, row.words, row.at, row.due, row.answer, row.answered_at
    )  # fmt: skip
