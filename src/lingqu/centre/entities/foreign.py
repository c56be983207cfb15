"""Entities that another system holds, as an actor may see them here: the grants, purposes and masks that hold for our
own hold for them, asked by the same SQL over what came instead of over the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import evolution, geoquery, reads
from lingqu.centre.entities.conditions import condition
from lingqu.centre.entities.rows import Reader
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Aggregated, Draft, Entity, Evolved, Instance, Query, plain

_GIVEN = """
with entity as (
    select * from jsonb_to_recordset(%(foreign_entities)s::jsonb) as given(
        id text, type text, types text[], owner text, region text, scopes text[], label text, search text, attrs jsonb,
        geo jsonb, created_at timestamptz, modified_at timestamptz, expires_at timestamptz
    )
)
select id, {reached} from entity where {where}
"""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Foreign:
    """``since`` and ``at``: when the other system made and last changed it, where it says so."""

    draft: Draft
    since: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class ForeignPast:
    """An entity through time. ``standing``: by its latest instances, which decide what may be seen of it."""

    standing: Foreign
    instances: Sequence[Instance]
    aggregates: Sequence[Aggregated] = ()
    deleted_at: datetime | None = None


def foreign(actor: Actor, given: Sequence[Foreign], query: Query, owner: str, note: Mapping[str, Any]) -> list[Entity]:
    """See ``door.foreign``."""
    reader, seen = _seen(actor, given, query, owner)
    found = [reader.entity(row) for row in seen]
    reads.note(actor, found, more=note)
    return found


def evolutions(
    actor: Actor, given: Sequence[ForeignPast], query: Query, owner: str, note: Mapping[str, Any]
) -> list[Evolved]:
    """See ``door.foreign_evolutions``."""
    pasts = {each.standing.draft.id: each for each in given}
    reader, seen = _seen(actor, [each.standing for each in pasts.values()], query, owner)
    found = [_masked(reader, row, pasts[row[0]]) for row in seen]
    evolution.note(actor, found, note)
    return found


def _masked(reader: Reader, row: Sequence[Any], past: ForeignPast) -> Evolved:
    """What is masked is masked through time, and is not aggregated."""
    entity = reader.entity(row)
    masks = reader.masks(entity.type, entity.owner, entity.region, entity.id)
    shown = ((each, access.apply_masks(masks, {each.attribute: each.instance})) for each in past.instances)
    instances = [replace(each, instance=held[each.attribute]) for each, held in shown if each.attribute in held]
    plainly = [a for a in past.aggregates if masks.get(a.attribute, masks.get("*", "none")) == "none"]
    return Evolved(entity, instances, aggregates=plainly, deleted_at=past.deleted_at)


def _seen(actor: Actor, given: Sequence[Foreign], query: Query, owner: str) -> tuple[Reader, list[tuple[Any, ...]]]:
    """Rows that the actor may see, and who reads them."""
    if not given:
        return Reader(actor), []
    rows = {each.draft.id: _row(each, owner) for each in given}
    made = condition(actor, replace(query, geo=None, sorts=()))
    column, more = access.reached(actor)
    statement = sql.SQL(_GIVEN).format(reached=column or sql.SQL("null::integer[]"), where=made.where())
    staged = orjson.dumps([_staged(row) for row in rows.values()]).decode()
    with reads.asking() as cursor:
        cursor.execute(statement, {**made.parameters, **more, "foreign_entities": staged})
        reached = {entity_id: tuple(numbers or ()) for entity_id, numbers in cursor.fetchall()}
    reached = {pk: reached[pk] for pk in _placed([p for p in rows if p in reached], rows, query)}
    reader = Reader(actor)
    reader.know(reached)
    seen = [_raw(rows[pk]) for pk in reached]
    reader.count(seen)
    return reader, seen


def _row(each: Foreign, owner: str) -> dict[str, Any]:
    draft = each.draft
    schema = schemas().get(draft.type)
    region = plain(draft.attrs.get(schema.definition.region or "")) if schema else ""
    since = each.since or each.at or _EPOCH
    return {
        "id": draft.id,
        "type": draft.type,
        "types": list(draft.types),
        "owner": owner,
        "region": region if isinstance(region, str) else "",
        "scopes": list(draft.scopes),
        "label": (schema.words(schema.definition.label, draft.attrs) if schema else "") or draft.id,
        "search": "",
        "attrs": {k: v for k, v in draft.attrs.items() if not _is_place(v)},
        "geo": {k: v for k, v in draft.attrs.items() if _is_place(v)},
        "created_at": since,
        "modified_at": each.at or since,
        "expires_at": draft.expires_at,
    }


def _is_place(instances: Any) -> bool:
    first = instances[0] if isinstance(instances, list) and instances else instances
    return isinstance(first, Mapping) and first.get("type") == "GeoProperty"


def _staged(row: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()}


def _placed(ids: list[str], rows: Mapping[str, Any], query: Query) -> list[str]:
    if query.geo is None or not ids:
        return ids
    exact = geoquery.exact(query.geo)
    places = [rows[pk]["geo"].get(exact.attribute) for pk in ids]
    held = exact.holds([orjson.dumps(place) if place is not None else None for place in places])
    return [pk for pk, holds in zip(ids, held, strict=True) if holds]


def _raw(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """In the order of ``rows.COLUMNS``."""
    texts = (orjson.dumps(row["attrs"]).decode(), orjson.dumps(row["geo"]).decode(), "{}", None)
    first = (row["id"], row["type"], row["types"], row["owner"], row["region"], row["scopes"], row["label"])
    return (*first, *texts, row["created_at"], row["modified_at"], 1, row["expires_at"], [])
