"""Appointments: hours and working days, never more than there are places, and who sees whose."""

# ruff: noqa: F811

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pydantic import ValidationError

from access.acting import MILL, acting, mandate, me  # noqa: F401
from lingqu.centre.access import door as access
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue.definitions import Calendar, Department
from lingqu.centre.drawing import door as drawing
from lingqu.centre.notices.models import Message
from lingqu.centre.offers import door as offers
from lingqu.centre.offers import slots as slots_
from lingqu.centre.offers.definitions import Counter, Hours
from lingqu.centre.offers.models import Booking, Slot
from lingqu.kernel.errors import Conflict, NotFound, Refused
from lingqu.site import reminders
from little_city import BOTH
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
HOURS = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "begins": "09:00", "ends": "12:00"}]
BOTH |= {"counter": Counter, "department": Department, "calendar": Calendar}


@pytest.fixture
def desk(acting: None) -> Counter:
    """A counter of the police that is open every day, one place a slot; and two persons who work there."""
    add("department", code="police", title="公安局")
    add("counter", code="desk", title="户籍窗口", department="police", place="一楼", hours=HOURS, capacity=1)
    add("role", code="clerk", title="窗口", grants=[{"actions": ["handle"], "rows": "own_department"}])
    return offers.counter("desk")


def add(kind: str, **document: Any) -> None:
    placed = drawing.Placed(kind, document["code"], BOTH[kind].model_validate(document).document(), "tests", "city")
    rest = [each for each in drawing.placed() if (each.kind, each.code) != (kind, document["code"])]
    drawing.replace([*rest, placed], [], actor="tests", summary={})


def at(of: Counter, place: int = 0, day: int = 1) -> datetime:
    return offers.slots(of, offers.days(of)[day])[place].begins


def clerk(department: str = "police") -> access.Actor:
    return access.Actor("person", "clerk", roles=("clerk",), department=department, account_id=99)


def left(of: Counter, begins: datetime) -> int:
    return next(s.left for s in offers.slots(of, timezone.localdate(begins)) if s.begins == begins)


def test_book_move_cancel(desk: Counter) -> None:
    first, second = at(desk), at(desk, 1)
    number = offers.book(me("zhao"), desk, first, matter="落户")
    assert left(desk, first) == 0
    with pytest.raises(Conflict):
        offers.book(me("li"), desk, first)
    offers.move(me("zhao"), number, second)
    assert (left(desk, first), left(desk, second)) == (1, 0)
    taken = offers.book(me("li"), desk, first)
    with pytest.raises(Conflict):
        offers.move(me("zhao"), number, first)
    assert offers.booking(me("zhao"), number).begins == second  # what one had is kept
    offers.cancel(me("li"), taken)
    assert left(desk, first) == 1
    with pytest.raises(Conflict):
        offers.cancel(me("li"), taken)
    told = LedgerRow.objects.filter(entity_type="Booking", act="write").order_by("pk")
    assert [row.detail["what"] for row in told] == ["booked", "moved", "booked", "cancelled"]


def test_only_slots_that_are_there(desk: Counter) -> None:
    good = at(desk)
    for begins in (good + timedelta(minutes=7), timezone.now() - timedelta(days=1), good + timedelta(days=60)):
        with pytest.raises(Conflict):
            offers.book(me("zhao"), desk, begins)
    assert offers.slots(desk, timezone.localdate() + timedelta(days=60)) == []


def test_no_more_than_one_may_have(desk: Counter) -> None:
    for place in (0, 1):
        offers.book(me("zhao"), desk, at(desk, place))
    with pytest.raises(Refused):
        offers.book(me("zhao"), desk, at(desk, 2))


def test_a_slot_is_never_overbooked_however_many_come_at_once(desk: Counter) -> None:
    wide = desk.model_copy(update={"capacity": 5})
    begins, together, outcomes = at(desk), threading.Barrier(16), []

    def come(place: int) -> None:
        try:
            together.wait()
            offers.book(access.Actor("person", f"p{place}", account_id=1000 + place), wide, begins)
            outcomes.append("booked")
        except Conflict:
            outcomes.append("full")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come, args=(n,)) for n in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["booked"] * 5 + ["full"] * 11
    assert Slot.objects.get().taken == Booking.objects.filter(state="booked").count() == 5


def test_two_who_change_places_do_not_stop_each_other(desk: Counter) -> None:
    wide = {"capacity": 2}
    both = desk.model_copy(update=wide)
    add("counter", **{**desk.document(), **wide, "hours": HOURS})
    first, second = at(desk), at(desk, 1)
    numbers = {name: offers.book(me(name), both, begins) for name, begins in (("zhao", first), ("li", second))}
    actors, faults, together = {name: me(name) for name in numbers}, [], threading.Barrier(2)

    def go(name: str, begins: datetime) -> None:
        try:
            together.wait()
            offers.move(actors[name], numbers[name], begins)
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=each) for each in (("zhao", second), ("li", first))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert faults == []
    assert (left(both, first), left(both, second)) == (1, 1)


