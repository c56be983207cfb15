"""Working days: when something is due, and how long it has been waited for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from lingqu.centre.catalogue.definitions import Calendar, Holiday, SharingRules
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.text import Text

_NONE = Calendar(code="weekends", title=Text(zh="只计周末", en="weekends only"), source=Text(zh="", en=""))
_RULES = SharingRules(code="default", title=Text(zh="缺省共享规则", en="Rules by default"))


def calendar() -> Calendar:
    """The city's calendar; one that knows weekends only where it has none."""
    return next(iter(drawing.every(Calendar).values()), _NONE)


def rules() -> SharingRules:
    return next(iter(drawing.every(SharingRules).values()), _RULES)


def is_working(day: date, of: Calendar) -> bool:
    if _among(day, of.workdays):
        return True
    return day.isoweekday() not in of.weekend and not _among(day, of.holidays)


def is_holiday(day: date, of: Calendar) -> bool:
    return _among(day, of.holidays) and not _among(day, of.workdays)


def _among(day: date, holidays: Iterable[Holiday]) -> bool:
    return any(h.begins <= day <= (h.ends or h.begins) for h in holidays)


def due(since: datetime, days: int, of: Calendar | None = None) -> datetime:
    """The end of the last of so many working days. The day on which it began does not count (Civil Code art. 201)."""
    of = of or calendar()
    day = timezone.localdate(since)
    for _ in range(days):
        day += timedelta(days=1)
        while not is_working(day, of):
            day += timedelta(days=1)
    return start_of(day + timedelta(days=1))


def half(since: datetime, days: int, of: Calendar | None = None) -> datetime:
    """When the reminder is sent: half of the working days, at least one, have gone by."""
    return due(since, max(1, days // 2), of)


def working_days(since: datetime, until: datetime, of: Calendar | None = None) -> int:
    """Working days that began after the day of ``since`` and not after that of ``until``: 0 on the same day."""
    of = of or calendar()
    first, last = timezone.localdate(since), timezone.localdate(until)
    return sum(is_working(first + timedelta(days=n), of) for n in range(1, (last - first).days + 1))


def start_of(day: date) -> datetime:
    """Midnight at which a day of the city begins."""
    return timezone.make_aware(datetime.combine(day, time()))
