"""Four eyes: nothing dangerous is done by one alone, nor by two accounts of one."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from access.offices import DANGEROUS, ROLES, city, granted, now, offices, refused, roles_of, somebody  # noqa: F401
from lingqu.centre.access import administration as office
from lingqu.centre.access.administration import AccountChange, FourEyes, Loan, NewAccount, Opening, PersonLink
from lingqu.centre.access.models import Account, Proposal
from lingqu.kernel.errors import Conflict, Invalid, LingquError, NotFound, Refused

pytestmark = pytest.mark.usefixtures("offices")
REASON = "asked for by letter 12"


def new(username: str = "wang", *roles: str, department: str = "centre") -> dict[str, Any]:
    return NewAccount(username=username, roles=roles, department=department).model_dump()


@pytest.fixture
def two(offices: None) -> None:
    somebody("chief", ["chief"])
    somebody("officer", ["officer"])


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("role", sorted(DANGEROUS))
def test_a_dangerous_role_is_given_by_two(role: str) -> None:
    with pytest.raises(FourEyes):
        office.create_account(now("chief"), NewAccount.model_validate(new("wang", role)))
    assert refused("access.four_eyes")
    number = office.do_or_propose(now("chief"), "create_account", new("wang", role), REASON)
    assert number is not None
    assert [p.id for p in office.proposals_waiting(now("officer"))] == [number]
    assert office.proposals_waiting(now("chief")) == []
    with pytest.raises(Refused):
        office.second(now("chief"), number)
    assert not Account.objects.filter(username="wang").exists()
    office.second(now("officer"), number)
    assert roles_of("wang") == [role]
    rows = granted(proposal=number)
    assert [(r.actor, r.detail["what"]) for r in rows] == [
        ("chief", "proposal proposed"),
        ("officer", "proposal seconded"),
    ]
    assert granted(what="account created")[0].actor == "chief"
    with pytest.raises(Conflict):
        office.second(now("officer"), number)


@pytest.mark.usefixtures("two")
def test_what_is_not_dangerous_is_done_at_once() -> None:
    assert office.do_or_propose(now("chief"), "create_account", new("wang", "desk"), "") is None
    assert roles_of("wang") == ["desk"]


@pytest.mark.usefixtures("two")
def test_a_proposal_needs_a_reason_and_is_kept_once() -> None:
    with pytest.raises(Invalid):
        office.propose(now("chief"), "create_account", new("wang", "chief"), " ")
    with pytest.raises(Invalid):
        office.propose(now("chief"), "create_account", {"username": "x", "is_superuser": True}, REASON)
    with pytest.raises(NotFound):
        office.propose(now("chief"), "drop_tables", {}, REASON)
    first = office.propose(now("chief"), "create_account", new("wang", "chief"), REASON)
    assert office.propose(now("chief"), "create_account", new("wang", "chief"), REASON) == first


@pytest.mark.usefixtures("two")
def test_rules_are_asked_again_when_it_is_seconded() -> None:
    number = office.propose(now("chief"), "create_account", new("wang", "chief"), REASON)
    somebody("wang", (), "housing")  # the name is taken meanwhile
    with pytest.raises(Invalid):
        office.second(now("officer"), number)
    assert Proposal.objects.get().state == "asked"
    other = office.propose(now("chief"), "create_account", new("zhao", "chief"), REASON)
    Account.objects.filter(username="chief").update(roles=[])  # the proposer may no more
    with pytest.raises(Refused):
        office.second(now("officer"), other)
    assert not Account.objects.filter(username="zhao").exists()


@pytest.mark.usefixtures("two")
def test_a_proposal_expires_after_seven_days() -> None:
    number = office.propose(now("chief"), "create_account", new("wang", "chief"), REASON)
    Proposal.objects.update(expires_at=timezone.now())
    assert office.proposals_waiting(now("officer")) == []
    assert [p.state for p in office.my_proposals(now("chief"))] == ["expired"]
    assert [p.id for p in office.decided(now("officer"))] == [number]
    with pytest.raises(Conflict):
        office.second(now("officer"), number)


@pytest.mark.usefixtures("two")
def test_a_proposal_is_refused_or_taken_back_for_a_reason() -> None:
    number = office.propose(now("chief"), "create_account", new("wang", "chief"), REASON)
    somebody("clerk", ["reader"])
    with pytest.raises(NotFound):
        office.refuse_proposal(now("clerk"), number, "I say so")
    with pytest.raises(Invalid):
        office.refuse_proposal(now("officer"), number, "")
    assert office.refuse_proposal(now("officer"), number, "nobody knows him").state == "refused"
    own = office.propose(now("chief"), "create_account", new("zhao", "chief"), REASON)
    assert office.refuse_proposal(now("chief"), own, "a mistake").decided_why == "a mistake"
    with pytest.raises(Conflict):
        office.second(now("officer"), own)


def test_a_person_is_linked_by_two_and_not_by_whom_it_is_about() -> None:
    for name in ("chief", "officer", "third"):
        somebody(name, ["officer"])
    link = PersonLink(username="officer", person="urn:ngsi-ld:Person:1")
    with pytest.raises(FourEyes):
        office.set_person(now("chief"), link)
    number = office.propose(now("chief"), "set_person", link.model_dump(), REASON)
    with pytest.raises(NotFound):
        office.second(now("officer"), number)
    office.second(now("third"), number)
    assert now("officer").person == "urn:ngsi-ld:Person:1"
    office.set_person(now("chief"), PersonLink(username="officer"))  # taking it away needs no second
    assert now("officer").person == ""


@pytest.mark.parametrize("how", ["the proposer's loan", "the seconder's loan", "one person", "a machine", "too little"])
def test_two_accounts_of_one_are_no_four_eyes(how: str) -> None:
    somebody("chief", ["chief"])
    somebody("other", ["chief"])
    proposer, seconder = "chief", "second"
    somebody("second", [] if how.endswith("loan") else ["chief"])
    if how == "the proposer's loan":
        lent("chief", "second")
    elif how == "the seconder's loan":
        lent("other", "second")
        proposer, seconder = "second", "other"
    elif how == "one person":
        Account.objects.filter(username__in=("chief", "second")).update(person="urn:ngsi-ld:Person:9")
    elif how == "a machine":
        Account.objects.filter(username="second").update(kind="client")
    else:
        Account.objects.filter(username="second").update(roles=["housing_chief"])
    number = office.propose(now(proposer), "create_account", new("wang", "chief"), REASON)
    assert how == "the seconder's loan" or office.proposals_waiting(now(seconder)) == []
    with pytest.raises(LingquError) as told:
        office.second(now(seconder), number)
    assert told.value.status in (403, 404)
    assert not Account.objects.filter(username="wang").exists()


def lent(giver: str, taker: str) -> None:
    """The role chief, lent under four eyes."""
    until = timezone.now() + timedelta(days=3)
    asked = Loan(giver=giver, taker=taker, roles=("chief",), begins=timezone.now(), ends=until, reason="leave")
    number = office.propose(now(giver), "lend", asked.model_dump(), REASON)
    office.second(now("other" if giver == "chief" else "chief"), number)


def test_what_exceeds_a_department_is_seconded_by_who_administers_it_all() -> None:
    somebody("head", ["housing_chief"], "housing")
    somebody("deputy", ["housing_chief"], "housing")
    somebody("chief", ["chief"])
    number = office.propose(now("head"), "create_account", new("wang", "reader", department="housing"), REASON)
    assert Proposal.objects.get().dangers == ["beyond"]
    with pytest.raises(NotFound):
        office.second(now("deputy"), number)
    office.second(now("chief"), number)
    assert roles_of("wang") == ["reader"]


@pytest.mark.usefixtures("two")
def test_a_closed_account_with_dangerous_roles_is_opened_by_two() -> None:
    somebody("old", ["officer"], is_active=False)
    with pytest.raises(FourEyes):
        office.reopen_account(now("chief"), Opening(username="old"))
    somebody("desk", ["desk"], is_active=False)
    office.reopen_account(now("chief"), Opening(username="desk"))
    somebody("late", ["officer"], valid_until=timezone.now() - timedelta(days=1))
    later = AccountChange(
        username="late", department="centre", roles=("officer",), valid_until=timezone.now() + timedelta(days=9)
    )
    with pytest.raises(FourEyes):
        office.change_account(now("chief"), later)


# The law: whatever an administrator and the accounts of the own making do, none of them ever gains a dangerous right,
# and the own rights stay as they were.
NAMES = ("root", "a", "b")
role_sets = st.lists(st.sampled_from(sorted(ROLES)), max_size=3, unique=True).map(tuple)
steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "change", "close", "reopen", "link", "lend", "propose", "second"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        role_sets,
        st.sampled_from(["centre", "housing", ""]),
    ),
    max_size=12,
)


PUPPET_SECONDS = [
    ("create", "root", "a", (), "centre"),
    ("propose", "root", "a", ("chief",), "centre"),
    ("second", "a", "b", (), ""),
    ("second", "root", "b", (), ""),
]
PUPPET_LENDS = [
    ("create", "root", "a", ("desk",), "centre"),
    ("lend", "root", "a", ("officer",), ""),
    ("lend", "a", "root", ("desk",), ""),
]


def act_of(what: str, who: str, whom: str, roles: tuple[str, ...], department: str) -> Callable[[], Any]:
    actor, until = now(who), timezone.now() + timedelta(days=5)
    asked = AccountChange(username=whom, roles=roles, department=department)
    numbers = Proposal.objects.filter(state="asked").values_list("pk", flat=True)
    return {
        "create": lambda: office.create_account(actor, NewAccount(username=whom, roles=roles, department=department)),
        "change": lambda: office.change_account(actor, asked),
        "close": lambda: office.close_account(actor, Opening(username=whom, reason="because")),
        "reopen": lambda: office.reopen_account(actor, Opening(username=whom)),
        "link": lambda: office.set_person(actor, PersonLink(username=whom, person="urn:ngsi-ld:Person:1")),
        "lend": lambda: office.lend(
            actor, Loan(giver=who, taker=whom, roles=roles, begins=timezone.now(), ends=until, reason="because")
        ),
        "propose": lambda: office.propose(actor, "change_account", asked.model_dump(), REASON),
        "second": lambda: [office.second(actor, number) for number in numbers],
    }[what]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.sampled_from(["officer", "chief", "housing_chief"]))
@example(PUPPET_SECONDS, "chief")
@example(PUPPET_LENDS, "officer")
def test_nobody_raises_the_own_rights_alone(sequence: list[Any], role: str) -> None:
    with transaction.atomic():
        somebody("root", [role])
        done = 0
        for step in sequence:
            if Account.objects.filter(username=step[1]).exists():
                try:
                    with transaction.atomic():
                        act_of(*step)()
                    done += 1
                except LingquError:
                    pass
        root = Account.objects.get(username="root")
        assert (root.roles, root.department, root.person, root.is_active) == ([role], "centre", "", True)
        for name in ("a", "b"):
            if Account.objects.filter(username=name).exists():
                actor = now(name)
                held = {*actor.roles, *(r for h in actor.lent for r in h.roles)}
                assert not office.dangers_of(held)
                assert actor.person == ""
        transaction.set_rollback(True)
