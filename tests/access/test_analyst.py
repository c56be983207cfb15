"""Analysts: through logins of their own, with psql's means (ADR 6)."""

# ruff: noqa: F811

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import errors

from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft
from lingqu.kernel.errors import Refused
from lingqu.kernel.identifiers import citizen_id_of
from lingqu.site import postgres
from little_city import city, draw, person  # noqa: F401
from web_role import owner

NUMBER = citizen_id_of("230102", date(1990, 1, 1), 123)
GRANT = {"actions": ["read"], "types": ["Person", "Building"]}


@pytest.fixture
def login(transactional_db: None, city: None, web_role: dict[str, str]) -> Iterator[dict[str, str]]:
    """How the analyst connects. Roles outlive tests: the name is the same for all."""
    draw([("role", {"code": "analyst", "title": "分析", "grants": [GRANT]})])
    entities.write(
        SYSTEM,
        [
            Draft("urn:ngsi-ld:Person:1", "Person", person(1, idNumber=NUMBER, sex="1", plate=["黑A1"])),
            Draft(
                "urn:ngsi-ld:Building:1",
                "Building",
                {n: {"type": "Property", "value": v} for n, v in {"address": "中央大街1号", "floors": 7}.items()},
            ),
        ],
    )
    Account.objects.create_user("qian", "secret", roles=["analyst"])
    entities.analyst_views()
    with owner() as other:
        known = postgres.add_analyst(other, "qian", "qian", timezone.now() + timedelta(days=1), "tests")
    yield {**web_role, "user": known[0], "password": known[1]}
    with owner() as other:
        postgres.end_analyst(other, "qian")
        other.execute("delete from guard.analyst; delete from guard.opened")


def _rows(held: psycopg.Connection[Any], statement: str) -> list[Any]:
    return held.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]


def test_values_are_masked_and_typed_as_the_role_says(login: dict[str, str]) -> None:
    with psycopg.connect(**login, autocommit=True) as held:  # type: ignore[arg-type]
        _rows(held, "select analyst.open('household study')")
        found = _rows(held, "select name, id_number, sex from person")
        assert found == [("王***", f"2301**********{NUMBER[-4:]}", "1")]
        columns = {row[0] for row in _rows(held, "select column_name from information_schema.columns")}
        assert not {"ethnic_group", "plate", "attrs", "prov", "search"} & columns
        assert _rows(held, "select floors from building where floors > 6") == [(7,)]


def test_nothing_is_seen_before_a_purpose_was_stated_and_committed(login: dict[str, str]) -> None:
    with psycopg.connect(**login) as held:  # type: ignore[arg-type]
        with pytest.raises(errors.InsufficientPrivilege, match="no purpose"):
            _rows(held, "select * from person")
        held.rollback()
        _rows(held, "select analyst.open('household study')")
        with pytest.raises(errors.InsufficientPrivilege, match="no purpose"):
            _rows(held, "select * from person")
        held.rollback()
        with pytest.raises(errors.InsufficientPrivilege, match="no purpose"):
            _rows(held, "select * from person")
        held.rollback()
        with pytest.raises(errors.InvalidParameterValue):
            _rows(held, "select analyst.open('')")
        held.rollback()
        _rows(held, "select analyst.open('household study')")
        held.commit()
        assert len(_rows(held, "select * from person")) == 1
    with psycopg.connect(**login) as another, pytest.raises(errors.InsufficientPrivilege):  # type: ignore[arg-type]
        _rows(another, "select * from person")


