"""NGSI-LD as another program sees it: over HTTP, through the whole stack."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from little_city import city, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
BASE = "/ngsi-ld/v1/entities"
ONE = "urn:ngsi-ld:Vehicle:1"
# Attribute types of NGSI v2 in two of the published examples, times without a zone in another.
BROKEN_EXAMPLES = {"FloodMonitoring", "NightSkyQuality", "PhreaticObserved"}
LD, JSON = "application/ld+json", "application/json"
CONTEXT = [{"Vehicle": "https://ex.org/Vehicle", "ex": "https://ex.org/", "speed": "ex:speed", "brand": "ex:brand"}]
VEHICLE: dict[str, Any] = {
    "id": ONE,
    "type": "Vehicle",
    "speed": {
        "type": "Property",
        "value": 55.5,
        "unitCode": "KMH",
        "observedAt": "2026-01-01T00:00:00Z",
        "ex:accuracy": {"type": "Property", "value": 0.9},
    },
    "brand": {"type": "Property", "value": {"id": "x", "nested": [[1], None, {"type": "Odd"}]}},
    "isParked": {"type": "Relationship", "object": "urn:ngsi-ld:OffStreetParking:1"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [126.6, 45.7]}},
    "street": {"type": "LanguageProperty", "languageMap": {"zh": "中央大街", "en": "Central Street"}},
    "@context": CONTEXT,
}


@pytest.fixture
def api() -> Client:
    account = Account.objects.create_user("developer", roles=["developer"], department="it")
    client = Client(headers={"Lingqu-Purpose": "test"})
    client.force_login(account)
    return client


def send(api: Client, method: str, path: str, document: Any = None, media: str = LD, **headers: str) -> Any:
    data = document if isinstance(document, bytes | str) else json.dumps(document)
    return api.generic(method, path, data, content_type=media, headers=headers)


def made(api: Client, document: dict[str, Any] = VEHICLE) -> None:
    answer = send(api, "POST", BASE, document)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"{BASE}/{document['id']}"


def expanded() -> dict[str, Any]:
    """What is given to somebody without the context."""
    names = {"speed": "https://ex.org/speed", "brand": "https://ex.org/brand"}
    found = {names.get(k, k): v for k, v in VEHICLE.items() if k != "@context"}
    speed = dict(VEHICLE["speed"])
    speed["https://ex.org/accuracy"] = speed.pop("ex:accuracy")
    return found | {"type": "https://ex.org/Vehicle", "https://ex.org/speed": speed}


def test_create_and_retrieve_verbatim(api: Client) -> None:
    made(api)
    answer = api.get(f"{BASE}/{ONE}")
    assert answer.json() == expanded()
    assert answer["Content-Type"] == JSON
    assert "ngsi-ld-core-context" in answer["Link"]
    assert send(api, "POST", BASE, VEHICLE).status_code == 409
    assert api.get(f"{BASE}/{ONE}/", headers={"Accept": LD}).json()["@context"].startswith("https://uri.etsi.org/")
    entity = door.get(SYSTEM, ONE)
    assert set(entity.attrs) == {"https://ex.org/speed", "https://ex.org/brand", "isParked", "location", "street"}


def test_contexts_kept_in_a_folder(api: Client, settings, tmp_path: Path) -> None:
    url = "https://ex.org/context.jsonld"
    link = f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"; type="{LD}"'
    assert api.get(f"{BASE}/{ONE}", headers={"Link": link}).status_code == 504
    settings.LINGQU_CONTEXTS = tmp_path
    (tmp_path / "index.json").write_text(json.dumps({url: "a.jsonld"}))
    (tmp_path / "a.jsonld").write_text(json.dumps({"@context": CONTEXT}))
    plain = {k: v for k, v in VEHICLE.items() if k != "@context"}
    assert send(api, "POST", BASE, plain, JSON, Link=link).status_code == 201
    answer = api.get(f"{BASE}/{ONE}", headers={"Link": link})
    assert answer.json() == plain
    assert url in answer["Link"]
    assert api.get(f"{BASE}/{ONE}", headers={"Link": link, "Accept": LD}).json() == plain | {"@context": url}
    found = api.get(BASE, {"type": "Vehicle", "q": "speed>50;ex:brand", "attrs": "speed"}, headers={"Link": link})
    assert [set(e) for e in found.json()] == [{"id", "type", "speed"}]


@pytest.mark.parametrize(
    ("change", "media", "status", "kind"),
    [
        ({"id": "no-uri"}, LD, 400, "BadRequestData"),
        ({"type": None}, LD, 400, "BadRequestData"),
        ({"x": None}, LD, 400, "BadRequestData"),
        ({"x": {"type": "Property"}}, LD, 400, "BadRequestData"),
        ({"x": {"type": "Property", "value": None}}, LD, 400, "BadRequestData"),
        ({"x": {"type": "Relationship", "object": 5}}, LD, 400, "BadRequestData"),
        ({"x": {"type": "Property", "value": "urn:ngsi-ld:null"}}, LD, 400, "BadRequestData"),
        ({"x": {"type": "Property", "value": 1, "observedAt": "yesterday"}}, LD, 400, "BadRequestData"),
        ({"x": [{"value": 1}, {"value": 2}]}, LD, 400, "BadRequestData"),
        ({"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [45, 126]}}}, LD, 400, "BadRequestData"),  # noqa: E501
        ({"@context": 5}, LD, 400, "BadRequestData"),
        ({"@context": "https://nowhere.example/x.jsonld"}, LD, 504, "LdContextNotAvailable"),
        ({}, JSON, 400, "BadRequestData"),
        ({}, "text/plain", 415, "UnsupportedMediaType"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(api: Client, change: dict[str, Any], media: str, status: int, kind: str) -> None:
    answer = send(api, "POST", BASE, VEHICLE | change, media)
    assert answer.status_code == status, answer.content
    problem = answer.json()
    assert problem["type"].endswith("/" + kind)
    assert problem["title"] != problem["detail"]


def test_broken_requests(api: Client) -> None:
    assert send(api, "POST", BASE, "{", LD).json()["type"].endswith("InvalidRequest")
    for given, status in {
        "": 400,
        "type=Vehicle&limit=0": 400,
        "type=Vehicle&limit=x": 400,
        "type=Vehicle&limit=5000": 400,
        "type=Vehicle&colour=red": 400,
        "type=Vehicle&options=odd": 400,
        "type=Vehicle&q=speed>": 400,
        "type=Vehicle&georel=near": 400,
        "type=Vehicle&georel=near&geometry=Point&coordinates=[1,2]": 400,
        "type=Vehicle&limit=0&count=true": 200,
        "local=true": 200,
    }.items():
        assert api.get(f"{BASE}?{given}").status_code == status, given
    assert api.get(f"{BASE}/{ONE}", headers={"Accept": "text/html"}).status_code == 406
    assert api.get(f"{BASE}/urn:none").json()["type"].endswith("ResourceNotFound")
    assert send(api, "POST", f"{BASE}/{ONE}").status_code == 405


def test_representations(api: Client) -> None:
    made(api)
    simple = api.get(f"{BASE}/{ONE}", {"options": "keyValues", "lang": "en-GB", "omit": "location"}).json()
    assert simple["https://ex.org/speed"] == 55.5
    assert (simple["street"], simple["isParked"]) == ("Central Street", "urn:ngsi-ld:OffStreetParking:1")
    assert "location" not in simple
    concise = api.get(f"{BASE}/{ONE}", {"options": "concise", "pick": "location,isParked"}).json()
    assert concise == {
        "isParked": {"object": "urn:ngsi-ld:OffStreetParking:1"},
        "location": {"type": "Point", "coordinates": [126.6, 45.7]},
    }
    feature = api.get(f"{BASE}/{ONE}", headers={"Accept": "application/geo+json"}).json()
    assert (feature["type"], feature["geometry"]["coordinates"]) == ("Feature", [126.6, 45.7])
    assert api.get(f"{BASE}/{ONE}", {"options": "sysAttrs"}).json()["createdAt"].endswith("Z")
    collection = api.get(BASE, {"type": "https://ex.org/Vehicle"}, headers={"Accept": "application/geo+json"}).json()
    assert collection["type"] == "FeatureCollection"


def test_concise_comes_in(api: Client) -> None:
    made(api, {"id": ONE, "type": "T", "a": 5, "b": {"value": 1, "unitCode": "X"}, "c": {"object": "urn:x:1"}, "d": [1, 2], "location": {"type": "Point", "coordinates": [1, 2]}, "@context": []})  # fmt: skip # noqa: E501
    kinds = {name: a["type"] for name, a in door.get(SYSTEM, ONE).attrs.items()}
    assert kinds == {"a": "Property", "b": "Property", "c": "Relationship", "d": "Property", "location": "GeoProperty"}


def test_changing(api: Client) -> None:
    made(api)
    one = f"{BASE}/{ONE}"
    patch = {"speed": {"value": 60}, "street": {"languageMap": {"en": "urn:ngsi-ld:null"}}, "isParked": "urn:ngsi-ld:null", "@context": CONTEXT}  # fmt: skip # noqa: E501
    assert send(api, "PATCH", one, patch).status_code == 204
    entity = door.get(SYSTEM, ONE)
    assert entity.attrs["https://ex.org/speed"]["unitCode"] == "KMH"
    assert entity.value("https://ex.org/speed") == 60
    assert entity.value("street") == {"zh": "中央大街"}
    assert "isParked" not in entity.attrs
    assert send(api, "POST", f"{one}/attrs", {"a": {"type": "Property", "value": 1}}, JSON).status_code == 204
    answer = send(api, "PATCH", f"{one}/attrs", {"a": {"type": "Property", "value": 2}, "zzz": {"value": 1}}, JSON)
    assert answer.status_code == 204
    answer = send(api, "POST", f"{one}/attrs?options=noOverwrite", {"a": {"value": 9}}, JSON)
    assert answer.status_code == 207
    assert answer.json()["notUpdated"][0]["attributeName"].endswith("/a")
    assert door.get(SYSTEM, ONE).value("a") == 2
    assert send(api, "PATCH", f"{one}/attrs/a", {"value": 3, "unitCode": "M"}, JSON).status_code == 204
    assert door.get(SYSTEM, ONE).attrs["a"] == {"type": "Property", "value": 3, "unitCode": "M"}
    assert send(api, "PATCH", f"{one}/attrs/none", {"value": 3}, JSON).status_code == 404
    assert api.delete(f"{one}/attrs/a").status_code == 204
    assert api.delete(f"{one}/attrs/a").status_code == 404
    whole = {"id": ONE, "type": "Vehicle", "speed": {"type": "Property", "value": 1}, "@context": CONTEXT}
    assert send(api, "PUT", one, whole).status_code == 204
    assert set(door.get(SYSTEM, ONE).attrs) == {"https://ex.org/speed"}
    assert send(api, "PUT", f"{BASE}/urn:x:404", whole | {"id": "urn:x:404"}).status_code == 404
    assert api.delete(one).status_code == 204
    assert api.delete(one).status_code == 404


def test_paging(api: Client) -> None:
    door.write(SYSTEM, [Draft(f"urn:x:{n:02d}", "Thing", {"n": {"value": n}}) for n in range(25)])
    answer = api.get(BASE, {"type": "Thing", "limit": "10", "offset": "10", "count": "true"})
    assert [e["n"]["value"] for e in answer.json()] == list(range(10, 20))
    assert answer["NGSILD-Results-Count"] == "25"
    assert '</ngsi-ld/v1/entities?count=true&limit=10&offset=0&type=Thing>;rel="prev";type="application/json"' in answer["Link"]  # fmt: skip # noqa: E501
    assert "limit=10&offset=20" in answer["Link"]
    assert api.get(BASE, {"id": "urn:x:01"}).status_code == 400
    assert 'rel="next"' not in api.get(BASE, {"type": "Thing", "limit": "10", "offset": "20"})["Link"]
    assert len(api.get(BASE, {"type": "Thing,Other", "q": "n==3|n>22"}).json()) == 3
    assert len(api.get(BASE, {"id": "urn:x:01,urn:x:02", "type": "Thing"}).json()) == 2
    near = {"type": "Thing", "georel": "near;maxDistance==10", "geometry": "Point", "coordinates": "[1,2]"}
    assert api.get(BASE, near).json() == []


def test_types(api: Client) -> None:
    made(api)
    assert api.get("/ngsi-ld/v1/types").json()["typeList"] == ["https://ex.org/Vehicle"]
    assert api.get("/ngsi-ld/v1/types/https://ex.org/Vehicle").json()["entityCount"] == 1
    assert api.get("/ngsi-ld/v1/types/Nothing").status_code == 404


def test_batches(api: Client) -> None:
    path = "/ngsi-ld/v1/entityOperations"
    both = [VEHICLE, VEHICLE | {"id": "urn:ngsi-ld:Vehicle:2"}]
    answer = send(api, "POST", f"{path}/create", both)
    assert (answer.status_code, answer.json()) == (201, [ONE, "urn:ngsi-ld:Vehicle:2"])
    answer = send(api, "POST", f"{path}/create", [VEHICLE | {"id": "urn:ngsi-ld:Vehicle:3"}, *both])
    assert answer.status_code == 207
    assert answer.json()["success"] == ["urn:ngsi-ld:Vehicle:3"]
    assert len(answer.json()["errors"]) == 2
    assert send(api, "POST", f"{path}/upsert", both).status_code == 204
    update = [{"id": ONE, "a": {"type": "Property", "value": 1}}]
    assert send(api, "POST", f"{path}/update", update, JSON).status_code == 204
    assert send(api, "POST", f"{path}/delete", [ONE], JSON).status_code == 204
    assert send(api, "POST", f"{path}/delete", [ONE], JSON).status_code == 207
    assert send(api, "POST", f"{path}/create", [], JSON).status_code == 400


def test_rights(api: Client, client: Client) -> None:
    door.write(SYSTEM, [Draft("urn:ngsi-ld:Person:1", "Person", person(1), owner="police")])
    assert client.get(f"{BASE}/urn:ngsi-ld:Person:1").status_code == 404
    assert client.get(BASE, {"type": "Building"}).json() == []
    assert send(client, "POST", BASE, VEHICLE).status_code == 403
    named = api.get(f"{BASE}/urn:ngsi-ld:Person:1").json()
    assert named["name"]["value"].startswith("王*")
    answer = api.get(f"{BASE}/urn:ngsi-ld:Person:1", headers={"Lingqu-Purpose": ""})
    assert (answer.status_code, answer.json()["rule"]) == (403, "access.purpose")


def test_a_session_needs_its_token(api: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Account.objects.get(username="developer"))
    assert send(strict, "POST", BASE, VEHICLE).status_code == 403
    assert not door.find(SYSTEM, door.Query(ids=(ONE,))).entities


@pytest.mark.skipif("LINGQU_SHARED_DATA" not in os.environ, reason="the public examples are not at hand")
def test_public_smart_data_models(api: Client) -> None:
    """Every public normalized example goes in and comes out; their contexts are replaced by the core's."""
    root = Path(os.environ["LINGQU_SHARED_DATA"]) / "10_standards" / "ngsi_ld" / "smart_data_models"
    seen, refused = 0, []
    for file in sorted(root.rglob("example-normalized.jsonld")):
        document = json.loads(file.read_text()) | {"@context": []}
        answer = send(api, "POST", BASE, document)
        if answer.status_code == 409:
            continue
        if answer.status_code == 400:
            refused.append(file.parts[-3])
            continue
        assert answer.status_code == 201, (file, answer.content)
        found = api.get(f"{BASE}/{quote(document['id'], safe='')}").json()
        document.pop("@context")
        assert found == document, file
        seen += 1
    assert seen > 5
    assert set(refused) == BROKEN_EXAMPLES


