"""Who looked at a person's record, for that person: out of the ledger, without what is held back by rule for a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import SYSTEM, Actor
from lingqu.centre.access.policy import policy

_ACTS = "l.act = any (array['read', 'export', 'verify', 'refused'])"
"""As the index of migration 0050 says it, or it is not used."""


@dataclass(frozen=True)
class Look:
    """One look. ``own``: by the person's own account, or in the person's name. ``who`` is the account's name on screen;
    ``words`` what was said beside the purpose. ``number`` is that of the ledger's row."""

    number: int
    at: datetime
    act: str
    way: str
    who: str
    kind: str
    department: str
    own: bool
    purpose: str
    words: str
    attributes: tuple[str, ...]
    agreement: str
    detail: Mapping[str, Any]


_OWN = "(coalesce(a.person = %(person)s, false) or coalesce(l.detail ->> 'on_behalf' = %(person)s, false))"
"""By the person's own account, or by one that acted for the person."""
_LOOKS = f"""
select l.id, l.at, l.act, l.way, l.actor, coalesce(a.display_name, ''), coalesce(a.kind, ''),
       coalesce(a.department, ''), {_OWN}, l.purpose, l.attributes, l.detail
from access_ledger l left join access_account a on a.username = l.actor
where l.entity_ids @> array[%(person)s] and {_ACTS}
  and (%(own)s::boolean is null or {_OWN} = %(own)s)
  and (%(department)s = '' or a.department = %(department)s)
  and (%(act)s = '' or l.act = %(act)s)
  and (%(words)s = '' or position(lower(%(words)s) in lower(concat_ws(' ', l.purpose, a.display_name))) > 0)
  and (%(before)s::bigint is null or l.id < %(before)s)
  and (%(number)s::bigint is null or l.id = %(number)s)
  and {{held}}
order by l.id desc limit %(limit)s
"""  # noqa: S608
_HELD = """exists (
    select from unnest(%(codes)s::text[], %(cutoffs)s::timestamptz[]) d (code, cutoff)
    where btrim(split_part(l.purpose, ':', 1)) = d.code and l.at > d.cutoff and l.act <> 'refused')"""
_HELD_BACK = f"""
select l.id from access_ledger l where l.entity_ids @> array[%(person)s] and {_ACTS} and {_HELD} order by 1 limit 1000
"""  # noqa: S608
_DEPARTMENTS = f"""
select coalesce(a.department, ''), count(*), max(l.at)
from access_ledger l left join access_account a on a.username = l.actor
where l.entity_ids @> array[%(person)s] and {_ACTS} and not {_OWN} and not {_HELD}
group by 1 order by 3 desc
"""  # noqa: S608
_DELAYED = f"""
select l.id, l.at, l.actor, l.purpose, l.entity_ids, l.attributes, l.count, coalesce(a.department, '')
from access_ledger l left join access_account a on a.username = l.actor
where l.at > (select min(c) from unnest(%(cutoffs)s::timestamptz[]) c)
  and l.entity_ids <> '{{}}' and {_ACTS} and {_HELD}
  and (%(before)s::bigint is null or l.id < %(before)s)
order by l.id desc limit %(limit)s
"""  # noqa: S608


def of(
    person: str,
    *,
    own: bool | None = False,
    department: str = "",
    act: str = "",
    words: str = "",
    number: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Look]:
    """See ``door.reads_of``."""
    if not person:
        return []
    given = _delays() | {
        "person": person,
        "own": own,
        "department": department,
        "act": act,
        "words": words[:100],
        "number": number,
        "before": before,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS.format(held=f"not {_HELD}"), given)
        return [_look(row) for row in cursor.fetchall()]


def departments(person: str) -> list[tuple[str, int, datetime]]:
    """See ``door.readers_of``."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPARTMENTS, _delays() | {"person": person})
        return [(str(code), int(n), at) for code, n, at in cursor.fetchall()] if person else []


def note_held_back(person: str) -> None:
    """See ``door.note_held_back``. The row does not name the person as those do whom it would be shown to."""
    if not person or not any(p.delay_days for p in policy().purposes.values()):
        return
    with connection.cursor() as cursor:
        cursor.execute(_HELD_BACK, _delays() | {"person": person})
        rows = [int(row[0]) for row in cursor.fetchall()]
    if rows:
        ledger.record(SYSTEM, "read", entity_type="Person", count=len(rows), detail={"held_back": rows})


@dataclass(frozen=True)
class Delayed:
    """A row of the ledger that its persons are not shown yet; ``shown_at`` is when they are."""

    number: int
    at: datetime
    actor: str
    department: str
    purpose: str
    persons: tuple[str, ...]
    attributes: tuple[str, ...]
    count: int
    shown_at: datetime


def delayed(before: int | None, limit: int) -> list[Delayed]:
    """See ``door.delayed_reads``."""
    now = policy()
    with connection.cursor() as cursor:
        cursor.execute(_DELAYED, _delays() | {"before": before, "limit": limit})
        return [
            Delayed(n, at, actor, department, purpose, tuple(ids), tuple(names), count, at + now.delay(purpose))
            for n, at, actor, purpose, ids, names, count, department in cursor.fetchall()
        ]


def _delays() -> dict[str, Any]:
    now, found = timezone.now(), policy()
    codes = [code for code, p in found.purposes.items() if p.delay_days]
    return {"codes": codes, "cutoffs": [now - found.delay(code) for code in codes]}


def _look(row: Any) -> Look:
    number, at, act, way, actor, shown, kind, department, own, purpose, attributes, detail = row
    detail = detail if isinstance(detail, Mapping) else orjson.loads(detail)
    code, _, words = purpose.partition(":")
    agreements = detail.get("agreements") or [detail.get("agreement") or ""]
    return Look(
        number=number,
        at=at,
        act=act,
        way=way,
        who=shown or actor,
        kind=kind,
        department=department,
        own=own,
        purpose=code.strip(),
        words=words.strip(),
        attributes=tuple(attributes),
        agreement=str(agreements[0]),
        detail=detail,
    )


def objectable(actor: Actor, number: int) -> Look | None:
    """A look of others at the actor's own record that the actor is shown."""
    found = of(actor.subject, own=False, number=number, limit=1)
    return found[0] if found else None
