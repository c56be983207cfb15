"""A colleague who was lent a role works on what its lender holds, and the history says for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from lingqu.centre.access import administration
from lingqu.centre.access.actors import acting
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.procedures import door
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from procedures.little import APPLICANT, LEAD, bureau, clerk, do, items  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]


def somebody(name: str, department: str, *roles: str) -> None:
    Account.objects.create(username=name, kind="person", department=department, roles=list(roles))


def now(name: str) -> Actor:
    return acting(Account.objects.get(username=name))


def lend(giver: str, taker: str, days: int = 7) -> int:
    begins = timezone.now()
    asked = administration.Loan(
        giver=giver, taker=taker, roles=("clerk",), begins=begins, ends=begins + timedelta(days=days), reason="leave"
    )
    return administration.lend(now(giver), asked)


@pytest.fixture
def item() -> int:
    """At the police, in the hands of one."""
    for name in ("one", "two"):
        somebody(name, "police", "clerk")
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    found = items(number)["a"].id
    door.claim(now("one"), found)
    return found


def test_a_deputy_does_what_his_colleague_holds_and_the_history_says_so(item: int) -> None:
    with pytest.raises(Conflict) as caught:
        door.complete(now("two"), item)
    assert caught.value.rule == "procedures.holder"
    lend("one", "two")
    assert door.stands_in_for(now("two"), "licence", "police") == ["one"]
    assert [i.id for i in door.inbox(now("two"), mine=True)] == [item]
    door.complete(now("two"), item)
    case = door.case(LEAD, door.applications(APPLICANT)[0].id)
    act = case.acts[-1]
    assert (act.act, act.by, act.stands_for) == ("complete", "two", "one")
    row = LedgerRow.objects.filter(act="write", actor="two").latest("id")
    assert row.detail["stands_for"] == "one"


def test_a_loan_that_ended_is_no_deputy(item: int) -> None:
    administration.end_loan(now("one"), lend("one", "two"))
    with pytest.raises(Conflict):
        door.complete(now("two"), item)
    assert door.inbox(now("two"), mine=True) == []


def test_what_the_deputy_does_for_himself_is_his(item: int) -> None:
    lend("one", "two")
    door.release(now("two"), item)
    door.claim(now("two"), item)
    acts = door.case(LEAD, door.applications(APPLICANT)[0].id).acts
    assert [(a.act, a.stands_for) for a in acts[-2:]] == [("release", "one"), ("claim", "")]


def test_who_has_no_role_of_his_own_acts_for_the_lender(item: int) -> None:
    somebody("three", "police")
    with pytest.raises(NotFound):
        door.claim(now("three"), item)
    lend("two", "three")
    door.release(now("one"), item)
    door.claim(now("three"), item)
    act = door.case(LEAD, door.applications(APPLICANT)[0].id).acts[-1]
    assert (act.act, act.by, act.stands_for) == ("claim", "three", "two")


def test_nobodys_deputy_decides_his_case() -> None:
    somebody("one", "market", "clerk")
    somebody("friend", "market")
    lend("one", "friend")
    number = door.start(now("one"), "licence")
    accept = items(number)["accept"].id
    with pytest.raises(Refused) as caught:
        door.complete(now("friend"), accept)
    assert caught.value.rule == "access.handle"
    door.complete(clerk("market"), accept)


def test_an_item_is_handed_to_who_may_do_it_and_not_to_the_applicant(item: int) -> None:
    somebody("idle", "police")
    somebody("elsewhere", "market", "clerk")
    assert [name for name, _ in door.colleagues(now("one"), item)] == ["two"]
    for to in ("idle", "elsewhere", "li", "nobody"):
        with pytest.raises(Invalid) as caught:
            door.hand_over(now("one"), item, to, "leave")
        assert caught.value.rule == "procedures.colleague"
    somebody("li", "police", "clerk")
    with pytest.raises(Invalid):
        door.hand_over(now("one"), item, "li", "leave")


def test_only_who_holds_it_puts_it_back(item: int) -> None:
    with pytest.raises(Conflict):
        door.release(now("two"), item)
    door.release(now("one"), item)
    with pytest.raises(Conflict):
        door.release(now("one"), item)
    assert not door.inbox(now("one"), mine=True)
    assert door.stands_in_for(replace(now("one"), lent=())) == []
