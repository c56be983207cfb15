"""Grants, masks, purposes, the ledger, and who is behind a request."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from lingqu.centre.access import door, masking
from lingqu.centre.access.door import ANONYMOUS, SYSTEM, Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.kernel.errors import Refused
from little_city import city, developer, draw, police  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        ("name", "张小明", "张**"),
        ("name", "王", "王*"),
        ("identity", "230102199001011234", "2301**********1234"),
        ("phone", "+8613812341234", "138****1234"),
        ("phone", "110", "*10"),
        ("address", "哈尔滨市道里区中央大街12号3单元501室", "哈尔滨市道里区中央大街***"),
        ("address", "道外区靖宇街道太平社区8号", "道外区靖宇街道***"),
        ("address", "红旗乡幸福村12号", "红旗乡幸福村***"),
        ("date", "1990-02-03", "1990"),
        ("absent", "x", None),
        ("none", "x", "x"),
        ("date", ["1990-02-03", "2000-01-01"], ["1990", "2000"]),
    ],
)
def test_masks(mask: Any, value: Any, shown: Any) -> None:
    assert door.masked(mask, value) == shown


@given(st.sampled_from(["name", "identity", "phone", "address", "date", "hash"]), st.text(min_size=5, max_size=30))
def test_no_mask_gives_the_whole_away(mask: Any, value: str) -> None:
    shown = door.masked(mask, value)
    assert shown != value or set(value) <= {"*"}
    assert door.masked(mask, value) == shown


def test_a_digest_is_the_same_for_the_same() -> None:
    assert masking.digest("黑A12345") == masking.digest("黑A12345") != masking.digest("黑A12346")


def test_what_grants_allow(police: Actor) -> None:
    assert door.may(police, "write", "Person", owner="police")
    assert not door.may(police, "write", "Person", owner="housing")
    assert not door.may(police, "write", "Building")
    assert door.may(police, "read", "Building")
    assert not door.may(ANONYMOUS, "read", "Person")
    assert not door.may(ANONYMOUS, "write", "Building")
    assert door.may(SYSTEM, "administer")
    assert not door.may(replace(police, purpose=""), "read", "Person")
    assert door.visible(SYSTEM)[0].as_string(None) == "true"
    assert door.visible(ANONYMOUS, "write")[0].as_string(None) == "false"


def test_regions_are_prefixes() -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
    assert door.may(clerk, "read", "Person", region="230102001005")
    assert not door.may(clerk, "read", "Person", region="230103001005")
    _, parameters = door.visible(clerk)
    assert "230102" in parameters.values()


def test_a_row_of_ones_own() -> None:
    draw([("role", {"code": "citizen", "title": "市民", "grants": [{"actions": ["read"], "types": ["Person"], "rows": "self", "unmasked": True}]})])  # fmt: skip # noqa: E501
    me = Actor("person", "me", roles=("citizen",), person="urn:ngsi-ld:Person:1", purpose="my data")
    condition, parameters = door.visible(me)
    assert "id = %(access_self_" in condition.as_string(None)
    assert "urn:ngsi-ld:Person:1" in parameters.values()
    assert door.masks(me, "Person", entity_id="urn:ngsi-ld:Person:1") == {}
    assert not door.may(replace(me, person=""), "read", "Person")


def test_only_named_attributes() -> None:
    draw([("role", {"code": "narrow", "title": "窄", "grants": [{"actions": ["read"], "types": ["Person"], "attributes": ["name", "sex"], "mask": {"name": "hash"}}]})])  # fmt: skip # noqa: E501
    actor = Actor("person", "n", roles=("narrow",), purpose="p")
    shown = door.mask(
        actor, "Person", {n: {"type": "Property", "value": "1"} for n in ("name", "sex", "birthDate", "new")}
    )
    assert set(shown) == {"name", "sex"}
    assert shown["name"]["value"] == masking.digest("1")
    assert shown["sex"]["value"] == "1"


def test_the_widest_grant_counts(police: Actor) -> None:
    assert door.masks(police, "Person", owner="police") == {}
    assert door.masks(police, "Person", owner="housing")["birthDate"] == "date"


def test_a_refusal_names_rule_owner_and_step_and_stays(police: Actor) -> None:
    with pytest.raises(Refused) as caught:
        door.require(replace(police, name="refused-one"), "write", "Person", owner="housing")
    error = caught.value
    assert (error.rule, error.owner) == ("access.write", "housing")
    assert error.next_step.zh
    assert LedgerRow.objects.filter(actor="refused-one", act="refused").exists()
    with pytest.raises(Refused) as caught:
        door.require(replace(police, purpose=""), "read", "Person")
    assert caught.value.rule == "access.purpose"


def test_who_is_behind_a_request(rf: RequestFactory) -> None:
    account = Account.objects.create_user("wang", roles=["police"], department="police", region="230102000000")
    request = rf.get("/", headers={"Lingqu-Purpose": "%E6%95%91%E5%8A%A9"})
    request.user, request.session = account, {"purpose": "from the session"}
    actor = door.actor_of(request)
    assert (actor.name, actor.roles, actor.department, actor.purpose) == ("wang", ("police",), "police", "救助")
    request = rf.get("/", headers={"Lingqu-Purpose": "case%00 12%0a"})
    assert door.actor_of(request).purpose == "case 12"
    request = rf.get("/")
    request.user, request.session = account, {"purpose": "from the session"}
    assert door.actor_of(request).purpose == "from the session"
    assert door.actor_of(rf.get("/")).kind == "anonymous"


def test_demo_accounts(settings: Any) -> None:
    settings.DEMO = True
    draw([("role", {"code": "duty", "title": "值班", "demo": {"username": "duty", "name": {"zh": "小王", "en": "Wang"}, "department": "police"}}), ("role", {"code": "extra", "title": "兼", "demo": {"username": "duty", "name": "x"}})])  # fmt: skip # noqa: E501
    assert [(d.username, d.roles, d.department) for d in door.demo_accounts()] == [
        ("duty", ("duty", "extra"), "police")
    ]
    assert door.ensure_demo_accounts() == door.ensure_demo_accounts() == ["duty"]
    account = Account.objects.get(username="duty")
    assert (account.roles, account.demo, account.has_usable_password()) == (["duty", "extra"], True, False)
    settings.DEMO = False
    assert door.demo_accounts() == []
    with pytest.raises(Refused):
        door.ensure_demo_accounts()


def test_everybody_holds_the_anonymous_roles() -> None:
    draw([("role", {"code": "everybody", "title": "公众", "anonymous": True, "grants": [{"actions": ["export"], "types": ["Building"]}]})])  # fmt: skip # noqa: E501
    assert door.may(ANONYMOUS, "export", "Building")


def test_a_purpose_serves_by_its_code() -> None:
    clerk = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance: case 12")
    assert door.may(clerk, "read", "Person")
    assert not door.may(replace(clerk, purpose="assistances"), "read", "Person")


def test_who_may_read_nothing_of_a_type_has_everything_hidden() -> None:
    assert door.hidden(ANONYMOUS, "Person") == {"*": "absent"}


def test_the_ledger_is_told_newest_first_and_to_no_stranger(police: Actor, developer: Actor) -> None:
    draw([("role", {"code": "keeper", "title": "管", "grants": [{"actions": ["steward"]}]})])
    keeper = Actor("person", "keeper", roles=("keeper",))
    door.record(police, "read", entity_type="Person", entity_ids=["urn:a:1", "urn:a:2"])
    door.record(developer, "export", entity_type="Building", count=7)
    newest, older = door.ledger_rows(keeper, limit=2)
    assert (newest.actor, newest.act, newest.count) == ("li", "export", 7)
    assert (older.purpose, older.entity_ids) == ("household check", ("urn:a:1", "urn:a:2"))
    assert (
        door.ledger_rows(keeper, entity_id="urn:a:2") == door.ledger_rows(keeper, before=newest.id, limit=1) == [older]
    )
    assert door.ledger_rows(keeper, who="li", act="export", entity_type="Building", limit=1) == [newest]
    assert door.ledger_rows(police, limit=1) == [older]


@pytest.mark.parametrize("statement", ["update access_ledger set actor = 'nobody'", "delete from access_ledger"])
def test_no_row_of_the_ledger_is_changed_or_deleted(police: Actor, statement: str) -> None:
    door.record(police, "read", entity_type="Person", entity_ids=["urn:a:1"])
    with (
        pytest.raises(ProgrammingError, match="access_ledger is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert LedgerRow.objects.filter(actor=police.name).exists()
