"""What the interfaces say of themselves, and the pages for developers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.html import escape

from lingqu.protocols import portal
from lingqu.protocols.ngsi_ld import common, described, params, temporal_params
from little_city import city  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")


def operations() -> list[tuple[str, str]]:
    paths: dict[str, Any] = described.document()["paths"]
    return [(method, address) for address, methods in paths.items() for method in methods]


def test_every_parameter_that_is_taken_is_described() -> None:
    taken = params.QUERY | params.RETRIEVE | temporal_params.QUERY | temporal_params.RETRIEVE
    assert sorted(taken - described.WORDS.keys()) == []


def test_every_operation_that_is_described_is_there() -> None:
    for method, address in operations():
        whole = "/ngsi-ld/v1" + address.replace("{", "").replace("}", "")
        assert resolve(whole).func is not common.unknown, address
        answer = Client().generic(method.upper(), whole, "[]", content_type="application/json")
        assert answer.status_code not in (404, 405) or "Id" in address or "name" in address, (method, address)


def test_the_document_is_served() -> None:
    answer = Client().get("/ngsi-ld/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"


@pytest.mark.parametrize("interface", sorted(portal.INTERFACES))
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_operation_has_a_page(interface: str, language: str) -> None:
    base, of = portal.INTERFACES[interface][1], portal.INTERFACES[interface][3]
    client = Client(headers={"Accept-Language": language})
    for each in portal._operations(of(), base):
        answer = client.get("/developers/", {"interface": interface, "operation": each.key})
        assert answer.status_code == 200
        assert escape(each.words) in answer.content.decode()


def test_an_interface_that_is_not_there() -> None:
    assert Client().get("/developers/?interface=soap").status_code == 404
    assert Client().get("/developers/?operation=%00").status_code == 400


def test_how_to_connect_names_this_address() -> None:
    page = Client().get("/developers/connect/").content.decode()
    assert "http://testserver" in page
