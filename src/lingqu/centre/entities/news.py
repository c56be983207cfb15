"""What changes made of entities, as a subscriber may be told of it: the state after each change, put together from what
stands and from history, so that nothing is skipped however far behind the subscriber is.

States lie in a temporary table in the shape of ``entity``: rights, masks and queries are asked of it as of the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import conditions, geoquery, jsonpaths, qlang, reads
from lingqu.centre.entities.rows import COLUMNS, Reader
from lingqu.centre.entities.shapes import Change, Query, Told, Touched

_NAMES = tuple(name.split("::")[0] for name in COLUMNS.split(", "))
_MOST_FILTERS = 100  # of one statement

_PAST = """
select entity_id, known_to, was::text, meta::text, version, known_from from entity_past
where entity_id = any(%(ids)s) and known_to >= %(since)s order by seq desc
"""

_STAGE = """
create temp table if not exists entity_news (
    place integer not null, id text collate "C" not null, type text collate "C" not null, types text[] not null,
    owner text collate "C" not null, region text collate "C" not null, scopes text[] not null, attrs jsonb not null,
    geo jsonb not null, created_at timestamptz, modified_at timestamptz, expires_at timestamptz, version integer
) on commit delete rows
"""
_FILL = (
    "copy entity_news (place, id, type, types, owner, region, scopes, attrs, geo, created_at, modified_at, "
    "expires_at, version) from stdin"
)
_FILTERS = "with entity as (select * from entity_news) select place, array[{filters}] from entity where {granted}"
_REACHED = "with entity as (select * from entity_news) select place, {reached} from entity where {granted}"


@dataclass
class _State:
    """``row``: the columns of ``COLUMNS`` by name, attributes as one mapping; None where history does not tell."""

    change: Change
    row: dict[str, Any] | None
    was: Mapping[str, Any]


class News:
    """A batch of the change log. Use it inside one ``with``, which is one transaction."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._states: list[_State] = []
        self._atomic = transaction.atomic()
        self._reached: dict[Actor, dict[int, tuple[int, ...]]] = {}

    def __enter__(self) -> News:
        self._atomic.__enter__()
        self._states = _states(self._changes)
        with connection.cursor() as cursor:
            cursor.execute(_STAGE)
            cursor.execute("truncate entity_news")
            with cursor.copy(_FILL) as copy:
                for place, state in enumerate(self._states):
                    if state.row is not None:
                        copy.write_row((place, *_staged(state.row)))
        return self

    def __exit__(self, *fault: Any) -> None:
        self._atomic.__exit__(*fault)

    def touched(self) -> list[Touched]:
        """What each change touched, by name; no values."""
        return [_touched(state) for state in self._states]

    def sift(self, actor: Actor, asked: Sequence[Query]) -> list[frozenset[int]]:
        """For each query (``q`` and ``geo`` are held to, and ``types`` where they mask what is filtered by) the places
        of the changes whose entity the actor may see and that it finds. One statement for a hundred of them."""
        found: list[frozenset[int]] = []
        for start in range(0, len(asked), _MOST_FILTERS):
            found += self._sift(actor, asked[start : start + _MOST_FILTERS])
        return found

    def _sift(self, actor: Actor, asked: Sequence[Query]) -> list[frozenset[int]]:
        granted, parameters = access.visible(actor)
        filters, hidden = [], []
        for query in asked:
            tree = qlang.parse(query.q) if query.q else None
            hidden.append(conditions.unseen(actor, query, tree))
            text = jsonpaths.compile_tree(tree, parameters)[0] if tree is not None else "true"
            filters.append(sql.SQL("coalesce(({}), false)").format(sql.SQL(text)))
        statement = sql.SQL(_FILTERS).format(filters=sql.SQL(", ").join(filters), granted=granted)
        with reads.asking() as cursor:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
        return [
            self._near(query, [p for p, held in rows if held[n] and self._type(p) not in hidden[n]])
            for n, query in enumerate(asked)
        ]

    def _type(self, place: int) -> str:
        return self._changes[place].type

    def _near(self, query: Query, places: list[int]) -> frozenset[int]:
        if query.geo is None or not places:
            return frozenset(places)
        exact = geoquery.exact(query.geo)
        held = exact.holds([self._geometry(place, exact.attribute) for place in places])
        return frozenset(place for place, holds in zip(places, held, strict=True) if holds)

    def _geometry(self, place: int, attribute: str) -> bytes | None:
        row = self._states[place].row or {}
        instances = row.get("attrs", {}).get(attribute)
        return orjson.dumps(instances) if instances is not None else None

    def told(self, actor: Actor, places: Sequence[int] | None = None) -> list[Told | None]:
        """The entities as the actor may see them now, masked, with what the change touched as it was before; None for
        what may not be seen. It counts against agreements and, of persons, leaves rows in the ledger."""
        wanted = range(len(self._states)) if places is None else places
        reached = self._seen(actor)
        reader = Reader(actor)
        seen = [place for place in wanted if place in reached]
        rows = {place: _raw(self._states[place].row) for place in seen}
        reader.know({rows[place][0]: reached[place] for place in seen})
        reader.count(list({row[0]: row for row in rows.values()}.values()))
        found = {place: self._told(reader, place, rows[place]) for place in seen}
        reads.note(actor, [told.entity for told in found.values()])
        return [found.get(place) for place in wanted]

    def _seen(self, actor: Actor) -> dict[int, tuple[int, ...]]:
        """Places of what the actor may see, each with the numbers of the grants that ``access.reached`` speaks of."""
        if actor not in self._reached:
            granted, parameters = access.visible(actor)
            column, more = access.reached(actor)
            statement = sql.SQL(_REACHED).format(reached=column or sql.SQL("null::integer[]"), granted=granted)
            with connection.cursor() as cursor:
                cursor.execute(statement, {**parameters, **more})
                self._reached[actor] = {place: tuple(numbers or ()) for place, numbers in cursor.fetchall()}
        return self._reached[actor]

    def _told(self, reader: Reader, place: int, row: Sequence[Any]) -> Told:
        state, entity = self._states[place], reader.entity(row)
        masks = reader.masks(entity.type, entity.owner, entity.region, entity.id)
        was = {name: value for name, value in state.was.items() if value is not None}
        before = dict.fromkeys(state.was.keys() - was.keys(), None) | access.apply_masks(masks, was)
        if masks.get("*") == "absent":
            before = {name: value for name, value in before.items() if value is not None or name in entity.attrs}
        return Told(state.change, entity, before, touched=_touched(state))


