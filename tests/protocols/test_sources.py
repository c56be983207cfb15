"""Context sources: registered over HTTP, asked over HTTP, with our rights before them and our masks behind them."""

# ruff: noqa: F811

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from psycopg import errors

from lingqu.centre.access import passes
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from lingqu.protocols.models import Source, SourceState
from lingqu.protocols.ngsi_ld.notify.engine import Engine
from lingqu.protocols.ngsi_ld.sources import ask
from little_city import person
from receiver import Receiver
from source_server import SourceServer
from sources_asked import CAR, V1, api, car, city, client, registered, send, source  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db


def test_a_registration_takes_the_right_to_it_and_keeps_its_secrets(api: Client, source: SourceServer) -> None:
    info = [{"key": "Authorization", "value": "Bearer s3cret"}, {"key": "user", "value": "urn:ngsi-ld:request"}]
    pk = registered(api, source, contextSourceInfo=info)
    shown = api.get(f"{V1}/csourceRegistrations/{pk}").json()
    assert [p["value"] for p in shown["contextSourceInfo"]] == ["urn:lingqu:hidden", "urn:ngsi-ld:request"]
    assert "s3cret" not in json.dumps(list(Source.objects.values("document", "sealed")), default=str)
    assert "s3cret" not in json.dumps(list(LedgerRow.objects.values("detail")), default=str)
    # What is given back as it was shown stays what it was.
    assert (
        send(
            api,
            "PATCH",
            f"/csourceRegistrations/{pk}",
            {"contextSourceInfo": info[1:] + shown["contextSourceInfo"][:1]},
        ).status_code
        == 204
    )
    source.answers["GET", f"entities/{CAR}"] = (200, car())
    assert api.get(f"{V1}/entities/{CAR}", headers={"user": "li", "Authorization": ""}).status_code == 200
    assert source.asked[-1].headers["Authorization"] == "Bearer s3cret"
    assert source.asked[-1].headers["user"] == "li"

    developer = client("developer")
    refused = send(
        developer,
        "POST",
        "/csourceRegistrations",
        {"type": "ContextSourceRegistration", "information": [{"entities": [{"type": "Car"}]}], "endpoint": source.url},
    )
    assert refused.status_code == 403
    assert developer.get(f"{V1}/csourceRegistrations/{pk}").status_code == 404
    assert developer.get(f"{V1}/csourceRegistrations?type=Car").json() == []
    assert send(developer, "DELETE", f"/csourceRegistrations/{pk}").status_code == 404
    assert send(api, "DELETE", f"/csourceRegistrations/{pk}").status_code == 204
    assert api.get(f"{V1}/entities/{CAR}").status_code == 404


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"mode": "exclusive"}, 400),
        ({"mode": "auxiliary", "operations": ["updateOps"]}, 400),
        ({"operations": ["fly"]}, 400),
        ({"endpoint": "ftp://127.0.0.1/x"}, 400),
        ({"endpoint": "https://not.listed.example"}, 400),
        ({"information": []}, 400),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 400),
        ({"management": {"timeout": 0}}, 400),
        ({"contextSourceInfo": [{"key": "a b", "value": "x"}]}, 400),
        ({"information": [{"entities": [{"type": "Car", "idPattern": "("}]}]}, 400),
    ],
)
def test_what_is_wrong_with_a_registration_is_told(
    api: Client, source: SourceServer, members: Any, status: int
) -> None:
    document = {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Car"}]}],
        "endpoint": source.url,
        **members,
    }
    answer = send(api, "POST", "/csourceRegistrations", document)
    assert answer.status_code == status, answer.content
    assert answer.json()["title"] != answer.json()["detail"]


def test_only_who_may_register_writes_registrations_as_the_web_role(
    api: Client, source: SourceServer, as_web: Callable[[], AbstractContextManager[None]]
) -> None:
    registered(api, source)
    clerk = Actor("person", "li", roles=("developer",), department="it", purpose="test")
    registrar = Actor("person", "wu", roles=("registrar",), department="it")
    with as_web():
        with passes.working_for(lambda: clerk):
            assert Source.objects.count() == 1
            assert Source.objects.update(maker="mallory") == 0
            with pytest.raises(DatabaseError) as fault, transaction.atomic():
                Source.objects.create(id="urn:x:1", document={}, maker="mallory")
            assert isinstance(fault.value.__cause__, errors.InsufficientPrivilege)
            assert SourceState.objects.update(times_sent=1) == 1
        with passes.working_for(lambda: registrar):
            assert Source.objects.update(maker="wu") == 1


