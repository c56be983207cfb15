"""Temporal evolution as another program sees it (CIM 009 6.18 to 6.24): what ETSI's own cases do not ask."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door
from little_city import city  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
CORE, BASE = "/ngsi-ld/v1/entities", "/ngsi-ld/v1/temporal/entities"
JSON = "application/json"
ONE = "urn:ngsi-ld:Meter:1"
AFTER = {"timerel": "after", "timeAt": "2000-01-01T00:00:00Z"}


@pytest.fixture
def api() -> Client:
    account = Account.objects.create_user("developer", roles=["developer"], department="it")
    client = Client(headers={"Lingqu-Purpose": "test"})
    client.force_login(account)
    return client


def send(api: Client, method: str, path: str, document: Any = None, media: str = JSON) -> Any:
    return api.generic(method, path, json.dumps(document), content_type=media)


def level(value: Any, number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "Property",
        "value": value,
        "observedAt": f"2020-01-01T{number // 60:02}:{number % 60:02}:00Z",
        **more,
    }


def post(api: Client, document: Any, path: str = BASE) -> Any:
    return send(api, "POST", path, document, media=JSON)


def made(api: Client, number: int = 3, entity_id: str = ONE) -> None:
    document = {"id": entity_id, "type": "Meter", "level": [level(n, n) for n in range(number)]}
    answer = post(api, document)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"{BASE}/{entity_id}"


def get(api: Client, path: str = f"{BASE}/{ONE}", **given: Any) -> Any:
    prefer = given.pop("prefer", "")
    return api.get(path, given, headers={"Prefer": prefer} if prefer else {})


def test_every_form_says_the_same(api: Client) -> None:
    made(api)
    normal = get(api).json()
    assert [(i["value"], i["observedAt"]) for i in normal["level"]] == [
        (n, level(n, n)["observedAt"]) for n in range(3)
    ]
    assert all(set(i) == {"type", "value", "observedAt", "instanceId"} for i in normal["level"])
    concise = get(api, format="concise").json()["level"]
    assert [i["value"] for i in concise] == [0, 1, 2]
    assert "type" not in concise[0]
    for form in ({"format": "temporalValues"}, {"options": "temporalValues"}, {"format": "simplified"}):
        simple = get(api, **form).json()["level"]
        assert simple == {"type": "Property", "values": [[i["value"], i["observedAt"]] for i in normal["level"]]}
    summed = get(api, format="aggregatedValues", aggrMethods="sum,totalCount", aggrPeriodDuration="PT2M").json()
    assert [[v for v, _, _ in summed["level"][m]] for m in ("sum", "totalCount")] == [[1, 2], [2, 1]]
    system = get(api, options="sysAttrs").json()
    assert {"createdAt", "modifiedAt"} <= set(system) & set(system["level"][0])


def test_what_the_core_interface_writes_evolves(api: Client) -> None:
    core = {"id": ONE, "type": "Meter", "level": {"type": "Property", "value": 1}, "scope": "/A"}
    assert send(api, "POST", CORE, core, media=JSON).status_code == 201
    assert send(api, "PATCH", f"{CORE}/{ONE}/attrs", {"level": {"value": 2}}, media=JSON).status_code == 204
    assert api.delete(f"{CORE}/{ONE}/attrs/level").status_code == 204
    found = get(api).json()
    assert [i["value"] for i in found["level"]] == [1, 2, "urn:ngsi-ld:null"]
    assert "deletedAt" in found["level"][2]
    assert found["scope"][0]["value"] == "/A"
    assert "observedAt" in found["scope"][0]
    only = get(api, timeproperty="deletedAt").json()
    assert list(only) == ["id", "type", "level"]
    assert get(api, timeproperty="modifiedAt", options="temporalValues").json()["level"]["values"][0][0] == 1
    assert api.delete(f"{CORE}/{ONE}").status_code == 204
    assert "deletedAt" in get(api).json()
    listed = get(api, BASE, type="Meter", timeproperty="deletedAt", **AFTER).json()
    assert [e["id"] for e in listed] == [ONE]
    assert get(api, BASE, type="Meter", timeproperty="modifiedAt", **AFTER).json() == []


def test_what_is_brought_is_what_stands(api: Client) -> None:
    made(api)
    assert send(api, "GET", f"{CORE}/{ONE}").json()["level"] == level(2, 2)
    assert post(api, {"level": [level(9, 9), level(0, 0)]}, f"{BASE}/{ONE}/attrs").status_code == 204
    assert [i["value"] for i in get(api).json()["level"]] == [0, 1, 2, 9]
    last = get(api).json()["level"][-1]["instanceId"]
    assert send(api, "PATCH", f"{BASE}/{ONE}/attrs/level/{last}", level(7, 9), media=JSON).status_code == 204
    assert (
        send(api, "PATCH", f"{BASE}/{ONE}/attrs/level/{last}", {"level": [level(8, 9)]}, media=JSON).status_code == 204
    )
    assert door.get(SYSTEM, ONE).value("level") == 8
    assert api.delete(f"{BASE}/{ONE}/attrs/level/{last}").status_code == 204
    assert door.get(SYSTEM, ONE).value("level") == 2
    assert api.delete(f"{BASE}/{ONE}/attrs/level").status_code == 204
    assert get(api).json() == {"id": ONE, "type": "Meter"}
    assert api.delete(f"{BASE}/{ONE}").status_code == 204
    assert [get(api).status_code, api.get(f"{CORE}/{ONE}").status_code] == [404, 404]
    assert post(api, {"level": [level(1, 1)]}, f"{BASE}/{ONE}/attrs").status_code == 404


def test_an_attribute_named_by_an_iri(api: Client) -> None:
    name = "https://ex.org/level"
    assert post(api, {"id": ONE, "type": "Meter", name: [level(1, 1), level(2, 2)]}).status_code == 201
    first = get(api).json()[name][0]["instanceId"]
    assert api.delete(f"{BASE}/{ONE}/attrs/{quote(name, safe='')}/{first}").status_code == 204
    assert [i["value"] for i in get(api).json()[name]] == [2]
    assert api.delete(f"{BASE}/{ONE}/attrs/{quote(name, safe='')}").status_code == 204


def test_pages_of_instances(api: Client) -> None:
    made(api, 100)
    first = get(api)
    assert first.status_code == 206
    assert first["Content-Range"] == "date-time 2020-01-01T00:00:00Z-2020-01-01T00:29:00Z/*"
    seen, since = [], "2020-01-01T00:00:00Z"
    while True:
        page = get(api, timerel="after", timeAt=since)
        seen += [i["value"] for i in page.json()["level"]]
        if page.status_code == 200:
            break
        since = re.search(r"-(\d{4}-\d\d-\d\dT[^/]+)/\*", page["Content-Range"])[1]  # type: ignore[index]
    assert sorted(set(seen)) == list(range(100)), "nothing is lost from page to page"
    assert get(api, prefer="maxpagesize=100").status_code == 200
    assert len(get(api, prefer="maxpagesize=40").json()["level"]) == 40
    back = get(api, lastN=50, timerel="before", timeAt="2021-01-01T00:00:00Z")
    assert back["Content-Range"] == "date-time 2021-01-01T00:00:00Z-2020-01-01T01:10:00Z/50"
    assert [i["value"] for i in back.json()["level"]] == list(range(99, 69, -1))


def test_pages_of_entities(api: Client) -> None:
    for n in range(5):
        made(api, 1, f"urn:ngsi-ld:Meter:{n}")
    seen, path = [], f"{BASE}?type=Meter&limit=2&count=true&timerel=after&timeAt=2020-01-01T00:00:00Z"
    while path:
        page = api.get(path)
        seen += [e["id"][-1] for e in page.json()]
        assert page["NGSILD-Results-Count"] == "5"
        found = re.search(r"<([^>]+)>;rel=\"next\"", page["Link"])
        path = found[1] if found else ""
    assert seen == list("01234")
    assert [e["id"][-1] for e in get(api, BASE, type="Meter", orderBy="id;desc", limit=2, **AFTER).json()] == ["4", "3"]
    back = get(api, BASE, type="Meter", limit=2, offset=3, **AFTER)
    assert [e["id"][-1] for e in back.json()] == ["3", "4"]
    assert 'rel="prev"' in back["Link"]


def test_a_map_fixes_what_a_query_finds(api: Client) -> None:
    made(api, 1, "urn:ngsi-ld:Meter:1")
    first = get(api, BASE, type="Meter", entityMap="true", **AFTER)
    assert first.status_code == 201
    named = first["NGSILD-EntityMap"]
    assert api.get(named).json()["entityMap"] == {"urn:ngsi-ld:Meter:1": ["@none"]}
    made(api, 1, "urn:ngsi-ld:Meter:2")
    again = api.get(BASE, {"type": "Meter", **AFTER}, headers={"NGSILD-EntityMap": named})
    assert [e["id"] for e in again.json()] == ["urn:ngsi-ld:Meter:1"]
    assert (again.status_code, again["NGSILD-EntityMap"]) == (200, named)
    assert "NGSILD-EntityMap" in get(api, f"{BASE}/urn:ngsi-ld:Meter:2", entityMap="true")


def test_queries_in_a_body_and_languages(api: Client) -> None:
    named = [
        {"type": "LanguageProperty", "languageMap": {"en": "North", "zh": "北"}, "observedAt": "2020-01-01T00:00:00Z"}
    ]
    assert post(api, {"id": ONE, "type": "Meter", "label": named, "level": [level(1, 1)]}).status_code == 201
    query = {"type": "Query", "entities": [{"type": "Meter"}], "q": "level==1", "temporalQ": AFTER, "attrs": ["label"]}
    [found] = post(api, query, "/ngsi-ld/v1/temporal/entityOperations/query?options=temporalValues").json()
    assert found["label"]["languageMaps"] == [[{"languageMap": {"en": "North", "zh": "北"}}, "2020-01-01T00:00:00Z"]]
    assert get(api, lang="zh").json()["label"][0]["value"] == "北"
    assert get(api, lang="zh", options="temporalValues").json()["label"] == {
        "type": "Property",
        "values": [["北", "2020-01-01T00:00:00Z"]],
    }
    assert get(api, pick="id,level").json().keys() == {"id", "level"}
    assert get(api, omit="level").json().keys() == {"id", "type", "label"}
    for wrong in ({"temporalQ": []}, {"temporalQ": {"lastM": 1}}, {"temporalQ": {**AFTER, "timeAt": 7}}, {}):
        body = {"type": "Query", "entities": [{"type": "Meter"}], **wrong}
        assert post(api, body, "/ngsi-ld/v1/temporal/entityOperations/query").status_code == 400


@pytest.mark.parametrize(
    "given",
    [
        {"timerel": "after"},
        {"timerel": "between", "timeAt": "2020-01-01T00:00:00Z"},
        {"timerel": "during", "timeAt": "2020-01-01T00:00:00Z"},
        {**AFTER, "lastN": "0"},
        {**AFTER, "lastN": "-1"},
        {**AFTER, "timeproperty": "seenAt"},
        {**AFTER, "orderBy": "level"},
        {**AFTER, "q": "level>"},
        {**AFTER, "scopeQ": "//"},
        {**AFTER, "after": "1"},
        {**AFTER, "format": "aggregatedValues"},
        {**AFTER, "format": "aggregatedValues", "aggrMethods": "median"},
        {**AFTER, "format": "aggregatedValues", "aggrMethods": "avg", "aggrPeriodDuration": "P"},
        {**AFTER, "format": "aggregatedValues", "aggrMethods": "avg", "aggrPeriodDuration": "PT"},
        {**AFTER, "format": "aggregatedValues", "aggrMethods": "max", "aggrPeriodDuration": "1 day"},
        {**AFTER, "options": "temporalValues,aggregatedValues", "aggrMethods": "avg"},
        {**AFTER, "pick": "level{x}"},
        {**AFTER, "limit": "100000"},
        {**AFTER, "unknown": "x"},
        {},
    ],
)
def test_what_makes_no_sense_is_told(api: Client, given: dict[str, str]) -> None:
    made(api)
    answer = get(api, BASE, type="Meter", **given)
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "change",
    [
        {"level": [level(1, 1, observedAt="yesterday")]},
        {"level": [{"type": "Relationship", "object": "no uri"}]},
        {"level": [{"type": "Property"}]},
        {"level": []},
        {"level": None},
        {"scope": [{"type": "Property", "value": "a b"}]},
        {"scope": [{"type": "Property", "value": "/A", "unitCode": "X"}]},
        {"expiresAt": "2030-01-01T00:00:00Z"},
        {"expiresAt": "urn:ngsi-ld:null"},
        {"location": [{"type": "GeoProperty", "value": {"type": "Point", "coordinates": [500, 0]}}]},
        {"id": "no uri"},
        {"type": None},
    ],
)
def test_a_broken_instance_changes_nothing(api: Client, change: dict[str, Any]) -> None:
    document = {"id": ONE, "type": "Meter", "level": [level(0, 0)], **change}
    answer = post(api, document)
    if change == {"level": []}:  # a value like any other
        assert answer.status_code == 201
    else:
        assert answer.status_code == 400, answer.content
        assert get(api).status_code == 404


VALUES = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=4) | st.lists(st.integers(0, 9), max_size=2)
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(VALUES.filter(lambda v: v is not None and "\x00" not in str(v)), st.sampled_from(["", "urn:d:1"])),
        min_size=1,
        max_size=8,
    )
)
def test_normalized_and_simplified_say_the_same(api: Client, values: list[tuple[Any, str]]) -> None:
    api.delete(f"{BASE}/{ONE}")
    instances = [level(v, n, **({"datasetId": d} if d else {})) for n, (v, d) in enumerate(values)]
    assert post(api, {"id": ONE, "type": "Meter", "level": instances}).status_code == 201
    normal, simple = get(api).json()["level"], get(api, options="temporalValues").json()["level"]
    for each in simple if isinstance(simple, list) else [simple]:
        mine = [i for i in normal if i.get("datasetId") == each.get("datasetId")]
        assert each["values"] == [[i["value"], i["observedAt"]] for i in mine]
    assert [i["value"] for i in normal] == [v for v, _ in values]


@pytest.mark.parametrize(
    "given",
    [
        {"timeAt": "9999-12-31T23:59:59.999999Z"},
        {"timeAt": "0001-01-01T00:00:00Z", "lastN": "999999999"},
        {"timeAt": "2020-02-30T00:00:00Z"},
        {"aggrMethods": "avg,stddev,min", "format": "aggregatedValues", "aggrPeriodDuration": "P9999Y99999M"},
        {"aggrMethods": "max", "format": "aggregatedValues", "aggrPeriodDuration": "PT0.000001S"},
        {"aggrMethods": "max", "format": "aggregatedValues", "aggrPeriodDuration": "P999999DT9999999H"},
        {"q": 'a.b.c[d.e]~="("'},
        {"q": 'level==1.."x"'},
        {"scopeQ": "/#;/+,(/A)"},
        {"after": "urn:\u4e2d\u6587"},
        {"datasetId": "@none,,urn:x:1", "pick": "id"},
        {"offset": "999999999"},
        {"idPattern": "("},
        {"georel": "within", "geometry": "Polygon", "coordinates": "[[[0,0],[1,1],[0,1],[1,0],[0,0]]]"},
    ],
)
def test_strange_questions_are_answered(api: Client, given: dict[str, str]) -> None:
    made(api)
    assert get(api, BASE, **{"type": "Meter", **AFTER, **given}).status_code in (200, 206, 400)


def test_the_past_of_what_had_an_end_is_told_before_and_after_it_is_swept(api: Client) -> None:
    """CIM 009 4.22: the time of an entity is over, its history is not."""
    said = {"type": "Property", "value": 7}
    assert send(api, "POST", CORE, {"id": ONE, "type": "Meter", "level": said}).status_code == 201
    assert send(api, "PATCH", f"{CORE}/{ONE}/attrs/level", {**said, "value": 8}).status_code == 204
    assert send(api, "PATCH", f"{CORE}/{ONE}", {"expiresAt": "2020-01-01T00:00:00Z"}).status_code == 204
    asked = {**AFTER, "timeproperty": "modifiedAt"}
    for _ in ("over", "swept"):
        assert api.get(f"{CORE}/{ONE}").status_code == 404
        one = api.get(f"{BASE}/{ONE}", asked)
        assert one.status_code == 200, one.content
        assert sorted(each["value"] for each in one.json()["level"] if "value" in each) == [7, 8], one.content
        door.reap()
