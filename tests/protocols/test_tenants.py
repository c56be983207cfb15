"""Tenants: data sets that know nothing of each other, each seen by whose roles list it."""

# ruff: noqa: F811

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client

from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from lingqu.protocols.ngsi_ld.notify import of_tenants
from lingqu.protocols.ngsi_ld.notify.engine import Engine
from lingqu.site.commands.tenant import tenant as command
from little_city import city, draw  # noqa: F401
from receiver import Receiver
from settled import settle
from web_role import as_web, web_role  # noqa: F401

V1 = "/ngsi-ld/v1"
CAR = "urn:ngsi-ld:Car:"
ROLES: list[dict[str, Any]] = [
    {
        "code": "transit",
        "grants": [{"actions": ["read", "write", "register"], "types": ["*"]}],
        "tenants": ["bus", "tram"],
    },
    {"code": "viewer", "grants": [{"actions": ["read"], "types": ["Car"]}], "tenants": ["bus"]},
]


@pytest.fixture(autouse=True)
def roles(city: None) -> None:
    draw([("role", {"title": each["code"], **each}) for each in ROLES])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


def client(name: str, *roles: str) -> Client:
    found = Client(headers={"Lingqu-Purpose": "household check"})
    found.force_login(Account.objects.create_user(name, roles=list(roles), department="it"))
    return found


@pytest.fixture
def api() -> Client:
    return client("line-1", "transit", "developer")


def create(api: Client, tenant: str, number: int, **more: Any) -> Any:
    body = {"id": f"{CAR}{number}", "type": "Car", "speed": {"type": "Property", "value": number}, **more}
    return api.post(f"{V1}/entities", body, content_type="application/json", headers={"NGSILD-Tenant": tenant})


def seen(api: Client, tenant: str, path: str = "entities?type=Car") -> Any:
    return api.get(f"{V1}/{path}", headers={"NGSILD-Tenant": tenant} if tenant else {})


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [e["id"].removeprefix(CAR) for e in answer.json()]


@pytest.fixture
def viewer() -> Client:
    return client("viewer", "viewer")


@pytest.fixture
def stranger() -> Client:
    return client("developer", "developer")


@pytest.fixture(params=["owner", "web"])
def role(
    request: Any, api: Client, viewer: Client, stranger: Client, as_web: Callable[[], AbstractContextManager[None]]
) -> Iterator[None]:
    """As the tests' own connection, and as a web process connects: behind the walls."""
    if request.param == "owner":
        yield
        return
    with as_web():
        yield


def test_what_is_a_tenants_is_there_for_it_alone(api: Client, role: None) -> None:
    door.write(SYSTEM, [Draft(f"{CAR}1", "Car", {"speed": {"type": "Property", "value": 99}})])
    missing = seen(api, "bus")
    assert missing.status_code == 404
    assert missing.json()["type"].endswith("/NonexistentTenant")
    assert missing["NGSILD-Tenant"] == "bus"
    made = create(api, "bus", 1)
    assert (made.status_code, made["NGSILD-Tenant"]) == (201, "bus"), made.content
    assert create(api, "bus", 2).status_code == 201
    assert create(api, "tram", 3).status_code == 201
    assert ids(seen(api, "bus")) == ["1", "2"]
    assert ids(seen(api, "tram")) == ["3"]
    assert ids(seen(api, "")) == ["1"]
    assert [seen(api, name, f"entities/{CAR}1").json()["speed"]["value"] for name in ("bus", "")] == [1, 99]
    assert seen(api, "tram", f"entities/{CAR}1").status_code == 404
    patch = {"speed": {"type": "Property", "value": 7}}
    named = {"NGSILD-Tenant": "bus"}
    path = f"{V1}/entities/{CAR}1/attrs"
    assert api.patch(path, patch, content_type="application/json", headers=named).status_code == 204
    assert [seen(api, name, f"entities/{CAR}1").json()["speed"]["value"] for name in ("bus", "")] == [7, 99]
    past = seen(api, "bus", f"temporal/entities/{CAR}1?options=temporalValues").json()
    assert sorted(value for value, _ in past["speed"]["values"]) == [1, 7]
    assert api.delete(f"{V1}/entities/{CAR}2", headers=named).status_code == 204
    assert ids(seen(api, "bus")) == ["1"]
    assert "Car" in seen(api, "tram", "types").json()["typeList"]


