"""Delete entities; what they were stays in their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import faults, statements
from lingqu.centre.entities.shapes import Written

_LEDGER_IDS = 1_000


@transaction.atomic
def delete(actor: Actor, ids: Sequence[str], cause: str) -> Written:
    """See ``door.delete``."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return Written()
    with connection.cursor() as cursor:
        # Row-level security shows a lock only what may be changed; and what is not locked may be changed meanwhile.
        _permit(cursor, actor, wanted)
        cursor.execute(statements.LOCK_IDS, {"ids": wanted})
        found = {row[0]: row for row in cursor.fetchall()}
        for entity_id in wanted:
            if entity_id not in found:
                raise faults.missing(entity_id)
        _permit(cursor, actor, wanted)
        cursor.execute("select clock_timestamp()")
        at = cursor.fetchone()[0]
        cursor.execute(statements.DELETE, {"ids": wanted, "at": at, "actor": actor.name, "cause": cause})
    types = {row[1] for row in found.values()}
    access.record(
        actor,
        "write",
        entity_type=types.pop() if len(types) == 1 else "",
        entity_ids=wanted[:_LEDGER_IDS],
        count=len(wanted),
        detail={"mode": "delete", "cause": cause},
    )
    return Written(deleted=len(wanted))


def _permit(cursor: Any, actor: Actor, ids: list[str]) -> None:
    granted, parameters = access.visible(actor, "write")
    cursor.execute(sql.SQL(statements.FORBIDDEN_IDS).format(granted=granted), {**parameters, "ids": ids})
    if row := cursor.fetchone():
        raise access.refusal(actor, "write", row[1], row[2], place=row[0])
