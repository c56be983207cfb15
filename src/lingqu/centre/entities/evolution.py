"""Entities through time (CIM 009 4.5.6, 5.7.3, 5.7.4), out of the append-only history: rights and masks as for what
stands. Who is asked for is one statement with the actor's grants in it; the instances of a page are another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import faults, frozen, geoquery, looking, qlang, reads
from lingqu.centre.entities.conditions import condition, unseen
from lingqu.centre.entities.looking import Looking
from lingqu.centre.entities.rows import COLUMNS, Reader
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import (
    Aggregated,
    Aggregation,
    Entity,
    Evolutions,
    Evolved,
    Instance,
    Query,
    Window,
)
from lingqu.kernel.elements import Mask
from lingqu.kernel.errors import NotFound

MOST_PERIODS = 20_000
"""Values of one method that an answer may hold."""

_LOOKED_THROUGH = 20_000
_BATCH = 500
_SEEN = "not coalesce(%(hide)s::jsonb -> entity.type ? i.attribute, false)"
_ONLY = "coalesce(%(only)s::jsonb -> entity.type ? i.attribute, true)"
_SHOWN = (
    "not listed.hide ? i.attribute and (listed.just is null or listed.just ? i.attribute or i.attribute = '@scope')"
)
# What was deleted, as it was then, in the form of the store.
GONE = """
select p.entity_id as id, p.meta ->> 'type' as type,
       array(select jsonb_array_elements_text(p.meta -> 'types')) as types,
       p.meta ->> 'owner' as owner, p.meta ->> 'region' as region,
       array(select jsonb_array_elements_text(p.meta -> 'scopes')) as scopes, p.meta ->> 'label' as label,
       p.was as attrs, '{}'::jsonb as geo, '{}'::jsonb as prov, null::box as bounds,
       (p.meta ->> 'created_at')::timestamptz as created_at, p.known_from as modified_at, p.version,
       null::timestamptz as expires_at, '{}'::text[] as contested, p.known_to as deleted_at
from entity_past p
where p.meta ? 'deleted' and not exists (select from entity e where e.id = p.entity_id)
  and not exists (select from entity_past l where l.entity_id = p.entity_id and l.seq > p.seq)