def test_roles_hold_where_they_say(api: Client, viewer: Client, stranger: Client, role: None) -> None:
    assert create(api, "bus", 1).status_code == 201
    assert create(api, "tram", 2).status_code == 201
    assert ids(seen(viewer, "bus")) == ["1"]
    assert create(viewer, "bus", 5).status_code in (400, 403)
    assert ids(seen(api, "bus")) == ["1"]
    for other in (seen(viewer, "tram"), seen(stranger, "bus"), seen(Client(), "bus"), seen(api, "subway")):
        assert other.status_code == 404, other.content
        assert other.json()["type"].endswith("/NonexistentTenant")
    for somebody in (viewer, stranger, api):
        assert create(somebody, "subway", 1).status_code == 404
    assert [name for name, *_ in access.tenancy.living()] == ["bus", "tram"]
    assert ids(seen(stranger, "")) == []
    for wrong in ("a/b", "ä", "-x", "x" * 51, "a b"):
        assert seen(api, wrong).status_code == 400, wrong


def test_a_lost_pass_opens_nothing(api: Client, as_web: Callable[[], AbstractContextManager[None]]) -> None:
    assert create(api, "bus", 1).status_code == 201
    with as_web(), connection.cursor() as cursor:
        cursor.execute('set local search_path = "tenant_bus", public')
        cursor.execute("select count(*) from tenant_bus.entity /* unguarded: no pass of this tenant */")
        assert cursor.fetchone() == (0,)
        cursor.execute("reset search_path")


def test_what_is_beside_the_data_is_a_tenants_too(api: Client, role: None) -> None:
    assert create(api, "bus", 1).status_code == 201
    named = {"NGSILD-Tenant": "bus"}
    sent: dict[str, Any] = {"content_type": "application/json", "headers": named}
    subscription = {
        "type": "Subscription",
        "entities": [{"type": "Car"}],
        "notification": {"endpoint": {"uri": "http://127.0.0.1:9/"}},
    }
    source = {
        "type": "ContextSourceRegistration",
        "endpoint": "http://127.0.0.1:9/",
        "information": [{"entities": [{"type": "Tram"}]}],
    }
    snapshot = {"type": "Snapshot", "snapshotQueries": [{"type": "Query", "entities": [{"type": "Car"}]}]}
    for path, body in (("subscriptions", subscription), ("csourceRegistrations", source), ("snapshots", snapshot)):
        made = api.post(f"{V1}/{path}", body, **sent)
        assert made.status_code == 201, made.content
        where = made["Location"]
        assert api.get(where, headers=named).status_code == 200
        assert api.get(where).status_code == 404
        assert api.delete(where, headers=named).status_code == 204
    context = {"@context": {"line": "urn:bus:line"}}
    hosted = api.post(f"{V1}/jsonldContexts", context, **sent)["Location"]
    assert api.get(hosted, headers=named).status_code == 200
    assert api.get(hosted).status_code == 404
    assert api.delete(hosted, headers={"NGSILD-Tenant": "tram"}).status_code == 404
    assert hosted not in str(api.get(f"{V1}/jsonldContexts", headers={"NGSILD-Tenant": "tram"}).json())
    alias = [seen(api, name, "info/sourceIdentity").json()["contextSourceAlias"] for name in ("", "bus", "tram")]
    assert len(set(alias)) == 3


