"""Snapshots: what queries found, kept as it was; whose they are, what may be seen of them, and that they end."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import passes
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from lingqu.protocols.models import Snapshot
from lingqu.protocols.ngsi_ld import snapshots
from little_city import city, person  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
V1 = "/ngsi-ld/v1"
CAR = "urn:ngsi-ld:Car:"
CARS = {"type": "Query", "entities": [{"type": "Car"}]}
THROUGH = {"temporalQ": {"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}}
SINCE = "timerel=after&timeAt=2026-01-01T00:00:00Z"


def client(name: str, *roles: str, department: str = "it") -> Client:
    found = Client(headers={"Lingqu-Purpose": "household check"})
    found.force_login(Account.objects.create_user(name, roles=list(roles), department=department))
    return found


@pytest.fixture
def api() -> Client:
    return client("developer", "developer")


def cars(*numbers: int, **more: Any) -> None:
    door.write(
        SYSTEM, [Draft(f"{CAR}{n}", "Car", {"speed": {"type": "Property", "value": n}, **more}) for n in numbers]
    )


def made(api: Client, *queries: Any, **more: Any) -> str:
    body = {"type": "Snapshot", "snapshotQueries": list(queries) or [CARS], **more}
    answer = api.post(f"{V1}/snapshots", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def of(api: Client, where: str, path: str, **more: Any) -> Any:
    return api.get(f"{V1}/{path}", headers={"NGSILD-Snapshot": where.rpartition("/")[2]}, **more)


def ids(answer: Any) -> list[str]:
    return [e["id"].removeprefix(CAR) for e in answer.json()]


def test_what_was_found_stays_as_it_was(api: Client) -> None:
    cars(1, 2, 3)
    where = made(api, {**CARS, "q": "speed>1"})
    told = api.get(where).json()
    assert (told["snapshotStatus"], told["snapshotPriority"]) == ("success", 5)
    assert told["snapshotQueriesDetails"] == [{"resultStatus": "success"}]
    cars(4)
    door.write(SYSTEM, [Draft(CAR + "2", "", {"speed": {"type": "Property", "value": 99}})], mode="append")
    door.delete(SYSTEM, [CAR + "3"])
    answer = of(api, where, "entities?type=Car&count=true&options=sysAttrs")
    assert ids(answer) == ["2", "3"]
    assert answer["NGSILD-Results-Count"] == "2"
    assert answer["NGSILD-Snapshot"] == told["id"]
    assert answer.json()[0]["speed"]["value"] == 2
    assert answer.json()[0]["speed"]["modifiedAt"] == answer.json()[0]["modifiedAt"]
    assert ids(of(api, where, "entities?type=Car&q=speed==3")) == ["3"]
    assert ids(of(api, where, "entities?type=Car&limit=1&offset=1")) == ["3"]
    assert of(api, where, f"entities/{CAR}3").json()["speed"]["value"] == 3
    assert of(api, where, f"entities/{CAR}4").status_code == 404
    asked = api.post(
        f"{V1}/entityOperations/query",
        CARS,
        content_type="application/json",
        headers={"NGSILD-Snapshot": told["id"]},
    )
    assert ids(asked) == ["2", "3"]


def drive(number: int, *speeds: int) -> None:
    """A speed an hour, from midnight on."""
    for hour, speed in enumerate(speeds):
        at = f"2026-01-02T{hour:02}:00:00Z"
        attribute = {"type": "Property", "value": speed, "observedAt": at}
        door.write(SYSTEM, [Draft(f"{CAR}{number}", "Car", {"speed": attribute})])


def speeds(document: Any) -> list[int]:
    return [each["value"] for each in document["speed"]]


def test_the_past_stays_as_it_was(api: Client) -> None:
    drive(1, 10, 20, 30)
    drive(2, 5)
    late = {"temporalQ": {"timerel": "after", "timeAt": "2026-01-02T01:30:00Z"}}
    early = {"temporalQ": {"timerel": "before", "timeAt": "2026-01-02T01:30:00Z"}}
    where = made(api, CARS, snapshotTemporalQueries=[{**CARS, **late}, {**CARS, **early, "q": "speed>5"}])
    told = api.get(where).json()
    assert told["snapshotStatus"] == "success"
    assert told["snapshotTemporalQueriesDetails"] == [{"resultStatus": "success"}] * 2
    drive(1, 11, 21, 31, 41)
    drive(3, 1)
    door.delete(SYSTEM, [CAR + "2"])
    answer = of(api, where, f"temporal/entities?type=Car&{SINCE}&count=true")
    assert [(e["id"], speeds(e)) for e in answer.json()] == [(CAR + "1", [10, 20, 30])]  # what both found, together
    assert (answer["NGSILD-Results-Count"], answer["NGSILD-Snapshot"]) == ("1", told["id"])
    assert speeds(of(api, where, f"temporal/entities/{CAR}1?{SINCE}&lastN=2").json()) == [30, 20]
    assert of(api, where, f"temporal/entities/{CAR}3?{SINCE}").status_code == 404
    assert of(api, where, f"temporal/entities?type=Car&{SINCE}&q=speed>30").json() == []
    [found] = of(api, where, f"temporal/entities?type=Car&{SINCE}&format=aggregatedValues&aggrMethods=max").json()
    assert found["speed"]["max"][0][0] == 30
    by_body = api.post(
        f"{V1}/temporal/entityOperations/query",
        {**CARS, **THROUGH},
        content_type="application/json",
        headers={"NGSILD-Snapshot": told["id"]},
    )
    assert [speeds(e) for e in by_body.json()] == [[10, 20, 30]]
    assert ids(of(api, where, "entities?type=Car")) == ["1", "2"]  # by the other query
    clone = api.post(f"{where}/clone", {}, content_type="application/json")["Location"]
    assert api.delete(where).status_code == 204
    assert speeds(of(api, clone, f"temporal/entities/{CAR}1?{SINCE}").json()) == [10, 20, 30]
    alone = made_past(api, {**CARS, **THROUGH})
    assert ids(of(api, alone, "entities?type=Car")) == []
    assert "snapshotQueriesDetails" not in api.get(alone).json()


def made_past(api: Client, *queries: Any) -> str:
    body = {"type": "Snapshot", "snapshotTemporalQueries": list(queries)}
    answer = api.post(f"{V1}/snapshots", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def test_nobody_sees_more_of_a_copied_past_than_today(as_web: Callable[[], AbstractContextManager[None]]) -> None:
    born = {**person(0), "idNumber": {"type": "Property", "value": "11010519491231002X"}}
    past = {name: {**each, "observedAt": "2026-01-02T00:00:00Z"} for name, each in born.items()}
    door.write(SYSTEM, [Draft("urn:ngsi-ld:Person:0", "Person", past, owner="police")])
    wang, li = client("wang", "police", department="police"), client("li", "police", department="police")
    one = f"temporal/entities/urn:ngsi-ld:Person:0?{SINCE}"
    with as_web():
        where = made_past(wang, {"type": "Query", "entities": [{"type": "Person"}], **THROUGH})
        assert of(wang, where, one).json()["name"][0]["value"] == "王小明0"
        assert of(li, where, one).status_code == 404
    row = LedgerRow.objects.filter(act="read", entity_type="Person").latest("pk")
    assert row.detail["history"] is True
    account = Account.objects.get(username="wang")
    account.department = "civil"
    account.save()
    with as_web():
        assert of(wang, where, one).json()["name"][0]["value"] == "王***"
    account.roles = []
    account.save()
    with as_web():
        assert of(wang, where, one).status_code in (403, 404)


def test_places_and_links_are_those_of_the_snapshot(api: Client) -> None:
    def at(lon: float) -> dict[str, Any]:
        return {"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, 45.7]}}}

    cars(1, **at(126.6))
    cars(2, **at(127.6))
    cars(3, owner={"type": "Relationship", "object": CAR + "1"})
    near = {"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": [126.6, 45.7]}
    close = made(api, {**CARS, "geoQ": near})
    assert ids(of(api, close, "entities?type=Car")) == ["1"]
    where = made(api)
    door.write(SYSTEM, [Draft(CAR + "1", "", {"speed": {"type": "Property", "value": 99}, **at(120)})], mode="append")
    there = "georel=near;maxDistance==1000&geometry=Point&coordinates=[126.6,45.7]"
    assert ids(of(api, where, f"entities?type=Car&{there}")) == ["1"]
    joined = of(api, where, "entities?type=Car&id=urn:ngsi-ld:Car:3&join=inline").json()
    assert joined[0]["owner"]["entity"]["speed"]["value"] == 1
    assert ids(of(api, where, "entities?type=Car&q=owner{speed}==1&joinLevel=1&join=inline")) == ["3"]


def test_what_came_of_the_queries(api: Client) -> None:
    cars(1)
    void = {"type": "Query", "entities": [{"type": "Void"}]}
    assert api.get(made(api, CARS, void)).json()["snapshotStatus"] == "partial"
    empty = api.get(made(api, void)).json()
    assert (empty["snapshotStatus"], empty["snapshotQueriesDetails"]) == ("empty", [{"resultStatus": "empty"}])


def test_queries_that_find_the_same_take_nothing_from_one_another(api: Client) -> None:
    def at(lon: float, lat: float) -> dict[str, Any]:
        return {"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, lat]}}}

    cars(1, **at(126.6, 45.7))
    cars(2, **at(126.608, 45.7055))  # in the box of the circle, not in the circle
    near = {"georel": "near;maxDistance==700", "geometry": "Point", "coordinates": [126.6, 45.7]}
    around = {**CARS, "geoQ": near}
    for queries in ((CARS, CARS), (CARS, around), (around, CARS)):
        where = made(api, *queries)
        assert [each["resultStatus"] for each in api.get(where).json()["snapshotQueriesDetails"]] == ["success"] * 2
        assert ids(of(api, where, "entities?type=Car")) == ["1", "2"]


def test_a_snapshot_is_its_makers_alone(api: Client, as_web: Callable[[], AbstractContextManager[None]]) -> None:
    cars(1)
    with as_web():
        where = made(api, id="urn:ngsi-ld:Snapshot:mine")
        assert ids(of(api, where, "entities?type=Car")) == ["1"]
    other = client("other", "developer")
    with as_web():
        for answer in (other.get(where), other.delete(where), of(other, where, "entities?type=Car")):
            assert answer.status_code == 404
        body = {"type": "Snapshot", "snapshotQueries": [CARS], "id": "urn:ngsi-ld:Snapshot:mine"}
        assert other.post(f"{V1}/snapshots", body, content_type="application/json").status_code == 409
        assert other.post(f"{where}/clone", {}, content_type="application/json").status_code == 404
        assert of(Client(), where, "entities?type=Car").status_code in (401, 404)
        with (
            passes.working_for(lambda: Actor("person", "other", roles=("developer",), department="it")),
            connection.cursor() as cursor,
        ):
            cursor.execute("select count(*) from entity_frozen")
            assert cursor.fetchone() == (0,)


def test_nobody_sees_more_of_a_copy_than_today(city: None) -> None:
    drafts = [Draft(f"urn:ngsi-ld:Person:{n}", "Person", person(n), owner=("police", "civil")[n]) for n in (0, 1)]
    door.write(SYSTEM, drafts)
    wang = client("wang", "police", department="police")
    before = LedgerRow.objects.filter(act="read", entity_type="Person").count()
    where = made(wang, {"type": "Query", "entities": [{"type": "Person"}]})
    assert LedgerRow.objects.filter(act="read", entity_type="Person").count() > before
    own, others = of(wang, where, "entities?type=Person").json()
    assert (own["name"]["value"], others["name"]["value"]) == ("王小明0", "王***")
    account = Account.objects.get(username="wang")
    account.department = "civil"
    account.save()
    own, others = of(wang, where, "entities?type=Person").json()
    assert (own["name"]["value"], others["name"]["value"]) == ("王***", "王小明1")
    account.roles = []
    account.save()
    assert of(wang, where, "entities?type=Person").status_code == 403
    assert of(wang, where, "entities/urn:ngsi-ld:Person:0").status_code in (403, 404)


def test_copies_end(api: Client) -> None:
    cars(1)
    first, second = made(api), made(api, snapshotPriority=9)
    clone = api.post(f"{first}/clone", {"snapshotPriority": 7}, content_type="application/json")["Location"]
    assert api.delete(f"{V1}/snapshots?q=speed>1").status_code == 400
    assert api.delete(f"{V1}/snapshots").status_code == 400
    assert api.delete(f"{V1}/snapshots?q=snapshotPriority<6").status_code == 204
    assert [api.get(each).status_code for each in (first, second, clone)] == [404, 200, 200]
    assert ids(of(api, clone, "entities?type=Car")) == ["1"]
    changed = api.patch(clone, {"snapshotLifetime": "PT1M"}, content_type="application/json").json()
    assert changed["expiresAt"] < api.get(second).json()["expiresAt"]
    assert api.delete(second).status_code == 204
    Snapshot.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert of(api, clone, "entities?type=Car").status_code == 404
    assert snapshots.sweep() == 1
    with connection.cursor() as cursor:
        cursor.execute("select (select count(*) from entity_frozen) + (select count(*) from entity_frozen_past)")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "Snapshot"}, 400),
        ({"snapshotQueries": []}, 400),
        ({"snapshotQueries": [{**CARS, "temporalQ": {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"}}]}, 400),
        ({"snapshotQueries": [CARS], "snapshotPriority": 11}, 400),
        ({"snapshotQueries": [CARS], "snapshotPriority": True}, 400),
        ({"snapshotQueries": [CARS], "snapshotLifetime": "soon"}, 400),
        ({"snapshotQueries": [CARS], "id": "no uri"}, 400),
        ({"snapshotQueries": [CARS], "colour": "red"}, 400),
        ({"snapshotQueries": [{**CARS, "q": 'speed=="\\u0000"'}]}, 400),
        ({"snapshotQueries": [CARS], "snapshotTemporalQueries": [CARS]}, 400),
        ({"snapshotTemporalQueries": []}, 400),
        ({"snapshotTemporalQueries": [{**CARS, **THROUGH, "aggrParams": {"aggrMethods": ["max"]}}]}, 400),
        ({"snapshotQueries": [CARS], "endpoint": {"uri": "http://example.org"}}, 422),
        ({"snapshotQueries": [{"type": "Query", "q": "speed>"}]}, 400),
    ],
)
def test_what_makes_no_sense_makes_nothing(api: Client, body: Any, status: int) -> None:
    answer = api.post(f"{V1}/snapshots", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert answer.json()["detail"]
    assert not Snapshot.objects.exists()


def test_a_snapshot_is_not_written(api: Client) -> None:
    cars(1)
    where = made(api)
    named = {"NGSILD-Snapshot": where.rpartition("/")[2]}
    body = {"id": CAR + "9", "type": "Car"}
    assert api.post(f"{V1}/entities", body, content_type="application/json", headers=named).status_code == 422
    assert api.delete(f"{V1}/entities/{CAR}1", headers=named).status_code == 422
    assert api.get(f"{V1}/types", headers=named).status_code == 422
    assert door.get(SYSTEM, CAR + "1")


def test_too_many_are_refused(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    cars(1, 2, 3)
    monkeypatch.setattr(snapshots, "MOST", 2)
    told = api.get(made(api)).json()
    assert told["snapshotStatus"] == "failure"
    assert "2" in told["snapshotQueriesDetails"][0]["problemDetails"]["detail"]
    monkeypatch.setattr(snapshots, "MOST_OF_ONE", 1)
    body = {"type": "Snapshot", "snapshotQueries": [CARS]}
    assert api.post(f"{V1}/snapshots", body, content_type="application/json").status_code == 403


def test_whoever_asks_next_fills_what_was_left(api: Client) -> None:
    cars(1, 2)
    where = made(api)
    Snapshot.objects.update(state="preparing", details=[], filling=timezone.now() + timedelta(minutes=1))
    assert api.get(where).json()["snapshotStatus"] == "preparing"
    refused = of(api, where, "entities?type=Car")
    assert refused.status_code == 409
    assert "snapshotStatus" in refused.json()["nextStep"]
    Snapshot.objects.update(filling=timezone.now() - timedelta(seconds=1))
    assert api.get(where).json()["snapshotStatus"] == "success"
    assert ids(of(api, where, "entities?type=Car")) == ["1", "2"]
