"""Subscriptions over several systems: a copy at each source, and what sources tell of it (CIM 009 5.8.1.4, 5.8.6)."""

# ruff: noqa: F811

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account
from lingqu.protocols.models import Forward, Notice, Source, Subscription
from lingqu.protocols.ngsi_ld.notify.engine import Engine
from lingqu.protocols.ngsi_ld.sources import ask, forwarding, known
from little_city import DOCUMENTS, draw
from receiver import Receiver
from source_server import Asked, SourceServer
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db
V1 = "/ngsi-ld/v1"
CAR = "urn:ngsi-ld:Car:1"
SUBSCRIPTION = "urn:ngsi-ld:Subscription:1"
ROLES: list[dict[str, Any]] = [
    {"code": "registrar", "title": "登记", "grants": [{"actions": ["read", "write", "register"]}]},
    {
        "code": "drivers",
        "title": "司机",
        "grants": [{"actions": ["read", "write"], "types": ["Person"], "purposes": ["check"]}],
    },
    {
        "code": "line",
        "title": "线路",
        "grants": [{"actions": ["read", "write", "register"]}],
        "tenants": ["bus"],
    },
]


@pytest.fixture(autouse=True)
def town(db: None) -> Iterator[None]:
    draw([*DOCUMENTS, *(("role", role) for role in ROLES)])
    for each in (known.forget, ask._resting.clear, forwarding._seen.clear):
        each()
    yield
    known.forget()


@pytest.fixture
def source() -> Iterator[SourceServer]:
    found = SourceServer()
    found.answers["POST", "subscriptions"] = (201, None)
    yield found
    found.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


def client(*roles: str, purpose: str = "") -> Client:
    account, _ = Account.objects.get_or_create(username=roles[0], kind="person")
    account.roles, account.department = list(roles), "district"
    account.save()
    found = Client(headers={"Lingqu-Purpose": purpose} if purpose else {})
    found.force_login(account)
    return found


@pytest.fixture
def api() -> Client:
    return client("registrar", "line")


def send(api: Client, method: str, path: str, document: Any = None, **headers: str) -> Any:
    return api.generic(method, path, json.dumps(document), content_type="application/json", headers=headers)


def registered(api: Client, source: SourceServer, kind: str = "Car", **members: Any) -> str:
    headers = {"NGSILD-Tenant": members.pop("our_tenant")} if "our_tenant" in members else {}
    document = {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": kind}]}],
        "endpoint": source.url,
        "contextSourceInfo": [{"key": "Authorization", "value": "Bearer theirs"}],
        **members,
    }
    answer = send(api, "POST", f"{V1}/csourceRegistrations", document, **headers)
    assert answer.status_code == 201, answer.content
    known.forget()
    return str(answer["Location"]).rpartition("/")[2]


def subscribed(api: Client, uri: str, **members: Any) -> None:
    headers = {"NGSILD-Tenant": members.pop("our_tenant")} if "our_tenant" in members else {}
    document = {
        "id": SUBSCRIPTION,
        "type": "Subscription",
        "entities": [{"type": "Car"}],
        "notification": {"endpoint": {"uri": uri, "receiverInfo": [{"key": "X-Secret", "value": "ours"}]}},
        **members,
    }
    answer = send(api, "POST", f"{V1}/subscriptions", document, **headers)
    assert answer.status_code == 201, answer.content


def placed(source: SourceServer) -> Asked:
    assert forwarding.look() == 1
    return source.asked[-1]


def told(copy: str, *entities: dict[str, Any], way: str = "") -> Any:
    document = {"id": "urn:x:1", "type": "Notification", "subscriptionId": copy, "data": list(entities)}
    return send(Client(), "POST", f"/ngsi-ld/ex/remote-notify{way}", document)


def car(speed: int, **members: Any) -> dict[str, Any]:
    return {"id": CAR, "type": "Car", "speed": {"type": "Property", "value": speed}, **members}


def work(receiver: Receiver, number: int) -> list[Any]:
    engine = Engine()
    until = time.monotonic() + 10
    while len(receiver.got) < number and time.monotonic() < until:
        engine.round()
        engine.finish()
        engine.round()
    engine.close()
    return receiver.got


