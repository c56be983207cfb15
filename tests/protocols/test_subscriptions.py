"""Subscriptions and notifications: over HTTP in, to a real receiver out."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door, news
from lingqu.centre.entities.door import Draft
from lingqu.protocols.models import Notice, Subscription
from lingqu.protocols.ngsi_ld.notify import queue, scopes, selectors
from lingqu.protocols.ngsi_ld.notify.engine import Engine
from little_city import city, developer, person, police  # noqa: F401
from receiver import Receiver
from settled import settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("city")]
BASE = "/ngsi-ld/v1/subscriptions"


@pytest.fixture
def api() -> Client:
    account = Account.objects.create_user("developer", roles=["developer"], department="it")
    client = Client(headers={"Lingqu-Purpose": "test"})
    client.force_login(account)
    return client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture
def engine() -> Iterator[Engine]:
    found = Engine()
    yield found
    found.close()


def send(api: Client, method: str, path: str, document: Any = None) -> Any:
    return api.generic(method, path, json.dumps(document), content_type="application/json")


def subscribed(api: Client, receiver: Receiver, notification: dict[str, Any] | None = None, **members: Any) -> str:
    document = {
        "type": "Subscription",
        "entities": [{"type": "Device"}],
        "notification": {"endpoint": {"uri": receiver.url}, **(notification or {})},
        **members,
    }
    answer = send(api, "POST", BASE, document)
    assert answer.status_code == 201, answer.content
    return answer["Location"].rpartition("/")[2]


def device(number: int, **values: Any) -> Draft:
    attrs = {name: {"type": "Property", "value": value} for name, value in values.items()}
    return Draft(f"urn:ngsi-ld:Device:{number}", "Device", attrs)


def work(engine: Engine, seconds: float = 5.0) -> None:
    """Rounds until nothing is to be done now. What was changed last is told when no other transaction of the server,
    another test run's too, is older than it."""
    settle()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        again = engine.round()
        engine.finish()
        if not again:
            return


