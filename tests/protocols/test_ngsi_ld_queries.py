"""NGSI-LD: projections, joins, orders, scopes, linked queries and purging, with rights on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from little_city import city, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
BASE = "/ngsi-ld/v1/entities"
JSON = "application/json"
PERSON = "urn:ngsi-ld:Person:1"


def signed_in(role: str, department: str) -> Client:
    account = Account.objects.create_user(role, roles=[role], department=department)
    client = Client(headers={"Lingqu-Purpose": "test"})
    client.force_login(account)
    return client


@pytest.fixture
def api() -> Client:
    return signed_in("developer", "it")


@pytest.fixture
def town() -> None:
    """Two shops in a street of a district, and a person who runs one of them."""
    door.write(
        SYSTEM,
        [
            Draft("urn:x:shop:1", "Shop", {"name": {"value": "b"}, "rank": {"value": 2}, "in": _to("urn:x:street:1"), "runBy": _to(PERSON)}, scopes=("/A/B",), types=("Café",)),  # noqa: E501
            Draft("urn:x:shop:2", "Shop", {"name": {"value": "a"}, "rank": {"value": "x"}, "in": _to("urn:x:street:1")}, scopes=("/A/C", "/D")),  # noqa: E501
            Draft("urn:x:shop:3", "Shop", {"name": {"value": "á"}}),
            Draft("urn:x:street:1", "Street", {"name": {"value": "Central"}, "in": _to("urn:x:district:1")}),
            Draft("urn:x:district:1", "District", {"name": {"value": "Daoli"}}),
            Draft(PERSON, "Person", person(1), owner="police"),
        ],
    )  # fmt: skip


def _to(target: str) -> dict[str, Any]:
    return {"type": "Relationship", "object": target}


def ids(client: Client, **given: str) -> list[str]:
    answer = client.get(BASE, {"type": "Shop", **given})
    assert answer.status_code == 200, answer.content
    return [e["id"].removeprefix("urn:x:shop:") for e in answer.json()]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"scopeQ": "/A/#"}, "12"),
        ({"scopeQ": "/A/+"}, "12"),
        ({"scopeQ": "/A/C;/D"}, "2"),
        ({"scopeQ": "(/A/B|/D);/A/B"}, "1"),
        ({"scopeQ": "/A"}, ""),
        ({"type": "(Shop;Café)"}, "1"),
        ({"type": "Café,(Shop;Street)"}, "1"),
        ({"orderBy": "name"}, "213"),
        ({"orderBy": "name", "collation": "und"}, "231"),
        ({"orderBy": "name;desc"}, "312"),
        ({"orderBy": "rank"}, "123"),
        ({"orderBy": "id;desc", "limit": "2"}, "32"),
        ({"q": 'in{name}=="Central"', "join": "inline"}, "12"),
        ({"q": 'in{Street:in{name}}=="Daoli"', "join": "inline", "joinLevel": "2"}, "12"),
        ({"q": 'in{District:name}=="Central"', "join": "inline"}, ""),
        ({"pick": "in"}, None),
    ],
)
def test_what_is_found(api: Client, town: None, given: dict[str, str], found: str | None) -> None:
    if found is None:
        assert len(api.get(BASE, {"type": "Shop", **given}).json()) == 2
    else:
        assert ids(api, **given) == list(found)


@pytest.mark.parametrize(
    "given",
    [
        *({"scopeQ": "/A//B"}, {"scopeQ": "(/A"}, {"type": "(Shop"}, {"orderBy": "name;up"}, {"collation": "!!"}),
        *({"orderBy": "location;dist-asc"}, {"q": 'in{name}=="x"'}, {"pick": "in{name}"}, {"pick": "a", "omit": "a"}),
        *({"pick": "a,,b"}, {"pick": "a{b"}, {"join": "side"}, {"join": "flat", "joinLevel": "0"}),
        *({"type": "", "attrs": "createdAt"}, {"type": "*", "local": "false"}, {"geometryProperty": "location"}),
    ],
)
def test_what_makes_no_sense_is_refused(api: Client, town: None, given: dict[str, str]) -> None:
    answer = api.get(BASE, {"type": "Shop", **given})
    assert answer.status_code == 400, answer.content


def test_joins(api: Client, town: None) -> None:
    shop = api.get(f"{BASE}/urn:x:shop:1", {"join": "inline", "joinLevel": "2", "pick": "in{name,in{name}}"}).json()
    street = shop["in"]["entity"]
    assert street["name"]["value"] == "Central"
    assert street["in"]["entity"] == {"name": {"type": "Property", "value": "Daoli"}}
    flat = api.get(f"{BASE}/urn:x:shop:2", {"join": "flat", "joinLevel": "2"}).json()
    assert [e["id"] for e in flat] == ["urn:x:shop:2", "urn:x:street:1", "urn:x:district:1"]
    simple = api.get(f"{BASE}/urn:x:shop:2", {"join": "inline", "format": "simplified"}).json()
    assert simple["in"]["name"] == "Central"


def test_a_join_shows_what_one_may_see_and_no_more(api: Client, client: Client, town: None) -> None:
    shown = api.get(f"{BASE}/urn:x:shop:1", {"join": "inline"}).json()["runBy"]["entity"]
    assert shown["name"]["value"].startswith("王*")
    flat = api.get(f"{BASE}/urn:x:shop:1", {"join": "flat"}).json()
    assert {e["name"]["value"] for e in flat} >= {"b", "Central"}
    assert "王小明1" not in json.dumps(flat, ensure_ascii=False)
    assert client.get(f"{BASE}/urn:x:shop:1", {"join": "flat"}).status_code == 404


def test_nobody_orders_or_reaches_by_what_is_masked(api: Client, town: None) -> None:
    asked = [{"type": "Person", "orderBy": "name"}, {"type": "Person", "orderBy": "name;desc", "collation": "und"}]
    for given in asked:
        answer = api.get(BASE, given)
        assert (answer.status_code, answer.json()["rule"]) == (403, "access.masked")
    found = api.get(BASE, {"type": "Shop", "q": 'runBy{name}~="小明"', "join": "inline"})
    assert found.json() == []
    named = api.get(BASE, {"type": "Shop", "q": 'runBy{Person:name}~="小明"', "join": "inline"})
    assert (named.status_code, named.json()["rule"]) == (403, "access.masked")


def test_a_query_in_a_body(api: Client, town: None) -> None:
    def asked(**members: Any) -> Any:
        return api.post(f"{BASE[:-8]}entityOperations/query", {"type": "Query", **members}, content_type=JSON)

    both = [{"type": "Shop", "id": "urn:x:shop:1"}, {"type": "Street"}]
    assert [e["id"] for e in asked(entities=both).json()] == ["urn:x:shop:1", "urn:x:street:1"]
    ordered = asked(entities=[{"type": "Shop"}], ordering={"orderBy": ["name;desc"]}, pick=["name"]).json()
    assert [e["name"]["value"] for e in ordered] == ["á", "b", "a"]
    for wrong in ({"entities": []}, {"entities": [{"id": "urn:x:1"}]}, {"q": 4}, {"temporalQ": {}}):
        assert asked(**wrong).status_code == 400, wrong


def test_purging(api: Client, client: Client, town: None) -> None:
    assert client.delete(f"{BASE}?type=Shop").status_code == 403
    assert api.delete(f"{BASE}?idPattern=.*").status_code == 400
    assert api.delete(f"{BASE}?type=Shop&drop=rank").status_code == 204
    assert set(door.get(SYSTEM, "urn:x:shop:1").attrs) == {"name", "in", "runBy"}
    assert api.delete(f"{BASE}?type=Shop&keep=name&q=runBy").status_code == 204
    assert set(door.get(SYSTEM, "urn:x:shop:1").attrs) == {"name"}
    assert set(door.get(SYSTEM, "urn:x:shop:2").attrs) == {"name", "in"}
    assert api.delete(f"{BASE}?type=Shop").status_code == 204
    assert not door.find(SYSTEM, door.Query(types=("Shop",))).entities
    assert door.get(SYSTEM, "urn:x:street:1")


def test_a_purge_takes_all_or_nothing(town: None) -> None:
    """Police may write the police's persons, and reads others'."""
    door.write(SYSTEM, [Draft("urn:ngsi-ld:Person:0", "Person", person(0), owner="police")])
    door.write(SYSTEM, [Draft("urn:ngsi-ld:Person:2", "Person", person(2), owner="civil")])
    answer = signed_in("police", "police").delete(f"{BASE}?type=Person")
    assert answer.status_code == 403
    assert door.count(SYSTEM, door.Query(types=("Person",))) == 3


def test_partial_updates(api: Client, town: None) -> None:
    one = f"{BASE}/urn:x:shop:1/attrs/name"
    door.write(SYSTEM, [Draft("urn:x:shop:1", "", {"name": {"type": "Property", "value": {"a": 1}, "unitCode": "X"}})], mode="append")  # noqa: E501  # fmt: skip
    assert api.patch(one, {"value": {"b": 2}}, content_type=JSON).status_code == 204
    assert door.get(SYSTEM, "urn:x:shop:1").attrs["name"] == {"type": "Property", "value": {"b": 2}, "unitCode": "X"}
    assert api.patch(one, {"value": {"b": "urn:ngsi-ld:null"}}, content_type=JSON).status_code == 400
    assert api.patch(one, {"value": 1, "datasetId": "urn:x:d"}, content_type=JSON).status_code == 404
    assert api.patch(one, {"type": "Relationship", "object": "urn:x:1"}, content_type=JSON).status_code == 400
    assert api.patch(one + "?type=Street", {"value": 1}, content_type=JSON).status_code == 404
    assert api.delete(f"{BASE}/urn:x:shop:1/attrs/scope").status_code == 204
    assert door.get(SYSTEM, "urn:x:shop:1").scopes == ()


def test_times_of_attributes(api: Client, town: None) -> None:
    made = door.get(SYSTEM, "urn:x:shop:1")
    door.write(SYSTEM, [Draft("urn:x:shop:1", "", {"name": {"value": "c"}, "new": {"value": 1}})], mode="append")
    found = door.get(SYSTEM, "urn:x:shop:1")
    times = door.attribute_times([found])["urn:x:shop:1"]
    assert times["name"] == (made.created_at, found.modified_at)
    assert times["new"] == (found.modified_at, found.modified_at)
    assert times["rank"] == (made.created_at, made.created_at)
    shown = api.get(f"{BASE}/urn:x:shop:1", {"options": "sysAttrs"}).json()
    assert shown["name"]["createdAt"] < shown["name"]["modifiedAt"] == shown["modifiedAt"]