def test_a_copy_stands_there_as_long_as_it_is_wanted(api: Client, source: SourceServer) -> None:
    subscribed(api, "http://127.0.0.1:9/theirs", q="speed>50", watchedAttributes=["speed"])
    registered(api, source)
    asked = placed(source)
    body = asked.body
    assert (asked.method, asked.path, asked.headers["Authorization"]) == ("POST", "subscriptions", "Bearer theirs")
    assert (body["entities"], body["q"], body["watchedAttributes"]) == ([{"type": "Car"}], "speed>50", ["speed"])
    assert body["notification"]["endpoint"]["uri"].endswith("/ngsi-ld/ex/remote-notify")
    assert "theirs" not in json.dumps(body)
    assert "ours" not in json.dumps(body)
    assert body["id"] != SUBSCRIPTION
    left = datetime.fromisoformat(body["expiresAt"]) - timezone.now()
    assert timedelta(hours=23) < left <= timedelta(days=1)
    assert forwarding.look() == 0
    # Renewed in time, and placed anew where it was lost.
    Forward.objects.update(next_at=timezone.now())
    source.answers["PATCH", f"subscriptions/{body['id']}"] = (204, None)
    assert forwarding.look() == 1
    assert (source.asked[-1].method, set(source.asked[-1].body)) == ("PATCH", {"expiresAt"})
    Forward.objects.update(next_at=timezone.now())
    del source.answers["PATCH", f"subscriptions/{body['id']}"]
    assert forwarding.look() == 1
    assert placed(source).body["id"] == body["id"]
    # Changed here, it is another one there.
    assert send(api, "PATCH", f"{V1}/subscriptions/{SUBSCRIPTION}", {"q": "speed>60"}).status_code == 204
    source.answers["DELETE", f"subscriptions/{body['id']}"] = (204, None)
    assert forwarding.look() == 2
    assert {(each.method, (each.body or {}).get("q")) for each in source.asked[-2:]} == {
        ("DELETE", None),
        ("POST", "speed>60"),
    }
    # Deleted here, it is ended there; a source that is away is asked again.
    [copy] = Forward.objects.all()
    assert api.delete(f"{V1}/subscriptions/{SUBSCRIPTION}").status_code == 204
    source.answers["DELETE", f"subscriptions/{copy.pk}"] = (503, None)
    assert forwarding.look() == 1
    assert Forward.objects.get().state == "ending"
    Forward.objects.update(next_at=timezone.now())
    source.answers["DELETE", f"subscriptions/{copy.pk}"] = (204, None)
    assert forwarding.look() == 1
    assert not Forward.objects.exists()


def test_a_source_that_is_away_is_asked_again(api: Client, source: SourceServer) -> None:
    source.answers["POST", "subscriptions"] = (503, None)
    subscribed(api, "http://127.0.0.1:9/")
    registered(api, source)
    placed(source)
    shown = api.get("/subscriptions/sources/", headers={"Accept-Language": "en"}).content.decode()
    assert "Subscriptions told from there: 0 · not taken yet: 1" in shown
    copy = Forward.objects.get()
    assert (copy.state, copy.attempts, copy.why["rule"]) == ("wanted", 1, "ngsi_ld.source_refused")
    assert copy.next_at is not None
    assert copy.next_at > timezone.now()
    assert forwarding.look() == 0
    Forward.objects.update(next_at=timezone.now())
    source.answers["POST", "subscriptions"] = (201, None)
    placed(source)
    assert Forward.objects.get().state == "placed"


def test_what_is_not_forwarded(api: Client, source: SourceServer) -> None:
    registered(api, source, operations=["retrieveOps"])
    registered(api, source, kind="Tram")
    registered(api, source, contextSourceAlias="neighbour")
    subscribed(api, "http://127.0.0.1:9/", localOnly=True)
    assert forwarding.look() == 0
    api.delete(f"{V1}/subscriptions/{SUBSCRIPTION}")
    document = {
        "type": "Subscription",
        "entities": [{"type": "Car"}],
        "notification": {"endpoint": {"uri": "http://127.0.0.1:9/"}},
    }
    assert send(api, "POST", f"{V1}/subscriptions", document, Via="1.1 neighbour").status_code == 201
    assert forwarding.look() == 0
    looped = send(api, "POST", f"{V1}/subscriptions", document, Via=f"1.1 neighbour, 1.1 {ask.alias()}")
    assert looped.status_code == 508
    # Somebody else's circle: nobody tries for ever.
    source.answers["POST", "subscriptions"] = (508, None)
    registered(api, source)
    assert forwarding.look() == 1
    assert forwarding.look() == 0
    assert Forward.objects.get().state == "refused"