def test_told_of_what_changed(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    pk = subscribed(api, receiver, watchedAttributes=["speed"], q="speed>5")
    door.write(developer, [device(1, speed=3, name="a"), device(2, speed=9, name="b")])
    work(engine)
    [one] = receiver.got
    assert one["type"] == "Notification"
    assert one["subscriptionId"] == pk
    assert [e["id"] for e in one["data"]] == ["urn:ngsi-ld:Device:2"]
    assert one["data"][0]["speed"] == {"type": "Property", "value": 9}
    door.write(developer, [device(2, name="c")], mode="append")  # not watched
    work(engine)
    assert len(receiver.got) == 1
    said = api.get(f"{BASE}/{pk}").json()
    assert said["status"] == "active"
    assert said["notification"]["timesSent"] == 1
    assert said["notification"]["status"] == "ok"
    assert said["notification"]["lastSuccess"] == said["notification"]["lastNotification"]


def test_tried_again_in_order_then_parked(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    pk = subscribed(api, receiver)
    receiver.answers = [503] * queue.TRIES
    for speed in range(5):
        door.write(developer, [device(1, speed=speed)])
    for tried in range(1, queue.TRIES + 1):
        work(engine)
        row = Subscription.objects.get(pk=pk)
        assert (row.attempts, row.times_sent, row.times_failed) == (tried, 1, 1)  # of one notification
        assert row.next_at > timezone.now()
        Subscription.objects.update(next_at=None)  # time passes
    said = api.get(f"{BASE}/{pk}").json()
    assert said["notification"]["status"] == "failed"
    assert "HTTP 503" in said["statusReason"]
    assert Subscription.objects.get(pk=pk).state == "parked"
    door.write(developer, [device(1, speed=5)])
    work(engine)
    assert receiver.got == []
    assert send(api, "PATCH", f"{BASE}/{pk}", {"isActive": True}).status_code == 204  # try again
    work(engine)
    assert [n["data"][0]["speed"]["value"] for n in receiver.got] == [0, 1, 2, 3, 4, 5]
    assert Notice.objects.count() == 0


def test_one_that_hangs_holds_up_nobody_else(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    other = Receiver()
    receiver.answers = [3.0]
    slow = subscribed(api, receiver, {"endpoint": {"uri": receiver.url, "timeout": 500}})
    fast = subscribed(api, other)
    door.write(developer, [device(1, speed=1)])
    settle()
    began = time.monotonic()
    while not other.got and time.monotonic() - began < 5:
        engine.round()
        engine.idle(0.02)
    assert [n["subscriptionId"] for n in other.got] == [fast]
    work(engine)
    row = Subscription.objects.get(pk=slow)
    assert row.times_failed == 1
    assert "in time" in row.why["message"]["en"]
    other.close()


@pytest.mark.parametrize("few", [1, 2, 32])
def test_far_behind_each_state_is_told_as_it_was(
    api: Client,
    receiver: Receiver,
    engine: Engine,
    developer,  # noqa: F811
    monkeypatch,
    few: int,
) -> None:
    """What came upon an entity since is undone as one: attributes that came and went, a deletion, a second life."""
    monkeypatch.setattr(news, "_FEW", few)
    monkeypatch.setattr(queue, "BATCH", 3)
    subscribed(api, receiver, notificationTrigger=["entityCreated", "entityUpdated", "entityDeleted"])
    door.write(developer, [device(1, speed=0, name="a")])
    for speed in range(1, 5):
        door.write(developer, [device(1, speed=speed)], mode="append")
    door.write(developer, [device(1, speed=9)], mode="replace")
    door.write(developer, [device(1, name="b")], mode="append")
    door.delete(developer, ["urn:ngsi-ld:Device:1"])
    for speed in (6, 7):
        door.write(developer, [device(1, speed=speed)])
    door.write(developer, [device(1, extra=1)], mode="append")
    work(engine, 20)
    told = [{k: v["value"] for k, v in n["data"][0].items() if isinstance(v, dict)} for n in receiver.got]
    standing = [{"speed": n, "name": "a"} for n in range(5)]
    again = [{"speed": 6}, {"speed": 7}, {"speed": 7, "extra": 1}]
    replaced = {"speed": 9, "name": "urn:ngsi-ld:null"}
    assert told == [*standing, replaced, {"speed": 9, "name": "b"}, {}, *again]


def test_a_fault_on_the_way_into_a_batch_leaves_no_transaction() -> None:
    """Where the database went away under it, the notifier's connection was never made anew."""
    broken = door.Change("1.1", "urn:ngsi-ld:Device:1", "Device", "changed", (), timezone.now(), "nobody")
    with pytest.raises(LookupError), door.news(Breaking([broken])):
        pass
    assert not connection.in_atomic_block


class Breaking(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        raise LookupError


@pytest.mark.parametrize("place", ["settled", "take_in"])
def test_killed_anywhere_nothing_is_lost(
    api: Client,
    receiver: Receiver,
    developer,  # noqa: F811
    monkeypatch,
    place: str,
) -> None:
    """Killed after the receiver took it, or while notices are written: the next worker goes on from the state."""
    subscribed(api, receiver)
    for speed in range(4):
        door.write(developer, [device(1, speed=speed), device(2, speed=speed)])
    killed = Engine()
    with monkeypatch.context() as patch:
        if place == "settled":
            patch.setattr(queue, "settled", _killed)
        else:
            patch.setattr(door, "advance_subscriber", _killed)
        with pytest.raises(KeyboardInterrupt):
            work(killed)
    killed.close()
    assert Notice.objects.exists() is (place == "settled")
    successor = Engine()
    work(successor)
    successor.close()
    ids = [n["id"] for n in receiver.got]
    once = {n["id"]: n for n in receiver.got}
    assert len(ids) - len(once) == (1 if place == "settled" else 0)  # told twice it has the same id
    for entity in ("urn:ngsi-ld:Device:1", "urn:ngsi-ld:Device:2"):
        told = [e["speed"]["value"] for n in once.values() for e in n["data"] if e["id"] == entity]
        assert told == [0, 1, 2, 3]


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_each_state_is_told_as_it_was(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    """However late: also what stood for a moment only, and what is gone by now."""
    triggers = ["entityCreated", "attributeUpdated", "attributeDeleted", "entityDeleted"]
    subscribed(api, receiver, {"showChanges": True}, notificationTrigger=triggers)
    door.write(developer, [device(1, speed=1, name="a")])
    door.write(developer, [device(1, speed=200)], mode="append")
    door.write(developer, [Draft("urn:ngsi-ld:Device:1", "", {"name": {"value": "urn:ngsi-ld:null"}})], mode="merge")
    door.delete(developer, ["urn:ngsi-ld:Device:1"])
    work(engine)
    created, updated, shortened, gone = [n["data"][0] for n in receiver.got]
    assert created["speed"] == {"type": "Property", "value": 1}
    assert updated["speed"] == {"type": "Property", "value": 200, "previousValue": 1}
    assert shortened["name"] == {"type": "Property", "value": "urn:ngsi-ld:null", "previousValue": "a"}
    assert shortened["speed"]["value"] == 200
    assert gone["deletedAt"]
    assert gone["speed"] == {"type": "Property", "value": "urn:ngsi-ld:null", "previousValue": 200}


def test_what_stood_for_a_moment_is_found_by_a_filter(
    api: Client,
    receiver: Receiver,
    engine: Engine,
    developer,  # noqa: F811
) -> None:
    square = [[[126.0, 45.0], [127.0, 45.0], [127.0, 46.0], [126.0, 46.0], [126.0, 45.0]]]
    area = {"georel": "within", "geometry": "Polygon", "coordinates": square}
    alarm = subscribed(api, receiver, q="speed>100")
    here = subscribed(api, receiver, geoQ=area)
    for speed, longitude in ((1, 120.0), (200, 126.5), (2, 121.0)):
        point = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [longitude, 45.5]}}
        draft = device(1, speed=speed)
        door.write(developer, [Draft(draft.id, draft.type, {**draft.attrs, "location": point})])
    work(engine)
    told = [(n["subscriptionId"], [e["speed"]["value"] for e in n["data"]]) for n in receiver.got]
    assert sorted(told) == sorted([(alarm, [200]), (here, [200])])


def test_forms_headers_and_context(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    info = [{"key": "X-Token", "value": "t"}]
    ld = {"uri": receiver.url, "accept": "application/ld+json", "receiverInfo": info}
    subscribed(api, receiver, {"endpoint": ld, "format": "keyValues", "pick": ["id", "speed"]})
    subscribed(api, receiver, {"format": "concise", "omit": ["name"], "sysAttrs": True})
    door.write(developer, [device(1, speed=1, name="a")])
    work(engine)
    by_kind = {h["Content-Type"]: (h, n) for h, n in zip(receiver.headers, receiver.got, strict=True)}
    headers, told = by_kind["application/ld+json"]
    assert headers["X-Token"] == "t"
    assert "@context" in told
    assert told["data"] == [{"id": "urn:ngsi-ld:Device:1", "speed": 1, "@context": told["@context"]}]
    headers, told = by_kind["application/json"]
    assert "ngsi-ld-core-context" in headers["Link"]
    assert told["data"][0]["speed"] == 1 or told["data"][0]["speed"]["value"] == 1
    assert "name" not in told["data"][0]
    assert "createdAt" in told["data"][0]


def test_throttled_tells_the_last_of_what_waited(
    api: Client,
    receiver: Receiver,
    engine: Engine,
    developer,  # noqa: F811
) -> None:
    pk = subscribed(api, receiver, throttling=60)
    door.write(developer, [device(1, speed=0)])
    work(engine)
    for speed in range(1, 4):
        door.write(developer, [device(1, speed=speed), device(2, speed=speed)])
    work(engine)
    assert len(receiver.got) == 1
    Subscription.objects.filter(pk=pk).update(next_at=timezone.now())
    work(engine)
    assert [e["speed"]["value"] for e in receiver.got[1]["data"]] == [3, 3]
    assert len(receiver.got) == 2


def test_time_interval(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    door.write(developer, [device(1, speed=1), device(2, speed=9)])
    pk = subscribed(api, receiver, timeInterval=60, q="speed>5")
    work(engine)
    assert receiver.got == []
    Subscription.objects.filter(pk=pk).update(interval_at=timezone.now())
    work(engine)
    assert [[e["id"] for e in n["data"]] for n in receiver.got] == [["urn:ngsi-ld:Device:2"]]
    assert Subscription.objects.get(pk=pk).interval_at > timezone.now()


def test_paused_expired_deleted(api: Client, receiver: Receiver, engine: Engine, developer) -> None:  # noqa: F811
    pk = subscribed(api, receiver)
    assert send(api, "PATCH", f"{BASE}/{pk}", {"isActive": False}).status_code == 204
    door.write(developer, [device(1, speed=1)])
    work(engine)
    assert api.get(f"{BASE}/{pk}").json()["status"] == "paused"
    assert send(api, "PATCH", f"{BASE}/{pk}", {"isActive": True}).status_code == 204
    work(engine)
    assert receiver.got == []  # of the time when it was paused nothing is told
    door.write(developer, [device(1, speed=2)])
    work(engine)
    assert len(receiver.got) == 1
    Subscription.objects.update(expires_at=timezone.now())
    assert api.get(f"{BASE}/{pk}").json()["status"] == "expired"
    door.write(developer, [device(1, speed=3)])
    work(engine)
    assert len(receiver.got) == 1
    assert api.delete(f"{BASE}/{pk}").status_code == 204
    assert api.get(f"{BASE}/{pk}").status_code == 404


@pytest.fixture
def clerk(db: None) -> Client:
    account = Account.objects.create_user("chen", roles=["clerk"], department="street", region="230102001000")
    client = Client(headers={"Lingqu-Purpose": "assistance"})
    client.force_login(account)
    return client


def test_acts_with_the_rights_of_who_made_it(
    clerk: Client,
    receiver: Receiver,
    engine: Engine,
    police,  # noqa: F811
) -> None:
    """Masked as always, one row in the ledger for each notification, and no filter by what is masked."""
    pk = subscribed(clerk, receiver, entities=[{"type": "Person"}])
    by = [{"type": "Person"}]
    document = {
        "type": "Subscription",
        "entities": by,
        "q": 'name=="王小明1"',
        "notification": {"endpoint": {"uri": receiver.url}},
    }
    assert send(clerk, "POST", BASE, document).status_code == 403
    other = {"region": {"type": "Property", "value": "230109001000"}}
    drafts = [Draft("urn:p:1", "Person", person(1)), Draft("urn:p:2", "Person", person(2) | other)]
    door.write(police, drafts)
    work(engine)
    [told] = receiver.got
    assert [e["id"] for e in told["data"]] == ["urn:p:1"]  # the other lives elsewhere
    assert told["data"][0]["name"]["value"] != "王小明1"
    rows = [r for r in rows_of("chen") if r.act == "read"]
    assert [(r.entity_ids, r.purpose) for r in rows] == [(["urn:p:1"], "assistance")]
    assert api_sees_only_own(clerk, pk)


def api_sees_only_own(client: Client, pk: str) -> bool:
    account = Account.objects.create_user("other", roles=["developer"], department="it")
    other = Client(headers={"Lingqu-Purpose": "test"})
    other.force_login(account)
    assert other.get(f"{BASE}/{pk}").status_code == 404
    assert other.get(BASE).json() == []
    return client.get(f"{BASE}/{pk}").status_code == 200


def rows_of(name: str) -> list[Any]:
    return list(LedgerRow.objects.filter(actor=name).order_by("id"))


@pytest.mark.parametrize("how", ["role", "closed"])
def test_withdrawn_rights_stop_it_at_once(
    clerk: Client,
    receiver: Receiver,
    engine: Engine,
    police,  # noqa: F811
    how: str,
) -> None:
    pk = subscribed(clerk, receiver, entities=[{"type": "Person"}])
    receiver.answers = [503]
    door.write(police, [Draft("urn:p:1", "Person", person(1))])
    work(engine)
    assert Notice.objects.count() == 1  # it waits for its second try
    Account.objects.filter(username="chen").update(**({"roles": []} if how == "role" else {"is_active": False}))
    Subscription.objects.update(next_at=None)
    work(engine)
    assert receiver.got == []
    assert Notice.objects.count() == 0
    row = Subscription.objects.get(pk=pk)
    assert row.state == "withdrawn"
    assert row.why["message"]["zh"]
    assert any(r.act == "refused" and r.detail.get("subscription") == pk for r in rows_of("chen"))
    door.write(police, [Draft("urn:p:1", "Person", person(1, address="东大直街"))])
    work(engine)
    assert receiver.got == []


def test_refused_where_it_may_never_be_sent(clerk: Client, receiver: Receiver) -> None:
    document = {"type": "Subscription", "entities": [{"type": "Building"}]}
    for uri, status in (("http://169.254.169.254/x", 400), ("ftp://127.0.0.1/x", 400), (receiver.url, 201)):
        given = {**document, "notification": {"endpoint": {"uri": uri}}}
        assert send(clerk, "POST", BASE, given).status_code == status, uri
    for key in ("Host", "Transfer-Encoding", "X-A: b", "X-A\r\nB"):
        endpoint = {"uri": receiver.url, "receiverInfo": [{"key": key, "value": "x"}]}
        assert send(clerk, "POST", BASE, {**document, "notification": {"endpoint": endpoint}}).status_code == 400, key
    no_purpose = Client()
    no_purpose.force_login(Account.objects.get(username="chen"))
    person_ = {**document, "entities": [{"type": "Person"}], "notification": {"endpoint": {"uri": receiver.url}}}
    assert send(no_purpose, "POST", BASE, person_).status_code == 403
    assert send(Client(), "POST", BASE, person_).status_code in (401, 403)


def test_scope_and_type_selections() -> None:

    holds = scopes.compiled("/Madrid/#;/+/Water")
    assert holds(["/Madrid/Gardens", "/CO2/Water"])
    assert not holds(["/Madrid/Gardens"])
    assert scopes.compiled("/a/+")(["/a/b"])
    assert not scopes.compiled("/a/+")(["/a/b/c"])
    chosen = selectors.compiled("(A|B);C")
    assert chosen(frozenset("BC"))
    assert not chosen(frozenset("B"))


def test_page_shows_what_is_parked_and_tries_again(
    api: Client,
    receiver: Receiver,
    engine: Engine,
    developer,  # noqa: F811
) -> None:
    pk = subscribed(api, receiver, subscriptionName="Levels of <rivers>")
    assert "还没有订阅" not in api.get("/subscriptions/").content.decode()
    receiver.answers = [500] * queue.TRIES
    door.write(developer, [device(1, speed=1)])
    for _ in range(queue.TRIES):
        work(engine)
        Subscription.objects.update(next_at=None)
    shown = api.get("/subscriptions/?state=parked", headers={"Accept-Language": "en"}).content.decode()
    assert "Levels of &lt;rivers&gt;" in shown
    assert "parked" in shown
    assert "HTTP 500" in shown
    assert api.post("/subscriptions/act/", {"subscription": pk, "act": "again"}).status_code == 302
    work(engine)
    assert len(receiver.got) == 1
    stranger = Client()
    assert stranger.get("/subscriptions/").status_code == 302
    stranger.force_login(Account.objects.create_user("stranger", department="street"))
    assert "rivers" not in stranger.get("/subscriptions/").content.decode()
    assert stranger.post("/subscriptions/act/", {"subscription": pk, "act": "pause"}).status_code == 404
    assert Subscription.objects.get(pk=pk).state == "active"
    assert api.post("/subscriptions/act/", {"subscription": pk, "act": "pause"}).status_code == 302
    assert api.get(f"{BASE}/{pk}").json()["status"] == "paused"


MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")


@pytest.mark.skipif(not MOSQUITTO, reason="mosquitto is not installed")
@pytest.mark.parametrize(("version", "quality"), [("mqtt3.1.1", "1"), ("mqtt5.0", "2")])
def test_by_mqtt(
    api: Client,
    engine: Engine,
    developer,  # noqa: F811
    tmp_path: Path,
    version: str,
    quality: str,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "m.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = subprocess.Popen([MOSQUITTO, "-c", str(tmp_path / "m.conf")], stderr=subprocess.DEVNULL)
    got: list[dict[str, Any]] = []
    listener = paho.Client(CallbackAPIVersion.VERSION2)
    listener.on_message = lambda _, __, told: got.append(json.loads(told.payload))
    listener.on_connect = lambda client, *_: client.subscribe("city/levels", qos=2)
    try:
        _until(lambda: listener.connect("127.0.0.1", port) == 0)
        listener.loop_start()
        _until(listener.is_connected)
        time.sleep(0.3)
        info = [{"key": "MQTT-Version", "value": version}, {"key": "MQTT-QoS", "value": quality}]
        endpoint = {"uri": f"mqtt://127.0.0.1:{port}/city/levels", "notifierInfo": info}
        endpoint["receiverInfo"] = [{"key": "k", "value": "v"}]
        answer = send(
            api,
            "POST",
            BASE,
            {"type": "Subscription", "entities": [{"type": "Device"}], "notification": {"endpoint": endpoint}},
        )
        assert answer.status_code == 201, answer.content
        door.write(developer, [device(1, speed=7)])
        work(engine)
        _until(lambda: got)
        assert got[0]["body"]["data"][0]["speed"]["value"] == 7
        assert got[0]["metadata"]["Content-Type"] == "application/json"
        assert got[0]["metadata"]["k"] == "v"
    finally:
        listener.loop_stop()
        broker.terminate()
        broker.wait()
    door.write(developer, [device(1, speed=8)])
    work(engine)
    assert Subscription.objects.get().times_failed == 1  # it waits until the broker is back


def _until(holds: Any) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come")


def test_a_context_that_came_in_a_body_has_an_address(api: Client, receiver: Receiver, engine: Engine) -> None:
    context = [{"Meter": "https://ex.org/Meter", "level": "https://ex.org/level"}, {"name": "https://ex.org/name"}]

    def made() -> str:
        document = {
            "type": "Subscription",
            "entities": [{"type": "Meter"}],
            "notification": {"endpoint": {"uri": receiver.url}},
            "@context": context,
        }
        answer = api.generic("POST", BASE, json.dumps(document), content_type="application/ld+json")
        assert answer.status_code == 201, answer.content
        return str(answer["Location"])

    first, second = made(), made()
    named = api.get(first).json()["jsonldContext"]
    assert named.startswith("http://testserver/ngsi-ld/v1/jsonldContexts/")
    assert api.get(second).json()["jsonldContext"] == named, "the same is kept once"
    path = named.removeprefix("http://testserver")
    assert api.get(path).json() == {"@context": context}
    assert api.get("/ngsi-ld/v1/jsonldContexts?kind=ImplicitlyCreated").json() == [named]
    entity = {"id": "urn:m:1", "type": "Meter", "level": 1, "@context": context}
    assert api.generic("POST", "/ngsi-ld/v1/entities", json.dumps(entity), "application/ld+json").status_code == 201
    work(engine)
    assert receiver.got[0]["data"][0]["level"]["value"] == 1
    assert f"<{named}>" in receiver.headers[0]["Link"]
    api.delete(first)
    assert api.get(path).status_code == 200
    api.delete(path)
    api.generic("PATCH", "/ngsi-ld/v1/entities/urn:m:1", json.dumps({**entity, "level": 2}), "application/ld+json")
    work(engine)
    assert receiver.got[-1]["data"][0]["level"]["value"] == 2, "it is told without its context, too"
    third = made()
    api.delete(third)
    assert api.get("/ngsi-ld/v1/jsonldContexts?kind=ImplicitlyCreated").json() == []
