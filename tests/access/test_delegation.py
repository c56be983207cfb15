"""Lending roles: own ones, to a colleague, for a time, and ended at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from access.offices import city, granted, now, offices, somebody  # noqa: F401
from lingqu.centre.access import administration as office
from lingqu.centre.access import door as access
from lingqu.centre.access.administration import FourEyes, Loan
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, Delegation
from lingqu.kernel.errors import Invalid, NotFound, Refused

pytestmark = pytest.mark.usefixtures("offices")


def loan(giver: str, taker: str, *roles: str, begins: float = 0, days: float = 7, **more: Any) -> Loan:
    start = timezone.now() + timedelta(days=begins)
    ends = start + timedelta(days=days)
    return Loan(giver=giver, taker=taker, roles=roles, begins=start, ends=ends, reason="on leave", **more)


@pytest.fixture
def lin() -> Actor:
    somebody("mei", (), "housing")
    return somebody("lin", ["desk", "street"], "housing", region="230103001000")


def test_what_is_lent_is_held_until_it_ends(lin: Actor) -> None:
    number = office.lend(lin, loan("lin", "mei", "desk"))
    held = now("mei").lent
    assert [(h.roles, h.department, h.lent_by) for h in held] == [(("desk",), "housing", "lin")]
    assert access.may(now("mei"), "export", "Building", "housing")
    assert not access.may(now("mei"), "export", "Building", "police")
    assert [(one.taker, one.state) for one in office.my_loans(now("mei"))] == [("mei", "living")]
    office.end_loan(lin, number)
    assert now("mei").lent == ()
    assert not access.may(now("mei"), "export", "Building", "housing")
    assert [row.detail["what"] for row in granted(account="mei")] == ["roles lent", "loan ended"]
    assert [one.state for one in office.my_loans(lin)] == ["ended"]


def test_a_loan_has_its_time(lin: Actor) -> None:
    office.lend(lin, loan("lin", "mei", "desk", begins=1))
    assert now("mei").lent == ()
    assert office.my_loans(lin)[0].state == "coming"
    Delegation.objects.update(begins=timezone.now() - timedelta(days=2))
    assert now("mei").lent
    Delegation.objects.update(ends=timezone.now())
    assert now("mei").lent == ()
    assert office.my_loans(lin)[0].state == "over"


@pytest.mark.parametrize("gone", ["role", "closed", "over"])
def test_what_the_giver_loses_is_lent_no_more(lin: Actor, gone: str) -> None:
    office.lend(lin, loan("lin", "mei", "desk"))
    change: dict[str, Any] = {
        "role": {"roles": ["street"]},
        "closed": {"is_active": False},
        "over": {"valid_until": timezone.now()},
    }
    Account.objects.filter(username="lin").update(**change[gone])
    assert now("mei").lent == ()


@pytest.mark.parametrize(
    ("column", "asked"),
    [
        ("roles", {"roles": ("reader",)}),
        ("roles", {"roles": ()}),
        ("taker", {"taker": "nobody"}),
        ("taker", {"taker": "lin"}),
        ("taker", {"taker": "other"}),
        ("taker", {"taker": "app"}),
        ("taker", {"taker": "shut"}),
        ("ends", {"ends": timezone.now() - timedelta(days=1)}),
        ("ends", {"ends": timezone.now() + timedelta(days=91)}),
        ("reason", {"reason": " "}),
    ],
)
def test_what_cannot_be_lent(lin: Actor, column: str, asked: dict[str, Any]) -> None:
    somebody("other", (), "police")
    somebody("app", (), "housing", kind="client")
    somebody("shut", (), "housing", is_active=False)
    with pytest.raises(Invalid) as told:
        office.lend(lin, loan("lin", "mei", "desk").model_copy(update=asked))
    assert [fault.column for fault in told.value.faults] == [column]
    assert not Delegation.objects.exists()


def test_a_loan_is_not_lent_on(lin: Actor) -> None:
    office.lend(lin, loan("lin", "mei", "desk"))
    somebody("tao", (), "housing")
    with pytest.raises(Invalid):
        office.lend(now("mei"), loan("mei", "tao", "desk"))
    with pytest.raises(Refused):
        office.lend(now("mei"), loan("lin", "tao", "desk"))  # in another's name


def test_the_second_account_of_a_person_is_no_colleague() -> None:
    somebody("one", ["desk"], "housing", person="urn:ngsi-ld:Person:1")
    somebody("two", (), "housing", person="urn:ngsi-ld:Person:1")
    with pytest.raises(Invalid):
        office.lend(now("one"), loan("one", "two", "desk"))


def test_without_a_department_nothing_is_lent() -> None:
    somebody("one", ["reader"], "")
    somebody("two", (), "")
    with pytest.raises(Invalid):
        office.lend(now("one"), loan("one", "two", "reader"))


@pytest.mark.parametrize("role", ["chief", "blueprints", "officer", "seer"])
def test_dangerous_roles_are_lent_under_four_eyes(role: str) -> None:
    chief = somebody("chief", ["chief"])
    somebody("away", [role])
    somebody("taker")
    asked = loan("away", "taker", role)
    with pytest.raises(FourEyes):
        office.lend(now("away"), asked)
    number = office.propose(now("away"), "lend", asked.model_dump(), "on leave for a week")
    with pytest.raises(NotFound):
        office.second(now("taker"), number)
    office.second(chief, number)
    assert now("taker").lent[0].roles == (role,)


def test_a_loan_is_ended_by_who_is_part_of_it_or_administers(lin: Actor) -> None:
    somebody("stranger", ["desk"], "housing")
    somebody("head", ["housing_chief"], "housing")
    somebody("far", ["housing_chief"], "police")
    for who, may in (("stranger", False), ("far", False), ("head", True), ("mei", True)):
        number = office.lend(lin, loan("lin", "mei", "desk"))
        if may:
            office.end_loan(now(who), number)
            assert now("mei").lent == ()
        else:
            with pytest.raises(NotFound):
                office.end_loan(now(who), number)
            assert now("mei").lent
            office.end_loan(lin, number)
