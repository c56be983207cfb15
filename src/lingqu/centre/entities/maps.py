"""What maps and record pages need: features in a box, and who points here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities.conditions import contains
from lingqu.centre.entities.geoquery import box
from lingqu.centre.entities.reads import note
from lingqu.centre.entities.rows import COLUMNS, Reader
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Entity, plain

Feature = tuple[str, str, bytes, dict[str, Any]]


def tile_features(
    actor: Actor, entity_type: str, bounds: tuple[float, float, float, float], limit: int, wanted: Sequence[str]
) -> list[Feature]:
    """See ``door.tile_features``."""
    access.require_purpose(actor, (entity_type,))
    granted, parameters = access.visible(actor)
    picked = sql.SQL(", ").join(sql.SQL("attrs -> {}").format(sql.Literal(name)) for name in wanted)
    statement = sql.SQL(
        "select id, label, geom, owner, region{picked} from entity "
        "where bounds && %(box)s::box and type = %(type)s and geom is not null "
        "and (expires_at is null or expires_at > now()) and {granted} limit %(limit)s"
    ).format(picked=sql.SQL(", ") + picked if wanted else sql.SQL(""), granted=granted)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, "box": box(bounds), "type": entity_type, "limit": limit})
        rows = cursor.fetchall()
    reader = Reader(actor)
    reader.learn([row[0] for row in rows])
    return [_feature(reader, entity_type, row, wanted) for row in rows]


def _feature(reader: Reader, kind: str, row: Sequence[Any], wanted: Sequence[str]) -> Feature:
    entity_id, label, geom, owner, region = row[:5]
    found = reader.masks(kind, owner, region, entity_id)
    given = {name: orjson.loads(text) for name, text in zip(wanted, row[5:], strict=True) if text is not None}
    shown = access.apply_masks(found, given)
    values = {name: value for name in shown if (value := plain(shown[name])) is not None}
    return entity_id, reader.label(kind, label, found), bytes(geom), values


def referring(actor: Actor, entity_id: str, limit: int) -> list[Entity]:
    """See ``door.referring``. Relationships of declared types are found by the index; of undeclared ones not."""
    names = sorted({name for s in schemas().values() for name, kind in s.kinds.items() if kind == "Relationship"})
    if not names:
        return []
    granted, parameters = access.visible(actor)
    forms = {f"at_{n}": contains(name, entity_id, "object") for n, name in enumerate(names)}
    forms |= {f"in_{n}": contains(name, [entity_id], "object") for n, name in enumerate(names)}
    either = sql.SQL(" or ").join(sql.SQL("attrs @> {}::jsonb").format(sql.Placeholder(name)) for name in forms)
    statement = sql.SQL(
        f"select {COLUMNS} from entity where ({{either}}) and {{granted}} "  # noqa: S608
        "and (expires_at is null or expires_at > now()) order by type, id limit %(limit)s"
    ).format(either=either, granted=granted)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, **forms, "limit": limit})
        rows = cursor.fetchall()
    entities = Reader(actor).entities(rows)
    note(actor, entities)
    return entities
