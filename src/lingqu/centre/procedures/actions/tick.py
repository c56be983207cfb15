"""What time brings: timers that go off, items overdue, supplements that did not come.

Each is a transaction of its own and may be tried twice: a clock that went off is gone, what was told of is marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import engine, moves, store
from lingqu.centre.procedures.actions.escalate import escalate

_OVERDUE = """
with late as (
    select i.id from procedures_item i join procedures_case c on c.id = i.case_id
    where c.state = 'running' and i.overdue_at is null and (
        (i.state in ('open', 'claimed') and i.due <= %(now)s)
        or (i.state = 'returned' and i.supplement_due <= %(now)s)
    ) limit %(limit)s for update of i skip locked
), told as (
    update procedures_item i
    set overdue_at = %(now)s, escalates_at = case when i.state <> 'returned' then %(now)s::timestamptz end
    from late where i.id = late.id returning i.*
)
insert into procedures_act (case_id, at, act, node, item, by, department, words, detail)
select case_id, %(now)s, case when state = 'returned' then 'supplement_overdue' else 'overdue' end, node, id, 'lingqu',
       department, '', '{}'
from told returning case_id, act, item, at
"""


@dataclass(frozen=True)
class Ticked:
    """How many timers went off, items were found overdue, and stages of escalation were told of."""

    fired: int
    overdue: int
    told: int = 0


def tick(now: datetime | None = None, limit: int = 500) -> Ticked:
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "select k.id from procedures_clock k join procedures_case c on c.id = k.case_id "
            "where k.fires_at <= %s and c.state = 'running' order by k.fires_at limit %s",
            [now, limit],
        )
        clocks = [row[0] for row in cursor.fetchall()]
    fired = sum(_fire(clock, now) for clock in clocks)
    with transaction.atomic():
        overdue = _overdue(now, limit)
    return Ticked(fired, overdue, escalate(now, limit))


def _overdue(now: datetime, limit: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, {"now": now, "limit": limit})
        found = cursor.fetchall()
    late, overdue = {row[0] for row in found}, len(found)
    for case_id, act, item, at in found:
        if act == "supplement_overdue":
            store.tell(case_id, [store.act(act, access.SYSTEM.name, "", at, item=item)])
    if late:
        access.record(access.SYSTEM, "alert", entity_type="Case", count=overdue, detail={"overdue": sorted(late)[:100]})
    return overdue


def _fire(clock_id: int, now: datetime) -> bool:
    with moves.at_once():
        found = store.by_clock(clock_id)
        if found is None:
            return False
        held, clock = found
        node, token = held.compiled.plan.nodes[clock["node"]], clock["token"]
        row = store.act("timer", access.SYSTEM.name, "", now, node=node.id)
        change = store.Change(case={"departments": held.case["departments"]}, clock_id=clock_id, acts=[row])
        answers = held.case["answers"]
        if held.marking.waiting.get(token) == node.id:
            step = engine.finish(held.compiled.plan, held.marking, token, answers)
        else:
            step = engine.ring(held.compiled.plan, held.marking, token, node.id, answers)
        moves.apply(change, step, held.compiled, access.SYSTEM, now, answers)
        store.write(change, held)
        moves.record(access.SYSTEM, held.case["id"], "timer", node=node.id)
    return True
