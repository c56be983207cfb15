"""Offers: appointments at counters of departments. Never more are booked than a slot has places."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.offers import reads as _reads
from lingqu.centre.offers import slots as _slots
from lingqu.centre.offers.actions import book as _book
from lingqu.centre.offers.actions import cancel as _cancel
from lingqu.centre.offers.actions import mark as _mark
from lingqu.centre.offers.definitions import Counter, Hours
from lingqu.centre.offers.models import Booking as _Row
from lingqu.centre.offers.reads import Booking
from lingqu.centre.offers.slots import Slot


def counters() -> dict[str, Counter]:
    """Those of the drawing, by code."""
    return _reads.counters()


def counter(code: str) -> Counter:
    """Raises ``NotFound``."""
    return drawing.one(Counter, code)


def days(of: Counter) -> list[date]:
    """Days on which one may come, nearest first."""
    return _slots.days(of, timezone.now())


def slots(of: Counter, day: date) -> list[Slot]:
    """The slots of a day that are still to come, full ones too; none for a day that is too far."""
    return _slots.free(of, day, timezone.now()) if day in days(of) else []


def book(actor: access.Actor, of: Counter, begins: datetime, *, matter: str = "", name: str = "") -> int:
    """For oneself or for whom one acts; gives the number. Raises ``Conflict`` (``offers.full``, ``offers.slot``,
    ``offers.twice``), ``Refused`` (``offers.most``, ``access.represents``)."""
    return _book.book(actor, of, begins, matter, name or actor.name)


def move(actor: access.Actor, number: int, begins: datetime) -> None:
    """To another slot of the same counter; where that is taken the old one is kept. Raises ``NotFound``,
    ``Conflict``."""
    _book.move(actor, number, begins)


def cancel(actor: access.Actor, number: int) -> None:
    """Until it begins. Raises ``NotFound``, ``Conflict`` (``offers.over``)."""
    _cancel.cancel(actor, number)


def mine(actor: access.Actor) -> list[Booking]:
    """The actor's, or those of whom the actor acts for; the latest first."""
    return _reads.mine(actor)


def booking(actor: access.Actor, number: int) -> Booking:
    """Raises ``NotFound``, also for those of others."""
    return _reads.one(actor, number)


def day(actor: access.Actor, of: Counter, when: date) -> list[Booking]:
    """Who comes to a counter, for its department; leaves a ledger row. Raises ``Refused`` (``access.handle``)."""
    return _reads.day(actor, of, when)


def mark(actor: access.Actor, number: int, *, came: bool) -> None:
    """By the counter's department, on the day itself or later. Raises ``NotFound``, ``Conflict``."""
    _mark.mark(actor, number, came=came)


def to_remind(hours: int = 24, limit: int = 500) -> list[Booking]:
    """Appointments within so many hours of which nobody was reminded yet; their rows are locked until the caller's
    transaction ends. For the worker."""
    now = timezone.now()
    rows = _Row.objects.select_for_update(skip_locked=True).filter(
        state="booked", reminded_at=None, begins__gt=now, begins__lte=now + timedelta(hours=hours)
    )
    return [_reads.told(row) for row in rows.order_by("begins")[:limit]]


def reminded(numbers: list[int]) -> None:
    _Row.objects.filter(number__in=numbers).update(reminded_at=timezone.now())


__all__ = ["Booking", "Counter", "Hours", "Slot"]
