"""Appointments, for who has them and for the counter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.offers.definitions import Counter
from lingqu.centre.offers.models import Booking as Row
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

MOST = 200


@dataclass(frozen=True)
class Booking:
    """``state``: booked, cancelled, came, missed. ``title`` and ``place`` are the counter's, as long as it is drawn."""

    number: int
    counter: str
    department: str
    title: Text
    place: Text
    begins: datetime
    ends: datetime
    account: str
    name: str
    on_behalf_of: str
    matter: str
    state: str

    @property
    def open(self) -> bool:
        return self.state == "booked" and self.begins > timezone.now()


def counters() -> dict[str, Counter]:
    return drawing.every(Counter)


def own(actor: access.Actor) -> Any:
    """Rows of the actor: of whom the actor acts for, else his own."""
    if actor.kind == "anonymous":
        return Row.objects.none()
    if actor.behalf:
        found = Row.objects.filter(on_behalf_of=actor.behalf.id)
        return found if actor.behalf.may("see") else found.filter(account=actor.name)
    return Row.objects.filter(account=actor.name, on_behalf_of="")


def mine(actor: access.Actor) -> list[Booking]:
    """See ``door.mine``."""
    return [told(row) for row in own(actor).order_by("-begins")[:MOST]]


def one(actor: access.Actor, number: int) -> Booking:
    """See ``door.booking``."""
    row = own(actor).filter(number=number).first()
    if row is None:
        raise missing(actor, number)
    return told(row)


def day(actor: access.Actor, counter: Counter, when: date) -> list[Booking]:
    """See ``door.day``."""
    access.require(actor, "handle", owner=counter.department)
    first = timezone.make_aware(datetime.combine(when, datetime.min.time()))
    rows = Row.objects.filter(counter=counter.code, begins__gte=first, begins__lt=first + timedelta(days=1))
    found = [told(row) for row in rows.exclude(state="cancelled").order_by("begins", "number")[: MOST * 10]]
    ids = sorted({each.on_behalf_of for each in found if each.on_behalf_of})
    access.record(
        actor, "read", entity_type="Booking", entity_ids=ids, count=len(found), detail={"counter": counter.code}
    )
    return found


def missing(actor: access.Actor, number: int) -> NotFound:
    error = NotFound(
        "offers.booking",
        Text(zh="没有这个预约", en="There is no such appointment"),
        place=str(number),
        next_step=Text(zh="在“我的预约”查看", en="See My appointments"),
    )
    access.tell(actor, error)
    return error


def told(row: Row) -> Booking:
    known = counters().get(row.counter)
    nothing = Text(zh=row.counter, en=row.counter)
    return Booking(
        row.number, row.counter, row.department, known.title if known else nothing, known.place if known else nothing,
        row.begins, row.ends, row.account, row.name, row.on_behalf_of, row.matter, row.state,
    )  # fmt: skip
