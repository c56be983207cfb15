"""Laws of the store, over arbitrary entities: what goes in comes out, history undoes, nothing committed is missed."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door
from lingqu.centre.entities.actions.merge import appended, merged
from lingqu.centre.entities.door import Draft, Query
from lingqu.kernel.errors import NotFound
from little_city import city  # noqa: F401
from settled import settle

LAW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=12)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["a", "b", "c", "名称", "https://ex.org/a.b"])
GEO = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(
    lambda p: {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(p)}}
)
PROPERTY = st.fixed_dictionaries(
    {"type": st.just("Property"), "value": JSON},
    optional={
        "unitCode": TEXT,
        "observedAt": st.just("2026-01-01T00:00:00Z"),
        "sub": st.just({"type": "Property", "value": 1}),
    },
)
RELATION = st.sampled_from("xyz").map(lambda x: {"type": "Relationship", "object": f"urn:x:{x}"})
WORDS = st.dictionaries(st.sampled_from(["zh", "en"]), TEXT, min_size=1)
INSTANCE = PROPERTY | RELATION | GEO | WORDS.map(lambda m: {"type": "LanguageProperty", "languageMap": m})
SEVERAL = st.lists(PROPERTY, min_size=2, max_size=3).map(
    lambda p: [p[0], *({**i, "datasetId": f"urn:d:{n}"} for n, i in enumerate(p[1:]))]
)
ATTRS = st.dictionaries(NAMES, INSTANCE | SEVERAL, max_size=4)


@pytest.fixture
def empty(city: None) -> None:
    """No entity."""


@LAW
@given(attrs=ATTRS)
def test_what_goes_in_comes_out(empty: None, attrs: dict[str, Any]) -> None:
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", attrs)])
    assert door.get(SYSTEM, "urn:x:1").attrs == attrs
    again = door.write(SYSTEM, [Draft("urn:x:1", "Thing", attrs)])
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)


@LAW
@given(old=ATTRS, new=ATTRS)
def test_merging_and_replacing(empty: None, old: dict[str, Any], new: dict[str, Any]) -> None:
    assert merged(old, {}) == appended(old, {}) == old
    assert merged({}, new) == appended({}, new) == new
    assert merged(merged(old, new), new) == merged(old, new)
    assert appended(appended(old, new), new) == appended(old, new)
    nothing = {name: {"value": "urn:ngsi-ld:null"} for name in old if not isinstance(old[name], list)}
    assert set(merged(old, nothing)) == set(old) - set(nothing)
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", old)])
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", new)], mode="append")
    assert door.get(SYSTEM, "urn:x:1").attrs == appended(old, new)
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", new)], mode="replace")
    assert door.get(SYSTEM, "urn:x:1").attrs == new


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def state(entity_id: str, at: datetime) -> Any:
    try:
        found = door.as_known_at(SYSTEM, entity_id, at)
    except NotFound:
        return None
    return found.attrs, found.owner, found.region, found.scopes, found.version, found.prov


EDITS = st.lists(
    st.none() | st.tuples(ATTRS, st.sampled_from(["", "a", "b"]), st.sampled_from(["", "2301"])), max_size=5
)


@LAW
@given(edits=EDITS)
def test_history_is_undone_to_every_former_state(empty: None, edits: list[Any]) -> None:
    one = "urn:x:undo"
    if door.find(SYSTEM, Query(ids=(one,))).entities:
        door.delete(SYSTEM, [one])
    then: list[tuple[datetime, Any]] = []
    there = False
    for edit in [*edits, None]:
        if edit is not None:
            attrs, owner, region = edit
            prov = {name: {"s": owner} for name in attrs}
            door.write(SYSTEM, [Draft(one, "Thing", attrs, owner=owner, region=region, prov=prov)])
            there = True
        elif there:
            door.delete(SYSTEM, [one])
            there = False
        now = database_time()
        then.append((now, state(one, now)))
    for at, held in then:
        known = state(one, at)
        # Provenance alone is brought up to date without a version of its own.
        assert (known and known[:5]) == (held and held[:5])


@pytest.mark.django_db(transaction=True)
def test_nothing_committed_late_is_missed(transactional_db: None) -> None:
    """Two connections: the one that began first commits last; a subscriber in between skips neither."""
    parameters = {k: v for k, v in connection.get_connection_params().items() if k not in ("cursor_factory", "context")}
    append = (
        "insert into entity_change (entity_id, type, operation, at, actor) values (%s, 'T', 'created', now(), 'test')"
    )
    cursor = ""
    seen: list[str] = []

    def follow() -> None:
        nonlocal cursor
        for change in door.changes(cursor):
            seen.append(change.entity_id)
            cursor = change.cursor
        door.advance_subscriber("test", cursor)

    with psycopg.connect(**parameters) as slow, psycopg.connect(**parameters) as quick:
        slow.execute(append, ["urn:x:slow"])
        quick.execute(append, ["urn:x:quick"])
        quick.commit()
        follow()
        assert "urn:x:quick" not in seen
        quick.execute(append, ["urn:x:later"])
        quick.commit()
        slow.commit()
        settle()
        follow()
        follow()
    assert seen == ["urn:x:slow", "urn:x:quick", "urn:x:later"]
    assert door.subscriber_cursor("test") == cursor
    assert door.changes(cursor) == []


@pytest.mark.django_db(transaction=True)
def test_writes_are_told_in_order(transactional_db: None) -> None:
    start = changes_end()
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", {"a": {"value": 1}}), Draft("urn:x:2", "Thing", {})])
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", {"a": {"value": 2}, "b": {"value": 1}})])
    door.write(SYSTEM, [Draft("urn:x:1", "Thing", {"a": {"value": 2}, "b": {"value": 1}})])
    door.delete(SYSTEM, ["urn:x:2"])
    settle()
    told = [(c.entity_id[-1], c.operation, c.attributes) for c in door.changes(start)]
    assert told == [("1", "created", ()), ("2", "created", ()), ("1", "changed", ("a", "b")), ("2", "deleted", ())]
    assert [c.entity_id for c in door.changes(door.changes(start, limit=3)[-1].cursor)] == ["urn:x:2"]


def changes_end() -> str:
    settle()
    found = door.changes(limit=100_000)
    return found[-1].cursor if found else ""


MODES = st.sampled_from(["append", "update", "merge"])
PROVS = st.none() | st.just({"a": {"s": "x"}})
MORE = st.fixed_dictionaries(
    {},
    optional={
        "owner": st.sampled_from(["police", "civil"]),
        "types": st.just(("Further",)),
        "scopes": st.just(("/a", "/b")),
        "scopeless": st.booleans(),
        "expires_at": st.just(datetime(2099, 1, 1, tzinfo=UTC)),
    },
)
NUMBERED = count()
_LEFT = """
select (select to_jsonb(e) - '{id,created_at,modified_at}'::text[] from entity e where id = %(id)s),
       (select jsonb_agg(to_jsonb(p) - '{seq,entity_id,known_from,known_to}'::text[] order by p.version)
        from entity_past p where entity_id = %(id)s),
       (select jsonb_agg(to_jsonb(c) - '{seq,xid,entity_id,at}'::text[] order by c.at)
        from entity_change c where entity_id = %(id)s)
