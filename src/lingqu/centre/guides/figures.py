"""Figures beside a guide, and the league of departments. Everybody sees them, so no figure tells of a single case.

Ratings are let into the figures in batches of at least ``SMALLEST`` of one procedure: whoever compares the figures of
two days learns of no fewer. A department's ratings are those its procedures show, and nothing more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides.models import Figure, Rating
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.text import Text

SMALLEST = 5
WINDOW = timedelta(days=365)


@dataclass(frozen=True)
class Figures:
    """Of the last twelve months. None where too few stand behind it. ``median`` in working days; ``in_time``,
    ``content`` and ``followed`` are shares; ``stars`` is the mean."""

    scope: str
    code: str
    at: datetime
    received: int | None
    ended: int | None
    in_time: float | None
    median: int | None
    rated: int | None
    stars: float | None
    content: float | None
    followed: float | None


def renew(now: datetime | None = None) -> int:
    """Work the figures out anew, by the worker; gives how many there are. Tells departments of late follow-ups."""
    now = now or timezone.now()
    _publish(now)
    since = now - WINDOW
    known = procedures.procedures()
    found: dict[tuple[str, str], list[procedures.Tally]] = defaultdict(list)
    for tally in procedures.tallies(since):
        if tally.procedure in known:
            found["procedure", tally.procedure].append(tally)
            found["department", known[tally.procedure].department].append(tally)
    ratings = _ratings(since)
    rows = [
        Figure(scope=scope, code=code, at=now, **_counts(tallies, since.date()), **ratings.get((scope, code), _NONE))
        for (scope, code), tallies in found.items()
    ]
    with transaction.atomic():
        Figure.objects.all().delete()
        Figure.objects.bulk_create(rows)
    _late(now)
    return len(rows)


def _publish(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update guides_rating set published_at = %s where published_at is null and procedure in "
            "(select procedure from guides_rating where published_at is null group by 1 having count(*) >= %s)",
            [now, SMALLEST],
        )


def _counts(tallies: Iterable[procedures.Tally], since: date) -> dict[str, int | None]:
    received = ended = in_time = 0
    took: Counter[int] = Counter()
    days: dict[tuple[date, date], int] = {}
    for tally in tallies:
        received += tally.many if tally.started >= since else 0
        if tally.state != "ended" or tally.ended is None or tally.ended < since:
            continue
        ended += tally.many
        in_time += tally.many if tally.in_time else 0
        span = (tally.started, tally.ended)
        if span not in days:
            days[span] = catalogue.working_days(_moment(span[0]), _moment(span[1]))
        took[days[span]] += tally.many
    return {"received": received, "ended": ended, "in_time": in_time, "median": _median(took)}


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def _median(took: Counter[int]) -> int | None:
    """The lower one where two stand in the middle."""
    left = (sum(took.values()) + 1) // 2
    for days in sorted(took):
        left -= took[days]
        if left <= 0:
            return days
    return None


_NONE = {"rated": 0, "stars": 0, "content": 0, "bad": 0, "followed": 0}
_RATED = """
select procedure, department, count(*), sum(stars), count(*) filter (where stars >= 3),
       count(*) filter (where due is not null), count(*) filter (where answered_at <= due)
from guides_rating where published_at >= %s group by 1, 2
"""


def _ratings(since: datetime) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(_RATED, [since])
        for procedure, department, *counts in cursor.fetchall():
            for key in (("procedure", procedure), ("department", department)):
                found[key].update(dict(zip(_NONE, map(int, counts), strict=True)))
    return {key: {**_NONE, **counted} for key, counted in found.items()}


def _late(now: datetime) -> None:
    """A department is told once of each bad rating that was not followed up in time."""
    for row in Rating.objects.filter(answered_at=None, due__lte=now).order_by("due")[:500]:
        people = [a.name for a in access.people(row.department) if access.may(a, "handle", owner=row.department)]
        subject = Text(
            zh=f"办件 {row.case} 的差评已超过回访期限",
            en=f"The bad rating of case {row.case} was not followed up in time",
        )
        key = f"bad:{row.case}:late"
        notices.tell(people, "work", subject, link="/stewardship/ratings/", about=f"case:{row.case}", key=key)


def of(scope: str, code: str) -> Figures | None:
    row = Figure.objects.filter(scope=scope, code=code).first()
    return _shown(row) if row else None


def league() -> list[Figures]:
    """Departments: those whose cases end in time most often first."""
    rows = [_shown(row) for row in Figure.objects.filter(scope="department")]
    return sorted(rows, key=lambda row: (-(row.in_time if row.in_time is not None else -1), row.code))


def _shown(row: Figure) -> Figures:
    enough = row.ended >= SMALLEST
    rated = row.rated >= SMALLEST
    return Figures(
        row.scope, row.code, row.at,
        row.received if row.received >= SMALLEST else None,
        row.ended if enough else None,
        row.in_time / row.ended if enough else None,
        row.median if enough else None,
        row.rated if rated else None,
        row.stars / row.rated if rated else None,
        row.content / row.rated if rated else None,
        row.followed / row.bad if rated and row.bad >= SMALLEST else None,
    )  # fmt: skip
