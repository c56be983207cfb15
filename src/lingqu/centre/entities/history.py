"""What was before, and the change log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import faults, reads
from lingqu.centre.entities.rows import COLUMNS, Reader, masked_sources
from lingqu.centre.entities.shapes import Change, Entity, Past
from lingqu.kernel.errors import NotFound

_PAST = """
select version, was, known_from, known_to, actor, cause, true_from, true_to, meta from entity_past
where entity_id = %(id)s order by seq desc
"""


def history(actor: Actor, entity_id: str) -> list[Past]:
    """See ``door.history``."""
    rows = _past(entity_id)
    kind, owner, region = _standing(actor, entity_id, rows)
    reader = Reader(actor)
    reader.learn([entity_id])
    found = reader.masks(kind, owner, region, entity_id)
    past = [Past(r[0], access.apply_masks(found, orjson.loads(r[1])), r[2], r[3], r[4], r[5], r[6], r[7]) for r in rows]
    if access.is_personal(kind):
        names = {name for p in past for name in p.was}
        access.record(
            actor, "read", entity_type=kind, entity_ids=[entity_id], attributes=sorted(names), detail={"history": True}
        )
    return past


def _past(entity_id: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_PAST, {"id": entity_id})
        return list(cursor.fetchall())


def _standing(actor: Actor, entity_id: str, rows: list[Any]) -> tuple[str, str, str]:
    """Type, owner and region by which rights are decided: as they stand, or as they were at the end."""
    try:
        entity = reads.get(actor, entity_id)
        return entity.type, entity.owner, entity.region
    except NotFound:
        meta = orjson.loads(rows[0][8]) if rows else {}
        if not meta.get("deleted"):
            raise
        access.require_purpose(actor, (meta["type"],))
        if not access.opens_plainly(actor, meta["type"], meta["owner"], meta["region"], entity_id):
            raise
        return meta["type"], meta["owner"], meta["region"]


def as_known_at(actor: Actor, entity_id: str, at: datetime) -> Entity:
    """See ``door.as_known_at``. Later changes are undone, newest first, from what stands."""
    rows = _past(entity_id)
    kind, owner, region = _standing(actor, entity_id, rows)
    state = _present(entity_id)
    for row in rows:
        if row[3] <= at:
            break
        state = _undone(entity_id, state, row)
    if state is None or at < state.created_at:
        raise faults.missing(entity_id)
    reader = Reader(actor)
    reader.learn([entity_id])
    found = reader.masks(kind, owner, region, entity_id)
    entity = replace(
        state,
        attrs=access.apply_masks(found, state.attrs),
        prov=masked_sources(found, state.prov),
        label=reader.label(kind, state.label, found),
    )
    reads.note(actor, [entity])
    return entity


def _present(entity_id: str) -> Entity | None:
    with connection.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from entity where id = %(id)s", {"id": entity_id})  # noqa: S608
        row = cursor.fetchone()
    return Reader(access.SYSTEM).entity(row, whole=True) if row else None


def _undone(entity_id: str, state: Entity | None, row: Any) -> Entity:
    version, was, known_from, _, _, _, _, _, stored = row
    meta, was = orjson.loads(stored), orjson.loads(was)
    if meta.get("deleted"):
        created = datetime.fromisoformat(meta["created_at"])
        blank = Entity(entity_id, meta["type"], {}, "", "", "", created, known_from, version)
        return replace(blank, attrs=was, **_promoted(meta))
    assert state is not None
    return replace(
        state,
        attrs=_with(state.attrs, was),
        modified_at=known_from,
        version=version,
        **{
            **_promoted(meta),
            "prov": {**{k: v for k, v in state.prov.items() if k not in was}, **meta.get("prov", {})},
        },
    )


def _promoted(meta: Mapping[str, Any]) -> dict[str, Any]:
    plain = {k: meta[k] for k in ("type", "owner", "region", "label", "prov") if k in meta}
    return plain | {k: tuple(meta[k]) for k in ("types", "scopes") if k in meta}


def _with(attrs: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in attrs.items() if k not in was}
    return kept | {k: v for k, v in was.items() if v is not None}


_CHANGES = """
select xid::text || '.' || seq, entity_id, type, operation, attributes, at, actor from entity_change
where xid < pg_snapshot_xmin(pg_current_snapshot()) and (xid, seq) > (%(xid)s::xid8, %(seq)s::bigint)
order by xid, seq limit %(limit)s
"""


def changes(after: str, limit: int) -> list[Change]:
    """See ``door.changes``."""
    xid, _, seq = (after or "0.0").partition(".")
    if not (xid.isdigit() and seq.isdigit()):
        raise faults.bad("cursor", "变更日志的位置无效", "the cursor is not one of the change log's", after)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"xid": xid, "seq": seq, "limit": limit})
        return [Change(r[0], r[1], r[2], r[3], tuple(r[4]), r[5], r[6]) for r in cursor.fetchall()]


def subscriber_cursor(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select cursor from entity_subscriber where name = %(name)s", {"name": name})
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def advance_subscriber(name: str, place: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into entity_subscriber (name, cursor) values (%(name)s, %(place)s) "
            "on conflict (name) do update set cursor = excluded.cursor, at = now()",
            {"name": name, "place": place},
        )
