"""What stands and since when, without what it says: for comparing a copy that somebody else holds."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from psycopg import sql

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import reads
from lingqu.centre.entities.conditions import condition
from lingqu.centre.entities.shapes import Query

_HEAD = """
select xid::text || '.' || seq from entity_change where xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid desc, seq desc limit 1
"""


def versions(actor: Actor, query: Query, after: str, limit: int) -> list[tuple[str, datetime]]:
    """See ``door.versions``."""
    made = condition(actor, query)
    made.add("id > %(after_id)s", after_id=after)
    statement = sql.SQL("select id, modified_at from entity where {} order by id limit %(limit)s")
    with reads.asking() as cursor:
        cursor.execute(statement.format(made.where()), {**made.parameters, "limit": limit})
        return [(row[0], row[1]) for row in cursor.fetchall()]


def head() -> str:
    """See ``door.head``."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        row = cursor.fetchone()
    return str(row[0]) if row else ""
