"""The condition of an actor's grants says the same of some types, whether these were told to it or not."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access import grants
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from little_city import DOCUMENTS, city, draw, person  # noqa: F401

LAW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
TYPES = ("Person", "Building")
OWNERS, REGIONS = ("police", "civil", "it"), ("230102001000", "230103002000", "230102*")
GRANT = st.fixed_dictionaries(
    {
        "actions": st.just(["read"]),
        "types": st.sampled_from([["*"], ["Person"], ["Building"], ["Person", "Building"]]),
        "rows": st.sampled_from(["all", "own_department", "own_region", "self"]),
        "owners": st.lists(st.sampled_from(OWNERS), max_size=2),
        "regions": st.lists(st.sampled_from(REGIONS), max_size=2),
        "where": st.sampled_from([{}, {}, {"address": ["中央大街1号"]}]),
        "attributes": st.sampled_from([["*"], ["name", "address"]]),
        "unmasked": st.booleans(),
    }
)
ACTOR = st.builds(
    Actor,
    st.just("person"),
    st.just("somebody"),
    roles=st.just(("some",)),
    department=st.sampled_from(["", "police"]),
    region=st.sampled_from(["", "230102000000"]),
    purpose=st.sampled_from(["", "assistance"]),
    person=st.sampled_from(["", "urn:ngsi-ld:Person:1"]),
)


@pytest.fixture
def town(city: None) -> Iterator[None]:
    for n in range(12):
        here = {"owner": OWNERS[n % 3], "region": ("230102001000", "230103002000")[n // 3 % 2]}
        address = {"address": {"type": "Property", "value": f"中央大街{n % 4}号"}}
        door.write(SYSTEM, [Draft(f"urn:ngsi-ld:Person:{n}", "Person", person(n) | address, **here)])
        door.write(SYSTEM, [Draft(f"urn:ngsi-ld:Building:{n}", "Building", address, **here)])
    yield
    grants._worked_out.clear()


@LAW
@given(st.lists(GRANT, max_size=3), ACTOR, st.sampled_from([("Person",), ("Building",), TYPES]))
def test_told_of_types_or_not(town: None, given_grants: list[Any], actor: Actor, types: tuple[str, ...]) -> None:
    draw([*DOCUMENTS, ("role", {"code": "some", "title": "某", "grants": given_grants})])
    grants._worked_out.clear()
    shortly, plainly = access.visible(actor, types=types), access.visible(actor)
    assert _ids(types, *shortly) == _ids(types, *plainly)


@LAW
@given(st.lists(GRANT, max_size=3), ACTOR)
def test_masks_of_all_are_those_of_each(town: None, given_grants: list[Any], actor: Actor) -> None:
    draw([*DOCUMENTS, ("role", {"code": "some", "title": "某", "grants": given_grants})])
    grants._worked_out.clear()
    for kind in TYPES:
        alike = access.masks_of_all(actor, kind)
        if alike is None:
            continue
        for owner in ("-", *OWNERS):
            for region in ("-", "230102001000", "230103002000"):
                assert alike == access.masks(actor, kind, owner, region, f"urn:ngsi-ld:{kind}:1")


def _ids(types: tuple[str, ...], condition: sql.Composable, parameters: dict[str, Any]) -> list[str]:
    statement = sql.SQL("select id from entity where type = any(%(types)s) and {} order by id").format(condition)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, "types": list(types)})
        return [row[0] for row in cursor.fetchall()]
