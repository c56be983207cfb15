"""The ledger of reads and writes: appended to, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
from django.db import connection

from lingqu.centre.access.actors import Actor
from lingqu.centre.access.grants import may
from lingqu.centre.access.models import LedgerRow

_APPEND = """
insert into access_ledger (at, actor, purpose, act, way, entity_type, entity_ids, attributes, count, detail)
values (clock_timestamp(), %(actor)s, %(purpose)s, %(act)s, %(way)s, %(type)s, %(ids)s::text[], %(attributes)s::text[],
        %(count)s, %(detail)s::jsonb)
"""


def record(
    actor: Actor,
    act: str,
    *,
    entity_type: str = "",
    entity_ids: Iterable[str] = (),
    attributes: Iterable[str] = (),
    count: int = 0,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """See ``door.record``."""
    ids = list(entity_ids)
    row: dict[str, Any] = {
        "actor": actor.name,
        "purpose": actor.purpose,
        "act": act,
        "way": actor.way,
        "type": entity_type[:80],
        "ids": ids,
        "attributes": list(attributes),
        "count": count or len(ids),
        "detail": orjson.dumps(detail or {}, default=str).decode(),
    }
    if act == "refused" and connection.in_atomic_block:
        _apart(row)
        return
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, row)


def _apart(row: dict[str, Any]) -> None:
    """A refusal undoes the caller's transaction, and must stay in the ledger all the same."""
    parameters = {k: v for k, v in connection.get_connection_params().items() if k not in ("cursor_factory", "context")}
    with psycopg.connect(**parameters, autocommit=True) as other:
        other.execute(_APPEND, row)


@dataclass(frozen=True)
class Row:
    """One row of the ledger, as its table holds it."""

    id: int
    at: datetime
    actor: str
    purpose: str
    act: str
    way: str
    entity_type: str
    entity_ids: tuple[str, ...]
    attributes: tuple[str, ...]
    count: int
    detail: Mapping[str, Any]


def rows(
    actor: Actor, who: str, act: str, entity_type: str, entity_id: str, before: int | None, limit: int
) -> list[Row]:
    """See ``door.ledger_rows``."""
    asked: dict[str, Any] = {"actor": who, "act": act, "entity_type": entity_type}
    found = LedgerRow.objects.filter(**{name: value for name, value in asked.items() if value})
    if not may(actor, "steward"):
        found = found.filter(actor=actor.name)
    if entity_id:
        found = found.filter(entity_ids__contains=[entity_id])
    if before is not None:
        found = found.filter(pk__lt=before)
    return [
        Row(
            id=row.pk,
            at=row.at,
            actor=row.actor,
            purpose=row.purpose,
            act=row.act,
            way=row.way,
            entity_type=row.entity_type,
            entity_ids=tuple(row.entity_ids),
            attributes=tuple(row.attributes),
            count=row.count,
            detail=row.detail,
        )
        for row in found.order_by("-id")[:limit]
    ]
