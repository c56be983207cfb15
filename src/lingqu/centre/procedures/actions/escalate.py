"""Items past their term: stage by stage those are told whom the procedure names."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.procedures import calls, moves, store
from lingqu.centre.procedures.definitions import Escalation
from lingqu.centre.procedures.models import Item


def escalate(now: datetime, limit: int) -> int:
    """Gives how many stages were told of; each item is a transaction of its own and may be tried twice."""
    found = Item.objects.filter(state__in=("open", "claimed"), escalates_at__lte=now, case__state="running")
    return sum(_one(item, now) for item in found.order_by("escalates_at").values_list("id", flat=True)[:limit])


def _one(item_id: int, now: datetime) -> bool:
    with moves.at_once():
        held = store.by_item(item_id)
        row = Item.objects.filter(pk=item_id, escalates_at__lte=now, state__in=("open", "claimed")).first()
        if row is None or row.due is None or held.case["state"] != "running":
            return False
        stages, number, acts = held.compiled.procedure.escalation, row.stage, []
        if told := number < len(stages) and _moment(row.due, stages[number]) <= now:
            number += 1
            acts = [_tell(held, row, number, stages[number - 1], now)]
        following = _moment(row.due, stages[number]) if number < len(stages) else None
        change = store.Change(item={"stage": number, "escalates_at": following}, item_id=item_id, acts=acts)
        store.write(change, held)
    return told


def _moment(due: datetime, stage: Escalation) -> datetime:
    """``due`` is the end of a last day, so that the first working day past it is the one that begins then."""
    return moves.due(due - timedelta(seconds=1), stage.after or None) or due


def _tell(held: store.Held, row: Item, number: int, stage: Escalation, now: datetime) -> dict[str, Any]:
    """Where nobody holds such a role, the whole department is told."""
    department = row.department if stage.of == "item" else held.compiled.procedure.department
    people = [person.name for person, _ in access.administration.staff(department, stage.roles)]
    people = [name for name in people if name != held.case["applicant"]]
    whom = [("", name) for name in people] or [(department, "")]
    calls.call(row.case_id, whom, item=row.pk, stage=number, but=held.case["applicant"])
    detail = {"stage": number, "department": department, "people": people}
    access.record(access.SYSTEM, "alert", entity_type="Case", count=1, detail={"overdue": [row.case_id], **detail})
    return store.act("told", access.SYSTEM.name, "", now, node=row.node, item=row.pk, detail=detail)
