"""One draft, written by one statement that checks, writes, tells and notes; outside a transaction it is its own.

It writes all or nothing, and nothing where anything is unusual: what is forbidden or wrong, what stands already or does
not, what another writes at the same time, what would stay as it is. ``write`` then goes its long way, which says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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
    row = _row(actor, draft)
    if row is None:
        return None
    ledger, said = _ledger(actor, draft, "create", cause, done := Written(created=1))
    with access.prepared() as cursor:
        _ask(cursor, actor, statements.create_one(ledger), row, {**said, "cause": cause})
        return done if cursor.rowcount else None


def _changed(actor: Actor, draft: Draft, mode: Mode, cause: str) -> Written | None:
    with access.prepared() as cursor:
        cursor.execute(statements.SEEN, {"id": draft.id})
        found = cursor.fetchone()
        if found is None:
            return None
        old = dict(zip(statements.SEEN_COLUMNS, found, strict=True))
        draft = combined(draft, found, mode)
        row = _row(actor, draft)
        if row is None or (change := _change(old, draft, row)) is None:
            return None
        ledger, said = _ledger(actor, draft, mode, cause, done := Written(changed=1))
        _ask(cursor, actor, statements.change_one(ledger), row, {**said, **change, "cause": cause})
        return done if cursor.fetchone()[0] else None


def _row(actor: Actor, draft: Draft) -> dict[str, Any] | None:
    """As the statements take it; None where the draft is wrong."""
    prepared = prepare([draft], schemas(), access.may(actor, "write", "*"))
    return None if prepared.faults else given(prepared.rows[0])


def _change(old: Mapping[str, Any], draft: Draft, row: dict[str, Any]) -> dict[str, Any] | None:
    """What changes, as ``CHANGE`` finds it; None where nothing but what follows from values does. Provenance of
    attributes that change goes with them."""
    standing, prov = orjson.loads(old["attrs"]), orjson.loads(old["prov"])
    names = sorted(n for n in standing.keys() | draft.attrs.keys() if _json(standing, n) != _json(draft.attrs, n))
    meta = {
        "type": _before(old["type"], draft.type),
        "types": _before(old["types"], list(draft.types)),
        "owner": _before(old["owner"], row["owner"] or old["owner"]),
        "region": _before(old["region"], old["region"] if row["region"] is None else row["region"]),
        "scopes": _before(old["scopes"], list(draft.scopes)),
    }
    if not names and all(v is None for v in meta.values()) and old["expires_at"] == draft.expires_at:
        return None
    if draft.prov is None:
        row["prov"] = {name: said for name, said in prov.items() if name not in names}
    meta["label"] = _before(old["label"], row["label"])
    meta["prov"] = {name: prov[name] for name in names if name in prov} or None
    return {
        **{name: old[name] for name in ("row", "at", "true_from", "true_to")},
        **{f"old_{name}": old[name] for name in ("type", "owner", "region")},
        "since": old["modified_at"],
        "names": names,
        "was": orjson.dumps({name: standing.get(name) for name in names}).decode(),
        "meta": orjson.dumps({name: value for name, value in meta.items() if value is not None}).decode(),
    }


def _json(attrs: Mapping[str, Any], name: str) -> bytes | None:
    """As text, since to Python 1 and true are the same."""
    return orjson.dumps(attrs[name], option=orjson.OPT_SORT_KEYS) if name in attrs else None


def _before(old: Any, new: Any) -> Any:
    return old if old != new else None


def _ledger(actor: Actor, draft: Draft, mode: Mode, cause: str, done: Written) -> tuple[str, dict[str, Any]]:
    detail = {"mode": mode, "cause": cause, "types": {draft.type: 1}, **vars(done)}
    return access.ledger_part(actor, "write", entity_type=draft.type, entity_ids=[draft.id], count=1, detail=detail)


def _ask(cursor: Any, actor: Actor, statement: str, row: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    granted, more = (sql.SQL("true"), {}) if actor.kind == "system" else access.visible(actor, "write")
    said = {"actor": actor.name, "department": actor.department, "drafts": orjson.dumps([row]).decode()}
    cursor.execute(_whole(statement, granted.as_string()), {**more, **said, **parameters})


@lru_cache(1000)
def _whole(statement: str, granted: str) -> str:
    return sql.SQL(statement).format(granted=sql.SQL(granted)).as_string()
