"""Entity maps: a query's entities, fixed for paging."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import passes
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from lingqu.protocols.models import EntityMap
from little_city import city  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
V1 = "/ngsi-ld/v1"
CAR = "urn:ngsi-ld:Car:"


@pytest.fixture
def api() -> Client:
    client = Client(headers={"Lingqu-Purpose": "test"})
    client.force_login(Account.objects.create_user("developer", roles=["developer"], department="it"))
    return client


def cars(*numbers: int) -> None:
    door.write(SYSTEM, [Draft(f"{CAR}{n}", "Car", {"speed": {"type": "Property", "value": n}}) for n in numbers])


def test_pages_are_of_what_was_found_first(api: Client) -> None:
    cars(1, 2, 3, 4)
    first = api.get(f"{V1}/entities?type=Car&entityMap=true&limit=2")
    assert (first.status_code, len(first.json())) == (201, 2)
    where = first["NGSILD-EntityMap"]
    cars(0, 5)
    door.delete(SYSTEM, [CAR + "2"])
    page = api.get(f"{V1}/entities?type=Car&limit=2&offset=1&count=true", headers={"NGSILD-EntityMap": where})
    assert [e["id"] for e in page.json()] == [CAR + "3", CAR + "4"]
    assert page["NGSILD-Results-Count"] == "3"
    assert page["NGSILD-EntityMap"] == where
    kept = api.get(where).json()
    assert kept["entityMap"] == {CAR + "1": ["@none"], CAR + "3": ["@none"], CAR + "4": ["@none"]}
    assert (
        api.get(f"{V1}/entities?type=Car&q=speed>3", headers={"NGSILD-EntityMap": where}).json()[0]["id"] == CAR + "4"
    )


def test_a_map_is_its_makers_alone_and_ends(api: Client, as_web: Callable[[], AbstractContextManager[None]]) -> None:
    cars(1)
    where = api.get(f"{V1}/entityMaps?type=Car&entityMapLifetime=P9D")["NGSILD-EntityMap"]
    assert (EntityMap.objects.get().expires_at - timezone.now()).total_seconds() <= 3600
    other = Client()
    other.force_login(Account.objects.create_user("other", roles=["developer"], department="it"))
    assert other.get(where).status_code == 404
    assert other.delete(where).status_code == 404
    assert Client().get(f"{V1}/entityMaps?type=Car").status_code in (401, 403)
    with as_web():
        with passes.working_for(lambda: Actor("person", "other", roles=("developer",), department="it")):
            assert EntityMap.objects.count() == 0
        with passes.working_for(lambda: Actor("person", "developer", roles=("developer",), department="it")):
            assert EntityMap.objects.count() == 1
    EntityMap.objects.update(expires_at=timezone.now())
    assert api.get(where).status_code == 404
    assert api.get(f"{V1}/entityMaps?type=Car&entityMapLifetime=long").status_code == 400
