"""Bodies that a fuzzer found: each is refused by its rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from little_city import city  # noqa: F401
from protocols.test_ngsi_ld_queries import signed_in

pytestmark = pytest.mark.usefixtures("city")
NOTIFIED = {"endpoint": {"uri": "http://127.0.0.1:9/"}, "format": {"type": []}}
POINT = {"type": {"type": "Property"}, "coordinates": [126.6, 45.7]}
ODD: list[tuple[str, Any]] = [
    ("entities", {"id": "urn:x:1", "type": "T", "name": {"type": ["Property"], "value": 1}}),
    ("entities", {"id": "urn:x:1", "type": "T", "location": {"type": "GeoProperty", "value": POINT}}),
    ("entities", {"id": "urn:x:1", "type": "T", "location": {"type": "GeoProperty", "value": {"type": "x"}}}),
    ("subscriptions", {"type": "Subscription", "entities": [{"type": "T"}], "notification": NOTIFIED}),
    (
        "subscriptions",
        {"type": "Subscription", "entities": [{"type": "T"}], "notification": {"endpoint": {"uri": "http://["}}},
    ),
    (
        "csourceRegistrations",
        {"type": "ContextSourceRegistration", "information": [{"entities": [{"type": "T"}]}], "endpoint": "http://["},
    ),
]


@pytest.mark.parametrize("address", ["::", "http://[", ":x", "http://a b/"])
def test_an_address_that_is_none_is_no_context(address: str) -> None:
    client: Client = signed_in("developer", "it")
    body = {"id": "urn:x:1", "type": "T", "@context": [address]}
    answer = client.post("/ngsi-ld/v1/entities", body, content_type="application/ld+json")
    assert answer.status_code in (400, 504)
    assert answer.json()["place"] == address


@pytest.mark.parametrize(("path", "body"), ODD)
def test_is_refused_by_its_rule(path: str, body: Any) -> None:
    client: Client = signed_in("developer", "it")
    answer = client.post(f"/ngsi-ld/v1/{path}", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("BadRequestData")


def test_values_may_be_anything() -> None:
    client = signed_in("developer", "it")
    body = {"id": "urn:x:1", "type": "T", "name": {"type": "Property", "value": {"type": [], "coordinates": 1}}}
    assert client.post("/ngsi-ld/v1/entities", body, content_type="application/json").status_code == 201


def test_a_fragment_of_no_kind_is_refused() -> None:
    client = signed_in("developer", "it")
    client.post(
        "/ngsi-ld/v1/entities", {"id": "urn:x:1", "type": "T", "name": {"value": 1}}, content_type="application/json"
    )
    body = {"name": {"type": {"value": {"value": []}}}}
    answer = client.patch("/ngsi-ld/v1/entities/urn:x:1/attrs", body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["entities", "entityOperations/create", "subscriptions"])
def test_what_nests_too_deeply_is_refused(path: str) -> None:
    client = signed_in("developer", "it")
    for levels in (150, 900, 20_000):
        deep = b'{"id": "urn:x:1", "type": "T", "name": ' + b'{"value":' * levels + b"1" + b"}" * levels + b"}"
        body = b"[" + deep + b"]" if path.startswith("entityOperations") else deep
        answer = client.generic("POST", f"/ngsi-ld/v1/{path}", body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("InvalidRequest")