def test_what_a_source_tells_comes_to_the_subscriber(
    api: Client, source: SourceServer, receiver: Receiver, as_web: Callable[[], AbstractContextManager[None]]
) -> None:
    subscribed(api, receiver.url)
    registered(api, source)
    copy = placed(source).body["id"]
    with as_web():
        assert (
            told(copy, car(70), {"id": "urn:x:tram", "type": "Tram", "n": {"type": "Property", "value": 1}}).status_code
            == 200
        )
        gone = {"id": CAR, "type": "Car", "deletedAt": "2026-01-01T00:00:00Z"}
        assert told(copy, gone).status_code == 200
        for other in ("urn:ngsi-ld:Subscription:other", SUBSCRIPTION):
            assert told(other, car(1)).status_code == 404
        assert (
            send(Client(), "POST", "/ngsi-ld/ex/remote-notify", {"subscriptionId": copy, "data": 1}).status_code == 400
        )
        assert Client().get("/ngsi-ld/ex/remote-notify").status_code == 405
    first, second = work(receiver, 2)
    assert first["subscriptionId"] == second["subscriptionId"] == SUBSCRIPTION
    assert [e["id"] for e in first["data"]] == [CAR], "a source is believed in what it was registered for"
    assert first["data"][0]["speed"]["value"] == 70
    assert second["data"] == [gone]
    assert receiver.headers[0]["X-Secret"] == "ours"
    assert not Notice.objects.exists()
    assert Subscription.objects.get().times_sent == 2


def test_parts_from_here_and_there_are_one_entity(api: Client, source: SourceServer, receiver: Receiver) -> None:
    subscribed(api, receiver.url, q='speed>50;brand=="红旗"', splitEntities=True)
    registered(api, source)
    body = placed(source).body
    assert "q" not in body
    assert body["splitEntities"] is True
    brand = {"id": CAR, "type": "Car", "brand": {"type": "Property", "value": "红旗"}}
    assert send(api, "POST", f"{V1}/entities?local=true", brand).status_code == 201
    assert told(body["id"], car(10)).status_code == 200
    assert not Notice.objects.exists()
    assert told(body["id"], car(99)).status_code == 200
    [got] = work(receiver, 1)
    assert (got["data"][0]["speed"]["value"], got["data"][0]["brand"]["value"]) == (99, "红旗")


def test_a_subscriber_sees_of_others_what_he_may(api: Client, source: SourceServer, receiver: Receiver) -> None:
    registered(api, source, kind="Person")
    officer = client("drivers", purpose="check")
    subscribed(officer, receiver.url, entities=[{"type": "Person"}])
    copy = placed(source).body["id"]
    person = {
        "id": "urn:ngsi-ld:Person:9",
        "type": "Person",
        "name": {"type": "Property", "value": "王小明"},
        "ethnicGroup": {"type": "Property", "value": "汉"},
    }
    assert told(copy, person).status_code == 200
    [got] = work(receiver, 1)
    assert got["data"][0]["name"]["value"] == "王**"
    assert "ethnicGroup" not in got["data"][0]
    Account.objects.filter(username="drivers").update(roles=[])
    assert told(copy, person).status_code == 200
    assert not Notice.objects.exists()


def test_a_tenant_has_copies_of_its_own(api: Client, source: SourceServer) -> None:
    registered(api, source, our_tenant="bus", tenant="theirs")
    subscribed(api, "http://127.0.0.1:9/", our_tenant="bus")
    assert forwarding.look() == 0
    with access.tenancy.within("bus"):
        asked = placed(source)
    assert asked.headers["NGSILD-Tenant"] == "theirs"
    assert asked.body["notification"]["endpoint"]["uri"].endswith("/ngsi-ld/ex/remote-notify/bus")
    copy = asked.body["id"]
    assert told(copy, car(5)).status_code == 404
    assert told(copy, car(5), way="/bus").status_code == 200
    assert not Notice.objects.exists()
    with access.tenancy.within("bus"):
        assert Notice.objects.get().data[0]["id"] == CAR


def test_a_source_that_is_gone_is_forgotten(api: Client, source: SourceServer) -> None:
    subscribed(api, "http://127.0.0.1:9/")
    pk = registered(api, source)
    placed(source)
    assert api.delete(f"{V1}/csourceRegistrations/{pk}").status_code == 204
    known.forget()
    assert not Source.objects.exists()
    forwarding.look()
    assert not Forward.objects.exists()