def _taken() -> None:
    """Seal when no other transaction of the server, of other test runs included, began before what was read."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("select coalesce(pg_snapshot_xmin(pg_current_snapshot()) > max(xid), true) from guard.inbox")
            if cursor.fetchone()[0]:
                access.seal_ledger()
                return
        time.sleep(0.05)
    raise AssertionError("another transaction of this server stayed open")


def test_each_read_of_persons_leaves_a_row_and_a_rolled_back_one_its_opening(login: dict[str, str]) -> None:
    _taken()  # what other tests left in the inbox
    before = LedgerRow.objects.count()
    with psycopg.connect(**login) as held:  # type: ignore[arg-type]
        _rows(held, "select analyst.open('household study')")
        held.commit()
        _rows(held, "select name from person where sex = '1'")
        held.commit()
        _rows(held, "select address from building")
        _rows(held, "select name from person")
        held.rollback()
    _taken()
    told = list(LedgerRow.objects.order_by("id")[before:].values_list("actor", "act", "way", "entity_type", "purpose"))
    assert told == [
        ("qian", "login", "view", "", "household study"),
        ("qian", "read", "view", "Person", "household study"),
    ]
    row = LedgerRow.objects.latest("id")
    assert "sex = '1'" in row.detail["query"]
    assert row.mac
    _taken()
    assert LedgerRow.objects.count() == before + 2, "each is taken once"


@pytest.mark.parametrize(
    "forbidden",
    [
        "select * from public.entity",
        "select * from public.access_account",
        "select * from public.access_ledger",
        "select * from guard.key",
        "select * from guard.inbox",
        "insert into guard.inbox (actor, purpose, act, detail) values ('x', 'x', 'read', '{}')",
        "select guard.pass()",
        "create table mine ()",
        "create temp table mine ()",
        "update person set region = 'x'",
        "delete from person",
        "create view analyst.mine as select 1",
        "update public.entity_tally set n = 0",
    ],
)
def test_an_analyst_can_do_nothing_else(login: dict[str, str], forbidden: str) -> None:
    with psycopg.connect(**login, autocommit=True) as held:  # type: ignore[arg-type]
        _rows(held, "select analyst.open('household study')")
        with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState, errors.UndefinedTable)):
            held.execute(forbidden)  # type: ignore[call-overload]


@pytest.mark.parametrize("ended", ["account closed", "role taken", "term over", "login ended"])
def test_a_login_ends_with_its_account_its_role_and_its_term(login: dict[str, str], ended: str) -> None:
    with psycopg.connect(**login, autocommit=True) as held:  # type: ignore[arg-type]
        _rows(held, "select analyst.open('household study')")
        _rows(held, "select * from person")
        account = Account.objects.filter(username="qian")
        if ended == "account closed":
            account.update(is_active=False)
        elif ended == "role taken":
            account.update(roles=[])
        else:
            with owner() as other:
                if ended == "login ended":
                    assert postgres.end_analyst(other, "qian")
                else:
                    other.execute("update guard.analyst set until = now()")
        with pytest.raises(psycopg.Error):
            _rows(held, "select * from person")
        with pytest.raises(psycopg.Error):
            _rows(held, "select analyst.open('household study')")


def test_only_an_account_with_the_role_gets_a_login(city: None) -> None:
    Account.objects.create_user("sun", "secret", roles=["clerk"])
    for name in ("sun", "nobody"):
        with pytest.raises(Refused):
            access.require_analyst(name)


def test_a_drawing_without_the_role_has_no_views(city: None) -> None:
    assert entities.analyst_views() == []
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_views where schemaname = 'analyst'")
        assert cursor.fetchone() == (0,)


def test_masks_in_sql_are_those_of_pages(db: None) -> None:
    tried = ["张小明", "王", "230102199001011234", "123", "+8613812341234", "13812341234", "110", "1990-02-03"]
    tried += ["哈尔滨市道里区中央大街12号3单元501室", "道外区靖宇街道太平社区8号", "红旗乡幸福村12号"]
    tried += ["某处", "Anna Karenina"]
    with connection.cursor() as cursor:
        for how in ("name", "identity", "phone", "address", "date"):
            for value in tried:
                cursor.execute("select guard.masked(%s, %s)", [how, value])
                assert cursor.fetchone()[0] == access.masked(how, value), (how, value)
