"""Book a slot, or move an appointment to another one: never more than there are places."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.offers import reads, slots
from lingqu.centre.offers.definitions import Counter
from lingqu.centre.offers.models import Booking, Slot
from lingqu.kernel.errors import Conflict, Refused
from lingqu.kernel.text import Text

_TAKE = """
insert into offers_slot (counter, begins, taken) values (%(counter)s, %(begins)s, 1)
on conflict (counter, begins) do update set taken = offers_slot.taken + 1 where offers_slot.taken < %(capacity)s
returning taken
"""
"""Whoever comes at the same moment waits for the row, and sees what the first has left."""


def book(actor: access.Actor, counter: Counter, begins: datetime, matter: str, name: str) -> int:
    """See ``door.book``."""
    _require(actor)
    now = timezone.now()
    ends = _open(counter, begins, now)
    with transaction.atomic():
        _lock(actor)
        _require_room(actor, counter, now)
        take(counter, begins)
        row = Booking(
            counter=counter.code, department=counter.department, begins=begins, ends=ends, account=actor.name,
            name=name[:400], on_behalf_of=actor.behalf.id if actor.behalf else "", matter=matter[:200],
            booked_at=now, changed_at=now,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(
                "offers.twice",
                Text(zh="您已预约这个时段", en="You have this slot already"),
                place=counter.code,
                next_step=Text(zh="在“我的预约”查看", en="See My appointments"),
            ) from error
        record(actor, row, "booked")
    return row.number


def move(actor: access.Actor, number: int, begins: datetime) -> None:
    """See ``door.move``."""
    _require(actor)
    now = timezone.now()
    with transaction.atomic():
        row = own_open(actor, number, now)
        counter = reads.counters().get(row.counter)
        if counter is None:
            raise _full(row.counter)
        ends = _open(counter, begins, now)
        if begins == row.begins:
            return
        # Both rows in one order, so that two who change places do not wait for each other.
        for moment in sorted((begins, row.begins)):
            take(counter, moment) if moment == begins else release(row)
        row.begins, row.ends, row.changed_at, row.reminded_at = begins, ends, now, None
        row.save(update_fields=["begins", "ends", "changed_at", "reminded_at"])
        record(actor, row, "moved")


def take(counter: Counter, begins: datetime) -> None:
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"counter": counter.code, "begins": begins, "capacity": counter.capacity}
        cursor.execute(_TAKE, given)
        if cursor.fetchone() is None:
            raise _full(counter.code)


def release(row: Booking) -> None:
    slot = Slot.objects.select_for_update().get(counter=row.counter, begins=row.begins)
    slot.taken = max(0, slot.taken - 1)
    slot.save(update_fields=["taken"])


def own_open(actor: access.Actor, number: int, now: datetime) -> Booking:
    """The actor's row, locked, that may be changed still. Raises NotFound, Conflict."""
    row: Booking | None = reads.own(actor).select_for_update().filter(number=number).first()
    if row is None:
        raise reads.missing(actor, number)
    if row.state != "booked" or row.begins <= now:
        raise Conflict(
            "offers.over",
            Text(zh="这个预约已不能更改", en="This appointment cannot be changed any more"),
            place=str(number),
            next_step=Text(zh="需要时重新预约", en="Book another one if you need it"),
        )
    return row


def _require(actor: access.Actor) -> None:
    if actor.kind != "person":
        raise access.refusal(actor, "write", "Booking")
    if actor.behalf:
        access.require_represents(actor, actor.behalf.id, "apply")


def _lock(actor: access.Actor) -> None:
    """One booking at a time for an account, or it could have more than it may."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7331))", [actor.name])


def _require_room(actor: access.Actor, counter: Counter, now: datetime) -> None:
    ahead = Booking.objects.filter(account=actor.name, counter=counter.code, state="booked", begins__gt=now)
    if ahead.count() >= counter.most:
        error = Refused(
            "offers.most",
            Text(
                zh=f"同一窗口未到的预约至多 {counter.most} 个",
                en=f"At most {counter.most} appointments to come at one counter",
            ),
            place=counter.code,
            owner=counter.department,
            next_step=Text(zh="先取消一个", en="Cancel one first"),
        )
        access.tell(actor, error)
        raise error


def _open(counter: Counter, begins: datetime, now: datetime) -> datetime:
    ends = slots.ends_of(counter, begins, now)
    if ends is None:
        raise Conflict(
            "offers.slot",
            Text(zh="这个时段不能预约", en="This time cannot be booked"),
            place=counter.code,
            next_step=Text(zh="选择列出的时段", en="Choose one that is listed"),
        )
    return ends


def _full(counter: str) -> Conflict:
    return Conflict(
        "offers.full",
        Text(zh="这个时段刚刚约满", en="This slot has just been taken"),
        place=counter,
        next_step=Text(zh="请选择其他时段", en="Choose another one"),
    )


def record(actor: access.Actor, row: Booking, what: str) -> None:
    ids = [row.on_behalf_of] if row.on_behalf_of else []
    detail = {"booking": row.number, "what": what, "counter": row.counter, "begins": row.begins}
    access.record(actor, "write", entity_type="Booking", entity_ids=ids, count=1, detail=detail)
