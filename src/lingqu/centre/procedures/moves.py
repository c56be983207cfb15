"""From what the engine says to what is stored: items with clocks, history, the end of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import store
from lingqu.centre.procedures.compiled import Compiled
from lingqu.centre.procedures.definitions import Task
from lingqu.centre.procedures.engine import Step
from lingqu.centre.procedures.plan import Wait
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text


@contextmanager
def at_once() -> Iterator[None]:
    """One act: one transaction, one drawing, and what agreements grant asked for once."""
    with drawing.held(), access.held(), transaction.atomic():
        yield


_dues: dict[tuple[int, Any, int], datetime] = {}


def due(since: datetime, days: int | None) -> datetime | None:
    """See ``catalogue.due``; asked for the same day and term by every case."""
    if days is None:
        return None
    key = (drawing.revision(), timezone.localdate(since), days)
    if key not in _dues:
        if len(_dues) > 2_000:
            _dues.clear()
        _dues[key] = catalogue.due(since, days)
    return _dues[key]


def fires(since: datetime, wait: Wait) -> datetime:
    found = due(since, wait.amount) if wait.working else None
    return found or since + timedelta(seconds=wait.amount)


def apply(change: store.Change, step: Step, of: Compiled, actor: access.Actor, now: datetime, answers: Any) -> None:
    """Put what a step came to into a change. ``answers`` are those of the case before the decisions."""
    marking, departments = step.marking, set()
    for token, node_id in step.opened:
        if token not in marking.waiting:
            continue
        node = of.plan.nodes[node_id]
        if node.kind == "timer" and node.wait is not None:
            change.clocks.append(_clock(token, node_id, now, node.wait))
            continue
        for timer in node.timers:
            wait = of.plan.nodes[timer].wait
            assert wait is not None
            change.clocks.append(_clock(token, timer, now, wait))
        if node.kind != "task":
            continue
        task = of.procedure.tasks[node_id]
        offices = _offices(task, {**answers, **step.given})
        if node.many:
            marking.many[token] = {"left": len(offices), "said": {}}
        for office in offices:
            departments.add(office)
            change.items.append(
                {"node": node_id, "token": token, "department": office, "state": "open", "opened_at": now,
                 "due": due(now, task.days)}
            )  # fmt: skip
    for token in step.closed:
        marking.many.pop(token, None)
    change.closed += step.closed
    change.case |= {"marking": marking.document(), "answers": {**answers, **step.given}}
    if departments:
        change.case["departments"] = sorted({*change.case.get("departments", ()), *departments})
    by = actor.name, actor.department, now
    change.acts += [store.act("escalate", *by, detail={"code": code}) for code in step.raised]
    _ending(change, step, by, now)


def _offices(task: Task, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Whose step it is: the department that the case names, or the definition's."""
    named = answers.get(task.department_from) if task.department_from else None
    return (named,) if named in catalogue.departments() else task.offices()


def _ending(change: store.Change, step: Step, by: tuple[str, str, datetime], now: datetime) -> None:
    if step.ended:
        change.case |= {"state": "ended", "ended_at": now, "outcome": step.ended}
        change.acts.append(store.act("end", *by, node=step.ended))
    if step.stuck:
        change.case["state"] = "stuck"
        change.acts.append(store.act("stuck", *by))


def _clock(token: int, node: str, now: datetime, wait: Wait) -> dict[str, Any]:
    return {"token": token, "node": node, "fires_at": fires(now, wait), "working": wait.working}


_STATES = {
    "suspended": Text(zh="已中止", en="suspended"),
    "ended": Text(zh="已办结", en="ended"),
    "withdrawn": Text(zh="已撤回", en="withdrawn"),
    "stuck": Text(zh="流程图有误，无法继续", en="stuck by a fault of its diagram"),
    "running": Text(zh="办理中", en="running"),
}


def require_state(held: store.Held, *wanted: str) -> None:
    """Raises ``Conflict`` (``procedures.state``)."""
    state = held.case["state"]
    if state not in wanted:
        said = _STATES.get(state, Text(zh=state, en=state))
        raise Conflict(
            "procedures.state",
            Text(zh=f"办件现为“{said.zh}”，不能这样操作", en=f"The case is {said.en}; this cannot be done now"),
            place=str(held.case["id"]),
            next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
        )


def record(actor: access.Actor, number: int, act: str, **more: Any) -> None:
    """A row of the ledger for one act."""
    access.record(actor, "write", entity_type="Case", count=1, detail={"case": number, "act": act, **more})


def whose(name: str) -> dict[str, str]:
    """For the ledger: that the act was done as somebody's deputy."""
    return {"stands_for": name} if name else {}


def ledger(actor: access.Actor, number: int, act: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """The same row, for ``store.Change.ledger``: it goes out in the statement that writes the act."""
    return access.ledger_part(actor, "write", entity_type="Case", count=1, detail={"case": number, "act": act, **more})