def test_a_query_is_merged_from_here_and_there(api: Client, source: SourceServer) -> None:
    registered(api, source)
    old, new = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    here = car(1, colour={"type": "Property", "value": "red"})
    here["speed"]["observedAt"] = old
    assert send(api, "POST", "/entities?local=true", here).status_code == 201
    there = car(2, wheels={"type": "Property", "value": 4})
    there["speed"]["observedAt"] = new
    other = {**car(3), "id": "urn:ngsi-ld:Car:2"}
    foreign = {**car(3), "id": "urn:ngsi-ld:Bus:2", "type": "Bus"}  # it was not registered for these
    source.answers["GET", "entities"] = (200, [there, other, foreign])
    found = api.get(f"{V1}/entities?type=Car").json()
    assert [e["id"] for e in found] == [CAR, "urn:ngsi-ld:Car:2"]
    assert (found[0]["speed"]["value"], found[0]["colour"]["value"], found[0]["wheels"]["value"]) == (2, "red", 4)
    asked = source.asked[-1]
    assert asked.params["type"] == "Car"
    assert asked.headers["Via"] == f"1.1 {ask.alias()}"
    assert [e["id"] for e in api.get(f"{V1}/entities?type=Car&local=true").json()] == [CAR]
    page = api.get(f"{V1}/entities?type=Car&limit=1&offset=1")
    assert [e["id"] for e in page.json()] == ["urn:ngsi-ld:Car:2"]
    assert 'rel="prev"' in page["Link"]
    assert 'rel="next"' not in page["Link"]


def test_who_fails_is_named_and_the_rest_is_answered(api: Client, source: SourceServer) -> None:
    pk = registered(api, source, management={"timeout": 200, "cooldown": 1})
    assert send(api, "POST", "/entities?local=true", car()).status_code == 201
    for answer, code in [((500, {"x": 1}), "299"), ((200, b"no json"), "111"), ((200, [{"id": 5}]), "111")]:
        source.answers["GET", "entities"] = answer
        found = api.get(f"{V1}/entities?type=Car")
        assert found.status_code == 200
        assert [e["id"] for e in found.json()] == [CAR]
        assert found["NGSILD-Warning"].startswith(f"{code} {pk}")
    source.hang = 0.5
    assert api.get(f"{V1}/entities?type=Car")["NGSILD-Warning"].startswith(f"110 {pk}")
    source.close()
    assert api.get(f"{V1}/entities?type=Car")["NGSILD-Warning"].startswith(f"112 {pk}")
    state = SourceState.objects.get(pk=pk)
    assert state.times_failed == 5
    assert state.why["rule"] == "ngsi_ld.source_disconnected"
    assert api.get(f"{V1}/csourceRegistrations/{pk}").json()["status"] == "failed"
    source.server.server_close()


def test_our_rights_go_before_a_source_and_our_masks_behind_it(api: Client, source: SourceServer) -> None:
    registered(api, source, information=[{"entities": [{"type": "Person"}]}])
    who = {"id": "urn:ngsi-ld:Person:7", "type": "Person", **person(7, idNumber="11010519491231002X")}
    source.answers["GET", "entities"] = (200, [who])
    source.answers["GET", "entities/urn:ngsi-ld:Person:7"] = (200, who)
    assert client("officer").get(f"{V1}/entities?type=Person").status_code == 403  # no purpose
    assert client("registrar", purpose="").get(f"{V1}/entities/urn:ngsi-ld:Person:7").status_code in (403, 404)
    assert Client().get(f"{V1}/entities/urn:ngsi-ld:Person:7").status_code == 404
    assert source.asked == []
    officer = client("officer", purpose="check")
    [found] = officer.get(f"{V1}/entities?type=Person").json()
    assert found["name"]["value"] != who["name"]["value"]
    assert found["idNumber"]["value"] != who["idNumber"]["value"]
    rows = LedgerRow.objects.filter(act="read", entity_type="Person").order_by("pk")
    assert any("source" in row.detail and row.entity_ids == [who["id"]] for row in rows)
    assert officer.get(f"{V1}/entities/{who['id']}").json()["name"] == found["name"]
    # Nobody filters elsewhere by what is masked here.
    asked = len(source.asked)
    assert officer.get(f'{V1}/entities?type=Person&q=ethnicGroup=="x"').status_code == 403
    assert len(source.asked) == asked


