"""What SQL functions wrote for the ledger, taken into it: they cannot make its macs, for want of the key."""

from __future__ import annotations

import orjson
from django.db import connection, transaction

from lingqu.centre.access import ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.policy import basis_of

_NEW = """
select i.xid::text, i.id, i.at, i.actor, i.purpose, i.act, i.entity_type, i.detail
from guard.inbox i left join guard.inbox_taken t on t.one
where i.xid < pg_snapshot_xmin(pg_current_snapshot()) and (t.one is null or (i.xid, i.id) > (t.xid, t.id))
order by i.xid, i.id limit 10000
"""
_TAKEN = """
insert into guard.inbox_taken (xid, id) values (%s::xid8, %s)
on conflict (one) do update set xid = excluded.xid, id = excluded.id
"""


@transaction.atomic
def take() -> int:
    """Rows whose transaction has ended, in their order, each once; gives how many. Only the owner can."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(73210014)")
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_NEW)
        rows = cursor.fetchall()
        for _, number, at, actor, purpose, act, entity_type, detail in rows:
            said = detail if isinstance(detail, dict) else orjson.loads(detail)
            ledger.record(
                Actor("person", actor, purpose=purpose, way="view", basis=basis_of(purpose)),
                act,
                entity_type=entity_type,
                detail={**said, "inbox": number, "at": at.isoformat()},
            )
        if rows:
            cursor.execute(_TAKEN, [rows[-1][0], rows[-1][1]])
    return len(rows)
