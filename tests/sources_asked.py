"""Fixtures of tests that ask other systems: a small city, a client who may register sources, a source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from lingqu.centre.access.models import Account
from lingqu.protocols.ngsi_ld.sources import ask, known
from little_city import DOCUMENTS, draw
from source_server import SourceServer

V1 = "/ngsi-ld/v1"
CAR = "urn:ngsi-ld:Car:1"
REGISTRAR = {"code": "registrar", "title": "登记员", "grants": [{"actions": ["read", "write", "register"]}]}
OFFICER = {
    "code": "officer",
    "title": "警员",
    "grants": [{"actions": ["read", "write"], "types": ["Person"], "purposes": ["check"]}],
}


@pytest.fixture(autouse=True)
def city(db: None) -> Iterator[None]:
    draw([*DOCUMENTS, ("role", REGISTRAR), ("role", OFFICER)])
    known.forget()
    ask._resting.clear()
    yield
    known.forget()


@pytest.fixture
def source() -> Iterator[SourceServer]:
    found = SourceServer()
    yield found
    found.close()


def client(role: str, department: str = "district", purpose: str = "") -> Client:
    account, _ = Account.objects.get_or_create(username=role, kind="person")
    account.roles, account.department = [role], department
    account.save()
    found = Client(headers={"Lingqu-Purpose": purpose} if purpose else {})
    found.force_login(account)
    return found


@pytest.fixture
def api() -> Client:
    return client("registrar")


def send(api: Client, method: str, path: str, document: Any = None, **headers: str) -> Any:
    return api.generic(method, V1 + path, json.dumps(document), content_type="application/json", headers=headers)


def registered(api: Client, source: SourceServer, **members: Any) -> str:
    document = {
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": "Car"}]}],
        "endpoint": source.url,
        "operations": ["redirectOps"],
        **members,
    }
    document["operations"] = members.get("operations", ["redirectionOps", "federationOps"])
    answer = send(api, "POST", "/csourceRegistrations", document)
    assert answer.status_code == 201, answer.content
    return answer["Location"].rpartition("/")[2]


def car(speed: Any = 1, **members: Any) -> dict[str, Any]:
    return {"id": CAR, "type": "Car", "speed": {"type": "Property", "value": speed}, **members}