"""


@LAW
@given(ATTRS, st.lists(st.tuples(MODES, ATTRS, PROVS, MORE), max_size=3))
def test_alone_as_among_others(empty: None, first: dict[str, Any], edits: list[Any]) -> None:
    def alone(draft: Draft, mode: Any) -> None:
        door.write(SYSTEM, [draft], mode=mode)

    def among(draft: Draft, mode: Any) -> None:
        other = Draft("urn:ngsi-ld:Thing:other", "Thing", {})
        door.write(SYSTEM, [draft, other], mode=mode)

    door.write(SYSTEM, [Draft("urn:ngsi-ld:Thing:other", "Thing", {})])
    left = []
    for write in (alone, among):
        name = f"n{next(NUMBERED)}"
        identity = f"urn:ngsi-ld:Thing:{name}"
        _made(write, Draft(identity, "Thing", deepcopy(first)))
        for mode, attrs, prov, more in deepcopy(edits):
            write(Draft(identity, "Thing", attrs, prov=prov, **more), mode)
        with connection.cursor() as cursor:
            cursor.execute(_LEFT, {"id": identity})
            left.append([_named(part, name) for part in cursor.fetchone()])
        door.delete(SYSTEM, [identity])
    door.delete(SYSTEM, ["urn:ngsi-ld:Thing:other"])
    assert left[0] == left[1]


def _made(write: Callable[[Draft, Any], None], draft: Draft) -> None:
    if write.__name__ == "alone":
        write(draft, "create")
    else:
        door.write(SYSTEM, [draft, Draft("urn:ngsi-ld:Thing:beside", "Thing", {})], mode="create")
        door.delete(SYSTEM, ["urn:ngsi-ld:Thing:beside"])


def _named(part: Any, name: str) -> Any:
    return str(part).replace(name, "?")


@pytest.mark.django_db(transaction=True)
def test_who_writes_at_the_same_time_loses_nothing(transactional_db: None) -> None:
    identity, names = "urn:ngsi-ld:Thing:busy", [f"a{n}" for n in range(4)]
    door.write(SYSTEM, [Draft(identity, "Thing", {})])

    def writer(name: str) -> None:
        try:
            for value in range(1, 16):
                draft = Draft(identity, "Thing", {name: {"type": "Property", "value": value}})
                door.write(SYSTEM, [draft], mode="append")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(writer, names))
    entity = door.get(SYSTEM, identity)
    assert {name: entity.value(name) for name in names} == dict.fromkeys(names, 15)
    assert entity.version == 1 + 15 * len(names)
    assert [past.version for past in door.history(SYSTEM, identity)][::-1] == list(range(1, entity.version))