def _states(changes: Sequence[Change]) -> list[_State]:
    ids = list({c.entity_id for c in changes})
    with connection.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from entity where id = any(%(ids)s)", {"ids": ids})  # noqa: S608
        standing = {row[0]: _mapped(row) for row in cursor.fetchall()}
        past: dict[str, list[Any]] = {}
        if changes:
            cursor.execute(_PAST, {"ids": ids, "since": min(c.at for c in changes)})
            for row in cursor.fetchall():
                past.setdefault(row[0], []).append(row)
    by_entity: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        by_entity.setdefault(change.entity_id, []).append(place)
    found: dict[int, _State] = {}
    for entity_id, places in by_entity.items():
        for place, state in _backwards(changes, places, standing.get(entity_id), past.get(entity_id, [])):
            found[place] = state
    return [found[place] for place in range(len(changes))]


def _backwards(
    changes: Sequence[Change], places: list[int], row: dict[str, Any] | None, past: list[Any]
) -> list[tuple[int, _State]]:
    """States of one entity, from what stands back to the first change."""
    found, at = [], 0
    for place in reversed(places):
        change = changes[place]
        while at < len(past) and past[at][1] > change.at:
            row, at = _undone(row, past[at]), at + 1
        was: Mapping[str, Any] = {}
        after = row
        if at < len(past) and past[at][1] == change.at and change.operation != "created":
            was = orjson.loads(past[at][2])
            before = _undone(row, past[at])
            if change.operation == "deleted":
                after = before
            row, at = before, at + 1
        if change.operation == "created":
            row = None
        found.append((place, _State(change, after, was)))
    return found