def test_writes_go_where_the_data_is_held(api: Client, source: SourceServer) -> None:
    registered(api, source, mode="redirect")
    source.answers |= {
        ("POST", "entities"): (201, None),
        ("PATCH", f"entities/{CAR}/attrs"): (204, None),
        ("PATCH", f"entities/{CAR}/attrs/speed"): (204, None),
        ("PATCH", f"entities/{CAR}"): (204, None),
        ("PUT", f"entities/{CAR}"): (204, None),
        ("DELETE", f"entities/{CAR}/attrs/speed"): (204, None),
        ("DELETE", f"entities/{CAR}"): (204, None),
    }
    assert send(api, "POST", "/entities", car(5)).status_code == 201
    assert source.asked[-1].body["speed"] == {"type": "Property", "value": 5}
    assert door.types_found(SYSTEM, door.Query(ids=(CAR,))) == set()
    for method, path, body in [
        ("PATCH", f"/entities/{CAR}/attrs", {"speed": {"type": "Property", "value": 6}}),
        ("PATCH", f"/entities/{CAR}/attrs/speed", {"value": 7}),
        ("PATCH", f"/entities/{CAR}", {"speed": {"type": "Property", "value": 8}}),
        ("PUT", f"/entities/{CAR}", car(9)),
        ("DELETE", f"/entities/{CAR}/attrs/speed", None),
        ("DELETE", f"/entities/{CAR}", None),
    ]:
        answer = send(api, method, path, body)
        assert answer.status_code == 204, (method, path, answer.content)
        assert source.asked[-1].method == method
    assert send(api, "DELETE", f"/entities/{CAR}", Via=f"1.1 {ask.alias()}").status_code == 508
    developer = client("officer", purpose="check")
    before = len(source.asked)
    assert send(developer, "POST", "/entities", car(5)).status_code == 403
    assert len(source.asked) == before


def test_a_part_that_fails_is_told_beside_the_part_that_went_well(api: Client, source: SourceServer) -> None:
    pk = registered(api, source)
    source.answers["POST", "entities"] = (
        409,
        {"type": "https://uri.etsi.org/ngsi-ld/errors/AlreadyExists", "title": "t", "detail": "d"},
    )
    answer = send(api, "POST", "/entities", car())
    assert answer.status_code == 207
    [error] = answer.json()["errors"]
    assert (error["registrationId"], error["error"]["status"]) == (pk, 409)
    assert answer.json()["success"] == [CAR]
    # A batch: each by itself.
    source.answers["POST", "entities"] = (201, None)
    source.answers["POST", "entityOperations/create"] = (201, None)
    answer = send(api, "POST", "/entityOperations/create", [{**car(), "id": "urn:ngsi-ld:Car:8"}, car()])
    assert answer.status_code == 207
    assert answer.json()["success"] == ["urn:ngsi-ld:Car:8"]


def test_attributes_held_elsewhere_alone_are_not_held_here(api: Client, source: SourceServer) -> None:
    information = [{"entities": [{"type": "Car", "id": CAR}], "propertyNames": ["speed"]}]
    registered(api, source, mode="exclusive", information=information)
    source.answers |= {("POST", "entities"): (201, None), ("GET", f"entities/{CAR}"): (200, car(3))}
    assert send(api, "POST", "/entities", car(3, colour={"type": "Property", "value": "red"})).status_code == 201
    assert set(source.asked[-1].body) == {"id", "type", "speed"}
    assert "speed" not in api.get(f"{V1}/entities/{CAR}?local=true").json()
    whole = api.get(f"{V1}/entities/{CAR}").json()
    assert (whole["speed"]["value"], whole["colour"]["value"]) == (3, "red")
    second = send(
        api,
        "POST",
        "/csourceRegistrations",
        {"type": "ContextSourceRegistration", "mode": "redirect", "information": information, "endpoint": source.url},
    )
    assert second.status_code == 409
    assert second.json()["type"].endswith("/Conflict")


def test_what_is_here_already_cannot_be_redirected(api: Client, source: SourceServer) -> None:
    door.write(SYSTEM, [Draft(CAR, "Car", {"speed": {"type": "Property", "value": 1}})])
    answer = send(
        api,
        "POST",
        "/csourceRegistrations",
        {
            "type": "ContextSourceRegistration",
            "mode": "redirect",
            "information": [{"entities": [{"type": "Car"}]}],
            "endpoint": source.url,
        },
    )
    assert answer.status_code == 409


def test_filters_on_the_whole_of_what_is_held_in_parts(api: Client, source: SourceServer) -> None:
    registered(api, source, sourceType={"type": "Property", "value": "sensor"})
    send(api, "POST", "/entities?local=true", car(1))
    source.answers["GET", "entities"] = (
        200,
        [{"id": CAR, "type": "Car", "colour": {"type": "Property", "value": "red"}}],
    )
    both = f'{V1}/entities?type=Car&q=speed==1;colour=="red"'
    assert api.get(both).json() != []  # the source says that it fits
    assert len(api.get(f"{both}&splitEntities=true").json()) == 1
    assert "q" not in source.asked[-1].params
    assert api.get(f"{V1}/entities?type=Car&q=speed==2&splitEntities=true").json() == []
    assert len(source.asked) == 3
    assert api.get(f'{V1}/entities?type=Car&csf=sourceType=="archive"').status_code == 200
    assert len(source.asked) == 3
    assert api.get(f"{V1}/entities?type=Car&orderBy=speed").status_code == 400


