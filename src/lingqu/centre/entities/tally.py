"""Counting without reading: how many entities there are of a type, an owner, a region (migration 0004)."""

from __future__ import annotations

from dataclasses import replace

from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities.conditions import condition
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import Query

_ASIDE = {"types": (), "owner": "", "region": "", "order": "id", "limit": 20, "offset": 0, "after": ""}

# Grants name id, type, owner and region; whoever is granted a single entity does not count by the tally.
_HELD = "(select ''::text as id, type, owner, region, n, null::timestamptz as expires_at from entity_tally) held"
_BY_TYPE = """
select type, sum(n) from (
    select type, n from {held} where {granted}
    union all
    select type, -count(*) from entity where expires_at <= now() and {granted} group by type
) counted group by type having sum(n) > 0 order by type
"""
_ONE_BY_ONE = """
select type, count(*) from entity where (expires_at is null or expires_at > now()) and {granted}
group by type order by type
"""
_OF = """
select (select coalesce(sum(n), 0) from {held} where {where})
     - (select count(*) from entity where expires_at <= now() and {overdue})
"""


def holds(actor: Actor, query: Query) -> bool:
    """Whether the tally can answer: nothing is asked but types of the drawing, an owner, a region."""
    declared = schemas()
    plain = access.plain(actor) and query.types and all(t in declared for t in query.types)
    return bool(plain) and replace(query, **_ASIDE) == Query()  # type: ignore[arg-type]


def by_type(actor: Actor) -> dict[str, int]:
    granted, parameters = access.visible(actor)
    text = sql.SQL(_BY_TYPE if access.plain(actor) else _ONE_BY_ONE)
    with connection.cursor() as cursor:
        cursor.execute(text.format(held=sql.SQL(_HELD), granted=granted), parameters)
        return {kind: int(n) for kind, n in cursor.fetchall()}


def of(actor: Actor, query: Query) -> int:
    made = condition(actor, query)
    granted, _unexpired, *asked = made.parts
    overdue = sql.SQL(" and ").join([granted, *asked])
    statement = sql.SQL(_OF).format(held=sql.SQL(_HELD), where=made.where(), overdue=overdue)
    with connection.cursor() as cursor:
        cursor.execute(statement, made.parameters)
        return int(cursor.fetchone()[0])
