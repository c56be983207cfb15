"""What finishing an item would come to, worked out by the engine and written nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.procedures import answers as answering
from lingqu.centre.procedures import moves, rights, store
from lingqu.centre.procedures.actions import complete
from lingqu.centre.procedures.actions.take import require_holder
from lingqu.centre.procedures.engine import Marking
from lingqu.centre.procedures.plan import Node
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Opened:
    """A step that would begin. ``due`` is None where it has no term."""

    name: Text
    department: str
    due: datetime | None


@dataclass(frozen=True)
class Foreseen:
    """``ends``: the name of the end that the case would reach, None while it goes on. ``others``: steps that it would
    still wait for. ``cancelled``: how many open steps of others would be cancelled."""

    opened: tuple[Opened, ...]
    others: tuple[Text, ...]
    ends: Text | None
    cancelled: int
    given: Mapping[str, Any]


def foresee(actor: access.Actor, item_id: int, answers: Mapping[str, Any]) -> Foreseen:
    with moves.at_once():
        held = store.by_item(item_id, lock=False)
        rights.require_handler(actor, held, held.item["department"])
        moves.require_state(held, "running")
        require_holder(actor, held)
        given = answering.of_task(held.compiled, held.item["node"], answers)
        change = store.Change(case={"departments": held.case["departments"]})
        complete.go_on(change, held, actor, timezone.now(), given)
        of, case = held.compiled, change.case
        opened = tuple(Opened(of.says(row["node"]), row["department"], row["due"]) for row in change.items)
        fresh = {row["node"] for row in change.items}
        waits = Marking.of(case["marking"]).waiting.values()
        still = [node for node in dict.fromkeys(waits) if node not in fresh and _waits(of.plan.nodes[node])]
        others = tuple(of.says(node) for node in still)
        ends = of.says(case["outcome"]) if case.get("state") == "ended" else None
        return Foreseen(opened, others, ends, len(change.closed), given)


def _waits(node: Node) -> bool:
    """A sub-process waits for what is inside it, which is named itself."""
    return node.kind != "sub"
