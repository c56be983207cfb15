"""The ledger of reads and writes: appended to, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from lingqu.centre.access import apart, prepared, tenants
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.chain.encoding import Written, clean, mac, normal
from lingqu.centre.access.chain.keys import row_key
from lingqu.centre.access.grants import may
from lingqu.centre.access.models import LedgerRow
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

_APPEND = """
insert into access_ledger
    (at, actor, purpose, basis, act, way, entity_type, entity_ids, attributes, count, detail, mac)
values (%(at)s, %(actor)s, %(purpose)s, %(basis)s, %(act)s, %(way)s, %(entity_type)s, %(entity_ids)s::text[],
        %(attributes)s::text[], %(count)s, %(detail)s::jsonb, %(mac)s)
"""


_COLUMNS = {
    "at": "timestamptz", "actor": "text", "purpose": "text", "basis": "text", "act": "text", "way": "text",
    "entity_type": "text", "entity_ids": "text[]", "attributes": "text[]", "count": "bigint", "detail": "jsonb",
    "mac": "bytea",
}  # fmt: skip
_PART = (
    f"insert into access_ledger ({', '.join(_COLUMNS)}) "
    f"select {', '.join(f'%(ledger_{name})s::{kind}' for name, kind in _COLUMNS.items())}"
)


def record(actor: Actor, act: str, **more: Any) -> None:
    """See ``door.record``."""
    said = _said(actor, act, **more)
    if act == "refused" and connection.in_atomic_block:
        apart.execute(_APPEND, lambda: signed(said))
        return
    with prepared.cursor() as cursor:
        cursor.execute(_APPEND, signed(said))


def part(actor: Actor, act: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """See ``door.ledger_part``."""
    said = signed(_said(actor, act, **more))
    return _PART, {f"ledger_{name}": said[name] for name in _COLUMNS}


def _said(
    actor: Actor,
    act: str,
    *,
    entity_type: str = "",
    entity_ids: Iterable[str] = (),
    attributes: Iterable[str] = (),
    count: int = 0,
    detail: Mapping[str, Any] | None = None,
    basis: str = "",
) -> dict[str, Any]:
    ids = [clean(each) for each in entity_ids]
    if behalf := getattr(actor, "behalf", None):
        detail = {**(detail or {}), "on_behalf": behalf.id}
    if tenant := tenants.current():  # what has an id of the city's there is another
        detail, ids = {**(detail or {}), "tenant": tenant}, [f"{tenant}/{each}" for each in ids]
    return {
        "actor": clean(actor.name)[:200],
        "purpose": clean(actor.purpose)[:200],
        "basis": clean(basis or getattr(actor, "basis", ""))[:200],
        "act": act,
        "way": actor.way,
        "entity_type": clean(entity_type)[:80],
        "entity_ids": ids,
        "attributes": [clean(each) for each in attributes],
        "count": count or len(ids),
        "detail": normal(detail) if detail else "{}",
    }


def signed(said: dict[str, Any]) -> dict[str, Any]:
    """What a row says, with its time and mac."""
    row = Written(at=datetime.now(UTC), **said)
    return {**said, "at": row.at, "mac": mac(row_key(), row.body())}


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
    basis: str = ""
    mac: str = ""


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
    return [_entry(row) for row in found.order_by("-id")[:limit]]


def entry(actor: Actor, number: int) -> Row:
    """See ``door.ledger_entry``."""
    found = LedgerRow.objects.filter(pk=number)
    if not may(actor, "steward"):
        found = found.filter(actor=actor.name)
    row = found.first()
    if row is None:
        raise missing(number)
    return _entry(row)


def missing(number: int) -> NotFound:
    """See ``door.ledger_missing``."""
    return NotFound("ledger.row", Text(zh="台账中没有这一条", en="The ledger has no such row"), place=str(number))


def _entry(row: LedgerRow) -> Row:
    return Row(
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
        basis=row.basis,
        mac=bytes(row.mac or b"").hex(),
    )
