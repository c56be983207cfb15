"""The slots of a counter: its hours on the city's working days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.offers.definitions import Counter, Hours
from lingqu.centre.offers.models import Slot as Row


@dataclass(frozen=True)
class Slot:
    """``left``: places that are free."""

    begins: datetime
    ends: datetime
    left: int


def of_day(counter: Counter, day: date) -> Iterator[tuple[datetime, datetime]]:
    step = timedelta(minutes=counter.minutes)
    for hours in counter.hours:
        if day in counter.closed or not _opens(hours, day):
            continue
        begins = timezone.make_aware(datetime.combine(day, hours.begins))
        last = timezone.make_aware(datetime.combine(day, hours.ends))
        while begins + step <= last:
            yield begins, begins + step
            begins += step


def _opens(hours: Hours, day: date) -> bool:
    """A day of rest that the calendar makes a working day has the hours of a Monday."""
    if day.isoweekday() in hours.weekdays:
        return not catalogue.is_holiday(day)
    return 1 in hours.weekdays and day.isoweekday() in catalogue.calendar().weekend and catalogue.is_working(day)


def days(counter: Counter, now: datetime) -> list[date]:
    """Those on which one may come, the first is today."""
    today = timezone.localdate(now)
    ahead = (today + timedelta(days=n) for n in range(counter.ahead_days + 1))
    return [day for day in ahead if any(begins > now for begins, _ in of_day(counter, day))]


def free(counter: Counter, day: date, now: datetime) -> list[Slot]:
    """The slots of a day that begin later than now, full ones too."""
    found = [(begins, ends) for begins, ends in of_day(counter, day) if begins > now]
    rows = Row.objects.filter(counter=counter.code, begins__in=[begins for begins, _ in found])
    taken = dict(rows.values_list("begins", "taken"))
    return [Slot(begins, ends, max(0, counter.capacity - taken.get(begins, 0))) for begins, ends in found]


def ends_of(counter: Counter, begins: datetime, now: datetime) -> datetime | None:
    """When a slot that may be booked now ends; None where there is none."""
    day = timezone.localdate(begins)
    if begins <= now or day > timezone.localdate(now) + timedelta(days=counter.ahead_days):
        return None
    return next((ends for start, ends in of_day(counter, day) if start == begins), None)
