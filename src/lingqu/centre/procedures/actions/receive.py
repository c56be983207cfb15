"""A message from outside comes to a case: the step that waits for it goes on, or it is kept until one does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import answers as answering
from lingqu.centre.procedures import engine, moves, moving, rights, store
from lingqu.centre.procedures.plan import INSIDE, Node
from lingqu.centre.procedures.statements import rows
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

Received = Literal["taken", "kept", "known"]
MOST_EARLY = 20
_LONGEST_KEY = 200


def receive(
    actor: access.Actor, case_id: int, name: str, answers: Mapping[str, Any] | None = None, key: str = ""
) -> Received:
    """See ``door.receive``. One transaction, under a lock: what is sent twice at once is still received once. Whose
    message it is may have no part in the case so far, so that rights are asked here and not by walls."""
    with access.working_for(lambda: access.SYSTEM), moves.at_once():
        held = store.by_case(case_id)
        said = {node.message for node in held.compiled.plan.nodes.values() if node.message and node.awaits == name}
        if not said:
            rights.require_sight(actor, held.case)
            raise _unknown(held, name)
        found = engine.awaiting(held.compiled.plan, held.marking, name)
        event = found[1] if found else _later(held, name)
        message = event.message if event else min(said, key=len)
        department = held.compiled.procedure.messages[message].department
        rights.require_handler(actor, held, department)
        if key and _known(case_id, name, key[:_LONGEST_KEY]):
            return "known"
        moves.require_state(held, "running")
        given = answering.of_message(held.compiled, message, answers or {})
        now, marking = timezone.now(), held.marking
        detail = {"message": name, **({"key": key[:_LONGEST_KEY]} if key else {}), "answers": given}
        row = store.act(
            "message", actor.name, department, now, node=event.id if found and event else "",
            detail=detail if found else {**detail, "early": True},
        )  # fmt: skip
        change = store.Change(case={"departments": held.case["departments"]}, acts=[row])
        if found:
            known = held.case["answers"]
            step = engine.deliver(held.compiled.plan, marking, *found, given, known)
            moves.apply(change, step, held.compiled, actor, now, known)
        else:
            if event is None or len(marking.early) >= MOST_EARLY:
                raise _late(held, name)
            marking.early.append((name, given))
            change.case["marking"] = marking.document()
        store.write(change, held)
        moves.record(actor, case_id, "message", message=name)
        return "taken" if found else "kept"


def _later(held: store.Held, name: str) -> Node | None:
    """A step on some way ahead of the case that will wait for it."""
    plan = held.compiled.plan
    ahead = moving.reached(plan, [*held.marking.waiting.values(), *(engine.placed(k)[0] for k in held.marking.arrived)])
    coming = (plan.nodes[each] for each in sorted(ahead) if each in plan.nodes)
    return next((node for node in coming if node.kind == "message" and node.awaits == name), None)


def _known(case_id: int, name: str, key: str) -> bool:
    found = rows(
        "select 1 from procedures_act where case_id = %s and act = 'message' and detail ->> 'message' = %s "
        "and detail ->> 'key' = %s limit 1",
        [case_id, name, key],
    )
    return bool(found)


def _unknown(held: store.Held, name: str) -> Invalid:
    names = sorted({each.rpartition(INSIDE)[2] for each in held.compiled.procedure.messages})
    zh, en = "、".join(names) or "无", ", ".join(names) or "none"
    return Invalid(
        "procedures.message",
        Text(zh=f"这个流程不等待消息“{name[:60]}”", en=f"The procedure waits for no message {name[:60]!r}"),
        place=name[:80],
        next_step=Text(zh=f"它等待的消息：{zh}", en=f"It waits for: {en}"),
    )


def _late(held: store.Held, name: str) -> Conflict:
    return Conflict(
        "procedures.message_late",
        Text(
            zh=f"办件已经不再等待消息“{name}”，或积压的消息过多",
            en=f"The case will not wait for the message {name!r} any more, or too many are kept for it",
        ),
        place=str(held.case["id"]),
        next_step=Text(zh="核对办件编号和进度，或联系牵头部门", en="Compare the number, or ask who leads it"),
    )