def test_for_a_firm_by_whoever_acts_for_it_now(desk: Counter) -> None:
    mandate("zhao", MILL, "sun")
    sun = acting_for("sun", MILL)
    number = offers.book(sun, desk, at(desk))
    assert [b.number for b in offers.mine(acting_for("zhao", MILL))] == [number]  # its own representative sees it
    assert offers.mine(me("sun")) == []
    access.end_mandate(me("zhao"), access.mandates(me("zhao"))[0].number)
    with pytest.raises(Refused):
        offers.book(sun, desk, at(desk, 1))
    offers.cancel(acting_for("zhao", MILL), number)


def test_who_may_only_act_sees_what_he_did_himself(desk: Counter) -> None:
    mandate("zhao", MILL, "sun", does=("apply",))
    theirs = offers.book(acting_for("zhao", MILL), desk, at(desk))
    sun = acting_for("sun", MILL)
    mine = offers.book(sun, desk, at(desk, 1))
    assert [b.number for b in offers.mine(sun)] == [mine]
    with pytest.raises(NotFound):
        offers.cancel(sun, theirs)
    assert {b.number for b in offers.mine(acting_for("zhao", MILL))} == {mine, theirs}


def acting_for(name: str, entity: str) -> access.Actor:
    [found] = [each for each in access.represented(me(name)) if each.id == entity]
    return replace(me(name), behalf=found)


def test_nobody_touches_those_of_others(desk: Counter) -> None:
    number = offers.book(me("zhao"), desk, at(desk))
    for act in (
        lambda: offers.booking(me("li"), number),
        lambda: offers.cancel(me("li"), number),
        lambda: offers.move(me("li"), number, at(desk, 1)),
        lambda: offers.mark(clerk("health"), number, came=True),
        lambda: offers.mark(me("li"), number, came=True),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Refused):
        offers.day(clerk("health"), desk, timezone.localdate())
    with pytest.raises(Refused):
        offers.book(access.ANONYMOUS, desk, at(desk, 1))


def test_the_counters_list_and_who_came(desk: Counter) -> None:
    begins = at(desk)
    number = offers.book(me("zhao"), desk, begins, name="赵一")
    assert [b.name for b in offers.day(clerk(), desk, timezone.localdate(begins))] == ["赵一"]
    with pytest.raises(Conflict):
        offers.mark(clerk(), number, came=True)
    moved = timezone.now() - timedelta(hours=1)
    Booking.objects.update(begins=moved, ends=moved)
    offers.mark(clerk(), number, came=False)
    assert offers.mine(me("zhao"))[0].state == "missed"


def test_holidays_and_days_worked_instead(desk: Counter) -> None:
    weekly = Counter.model_validate(desk.document() | {"hours": [{"begins": "09:00", "ends": "10:00"}]})
    add("calendar", code="c", title="日历", source="国务院", years=[2026],
        holidays=[{"title": "国庆", "begins": "2026-10-01", "ends": "2026-10-07"}],
        workdays=[{"title": "调休", "begins": "2026-09-20"}])  # fmt: skip
    opens = {day: len(list(slots_.of_day(weekly, day))) for day in (date(2026, 9, 20), date(2026, 9, 26),
             date(2026, 10, 1), date(2026, 10, 8))}  # fmt: skip
    assert list(opens.values()) == [2, 0, 0, 2]
    assert len(list(slots_.of_day(desk, date(2026, 9, 26)))) == 6  # a counter that is open on Saturdays
    assert list(slots_.of_day(desk, date(2026, 10, 3))) == []


def test_who_comes_tomorrow_is_reminded_once(desk: Counter) -> None:
    number = offers.book(me("zhao"), desk, at(desk))
    Booking.objects.update(begins=timezone.now() + timedelta(hours=20))
    assert (reminders.tell(), reminders.tell()) == (1, 0)
    assert Message.objects.get(kind="appointment").account == "zhao"
    assert Booking.objects.get(number=number).reminded_at is not None


def test_the_database_knows_whose_they_are(desk: Counter, as_web: Any) -> None:
    mandate("zhao", MILL, "sun")
    with transaction.atomic(), as_web():
        with access.working_for(lambda: acting_for("sun", MILL)):
            number = offers.book(acting_for("sun", MILL), desk, at(desk))
        for who, sees in ((me("sun"), 1), (me("li"), 0), (acting_for("zhao", MILL), 1), (clerk(), 1), (clerk("x"), 0)):
            with access.working_for(lambda who=who: who), connection.cursor() as cursor:
                cursor.execute("select count(*) from offers_booking")
                assert cursor.fetchone() == (sees,), who.name
                cursor.execute("update offers_booking set matter = 'x' where number = %s", [number])
                assert cursor.rowcount == sees


@pytest.mark.parametrize("wrong", [540, 0, 9.5, True, "09:00Z", "09:00+08:00", "25:00", None])
def test_a_time_of_the_day_is_text(wrong: object) -> None:
    with pytest.raises(ValidationError, match="begins"):
        Hours.model_validate({"begins": wrong, "ends": "12:00"})
    assert Hours.model_validate({"begins": "09:00", "ends": "12:00"}).begins == time(9)