def test_an_earlier_version_is_preferred(api: Client) -> None:
    document = {
        "id": ONE,
        "type": ["Vehicle", "Car"],
        "scope": "/A",
        "colour": {"type": "VocabProperty", "vocab": "red"},
        "speed": [
            {"type": "Property", "value": 1, "unitCode": "KMH"},
            {"type": "Property", "value": 2, "datasetId": "urn:d:1"},
        ],
        "street": {"type": "LanguageProperty", "languageMap": {"en": "North"}, "observedAt": "2026-01-01T00:00:00Z"},
        "route": {"type": "ListRelationship", "objectList": [{"object": "urn:r:1"}, {"object": "urn:r:2"}]},
    }
    assert send(api, "POST", BASE, document, JSON).status_code == 201

    def told(version: str) -> Any:
        return api.get(f"{BASE}/{ONE}", headers={"Prefer": f"respond-async, {version}"})

    middle = told("ngsi-ld=1.5")
    assert (middle.status_code, middle["Preference-Applied"]) == (203, "ngsi-ld=1.5")
    assert middle.json()["colour"] == {"type": "Property", "value": "red"}
    assert middle.json()["street"]["type"] == "LanguageProperty"
    first = told('NGSI-LD="1.0";q=0.5')
    assert first.json() == {
        "id": ONE,
        "type": "Vehicle",
        "colour": {"type": "Property", "value": "red"},
        "speed": {"type": "Property", "value": 1},
        "street": {"type": "Property", "value": {"en": "North"}},
        "route": {"type": "Relationship", "object": ["urn:r:1", "urn:r:2"]},
    }
    assert told("ngsi-ld=1.9").status_code == 200
    assert told("ngsi-ld=1.9").json()["colour"]["type"] == "VocabProperty"
    for unknown in ("ngsi-ld=2.0", "ngsi-ld=latest", "ngsi-ld", "other=1.5"):
        assert "Preference-Applied" not in told(unknown)
    listed = api.get(f"{BASE}?type=Vehicle", headers={"Prefer": "ngsi-ld=1.5"})
    assert (listed.status_code, listed.json()[0]["colour"]["type"]) == (203, "Property")


def test_what_has_an_end_vanishes_and_its_id_is_free_again(api: Client) -> None:
    over, later = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    brief = {"type": "Property", "value": 1, "expiresAt": over}
    made(api, VEHICLE | {"brief": brief, "wheels": [brief, brief | {"expiresAt": later, "datasetId": "urn:d:1"}]})
    shown = api.get(f"{BASE}/{ONE}").json()
    assert "brief" not in shown
    assert shown["wheels"]["datasetId"] == "urn:d:1"
    assert send(api, "PATCH", f"{BASE}/{ONE}", {"expiresAt": over}, JSON).status_code == 204
    assert api.get(f"{BASE}/{ONE}").status_code == 404
    assert send(api, "POST", BASE, VEHICLE).status_code == 201
    assert send(api, "PATCH", f"{BASE}/{ONE}", {"expiresAt": over}, JSON).status_code == 204
    assert door.reap() == 1
    assert door.reap() == 0
