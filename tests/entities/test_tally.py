"""Counting by the tally gives what counting one by one gives, whatever was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.entities import door, tally
from lingqu.centre.entities.door import Draft, Query
from little_city import city, draw, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
OWN = Actor("person", "li", roles=("police",), department="police", purpose="casework")
STREET = Actor("person", "zhao", roles=("clerk",), region="230102000000", purpose="assistance")
ASKED = [
    Query(types=("Person",)),
    Query(types=("Person", "Building")),
    Query(types=("Person",), owner="police"),
    Query(types=("Person",), region="230102000000"),
]


def draft(n: int, **more: object) -> Draft:
    said = person(n, sex="12"[n % 2])
    region = "230102001000" if n % 2 else "230103002000"
    whole = Draft(
        f"urn:ngsi-ld:Person:{n}", "Person", said, owner="police" if n % 3 else "civil_affairs", region=region
    )
    return replace(whole, **more)  # type: ignore[arg-type]


def agrees() -> None:
    for actor in (SYSTEM, OWN, STREET):
        for query in ASKED:
            assert tally.holds(actor, query)
            assert door.count(actor, query) == len(door.find(actor, replace(query, limit=1000)).entities)
    with connection.cursor() as cursor:
        cursor.execute("select type, count(*) from entity where expires_at is null or expires_at > now() group by type")
        assert door.type_counts(SYSTEM) == dict(cursor.fetchall())


def test_the_tally_follows_every_write() -> None:
    agrees()
    door.write(SYSTEM, [draft(n) for n in range(20)])
    agrees()
    door.write(SYSTEM, [draft(n) for n in range(20)])
    moved = [draft(n, region="230102001000", owner="police") for n in range(5)]
    door.write(SYSTEM, [*moved, draft(30)])
    agrees()
    door.delete(SYSTEM, [draft(n).id for n in range(3, 9)])
    agrees()
    over = datetime.now(UTC) - timedelta(hours=1)  # before this test began: now() is that of its transaction
    door.write(SYSTEM, [draft(10, expires_at=over)])
    agrees()
    assert door.count(SYSTEM, Query(types=("Person",))) == 14


def test_what_the_tally_cannot_say_is_counted() -> None:
    door.write(SYSTEM, [draft(n) for n in range(6)])
    assert not tally.holds(SYSTEM, Query(types=("Person",), words="王"))
    grants = [{"actions": ["read"], "types": ["Person"], "rows": "self"}]
    draw([("role", {"code": "citizen", "title": "市民", "grants": grants})])
    me = Actor("person", "me", roles=("citizen",), person="urn:ngsi-ld:Person:1", purpose="my_data")
    assert not tally.holds(me, Query(types=("Person",)))
    assert door.count(me, Query(types=("Person",))) == 1
    assert door.type_counts(me)["Person"] == 1
    assert door.count(SYSTEM, Query(), most=4) == 5
    assert door.count(SYSTEM, Query(types=("Person",)), most=4) == 6


def test_facets_of_very_many_are_those_of_a_sample() -> None:
    door.write(SYSTEM, [draft(n) for n in range(12)])
    whole = dict(door.facet_counts(SYSTEM, Query(types=("Person",)), ["sex"])["sex"])
    some = dict(door.facet_counts(SYSTEM, Query(types=("Person",)), ["sex"], most=5)["sex"])
    assert sum(whole.values()) == 12
    assert sum(some.values()) == 5


def test_where_a_word_is_found() -> None:
    door.write(SYSTEM, [draft(n) for n in range(12)])
    asked = Query(types=("Person", "Building"), words=str(draft(1).attrs["name"]["value"]))
    assert door.types_found(SYSTEM, asked) == {"Person"}
    assert door.types_found(SYSTEM, asked, most=3) is None
    for words in (asked.words, asked.words[:1], asked.words[:2], "nowhere"):
        rare = replace(asked, words=words)
        assert door.find(SYSTEM, rare) == door.find(SYSTEM, replace(rare, common=True))
    assert door.types_found(SYSTEM, replace(asked, words="nowhere")) == set()
