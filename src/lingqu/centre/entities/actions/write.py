"""Write many entities: COPY to a temporary table, then sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any, cast

import orjson
from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import faults, statements
from lingqu.centre.entities.actions import single
from lingqu.centre.entities.actions.combine import COMBINED, combined
from lingqu.centre.entities.actions.prepare import prepare
from lingqu.centre.entities.actions.rows import given
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Draft, Mode, Written

CHUNK = 10_000
BULK = 1_000
FEW = 100
"""Drafts that go with each statement; a table for them would cost more than they do."""

_LEDGER_IDS = 1_000


def write(actor: Actor, drafts: Iterable[Draft], mode: Mode, cause: str) -> Written:
    """See ``door.write``."""
    rest = iter(drafts)
    first = list(islice(rest, 2))
    done = single.write(actor, first[0], mode, cause) if len(first) == 1 else None
    return done or _write(actor, chain(first, rest), mode, cause)


@transaction.atomic
def _write(actor: Actor, drafts: Iterable[Draft], mode: Mode, cause: str) -> Written:
    done, types = Written(), Counter[str]()
    ids: list[str] = []
    for chunk in _chunks(drafts):
        with access.prepared() if len(chunk) <= FEW else connection.cursor() as cursor:
            _chunk(cursor, actor, chunk, mode, cause, done)
        types.update(d.type for d in chunk)
        ids.extend(d.id for d in chunk[: _LEDGER_IDS - len(ids)])
    if types.total() >= BULK:
        with connection.cursor() as cursor:
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


@dataclass(frozen=True)
class _Brought:
    """Drafts before the database: staged in a table of their own or, where they are few, given with each statement."""

    cursor: Any
    given: dict[str, str] | None

    def ask(self, statement: str, parameters: Mapping[str, Any] | None = None, **parts: sql.Composable) -> Any:
        whole = statement if self.given is None else statements.given(statement)
        asked = sql.SQL(whole).format(**parts) if parts else whole
        self.cursor.execute(asked, {**(self.given or {}), **(parameters or {})})
        return self.cursor


def _chunk(cursor: Any, actor: Actor, drafts: list[Draft], mode: Mode, cause: str, done: Written) -> None:
    combining = mode in COMBINED
    if combining:
        drafts = _combine(cursor, actor, drafts, mode)
    brought = _brought(cursor, actor, drafts)
    at = _permitted(brought, actor)
    if mode == "replace":
        _all(brought, statements.ABSENT, faults.missing)
    parameters = {"at": at, "actor": actor.name, "cause": cause, "department": actor.department}
    created = 0
    if mode in ("create", "upsert"):
        created = brought.ask(statements.CREATE, parameters).rowcount
    changed = 0
    if created < len(drafts):
        if mode == "create":
            raise faults.exists(_existing(brought, at))
        if combining or _locked(brought, actor):
            changed = brought.ask(statements.CHANGE, parameters).fetchone()[0]
    done.created += created
    done.changed += changed
    done.unchanged += len(drafts) - created - changed


def _locked(brought: _Brought, actor: Actor) -> bool:
    """Lock what will change; whether anything will."""
    _none_behind_walls(brought, actor)
    return bool(brought.ask(statements.LOCK).fetchone()[0])


def _brought(cursor: Any, actor: Actor, drafts: list[Draft]) -> _Brought:
    prepared = prepare(drafts, schemas(), access.may(actor, "write", "*"))
    if prepared.faults:
        raise faults.invalid(prepared.faults, prepared.total)
    if len(drafts) <= FEW:
        return _Brought(cursor, {"drafts": orjson.dumps([given(row) for row in prepared.rows]).decode()})
    cursor.execute(statements.STAGE)
    cursor.execute("truncate entity_draft")
    with cursor.copy(statements.COPY) as copy:
        for row in prepared.rows:
            copy.write_row(row)
    if len(drafts) >= BULK:
        cursor.execute("analyze entity_draft (id)")
        cursor.execute("set local work_mem = '256MB'; set local gin_pending_list_limit = '64MB'")
    return _Brought(cursor, None)


def _permitted(brought: _Brought, actor: Actor) -> datetime:
    """The time of the write, which the actor may do. Raises Refused."""
    granted, parameters = access.visible(actor, "write")
    if actor.kind == "system":
        brought.cursor.execute("select clock_timestamp()")
        return cast(datetime, brought.cursor.fetchone()[0])
    asked = {**parameters, "department": actor.department}
    at, entity_id, kind, owner = brought.ask(statements.CHECKED, asked, granted=granted).fetchone()
    if entity_id is not None:
        raise access.refusal(actor, "write", kind, owner, place=entity_id)
    return cast(datetime, at)


def _all(brought: _Brought, statement: str, error: Callable[[str], Exception]) -> None:
    if row := brought.ask(statement).fetchone():
        raise error(row[0])


def _none_behind_walls(brought: _Brought, actor: Actor) -> None:
    """An id may be that of an entity which row-level security keeps even from this question (ADR 6)."""
    if row := brought.ask(statements.ABSENT).fetchone():
        raise access.refusal(actor, "write", "*", place=row[0])


def _existing(brought: _Brought, at: datetime) -> str:
    """One that stood before this write began."""
    row = brought.ask(statements.EXISTING, {"at": at}).fetchone()
    return str(row[0]) if row else ""


def _combine(cursor: Any, actor: Actor, drafts: list[Draft], mode: Mode) -> list[Draft]:
    """Drafts of the whole entity, from what stands (locked) and what is given."""
    cursor.execute(statements.STANDING, {"ids": [d.id for d in drafts]})
    standing = {row[0]: row for row in cursor.fetchall()}
    for draft in drafts:
        if draft.id not in standing:
            raise _closed(cursor, actor, draft.id)
    return [combined(draft, standing[draft.id], mode) for draft in drafts]


def _closed(cursor: Any, actor: Actor, entity_id: str) -> Exception:
    """Why an entity could not be locked: it is not there, or row-level security keeps it from being changed."""
    cursor.execute("select type, owner from entity where id = %(id)s", {"id": entity_id})
    row = cursor.fetchone()
    return access.refusal(actor, "write", row[0], row[1], place=entity_id) if row else faults.missing(entity_id)