def _undone(row: dict[str, Any] | None, past: Any) -> dict[str, Any] | None:
    entity_id, _, was, stored, version, since = past
    meta, old = orjson.loads(stored), orjson.loads(was)
    if meta.get("deleted"):
        row = dict.fromkeys(_NAMES) | {"id": entity_id, "types": [], "scopes": [], "prov": {}, "contested": []}
        row |= {name: meta[name] for name in ("type", "types", "owner", "region", "scopes", "label") if name in meta}
        return row | {"attrs": old, "created_at": _time(meta["created_at"]), "modified_at": since, "version": version}
    if row is None:
        return None
    attrs = {k: v for k, v in row["attrs"].items() if k not in old} | {k: v for k, v in old.items() if v is not None}
    plain = {name: meta[name] for name in ("type", "types", "owner", "region", "scopes", "label") if name in meta}
    return {**row, **plain, "attrs": attrs, "modified_at": since, "version": version}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _mapped(row: Sequence[Any]) -> dict[str, Any]:
    named = dict(zip(_NAMES, row, strict=True))
    named["attrs"] = orjson.loads(named["attrs"]) | orjson.loads(named["geo"])
    return named


def _raw(row: dict[str, Any] | None) -> tuple[Any, ...]:
    """In the order of COLUMNS, as the store gives it."""
    assert row is not None
    texts = {"attrs": orjson.dumps(row["attrs"]).decode(), "geo": "{}", "prov": "{}", "bounds": None}
    return tuple(texts.get(name, row[name]) for name in _NAMES)


def _staged(row: dict[str, Any]) -> tuple[Any, ...]:
    attrs = {k: v for k, v in row["attrs"].items() if not _is_geometry(v)}
    geo = {k: v for k, v in row["attrs"].items() if _is_geometry(v)}
    return (
        row["id"],
        row["type"],
        list(row["types"]),
        row["owner"] or "",
        row["region"] or "",
        list(row["scopes"]),
        orjson.dumps(attrs).decode(),
        orjson.dumps(geo).decode(),
        row["created_at"],
        row["modified_at"],
        row["expires_at"],
        row["version"],
    )


def _is_geometry(instances: Any) -> bool:
    first = instances[0] if isinstance(instances, list) and instances else instances
    return isinstance(first, Mapping) and first.get("type") == "GeoProperty"


def _touched(state: _State) -> Touched:
    change, row = state.change, state.row or {}
    attrs = row.get("attrs", {})
    made, changed, gone = frozenset[str](), frozenset[str](), frozenset[str]()
    if change.operation == "created":
        made = frozenset(attrs)
    elif change.operation == "deleted":
        gone = frozenset(attrs)
    else:
        made = frozenset(n for n, v in state.was.items() if v is None)
        gone = frozenset(n for n, v in state.was.items() if v is not None and (n not in attrs or _fewer(v, attrs[n])))
        changed = frozenset(n for n, v in state.was.items() if v is not None and n in attrs) - gone
    types = (row.get("type") or change.type, *row.get("types", ()))
    return Touched(change, types, tuple(row.get("scopes", ())), made, changed, gone)


def _fewer(old: Any, new: Any) -> bool:
    """Whether an instance (a datasetId) went away."""
    return bool(_datasets(old) - _datasets(new))


def _datasets(instances: Any) -> set[str]:
    listed = instances if isinstance(instances, list) else [instances]
    return {i.get("datasetId", "") for i in listed if isinstance(i, Mapping)}
