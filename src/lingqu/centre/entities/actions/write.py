"""Write many entities: COPY to a temporary table, then sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import faults, statements
from lingqu.centre.entities.actions.merge import appended, merged, updated
from lingqu.centre.entities.actions.prepare import prepare
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Draft, Mode, Written

CHUNK = 10_000
BULK = 1_000
_LEDGER_IDS = 1_000
_COMBINED = {"merge": merged, "append": appended, "update": updated}


@transaction.atomic
def write(actor: Actor, drafts: Iterable[Draft], mode: Mode, cause: str) -> Written:
    """See ``door.write``."""
    done, types = Written(), Counter[str]()
    ids: list[str] = []
    with connection.cursor() as cursor:
        for chunk in _chunks(drafts):
            _chunk(cursor, actor, chunk, mode, cause, done)
            types.update(d.type for d in chunk)
            ids.extend(d.id for d in chunk[: _LEDGER_IDS - len(ids)])
        if types.total() >= BULK:
            cursor.execute(statements.TIDY)
        if types.total() >= CHUNK:
            _analysed(cursor, types.total())
    if types:
        access.record(
            actor,
            "write",
            entity_type=next(iter(types)) if len(types) == 1 else "",
            entity_ids=ids,
            count=types.total(),
            detail={"mode": mode, "cause": cause, "types": types, **vars(done)},
        )
    return done


def _analysed(cursor: Any, written: int) -> None:
    """The planner must know which words are frequent; what is little beside what stands changes nothing in that."""
    cursor.execute("select reltuples from pg_class where oid = 'entity'::regclass")
    if written * 10 >= cursor.fetchone()[0]:
        cursor.execute("analyze entity")


def _chunks(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    """An id that comes again begins a new chunk, so that later ones find what the earlier wrote."""
    chunk: dict[str, Draft] = {}
    for draft in drafts:
        if draft.id in chunk or len(chunk) == CHUNK:
            yield list(chunk.values())
            chunk = {}
        chunk[draft.id] = draft
    if chunk:
        yield list(chunk.values())


def _chunk(cursor: Any, actor: Actor, drafts: list[Draft], mode: Mode, cause: str, done: Written) -> None:
    if mode in _COMBINED:
        drafts = _combine(cursor, actor, drafts, _COMBINED[mode])
    _stage(cursor, actor, drafts)
    _permit(cursor, actor)
    if mode != "upsert" and mode != "create":
        _all(cursor, statements.ABSENT, faults.missing)
    at = _now(cursor)
    parameters = {"at": at, "actor": actor.name, "cause": cause, "department": actor.department}
    created = 0
    if mode in ("create", "upsert"):
        cursor.execute(statements.CREATE, parameters)
        created = cursor.rowcount
    changed = 0
    if created < len(drafts):
        if mode == "create":
            raise faults.exists(_existing(cursor, at))
        _none_behind_walls(cursor, actor)
        cursor.execute(statements.LOCK)
        if cursor.fetchone()[0]:
            cursor.execute(statements.CHANGE, parameters)
            changed = cursor.fetchone()[0]
    done.created += created
    done.changed += changed
    done.unchanged += len(drafts) - created - changed


def _stage(cursor: Any, actor: Actor, drafts: list[Draft]) -> None:
    prepared = prepare(drafts, schemas(), access.may(actor, "write", "*"))
    if prepared.faults:
        raise faults.invalid(prepared.faults, prepared.total)
    cursor.execute(statements.STAGE)
    cursor.execute("truncate entity_draft")
    with cursor.copy(statements.COPY) as copy:
        for row in prepared.rows:
            copy.write_row(row)
    if len(drafts) >= BULK:
        cursor.execute("analyze entity_draft (id)")
        cursor.execute("set local work_mem = '256MB'; set local gin_pending_list_limit = '64MB'")


def _permit(cursor: Any, actor: Actor) -> None:
    granted, parameters = access.visible(actor, "write")
    if actor.kind == "system":
        return
    statement = sql.SQL(statements.FORBIDDEN).format(granted=granted)
    cursor.execute(statement, {**parameters, "department": actor.department})
    if row := cursor.fetchone():
        raise access.refusal(actor, "write", row[1], row[2], place=row[0])


def _all(cursor: Any, statement: str, error: Callable[[str], Exception]) -> None:
    cursor.execute(statement)
    if row := cursor.fetchone():
        raise error(row[0])


def _none_behind_walls(cursor: Any, actor: Actor) -> None:
    """An id may be that of an entity which row-level security keeps even from this question (ADR 6)."""
    cursor.execute(statements.ABSENT)
    if row := cursor.fetchone():
        raise access.refusal(actor, "write", "*", place=row[0])


def _existing(cursor: Any, at: datetime) -> str:
    """One that stood before this write began."""
    cursor.execute(
        "select e.id from entity_draft d join entity e using (id) where e.created_at <> %(at)s order by 1 limit 1",
        {"at": at},
    )
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def _now(cursor: Any) -> datetime:
    cursor.execute("select clock_timestamp()")
    found: datetime = cursor.fetchone()[0]
    return found


def _combine(cursor: Any, actor: Actor, drafts: list[Draft], how: Callable[..., dict[str, Any]]) -> list[Draft]:
    """Drafts of the whole entity, from what stands (locked) and what is given."""
    cursor.execute(statements.STANDING, {"ids": [d.id for d in drafts]})
    standing = {row[0]: row for row in cursor.fetchall()}
    whole = []
    for draft in drafts:
        if draft.id not in standing:
            raise _closed(cursor, actor, draft.id)
        _, kind, types, _, _, scopes, attrs, prov, expires = standing[draft.id]
        whole.append(
            replace(
                draft,
                type=kind,
                types=_types(kind, types, draft),
                scopes=() if draft.scopeless else draft.scopes or tuple(scopes),
                attrs=how(orjson.loads(attrs), draft.attrs),
                prov=None if draft.prov is None else {**orjson.loads(prov), **draft.prov},
                expires_at=draft.expires_at or expires,
            )
        )
    return whole


def _closed(cursor: Any, actor: Actor, entity_id: str) -> Exception:
    """Why an entity could not be locked: it is not there, or row-level security keeps it from being changed."""
    cursor.execute("select type, owner from entity where id = %(id)s", {"id": entity_id})
    row = cursor.fetchone()
    return access.refusal(actor, "write", row[0], row[1], place=entity_id) if row else faults.missing(entity_id)


def _types(kind: str, types: list[str], draft: Draft) -> tuple[str, ...]:
    """CIM 009: types may be added, never taken away."""
    more = [*types, draft.type, *draft.types]
    return tuple(t for t in dict.fromkeys(more) if t and t != kind)
