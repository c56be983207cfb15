"""What changes made of entities, as a subscriber may be told of it: the state after each change, put together from what
stands and from history, so that nothing is skipped however far behind the subscriber is.

States lie in a temporary table in the shape of ``entity``: rights, masks and queries are asked of it as of the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_MICROS = "(extract(epoch from {}) * 1000000)::bigint"
_TAIL = f"""
tail as (
    select p.* from unnest(%(ids)s::text[]) e(id) cross join lateral (
        select seq, entity_id, known_to as told, {_MICROS.format("known_to")} as known_to, was, meta, version,
            {_MICROS.format("known_from")} as known_from
        from entity_past where entity_id = e.id order by seq desc limit %(most)s
    ) p
)"""  # noqa: S608
_PAST = f"""
with {_TAIL}
select entity_id, known_to, was::text, meta::text, version, known_from,
    count(*) over (partition by entity_id) as seen
from tail where told >= %(since)s order by seq desc
"""  # noqa: S608
_FEW = 32  # rows of history that are read one by one
_MERGED = f"""
with {_TAIL}, later as materialized (
    select * from tail where told > %(until)s
), ended as (
    select distinct on (entity_id) * from later where meta ? 'deleted' order by entity_id, seq
), near as materialized (
    select l.* from later l left join ended e using (entity_id) where e.seq is null or l.seq < e.seq
), merged as (
    select entity_id, min(seq) as seq,
        coalesce(jsonb_object_agg(key, value) filter (where attribute), '{{}}') as was,
        coalesce(jsonb_object_agg(key, value) filter (where not attribute), '{{}}') as meta
    from (
        select distinct on (entity_id, attribute, key) * from (
            select entity_id, seq, true as attribute, key, value from near cross join jsonb_each(was)
            union all
            select entity_id, seq, false, key, value from near cross join jsonb_each(meta - 'prov')
        ) parts order by entity_id, attribute, key, seq
    ) first group by entity_id
), started as (
    select distinct on (entity_id) entity_id, known_to, version, known_from from near order by entity_id, seq
)
select entity_id, known_to, was, meta, version, known_from, seen from (
    select 2 as step, seq, entity_id, known_to, was::text, meta::text, version, known_from from ended
    union all
    select 1, 0, entity_id, known_to, was::text, meta::text, version, known_from
    from started join merged using (entity_id)
    union all
    select 0, seq, entity_id, known_to, was::text, meta::text, version, known_from
    from tail where told between %(since)s and %(until)s
) every
join (select entity_id, count(*) as seen from tail where told >= %(since)s group by 1) counted using (entity_id)
order by step desc, seq desc
"""  # noqa: S608

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

    @cached_property
    def raw(self) -> tuple[Any, ...]:
        return _raw(self.row)

    @cached_property
    def staged(self) -> tuple[Any, ...]:
        assert self.row is not None
        return _staged(self.row)

    @cached_property
    def touched(self) -> Touched:
        return _touched(self)


@dataclass
class _Seen:
    """What one actor sees in one transaction."""

    reader: Reader
    reached: Mapping[int, tuple[int, ...]]
    told: dict[int, Told] = field(default_factory=dict)


class News:
    """A batch of the change log. Use it inside one ``with``, which is one transaction; ``again`` is another."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._states: list[_State] = []
        self._open = ExitStack()
        self._seen: dict[Actor, _Seen] = {}

    def __enter__(self) -> News:
        with ExitStack() as opening:
            opening.enter_context(transaction.atomic())
            self._states = _states(self._changes)
            self._stage(range(len(self._states)))
            self._open = opening.pop_all()
        return self

    def __exit__(self, *fault: Any) -> None:
        self._open.__exit__(*fault)

    @contextmanager
    def again(self, places: Iterable[int]) -> Iterator[News]:
        """A later transaction, in which these places are told by the rights that stand then."""
        with transaction.atomic():
            self._stage(sorted(places))
            yield self

    def _stage(self, places: Iterable[int]) -> None:
        self._seen = {}
        with connection.cursor() as cursor:
            cursor.execute(_STAGE)
            cursor.execute("truncate entity_news")
            with cursor.copy(_FILL) as copy:
                for place in places:
                    if (state := self._states[place]).row is not None:
                        copy.write_row((place, *state.staged))

    def touched(self) -> list[Touched]:
        """What each change touched, by name; no values."""
        return [state.touched for state in self._states]

    def sift(
        self, actor: Actor, asked: Sequence[Query], among: Sequence[Iterable[int]] | None = None
    ) -> list[frozenset[int]]:
        """For each query (``q`` and ``geo`` are held to, and ``types`` where they mask what is filtered by) the places
        of the changes whose entity the actor may see and that it finds. One statement for a hundred of them.
        ``among``: for each query the places that it is asked of; all unless given."""
        found: list[frozenset[int]] = []
        each = [frozenset(places) for places in among or [range(len(self._states))] * len(asked)]
        for start in range(0, len(asked), _MOST_FILTERS):
            found += self._sift(actor, asked[start : start + _MOST_FILTERS], each[start : start + _MOST_FILTERS])
        return found

    def _sift(self, actor: Actor, asked: Sequence[Query], among: Sequence[frozenset[int]]) -> list[frozenset[int]]:
        granted, parameters = access.visible(actor)
        filters, hidden = [], []
        for query, places in zip(asked, among, strict=True):
            tree = qlang.parse(query.q) if query.q else None
            hidden.append(conditions.unseen(actor, query, tree))
            text = jsonpaths.compile_tree(tree, parameters)[0] if tree is not None else "true"
            if tree is not None and len(places) < len(self._states):
                parameters[name := f"among_{len(parameters)}"] = sorted(places)
                text = f"place = any(%({name})s::integer[]) and ({text})"
            filters.append(sql.SQL("coalesce(({}), false)").format(sql.SQL(text)))
        statement = sql.SQL(_FILTERS).format(filters=sql.SQL(", ").join(filters), granted=granted)
        with reads.asking() as cursor:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
        return [
            self._near(query, [p for p, held in rows if held[n] and p in among[n] and self._type(p) not in hidden[n]])
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
        seen = self._of(actor)
        shown = [place for place in wanted if place in seen.reached]
        rows = {(row := self._states[place].raw)[0]: row for place in shown}
        seen.reader.know({self._states[place].raw[0]: seen.reached[place] for place in shown})
        seen.reader.count(list(rows.values()))
        found = {place: self._told(seen, place) for place in shown}
        reads.note(actor, [told.entity for told in found.values()])
        return [found.get(place) for place in wanted]

    def _of(self, actor: Actor) -> _Seen:
        """Places of what the actor may see, each with the numbers of the grants that ``access.reached`` speaks of."""
        if actor not in self._seen:
            granted, parameters = access.visible(actor)
            column, more = access.reached(actor)
            statement = sql.SQL(_REACHED).format(reached=column or sql.SQL("null::integer[]"), granted=granted)
            with connection.cursor() as cursor:
                cursor.execute(statement, {**parameters, **more})
                reached = {place: tuple(numbers or ()) for place, numbers in cursor.fetchall()}
            self._seen[actor] = _Seen(Reader(actor), reached)
        return self._seen[actor]

    def _told(self, seen: _Seen, place: int) -> Told:
        """Made once for all subscriptions of an actor that hear of it in one transaction."""
        if place not in seen.told:
            state = self._states[place]
            entity = seen.reader.entity(state.raw)
            masks = seen.reader.masks(entity.type, entity.owner, entity.region, entity.id)
            was = {name: value for name, value in state.was.items() if value is not None}
            before = dict.fromkeys(state.was.keys() - was.keys(), None) | access.apply_masks(masks, was)
            if masks.get("*") == "absent":
                before = {name: value for name, value in before.items() if value is not None or name in entity.attrs}
            seen.told[place] = Told(state.change, entity, before, touched=state.touched)
        return seen.told[place]


def _states(changes: Sequence[Change]) -> list[_State]:
    ids = list({c.entity_id for c in changes})
    with connection.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from entity where id = any(%(ids)s)", {"ids": ids})  # noqa: S608
        standing = {row[0]: _mapped(row) for row in cursor.fetchall()}
    past = _past(changes, ids) if changes else {}
    by_entity: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        by_entity.setdefault(change.entity_id, []).append(place)
    found: dict[int, _State] = {}
    for entity_id, places in by_entity.items():
        for place, state in _backwards(changes, places, standing.get(entity_id), past.get(entity_id, [])):
            found[place] = state
    return [found[place] for place in range(len(changes))]


def _past(changes: Sequence[Change], ids: list[str]) -> dict[str, list[Any]]:
    """Of each entity what its history undoes, newest first, as far back as the changes. Of an entity that many changes
    came upon since, these are one row: each attribute as the first of them found it."""
    since, until = min(c.at for c in changes), max(c.at for c in changes)
    found: dict[str, list[Any]] = {}
    asked, statement, most = ids, _PAST, _FEW
    while asked:
        rows: dict[str, list[Any]] = {}
        with connection.cursor() as cursor:
            cursor.execute(statement, {"ids": asked, "since": since, "until": until, "most": most})
            for row in cursor.fetchall():
                rows.setdefault(row[0], []).append(row)
        found |= rows
        asked = [pk for pk in asked if pk in rows and rows[pk][0][6] == most]
        statement, most = _MERGED, most * 8
    return found


def _backwards(
    changes: Sequence[Change], places: list[int], row: dict[str, Any] | None, past: list[Any]
) -> list[tuple[int, _State]]:
    """States of one entity, from what stands back to the first change."""
    found, at = [], 0
    for place in reversed(places):
        change, moment = changes[place], _micros(changes[place].at)
        while at < len(past) and past[at][1] > moment:
            row, at = _undone(row, past[at]), at + 1
        was: Mapping[str, Any] = {}
        after = row
        if at < len(past) and past[at][1] == moment and change.operation != "created":
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
    entity_id, _, was, stored, version, micros, _ = past
    meta, old, since = orjson.loads(stored), orjson.loads(was), _EPOCH + timedelta(microseconds=micros)
    if meta.get("deleted"):
        row = dict.fromkeys(_NAMES) | {"id": entity_id, "types": [], "scopes": [], "prov": {}, "contested": []}
        row |= {name: meta[name] for name in ("type", "types", "owner", "region", "scopes", "label") if name in meta}
        return row | {"attrs": old, "created_at": _time(meta["created_at"]), "modified_at": since, "version": version}
    if row is None:
        return None
    attrs = {k: v for k, v in row["attrs"].items() if k not in old} | {k: v for k, v in old.items() if v is not None}
    plain = {name: meta[name] for name in ("type", "types", "owner", "region", "scopes", "label") if name in meta}
    return {**row, **plain, "attrs": attrs, "modified_at": since, "version": version}


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


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
