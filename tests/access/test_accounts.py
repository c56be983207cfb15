"""Administering accounts: within what one administers, by the drawing, never the own one, and in the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from access.offices import city, granted, now, offices, refused, roles_of, somebody  # noqa: F401
from access.test_credentials import certificate
from lingqu.centre.access import administration as office
from lingqu.centre.access.administration import AccountChange, Certificate, FourEyes, NewAccount, Opening, PersonLink
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account, Credential
from lingqu.kernel.errors import Conflict, Invalid, LingquError, NotFound, Refused

pytestmark = pytest.mark.usefixtures("offices")
WANG = NewAccount(username="wang", display_name="王", department="housing", roles=("desk",))


def changed(username: str, **what: Any) -> AccountChange:
    account = Account.objects.get(username=username)
    kept = {name: getattr(account, name) for name in ("display_name", "department", "region", "valid_until")}
    return AccountChange.model_validate({"username": username, "roles": tuple(account.roles), **kept, **what})


def test_an_administrator_makes_changes_and_closes_accounts_and_each_leaves_a_row() -> None:
    chief = somebody("chief", ["chief"])
    office.create_account(chief, WANG)
    assert not Account.objects.get(username="wang").has_usable_password()
    office.change_account(chief, changed("wang", roles=("desk", "own"), display_name="王五"))
    office.change_account(chief, changed("wang"))  # nothing changes: nothing to tell
    office.close_account(chief, Opening(username="wang", reason="left the office"))
    assert not Account.objects.get(username="wang").is_active
    office.reopen_account(chief, Opening(username="wang"))
    assert Account.objects.get(username="wang").is_active
    told = [row.detail["what"] for row in granted(account="wang")]
    assert told == ["account created", "account changed", "account closed", "account reopened"]
    assert granted(what="account changed")[0].detail["changed"]["roles"] == {
        "before": ["desk"],
        "after": ["desk", "own"],
    }


@pytest.mark.parametrize(
    ("column", "asked"),
    [
        ("username", {"username": "a b"}),
        ("username", {"username": "CHIEF"}),
        ("display_name", {"display_name": "x" * 121}),
        ("region", {"region": "230103"}),
        ("region", {"region": "99" * 6}),
        ("roles", {"roles": ("nobody",)}),
        ("roles", {"kind": "client", "roles": ("blueprints",)}),
        ("roles", {"kind": "device", "roles": ("street",)}),
        ("roles", {"kind": "device", "roles": ("reader",)}),
        ("valid_until", {"valid_until": "2020-01-01T00:00:00Z"}),
        ("department", {"department": "moon"}),
    ],
)
def test_what_the_drawing_does_not_know_is_refused_at_its_place(column: str, asked: dict[str, Any]) -> None:
    chief = somebody("chief", ["chief"])
    with pytest.raises(Invalid) as told:
        office.create_account(
            chief,
            WANG.model_copy(
                update=NewAccount.model_validate({"username": "x", **asked}).model_dump(include=set(asked))
            ),
        )
    assert [fault.column for fault in told.value.faults] == [column]
    assert Account.objects.count() == 1


def test_a_device_writes_what_is_about_no_person() -> None:
    office.create_account(
        somebody("chief", ["chief"]),
        NewAccount(kind="device", username="meter-1", department="housing", roles=("meter",)),
    )
    assert roles_of("meter-1") == ["meter"]


def test_of_one_department_one_administers_that_department_only() -> None:
    head = somebody("head", ["housing_chief"], "housing")
    somebody("li", ["desk"], "police")
    somebody("lin", ["desk"], "housing")
    office.create_account(head, WANG)
    for other in ("police", ""):
        with pytest.raises(Refused):
            office.create_account(head, replace_department(other))
    with pytest.raises(NotFound):
        office.change_account(head, changed("li", display_name="x"))
    with pytest.raises(Refused):
        office.change_account(head, changed("lin", department="police"))
    with pytest.raises(FourEyes) as told:
        office.change_account(head, changed("lin", roles=("reader",)))
    assert told.value.dangers == ("beyond",)
    found = office.accounts_found(head)
    assert {a.username for a in found.accounts} == {"head", "lin", "wang"}
    with pytest.raises(NotFound):
        office.account(head, "li")
    assert len(refused("access.account")) == 2


def replace_department(code: str) -> NewAccount:
    return WANG.model_copy(update={"department": code, "username": "other"})


def test_who_may_more_than_one_administers_is_left_alone() -> None:
    head = somebody("head", ["housing_chief"], "housing")
    somebody("boss", ["reader"], "housing")
    for act in (
        lambda: office.close_account(head, Opening(username="boss", reason="away with it")),
        lambda: office.change_account(head, changed("boss", roles=())),
    ):
        with pytest.raises(Refused) as told:
            act()
        assert told.value.rule == "access.account_above"


def test_nobody_administers_the_own_account() -> None:
    chief = somebody("chief", ["chief"])
    for act in (
        lambda: office.change_account(chief, changed("chief", roles=("chief", "reader"))),
        lambda: office.close_account(chief, Opening(username="chief", reason="me myself")),
        lambda: office.set_person(chief, PersonLink(username="chief", person="urn:ngsi-ld:Person:1")),
        lambda: office.let_in(chief, "chief"),
    ):
        with pytest.raises(Refused) as told:
            act()
        assert told.value.rule == "access.own_account"
    assert len(refused("access.own_account")) == 4


@pytest.mark.parametrize("who", ["reader", "desk", ""])
def test_without_the_right_nothing_is_administered(who: str) -> None:
    actor = somebody("somebody", [who] if who else [])
    somebody("lin", ["desk"], "housing")
    Account.objects.filter(username="lin").update(kind="client")
    for act in (
        lambda: office.create_account(actor, WANG),
        lambda: office.change_account(actor, changed("lin", roles=())),
        lambda: office.close_account(actor, Opening(username="lin", reason="no reason")),
        lambda: office.issue_key(actor, "lin"),
        lambda: office.pin_certificate(actor, Certificate(username="lin", pem=certificate()[0])),
        lambda: office.account(actor, "lin"),
        lambda: office.keys(actor, "lin"),
    ):
        with pytest.raises(LingquError) as told:
            act()
        assert told.value.status in (403, 404)
    assert office.accounts_found(actor).accounts == ()


def test_a_key_is_told_once_and_lives_a_year_at_most() -> None:
    chief = somebody("chief", ["chief"])
    office.create_account(chief, NewAccount(kind="client", username="app", department="housing", roles=("desk",)))
    key = office.issue_key(chief, "app", "nightly import")
    row = Credential.objects.get()
    assert timedelta(days=89) < row.expires_at - timezone.now() <= timedelta(days=90)
    assert key not in repr(granted(account="app")) + repr([r.detail for r in granted()])
    assert key not in repr(office.keys(chief, "app"))
    for days in (0, 366):
        with pytest.raises(Invalid):
            office.issue_key(chief, "app", days=days)
    office.create_account(chief, WANG)
    with pytest.raises(Invalid):
        office.issue_key(chief, "wang")  # people sign in themselves
    ask = {"Authorization": f"Bearer {key}"}
    assert Client().get("/ngsi-ld/v1/types", headers=ask).status_code == 200
    assert office.revoke_credential(chief, row.pk) == "app"
    assert Client().get("/ngsi-ld/v1/types", headers=ask).status_code == 401
    assert [k.state for k in office.keys(chief, "app")] == ["withdrawn"]


def test_a_certificate_is_pinned_once() -> None:
    chief = somebody("chief", ["chief"])
    somebody("app", ["desk"], "housing", kind="client")
    pem = certificate()[0]
    office.pin_certificate(chief, Certificate(username="app", pem=pem))
    with pytest.raises(Conflict):
        office.pin_certificate(chief, Certificate(username="app", pem=pem))
    with pytest.raises(Invalid):
        office.pin_certificate(chief, Certificate(username="app", pem="no pem"))


def test_a_system_that_sees_all_unmasked_comes_by_certificate_under_four_eyes() -> None:
    chief = somebody("chief", ["chief"])
    somebody("app", ["seer"], "police", kind="client")
    with pytest.raises(Refused) as told:
        office.issue_key(chief, "app")
    assert told.value.rule == "access.key_or_certificate"
    with pytest.raises(FourEyes):
        office.pin_certificate(chief, Certificate(username="app", pem=certificate()[0]))


def test_a_first_way_in_is_for_who_never_signed_in() -> None:
    chief = somebody("chief", ["chief"])
    office.create_account(chief, WANG)
    token = office.let_in(chief, "wang")
    assert office.opens(token) == "wang"
    with pytest.raises(Invalid):
        office.come_in(token, "123")
    assert office.come_in(token, "un-guessable 9 words") == "wang"
    with pytest.raises(NotFound):
        office.opens(token)  # used
    with pytest.raises(Refused):
        office.let_in(chief, "wang")  # it would be wang's account in the hands of the chief
    somebody("officer", ["officer"])
    with pytest.raises(Refused):
        office.let_in(chief, "officer")
    assert office.let_in(SYSTEM, "officer")


def test_an_account_whose_time_is_over_acts_no_more() -> None:
    Account.objects.create(username="late", roles=["reader"], valid_until=timezone.now() + timedelta(hours=1))
    client = Client()
    client.force_login(Account.objects.get(username="late"))
    assert client.get("/stewardship/ledger/").status_code == 200
    Account.objects.update(valid_until=timezone.now())
    assert client.get("/stewardship/ledger/").status_code == 403


def test_the_list_is_narrowed_and_paged() -> None:
    chief = somebody("chief", ["chief"])
    for n in range(5):
        somebody(f"desk-{n}", ["desk"], "housing", display_name=f"王{n}")
    somebody("shut", ["desk"], "police", is_active=False)
    page = office.accounts_found(chief, role="desk", limit=4)
    assert [a.username for a in page.accounts] == ["desk-0", "desk-1", "desk-2", "desk-3"]
    assert (page.count, page.next) == (6, "desk-3")
    assert page.counts["department"] == {"housing": 5, "police": 1}
    rest = office.accounts_found(chief, role="desk", limit=4, after=page.next)
    assert [a.username for a in rest.accounts] == ["desk-4", "shut"]
    assert [a.username for a in office.accounts_found(chief, words="王3").accounts] == ["desk-3"]
    assert [a.username for a in office.accounts_found(chief, state="closed").accounts] == ["shut"]


def test_what_i_may_see_is_one_table() -> None:
    somebody("lin", ["street", "own"], "housing", region="230103001000", person="urn:ngsi-ld:Person:7")
    found = {(r.way, r.by, r.grant.rows) for r in office.rights(now("lin"))}
    assert {("own", "street", "own_region"), ("own", "own", "self"), ("everybody", "", "public")} <= found
    masks = next(r.masks for r in office.rights(now("lin")) if r.by == "street")
    assert masks is not None
    assert masks["idNumber"] == "identity"
    assert "address" not in masks
