"""NGSI-LD: contexts hosted here and had from elsewhere, discovery, and what is told of what there is not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from lingqu.protocols.models import KeptContext
from lingqu.protocols.ngsi_ld import terms
from little_city import city, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
ROOT = "/ngsi-ld/v1"
CONTEXTS = f"{ROOT}/jsonldContexts"
JSON = "application/json"
OWN = {"@context": {"speed": "https://ex.org/speed"}}


def signed_in(name: str, role: str, department: str) -> Client:
    client = Client(headers={"Lingqu-Purpose": "test"})
    client.force_login(Account.objects.create_user(name, roles=[role], department=department))
    return client


@pytest.fixture
def api() -> Client:
    return signed_in("li", "developer", "it")


def link(url: str) -> dict[str, str]:
    return {"Link": f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'}


@pytest.fixture
def elsewhere(settings: Any) -> Iterator[Any]:
    """A server of a context at an allowed address; ``answers`` may be changed."""

    class Handler(BaseHTTPRequestHandler):
        answers = (200, b'{"@context": {"speed": "https://ex.org/speed"}}')

        def do_GET(self) -> None:
            self.send_response(self.answers[0])
            self.end_headers()
            self.wfile.write(self.answers[1])

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.url = f"http://127.0.0.1:{server.server_port}/c.jsonld"  # type: ignore[attr-defined]
    settings.LINGQU_OUTBOUND = f"127.0.0.1:{server.server_port}"
    terms.forget()
    yield Handler
    server.shutdown()


def test_a_hosted_context(api: Client, client: Client) -> None:
    assert client.post(CONTEXTS, OWN, content_type=JSON).status_code == 403
    made = api.post(CONTEXTS, OWN, content_type=JSON)
    assert made.status_code == 201
    place = made["Location"]
    assert client.get(place).json() == OWN
    details = client.get(place, {"details": "true"}).json()
    assert (details["kind"], details["localId"]) == ("Hosted", place.rsplit("/", 1)[1])
    assert f"http://testserver{place}" in client.get(CONTEXTS).json()
    assert client.get(CONTEXTS, {"kind": "ImplicitlyCreated"}).json() == []
    entity = {"id": "urn:x:1", "type": "T", "speed": {"value": 1}}
    for url in (place, f"http://testserver{place}"):
        again = {**entity, "id": f"urn:x:{len(url)}"}
        assert api.post(f"{ROOT}/entities", again, content_type=JSON, headers=link(url)).status_code == 201
        assert set(door.get(SYSTEM, again["id"]).attrs) == {"https://ex.org/speed"}


def test_who_may_delete_a_context(api: Client) -> None:
    place = api.post(CONTEXTS, OWN, content_type=JSON)["Location"]
    other = signed_in("wang", "police", "police")
    assert other.delete(place).status_code == 403
    assert api.delete(place, {"reload": "true"}).status_code in (400, 204)
    assert api.delete(f"{place}?reload=true").status_code in (400, 404)
    mine = other.post(CONTEXTS, OWN, content_type=JSON)["Location"]
    assert other.delete(mine).status_code == 204
    assert other.get(mine).status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{", "InvalidRequest"),
        ('{"a": 1}', "InvalidRequest"),
        ('{"@context": 5}', "BadRequestData"),
        ('{"@context": ["https://ex.org/c", 7]}', "BadRequestData"),
        ('{"@context": {"a": {"@id": "https://ex.org/a", "@context": {}}}}', "BadRequestData"),
    ],
)
def test_what_is_no_context(api: Client, body: str, kind: str) -> None:
    answer = api.post(CONTEXTS, body, content_type=JSON)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (400, kind)


def test_the_core_context_stays(api: Client) -> None:
    core = f"{CONTEXTS}/https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
    assert api.get(core, {"details": "true"}).status_code == 200
    assert api.delete(core).status_code == 400


def test_what_was_had_once_outlives_its_server(api: Client, elsewhere: Any) -> None:
    place = f"{CONTEXTS}/{elsewhere.url}"
    entity = {"id": "urn:x:1", "type": "T", "speed": {"value": 1}}
    assert api.post(f"{ROOT}/entities", entity, content_type=JSON, headers=link(elsewhere.url)).status_code == 201
    assert api.get(place, {"details": "true"}).json()["kind"] == "Cached"
    elsewhere.answers = (500, b"")
    terms.forget()
    assert "speed" in api.get(f"{ROOT}/entities/urn:x:1", headers=link(elsewhere.url)).json()
    assert api.delete(f"{place}?reload=true").status_code == 504
    assert api.delete(place).status_code == 204
    assert api.get(f"{ROOT}/entities/urn:x:1", headers=link(elsewhere.url)).status_code == 504


@pytest.mark.parametrize(("answers", "status"), [((404, b""), 504), ((200, b"<html>"), 400), ((200, b'{"a": 1}'), 400)])
def test_failures_are_not_kept(api: Client, elsewhere: Any, answers: tuple[int, bytes], status: int) -> None:
    right, elsewhere.answers = elsewhere.answers, answers
    asked = f"{ROOT}/types", link(elsewhere.url)
    assert api.get(asked[0], headers=asked[1]).status_code == status
    elsewhere.answers = right
    assert api.get(asked[0], headers=asked[1]).status_code == 200


def test_only_allowed_hosts_are_asked(client: Client, elsewhere: Any, settings: Any) -> None:
    settings.DEMO = False  # where this machine itself is allowed
    assert client.get(f"{ROOT}/types", headers=link(elsewhere.url)).status_code == 200
    KeptContext.objects.all().delete()
    terms.forget()
    settings.LINGQU_OUTBOUND = "ex.org"
    assert client.get(f"{ROOT}/types", headers=link(elsewhere.url)).status_code == 504


def test_discovery(api: Client, client: Client) -> None:
    door.write(
        SYSTEM,
        [
            Draft("urn:x:1", "Shop", {"name": {"value": "a"}, "in": {"object": "urn:x:9"}}, types=("Café",)),
            Draft("urn:x:2", "Shop", {"name": {"languageMap": {"en": "a"}}}),
            Draft("urn:ngsi-ld:Person:1", "Person", person(1), owner="police"),
        ],
    )
    assert api.get(f"{ROOT}/types").json()["typeList"] == ["Café", "Person", "Shop"]
    named = {t["typeName"]: t["attributeNames"] for t in api.get(f"{ROOT}/types", {"details": "true"}).json()}
    assert (named["Shop"], named["Café"]) == (["in", "name"], ["in", "name"])
    assert "ethnicGroup" not in named["Person"]
    shop = api.get(f"{ROOT}/types/Shop").json()
    kinds = {a["attributeName"]: a["attributeTypes"] for a in shop["attributeDetails"]}
    assert (shop["entityCount"], kinds["name"]) == (2, ["LanguageProperty", "Property"])
    found = api.get(f"{ROOT}/attributes/name").json()
    assert (found["attributeCount"], found["typeNames"]) == (3, ["Café", "Person", "Shop"])
    assert "ethnicGroup" not in api.get(f"{ROOT}/attributes").json()["attributeList"]
    assert api.get(f"{ROOT}/attributes/ethnicGroup").status_code == 404
    assert client.get(f"{ROOT}/types").json()["typeList"] == []
    assert client.get(f"{ROOT}/attributes").json()["attributeList"] == []


def test_what_there_is_not(api: Client) -> None:
    assert api.get(f"{ROOT}/nothing").json()["type"].endswith("ResourceNotFound")
    answer = api.get(f"{ROOT}/types", headers={"NGSILD-Tenant": "other"})
    assert answer.json()["type"].endswith("NonexistentTenant")
    assert answer["NGSILD-Tenant"] == "other"
    assert api.get(f"{ROOT}/info/sourceIdentity").json()["type"] == "ContextSourceIdentity"
    assert api.generic("POST", f"{ROOT}/entities").status_code == 411
    answer = api.generic("POST", f"{ROOT}/entities", "{}", content_type=JSON)
    assert answer.json()["type"].endswith("InvalidRequest")
