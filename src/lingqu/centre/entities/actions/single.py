"""One draft, written by one statement that checks, writes, tells and notes; outside a transaction it is its own.

It writes all or nothing, and nothing where anything is unusual: what is forbidden or wrong, what stands already or does
not, what another writes at the same time, what would stay as it is. ``write`` then goes its long way, which says why.
"""

from __future__ import annotations

from typing import Any

import orjson
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import statements
from lingqu.centre.entities.actions.combine import COMBINED, combined
from lingqu.centre.entities.actions.prepare import prepare
from lingqu.centre.entities.actions.rows import given
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Draft, Mode, Written


def write(actor: Actor, draft: Draft, mode: Mode, cause: str) -> Written | None:
    """None where nothing was written, and the long way is to be gone."""
    if mode == "create":
        return _created(actor, draft, cause)
    return _changed(actor, draft, mode, cause) if mode in COMBINED else None


def _created(actor: Actor, draft: Draft, cause: str) -> Written | None:
    if (drafts := _drafts(actor, draft)) is None:
        return None
    done = Written(created=1)
    ledger, said = access.ledger_part(actor, "write", **_said(draft, "create", cause, done))
    with access.prepared() as cursor:
        _ask(cursor, actor, statements.create_one(ledger), {**said, "drafts": drafts, "cause": cause})
        return done if cursor.rowcount else None


def _changed(actor: Actor, draft: Draft, mode: Mode, cause: str) -> Written | None:
    with access.prepared() as cursor:
        cursor.execute(statements.SEEN, {"id": draft.id})
        if (row := cursor.fetchone()) is None:
            return None
        draft = combined(draft, row, mode)
        if (drafts := _drafts(actor, draft)) is None:
            return None
        done = Written(changed=1)
        ledger, said = access.ledger_part(actor, "write", **_said(draft, mode, cause, done))
        parameters = {**said, "drafts": drafts, "cause": cause, "seen": row[-2], "at": row[-1]}
        _ask(cursor, actor, statements.change_one(ledger), parameters)
        changed, open_to_change = cursor.fetchone()
    if open_to_change and not changed:
        done = Written(unchanged=1)
        access.record(actor, "write", **_said(draft, mode, cause, done))
    return done if open_to_change else None


def _drafts(actor: Actor, draft: Draft) -> str | None:
    """The draft as the statement takes it; None where it is wrong."""
    prepared = prepare([draft], schemas(), access.may(actor, "write", "*"))
    return None if prepared.faults else orjson.dumps([given(prepared.rows[0])]).decode()


def _said(draft: Draft, mode: Mode, cause: str, done: Written) -> dict[str, Any]:
    detail = {"mode": mode, "cause": cause, "types": {draft.type: 1}, **vars(done)}
    return {"entity_type": draft.type, "entity_ids": [draft.id], "count": 1, "detail": detail}


def _ask(cursor: Any, actor: Actor, statement: str, parameters: dict[str, Any]) -> None:
    granted, more = (sql.SQL("true"), {}) if actor.kind == "system" else access.visible(actor, "write")
    more = {**more, "actor": actor.name, "department": actor.department}
    cursor.execute(sql.SQL(statement).format(granted=granted), {**more, **parameters})