def test_page_shows_sources_and_pauses_them(api: Client, source: SourceServer) -> None:
    assert api.get("/subscriptions/sources/").status_code == 200
    pk = registered(api, source, registrationName="South <district>")
    source.answers["GET", "entities"] = (503, None)
    api.get(f"{V1}/entities?type=Car")
    shown = api.get("/subscriptions/sources/", headers={"Accept-Language": "en"}).content.decode()
    assert "South &lt;district&gt;" in shown
    assert "failing" in shown
    assert "answered 503" in shown
    stranger = client("officer", "street")
    assert "South" not in stranger.get("/subscriptions/sources/").content.decode()
    assert stranger.post("/subscriptions/sources/act/", {"source": pk, "act": "pause"}).status_code == 404
    assert Client().get("/subscriptions/sources/").status_code == 302
    assert api.post("/subscriptions/sources/act/", {"source": pk, "act": "pause"}).status_code == 302
    asked = len(source.asked)
    assert "NGSILD-Warning" not in api.get(f"{V1}/entities?type=Car")
    assert len(source.asked) == asked
    assert api.post("/subscriptions/sources/act/", {"source": pk, "act": "resume"}).status_code == 302
    api.get(f"{V1}/entities?type=Car")
    assert len(source.asked) == asked + 1


@pytest.mark.django_db(transaction=True)
def test_who_subscribed_to_registrations_is_told(api: Client, source: SourceServer) -> None:
    receiver, engine = Receiver(), Engine()
    document = {
        "type": "Subscription",
        "entities": [{"type": "Car"}],
        "notification": {"endpoint": {"uri": receiver.url}},
    }

    def told() -> list[tuple[str, list[str]]]:
        while engine.round() or engine._under_way:
            engine.idle(0.05)
        return [(n["triggerReason"], [d["id"] for d in n["data"]]) for n in receiver.got]

    first = registered(api, source)
    assert send(api, "POST", "/csourceSubscriptions", document).status_code == 201
    assert told() == [("newlyMatching", [first])]
    assert receiver.got[0]["type"] == "ContextSourceNotification"
    second = registered(api, source, information=[{"entities": [{"type": "Car"}]}, {"entities": [{"type": "Bus"}]}])
    assert send(api, "PATCH", f"/csourceRegistrations/{first}", {"description": "x"}).status_code == 204
    assert send(api, "DELETE", f"/csourceRegistrations/{first}").status_code == 204
    registered(api, source, information=[{"entities": [{"type": "Bus"}]}])
    assert told()[1:] == [("newlyMatching", [second]), ("updated", [first]), ("noLongerMatching", [first])]
    assert receiver.got[1]["data"][0]["information"] == [{"entities": [{"type": "Car"}]}]
    engine.close()
    receiver.close()


def test_a_map_names_the_sources(api: Client, source: SourceServer) -> None:
    pk = registered(api, source)
    assert send(api, "POST", "/entities?local=true", car()).status_code == 201
    source.answers["GET", "entities"] = (200, [{**car(), "id": "urn:ngsi-ld:Car:9"}])
    found = api.get(f"{V1}/entityMaps?type=Car").json()["entityMap"]
    assert found == {CAR: ["@none"], "urn:ngsi-ld:Car:9": [pk]}


def test_types_and_attributes_of_sources_are_told(api: Client, source: SourceServer) -> None:
    registered(api, source, information=[{"entities": [{"type": "Car"}, {"type": "Tram"}]}])
    source.answers["GET", "types"] = (200, {"type": "EntityTypeList", "typeList": ["Car", "Bus"]})
    source.answers["GET", "attributes"] = (200, {"type": "AttributeList", "attributeList": ["speed"]})
    assert "Car" in api.get(f"{V1}/types").json()["typeList"]
    assert "Bus" not in api.get(f"{V1}/types").json()["typeList"]  # it was not registered for these
    assert "Car" not in api.get(f"{V1}/types?local=true").json()["typeList"]
    assert "speed" in api.get(f"{V1}/attributes").json()["attributeList"]
    asked = len(source.asked)
    assert "Car" not in Client().get(f"{V1}/types").json()["typeList"]
    assert len(source.asked) == asked