"""
_Row = Sequence[Any]


def evolutions(actor: Actor, query: Query, window: Window, most: int, aggregation: Aggregation | None) -> Evolutions:
    """See ``door.evolutions``."""
    chosen = _Chosen(actor, query, window)
    rows = chosen.page("entity")
    if window.axis == "deletedAt" and not query.frozen:
        rows = _merged(rows, chosen.page("gone"), query)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    looked = _Looked(actor, window, query.scope_q, most, aggregation, query.frozen)
    found = looked.of(rows)
    return Evolutions(found, looked.cut, str(rows[-1][0]) if more and rows else "")


def _merged(one: list[_Row], other: list[_Row], query: Query) -> list[_Row]:
    backwards = bool(query.sorts) and query.sorts[0].descending
    return sorted([*one, *other], key=lambda row: str(row[0]).encode(), reverse=backwards)[: query.limit + 1]


def count(actor: Actor, query: Query, window: Window) -> int:
    """See ``door.count_evolutions``."""
    chosen = _Chosen(actor, query, window)
    gone = window.axis == "deletedAt" and not query.frozen
    return chosen.count("entity") + (chosen.count("gone") if gone else 0)


def evolution(
    actor: Actor, entity_id: str, window: Window, most: int, aggregation: Aggregation | None, snapshot: str = ""
) -> Evolutions:
    """See ``door.evolution``."""
    if snapshot:
        row = _kept(actor, entity_id, snapshot)
    else:
        row = _standing(actor, entity_id)
        if row[_WIDTH] is not None and not of_one(entity_id):
            raise faults.missing(entity_id)
    looked = _Looked(actor, window, "", most, aggregation, snapshot)
    return Evolutions(looked.of([row]), looked.cut)


def _standing(actor: Actor, entity_id: str) -> _Row:
    """The entity as it stands, or as it was when it was deleted or its time was over; rights are decided by that.
    Raises NotFound."""
    try:
        reads.get(actor, entity_id)
    except NotFound:
        return _over(actor, entity_id)
    with connection.cursor() as cursor:
        cursor.execute(_selected("entity") + " where id = %(id)s", {"id": entity_id})
        row = cursor.fetchone()
    if row is None:
        raise faults.missing(entity_id)
    found: _Row = row
    return found


def _kept(actor: Actor, entity_id: str, snapshot: str) -> _Row:
    granted, parameters = access.visible(actor)
    before, more = frozen.over(snapshot, past=True)
    statement = before + sql.SQL(f"select {COLUMNS}, deleted_at from entity where id = %(id)s and ") + granted  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, **more, "id": entity_id})
        row: _Row | None = cursor.fetchone()
    if row is None:
        raise faults.missing(entity_id)
    access.require_purpose(actor, (row[1],))
    return row


def _over(actor: Actor, entity_id: str) -> _Row:
    granted, parameters = access.visible(actor)
    over = sql.SQL(_OVER).format(granted=granted)
    for statement in (over, sql.SQL(_selected("gone") + " where id = %(id)s")):
        with connection.cursor() as cursor:
            cursor.execute(statement, {**parameters, "id": entity_id})
            row: _Row | None = cursor.fetchone()
        if row is not None:
            access.require_purpose(actor, (row[1],))
            if statement is over or access.opens_plainly(actor, row[1], row[3], row[4], entity_id):
                return row
    raise faults.missing(entity_id)


_OVER = f"""
select {COLUMNS}, expires_at as deleted_at from entity where id = %(id)s and expires_at <= now() and {{granted}}
"""  # noqa: S608
_WIDTH = len(COLUMNS.split(", "))


def _selected(which: str, more: str = "") -> str:
    """Living entities, or those that were deleted, in the order of COLUMNS and then when they were."""
    told = "null::timestamptz as deleted_at" if which == "entity" else "deleted_at"
    head = f"with entity as ({GONE}) " if which == "gone" else ""
    return f"{head}select {COLUMNS}, {told}{more} from entity"  # noqa: S608


class _Chosen:
    """The entities that a query over an evolution finds, before their instances are read."""

    def __init__(self, actor: Actor, query: Query, window: Window) -> None:
        tree = qlang.parse(query.q) if query.q else None
        plain = replace(query, q="", has=(), facets={}, geo=None, scope_q="", sorts=(), words="")
        self.made = condition(actor, plain)
        self.before, asked_of = frozen.over(query.frozen, past=True)
        self.made.parameters |= asked_of
        if masked := unseen(actor, query, tree):
            self.made.add("type <> all(%(hidden)s)", hidden=sorted(masked))
        self.query = query
        self.exact = geoquery.exact(query.geo) if query.geo is not None else None
        self.looking = Looking(replace(window, attributes=query.has, without=()), query.scope_q, frozen=query.frozen)
        seen = _seen(actor, self.looking.parameters)
        named = self.looking.narrowed()
        plainly = not (tree or query.geo or query.scope_q or window.datasets or query.frozen)
        if window.axis == "observedAt" and plainly:
            self._simply(named, seen)
        else:
            self._looking_at(named, seen, tree)
        self.made.parameters |= self.looking.parameters

    def _simply(self, named: str, seen: tuple[str, ...]) -> None:
        """Only a time is asked for."""
        wanted = f"i.attribute <> '@scope' and {named}"
        look = self.looking.look("entity.id", "1", wanted, *seen)
        self.source = " where "
        self.made.parts.append(sql.SQL(f"({self.looking.stands(wanted, *seen)} or exists ({look}))"))

    def _looking_at(self, named: str, seen: tuple[str, ...], tree: qlang.Tree | None) -> None:
        if self.looking.window.axis == "deletedAt":
            named += " and i.deleted_at is not null"
        holds = [self.looking.flag(f"i.attribute <> '@scope' and {named}")]
        if tree is not None:
            holds.append(self.looking.holds(tree))
        what = ", ".join(self.looking.flags)
        if self.exact is not None:
            self.looking.parameters["shaped"] = self.exact.attribute
            if self.looking.named is not None:
                self.looking.named.add(self.exact.attribute)
            what += ", jsonb_agg(i.instance) filter (where i.attribute = %(shaped)s and i.deleted_at is null) as shapes"
        look = self.looking.look("entity.id", what, *seen)
        self.source = f" cross join lateral ({look}) w where "
        self.made.parts.append(sql.SQL(" and ".join(holds)))

    def page(self, which: str) -> list[_Row]:
        """One more than the page holds, in the order of COLUMNS, then when it was deleted."""
        query = self.query
        backwards = bool(query.sorts) and query.sorts[0].descending
        where, parameters = [self.made.where()], {**self.made.parameters, "limit": query.limit + 1}
        if query.after:
            where.append(sql.SQL("id < %(after)s" if backwards else "id > %(after)s"))
        parameters |= {"after": query.after, "offset": query.offset}
        statement = self._statement(which, where, "id desc" if backwards else "id")
        with reads.asking() as cursor:
            if self.exact is None:
                cursor.execute(statement + sql.SQL(" limit %(limit)s offset %(offset)s"), parameters)
                return [row[: _WIDTH + 1] for row in cursor.fetchall()]
            return self._exactly(cursor, statement, parameters)

    def _statement(self, which: str, where: list[sql.Composable], order: str) -> sql.Composable:
        more = ", shapes::text" if self.exact is not None else ""
        text = f"select {COLUMNS}, deleted_at{more} from entity" if self.query.frozen else _selected(which, more)  # noqa: S608
        return self.before + sql.SQL(text + self.source) + sql.SQL(" and ").join(where) + sql.SQL(f" order by {order}")

    def _exactly(self, cursor: Any, statement: sql.Composable, parameters: dict[str, Any]) -> list[_Row]:
        assert self.exact is not None
        wanted, start = self.query.offset + self.query.limit + 1, 0
        found: list[_Row] = []
        while len(found) < wanted and start < _LOOKED_THROUGH:
            cursor.execute(
                statement + sql.SQL(" limit %(limit)s offset %(offset)s"),
                {**parameters, "limit": _BATCH, "offset": start},
            )
            rows = cursor.fetchall()
            found += [row for row in rows if self._near(row[-1])]
            start += _BATCH
            if len(rows) < _BATCH:
                break
        return [row[: _WIDTH + 1] for row in found[self.query.offset : wanted]]

    def _near(self, shapes: str | None) -> bool:
        assert self.exact is not None
        instances = orjson.loads(shapes) if shapes else []
        return any(self.exact.holds([orjson.dumps(instance) for instance in instances]))

    def count(self, which: str) -> int:
        if self.exact is not None:
            self.query = replace(self.query, limit=_LOOKED_THROUGH, offset=0, after="")
            return len(self.page(which))
        statement = sql.SQL("select count(*) from (") + self._statement(which, [self.made.where()], "id")
        with reads.asking() as cursor:
            cursor.execute(statement + sql.SQL(") counted"), self.made.parameters)
            return int(cursor.fetchone()[0])


def _seen(actor: Actor, parameters: dict[str, Any]) -> tuple[str, ...]:
    """Conditions that keep what is absent for the actor from telling of itself by having been written."""
    hide, only = {}, {}
    for code, schema in schemas().items() if actor.kind != "system" else ():
        masks = access.hidden(actor, code)
        if gone := [name for name, how in masks.items() if how == "absent" and name != "*"]:
            hide[code] = gone
        if masks.get("*") == "absent":
            only[code] = [name for name in schema.kinds if masks.get(name, "absent") != "absent"]
    parameters |= {"hide": orjson.dumps(hide).decode(), "only": orjson.dumps(only).decode()}
    return (_SEEN if hide else "", _ONLY if only else "")


class _Looked:
    """The instances of chosen entities. ``cut``: the window holds more than was asked for."""

    def __init__(
        self, actor: Actor, window: Window, scope_q: str, most: int, aggregation: Aggregation | None, snapshot: str
    ) -> None:
        self.actor, self.window, self.most, self.aggregation = actor, window, most, aggregation
        self.looking = Looking(window, scope_q, frozen=snapshot)
        self.look = self.looking.look("listed.id", "i.*", self.looking.narrowed(), _SHOWN)
        self.reader, self.cut = Reader(actor, frozen=snapshot, past=True), False

    def of(self, rows: Sequence[_Row]) -> list[Evolved]:
        if not rows:
            return []
        entities = self.reader.entities([row[:_WIDTH] for row in rows])
        masks = {e.id: self.reader.masks(e.type, e.owner, e.region, e.id) for e in entities}
        parameters = {**self.looking.parameters, **self._listed(masks)}
        if self.aggregation is not None:
            found = self._aggregated(entities, parameters)
        else:
            found = self._instances(entities, masks, parameters)
        gone = {row[0]: row[_WIDTH] for row in rows}
        note(self.actor, found)
        return [replace(each, deleted_at=gone[each.entity.id]) for each in found]

    def _listed(self, masks: Mapping[str, Mapping[str, Mask]]) -> dict[str, Any]:
        """The entities with what is to be left out of each. Of what is masked nothing can be aggregated."""
        hide, only = [], []
        for found in masks.values():
            left = [n for n, how in found.items() if n != "*" and (how == "absent" or self.aggregation is not None)]
            named = [n for n, how in found.items() if n != "*" and n not in left]
            hide.append(orjson.dumps(left).decode())
            only.append(orjson.dumps(named).decode() if found.get("*", "none") != "none" else None)
        return {"listed": list(masks), "hide": hide, "only": only, "most": self.most + 1}

    def _instances(
        self, entities: list[Entity], masks: Mapping[str, Mapping[str, Mask]], parameters: dict[str, Any]
    ) -> list[Evolved]:
        last = self.window.last
        way = "desc" if last else "asc"
        text = looking.INSTANCES.format(
            listed=looking.LISTED, look=self.look, way=way, place=looking.placed(self.window)
        )
        with reads.asking() as cursor:
            cursor.execute(text, {**parameters, "last": last})
            rows = cursor.fetchall()
        names = [row for row in rows if row[5] is None]
        page = sorted((row for row in rows if row[5] is not None), key=lambda r: (r[5], r[4]), reverse=bool(last))
        by_entity: dict[str, list[Instance]] = {e.id: [] for e in entities}
        for row in self._kept(page):
            by_entity[row[0]].append(_instance(row, masks[row[0]]))
        return [Evolved(e, by_entity[e.id], _kinds(names, e.id, by_entity[e.id])) for e in entities]

    def _kept(self, rows: list[_Row]) -> list[_Row]:
        """A page ends with all that has the time of its last instance, so that the next goes on from that time."""
        total = rows[0][9] if rows else 0
        if total <= self.most:
            return rows
        end = rows[self.most - 1][5]
        kept = [row for row in rows if (row[5] >= end if self.window.last else row[5] <= end)]
        self.cut = len(kept) < total
        return kept

    def _aggregated(self, entities: list[Entity], parameters: dict[str, Any]) -> list[Evolved]:
        assert self.aggregation is not None
        text = looking.aggregated(self.aggregation, parameters, f"{self.look} and i.attribute <> '@scope'")
        with reads.asking() as cursor:
            cursor.execute(text, {**parameters, "most": MOST_PERIODS + 1})
            rows = cursor.fetchall()
        if len(rows) > MOST_PERIODS:
            raise faults.bad(
                "aggregation", "时段过多，请加长时段", "too many periods; make them longer", "aggrPeriodDuration"
            )
        return [Evolved(e, [], aggregates=_aggregates(rows, e.id, self.aggregation)) for e in entities]


def _kinds(named: Iterable[_Row], entity_id: str, instances: Iterable[Instance]) -> dict[str, str]:
    held = {i.attribute: str(i.instance.get("type", "Property")) for i in instances}
    return {row[1]: row[2] for row in named if row[0] == entity_id} or dict(sorted(held.items()))


def _instance(row: _Row, masks: Mapping[str, Mask]) -> Instance:
    attribute, instance = row[1], orjson.loads(row[3])
    shown = access.apply_masks(masks, {attribute: instance}) if attribute != "@scope" and masks else {}
    return Instance(attribute, row[2], shown.get(attribute, instance), row[4], *row[5:9])


def _aggregates(rows: Iterable[_Row], entity_id: str, asked: Aggregation) -> list[Aggregated]:
    found: dict[tuple[str, str], Aggregated] = {}
    for _, attribute, dataset, kind, begin, until, values in (row for row in rows if row[0] == entity_id):
        one = found.setdefault(
            (attribute, dataset), Aggregated(attribute, dataset, kind, {method: [] for method in asked.methods})
        )
        for method, value in zip(asked.methods, values, strict=True):
            one.periods[method].append((_plain(value), begin, until))
    return list(found.values())


def _plain(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def note(actor: Actor, found: Sequence[Evolved], more: Mapping[str, Any] | None = None) -> None:
    """A ledger row per personal type: the past of a person is as much theirs as what stands."""
    by_type: dict[str, list[Evolved]] = {}
    for each in found:
        if access.is_personal(each.entity.type):
            by_type.setdefault(each.entity.type, []).append(each)
    for kind, read in by_type.items():
        names = {i.attribute for e in read for i in e.instances} | {a.attribute for e in read for a in e.aggregates}
        access.record(
            actor,
            "read",
            entity_type=kind,
            entity_ids=[e.entity.id for e in read],
            attributes=sorted(names),
            count=len(read),
            detail={"history": True} | dict(more or {}),
        )


def of_one(entity_id: str, attributes: Sequence[str] = ()) -> list[Instance]:
    """All instances of one entity in the order of their times, unmasked: for the write path itself."""
    looked = Looking(Window(attributes=tuple(attributes)))
    text = looked.look("%(id)s", "i.*", looked.narrowed())
    with connection.cursor() as cursor:
        cursor.execute(f"{text} order by i.at", {**looked.parameters, "id": entity_id})
        rows = cursor.fetchall()
    return [Instance(r[0], r[1], orjson.loads(r[2]), str(r[3]), r[7], *r[4:7]) for r in rows]