@pytest.mark.django_db(transaction=True)
def test_subscribers_are_told(api: Client, receiver: Receiver) -> None:
    sent: dict[str, Any] = {"content_type": "application/json", "headers": {"NGSILD-Tenant": "bus"}}
    body = {"type": "Subscription", "entities": [{"type": "Car"}], "notification": {"endpoint": {"uri": receiver.url}}}
    assert api.post(f"{V1}/subscriptions", body, **sent).status_code == 201
    main = Engine()
    with of_tenants.Engines() as engines:
        for _ in range(3):
            engines.round()
        assert create(api, "bus", 4).status_code == 201
        assert create(api, "tram", 5).status_code == 201
        with access.tenancy.within("bus"):
            settle()
        until = time.monotonic() + 20
        while not receiver.got and time.monotonic() < until:
            engines.round()
            main.round()
            main.idle(0.05)
        engines.round()
    main.close()
    assert [e["id"] for each in receiver.got for e in each["data"]] == [f"{CAR}4"]
    assert receiver.headers[0]["NGSILD-Tenant"] == "bus"


def test_the_ledger_tells_whose_they_are(api: Client) -> None:
    assert create(api, "bus", 1).status_code == 201
    made, written = LedgerRow.objects.filter(actor="line-1", act__in=("grant", "write")).order_by("id")
    assert made.detail["tenant_made"] == "bus"
    assert (written.entity_ids, written.detail["tenant"]) == ([f"bus/{CAR}1"], "bus")


def test_an_operator_lists_and_ends_them(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingqu.site.commands.tenant.ready", lambda: None)
    assert create(api, "bus", 1).status_code == 201
    assert "bus\t" in CliRunner().invoke(command, ["list"]).output
    run = CliRunner().invoke(command, ["remove", "bus"], input="no\n")
    assert run.exit_code == 1
    assert ids(seen(api, "bus")) == ["1"]
    assert CliRunner().invoke(command, ["remove", "bus", "--yes"]).exit_code == 0
    assert seen(api, "bus").status_code == 404
    assert "no tenant" in CliRunner().invoke(command, ["remove", "bus", "--yes"]).output
    assert create(api, "bus", 2).status_code == 201
    assert ids(seen(api, "bus")) == ["2"]


@pytest.mark.django_db(transaction=True)
def test_a_connection_made_anew_stays_with_its_tenant(api: Client) -> None:
    assert create(api, "bus", 1).status_code == 201
    for lose in (False, True):
        with access.tenancy.within("bus"), connection.cursor() as cursor:
            cursor.execute("select count(*) from entity")
            assert cursor.fetchone() == (1,)
            if lose:
                connection.close()
                assert door.get(SYSTEM, CAR + "1").id == CAR + "1"
        with connection.cursor() as cursor:
            cursor.execute("select current_schemas(false)::text, (select count(*) from entity)")
            path, held = cursor.fetchone()
            assert ("tenant_bus" in path, held) == (False, 0)


@pytest.mark.django_db(transaction=True)
def test_many_make_one_at_once(api: Client) -> None:
    together = threading.Barrier(4)

    def made(number: int) -> int:
        together.wait()
        try:
            return int(create(api, "bus", number).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as hands:
        assert list(hands.map(made, range(4))) == [201] * 4
    assert ids(seen(api, "bus")) == ["0", "1", "2", "3"]
    assert [name for name, *_ in access.tenancy.living()] == ["bus"]


def test_a_tenant_has_what_the_city_has(api: Client) -> None:
    """A migration of a registered table is one of all tenants; a table of these rooms is registered or everybody's."""
    assert create(api, "bus", 1).status_code == 201
    shape = """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, c.relrowsecurity,
               (select count(*) from pg_index i where i.indrelid = c.oid),
               (select count(*) from pg_trigger t where t.tgrelid = c.oid and not tgisinternal),
               (select count(*) from pg_policy p where p.polrelid = c.oid)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = %s::regnamespace and c.relkind = 'r' and c.relname ~ '^(entity|protocols)_?'
        order by 1, 2
    """
    with connection.cursor() as cursor:
        cursor.execute(shape, ["tenant_bus"])
        theirs = cursor.fetchall()
        cursor.execute(shape, ["public"])
        ours = [row for row in cursor.fetchall() if row[0] != "protocols_context"]
    assert theirs == ours
