"""Pages of appointments: for who comes, and for the counter."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lingqu.centre.access.models import Account
from lingqu.centre.offers import door as offers
from lingqu.centre.offers.models import Booking
from ui.living import Town, town  # noqa: F401

pytestmark = pytest.mark.django_db
COUNTER = "/appointments/civil_affairs_counter/"  # one place a slot


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def times(client: Client, query: str = "") -> list[str]:
    return re.findall(r'name="begins" value="([^"]+)"', text(client.get(COUNTER + query)))


def test_from_the_list_to_the_counter(town: Town) -> None:  # noqa: F811
    assert "Social assistance" in text(town.client().get("/appointments/"))
    assert town.client().get(COUNTER).status_code == 302  # to sign in
    me, other = town.client("citizen"), town.client("parent")
    day = offers.days(offers.counter("civil_affairs_counter"))[1]
    query = f"?day={day}"
    first, second = times(me, query)[:2]
    given = {"day": f"{day}", "begins": first, "matter": "Social assistance"}
    assert me.post(COUNTER, given).status_code == 302
    assert first not in times(other, query)
    assert other.post(COUNTER, given).status_code == 409
    number = Booking.objects.latest("pk").number
    assert "reminded the day before" in text(me.get("/my/appointments/"))
    assert text(me.get(f"{COUNTER}?move={number}"))
    assert other.get(f"{COUNTER}?move={number}").status_code == 404
    assert me.post(COUNTER, {"day": f"{day}", "begins": second, "move": number}).status_code == 302
    assert first in times(other, query)
    assert b"DTSTART:" in me.get(f"/my/appointments/{number}.ics").content
    assert other.get(f"/my/appointments/{number}.ics").status_code == 404
    assert other.post(f"/my/appointments/{number}/cancel/").status_code == 404
    assert "Social assistance" in text(me.get("/citizen/my/"))
    _the_counter(town, number, f"{day}")
    assert me.post(f"/my/appointments/{number}/cancel/").status_code == 302
    assert "cancelled" in text(me.get("/my/appointments/"))


def _the_counter(town: Town, number: int, day: str) -> None:  # noqa: F811
    clerk = town.client("clerk")
    assert Account.objects.get(username="clerk").department == "civil_affairs"
    seen = text(clerk.get(f"/stewardship/counters/?day={day}"))
    assert "陈洋鹏" in seen
    assert "Registration of firms" not in seen  # another department's
    assert town.client("citizen").get("/stewardship/counters/").status_code == 403
    assert town.client("citizen").post(f"/stewardship/counters/{number}/", {"came": "1"}).status_code == 403
    kept = Booking.objects.get(pk=number)
    Booking.objects.filter(pk=number).update(begins=timezone.now() - timedelta(minutes=5))
    assert clerk.post(f"/stewardship/counters/{number}/", {"came": "1"}).status_code == 302
    assert Booking.objects.get(pk=number).state == "came"
    Booking.objects.filter(pk=number).update(begins=kept.begins, state="booked")


@pytest.mark.parametrize("junk", ["?day=never", "?day=2026-02-31", "?move=1' or 1=1", "?move=99999999999999999999"])
def test_junk_in_addresses(town: Town, junk: str) -> None:  # noqa: F811
    assert town.client("citizen").get(COUNTER + junk).status_code == 200
    assert town.client("clerk").get("/stewardship/counters/" + junk).status_code == 200


@pytest.mark.parametrize("begins", ["", "never", "2026-01-01T09:00", "2026-01-01T09:00:00+08:00", "x" * 5000])
def test_junk_in_times(town: Town, begins: str) -> None:  # noqa: F811
    assert town.client("citizen").post(COUNTER, {"begins": begins}).status_code == 409
