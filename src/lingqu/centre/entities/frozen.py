"""Copies of entities that stay as they were: what a snapshot holds.

Reading copies is reading the store: a query of the name ``entity`` in front of a statement stands in for the table, so
that rights, filters and masks are the same. What an actor may see of a copy is what the actor may see today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import geometry
from lingqu.centre.entities.conditions import condition
from lingqu.centre.entities.faults import bad
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Entity, Evolved, Instance, Query, plain

_COLUMNS = (
    "id, type, types, owner, region, scopes, label, search, attrs, geo, prov, bounds, geom, true_from, true_to, "
    "created_at, modified_at, expires_at, version, facets, contested"
)
_OVER = f"with entity as (select {_COLUMNS} from entity_frozen where snapshot = %(frozen)s) "  # noqa: S608
_PAST = f"with entity as (select {_COLUMNS}, deleted_at from entity_frozen_past where snapshot = %(frozen)s) "  # noqa: S608
_FREEZE = f"""
with found as materialized (select {_COLUMNS} from entity where {{where}} order by id limit %(most)s + 1),
kept as (
    insert into entity_frozen (snapshot, maker, {_COLUMNS}) select %(snapshot)s, %(maker)s, {_COLUMNS} from found
    on conflict do nothing returning id
)
select id, {{shape}}, kept.id is not null from found left join kept using (id) order by id
"""  # noqa: S608
_TABLES = ("entity_frozen", "entity_frozen_past")
_MISSED = "delete from entity_frozen where snapshot = %(snapshot)s and id = any(%(ids)s)"
_GIVEN = {
    "id": "text", "type": "text", "types": "text[]", "owner": "text", "region": "text", "scopes": "text[]",
    "label": "text", "attrs": "jsonb", "geo": "jsonb", "prov": "jsonb", "bounds": "box", "geom": "bytea",
    "created_at": "timestamptz", "modified_at": "timestamptz", "expires_at": "timestamptz", "version": "integer",
    "contested": "text[]",
}  # fmt: skip
_GIVEN_PAST = _GIVEN | {"past": "jsonb", "deleted_at": "timestamptz"}


def _keeping(table: str, columns: Mapping[str, str]) -> str:
    named, typed = ", ".join(columns), ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"""
insert into {table} (snapshot, maker, {named})
select %(snapshot)s, %(maker)s, {named} from jsonb_to_recordset(%(rows)s::jsonb) as given ({typed})
on conflict do nothing
"""  # noqa: S608


def _copying(table: str, columns: str) -> str:
    return f"""
insert into {table} (snapshot, maker, {columns})
select %(to)s, %(maker)s, {columns} from {table} where snapshot = %(snapshot)s
"""  # noqa: S608


def over(snapshot: str, past: bool = False) -> tuple[sql.Composable, dict[str, Any]]:
    """What stands before a statement that begins with ``select``, and its parameter; nothing for the store itself.
    ``past``: over the copies that hold evolutions."""
    return (sql.SQL(_PAST if past else _OVER), {"frozen": snapshot}) if snapshot else (sql.SQL(""), {})


def freeze(actor: Actor, snapshot: str, query: Query, most: int) -> list[str]:
    """The copies by one statement, which sees one moment; gives the ids of what was found, also where an earlier
    query of the snapshot has kept. Nobody has been told of them yet."""
    made = condition(actor, replace(query, sorts=(), frozen=""))
    shape = sql.SQL("null" if not made.exact else "geo ->> %(geo_attribute)s" if made.exact.attribute else "geom")
    statement = sql.SQL(_FREEZE).format(where=made.where(), shape=shape)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**made.parameters, "snapshot": snapshot, "maker": actor.name, "most": most})
        rows = cursor.fetchall()
        if len(rows) > most:
            raise bad("frozen", f"快照最多 {most} 个实体", f"a snapshot holds {most} entities at most; narrow it down")
        if made.exact is None:
            return [row[0] for row in rows]
        held = made.exact.holds([row[1] for row in rows])
        missed = [row[0] for row, holds in zip(rows, held, strict=True) if row[2] and not holds]
        cursor.execute(_MISSED, {"snapshot": snapshot, "ids": missed})
    return [row[0] for row, holds in zip(rows, held, strict=True) if holds]


def keep(actor: Actor, snapshot: str, entities: Sequence[Entity]) -> int:
    """See ``door.keep_frozen``."""
    access.carry(actor)
    statement, rows = sql.SQL(_keeping("entity_frozen", _GIVEN)), orjson.dumps([_row(e) for e in entities]).decode()
    return _done(statement, {"snapshot": snapshot, "maker": actor.name, "rows": rows})


def keep_past(actor: Actor, snapshot: str, evolved: Sequence[Evolved]) -> int:
    """See ``door.keep_frozen_past``."""
    access.carry(actor)
    rows = [
        {**_row(e.entity), "past": [_instance(i) for i in e.instances], "deleted_at": e.deleted_at} for e in evolved
    ]
    parameters = {"snapshot": snapshot, "maker": actor.name, "rows": orjson.dumps(rows).decode()}
    return _done(sql.SQL(_keeping("entity_frozen_past", _GIVEN_PAST)), parameters)


def _instance(each: Instance) -> dict[str, Any]:
    observed = each.instance.get("observedAt") or (each.at if each.attribute == "@scope" else None)
    times = {"created_at": each.created_at, "modified_at": each.modified_at, "deleted_at": each.deleted_at}
    named = {"attribute": each.attribute, "dataset": each.dataset, "instance_id": each.id}
    return {**named, "instance": each.instance, "observed_at": observed, **times}


def copy(actor: Actor, snapshot: str, to: str) -> int:
    """See ``door.copy_frozen``."""
    access.carry(actor)
    given = {"snapshot": snapshot, "maker": actor.name, "to": to}
    pasts = _done(sql.SQL(_copying("entity_frozen_past", f"{_COLUMNS}, past, deleted_at")), given)
    return _done(sql.SQL(_copying("entity_frozen", _COLUMNS)), given) + pasts


def thaw(snapshots: Sequence[str]) -> int:
    """See ``door.thaw``."""
    gone = (sql.SQL(f"delete from {t} where snapshot = any(%(snapshots)s)") for t in _TABLES)  # noqa: S608
    return sum(_done(statement, {"snapshots": list(snapshots)}) for statement in gone)


def _done(statement: sql.Composable, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _row(entity: Entity) -> dict[str, Any]:
    schema = schemas().get(entity.type)
    mapped = (schema.definition.geometry if schema else None) or "location"
    geo = {name: each for name, each in entity.attrs.items() if _is_place(each)}
    placed = geometry.read([plain(geo[mapped])])[0] if mapped in geo else None
    return {
        "id": entity.id,
        "type": entity.type,
        "types": list(entity.types),
        "owner": entity.owner,
        "region": entity.region,
        "scopes": list(entity.scopes),
        "label": entity.label,
        "attrs": {name: each for name, each in entity.attrs.items() if name not in geo},
        "geo": geo,
        "prov": dict(entity.prov),
        "bounds": placed.bounds if placed else None,
        "geom": placed.wkb if placed else None,
        "created_at": entity.created_at,
        "modified_at": entity.modified_at,
        "expires_at": entity.expires_at,
        "version": entity.version,
        "contested": list(entity.contested),
    }


def _is_place(instances: Any) -> bool:
    first = instances[0] if isinstance(instances, list) and instances else instances
    return bool(first) and first.get("type") == "GeoProperty"
