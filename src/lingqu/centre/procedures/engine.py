"""Rules of tokens (BPMN 2.0.2, clause 13): what a case waits for next. Functions of plan, marking and answers alone.

A marking is small and plain (JSON): tokens that wait, tokens that arrived at a joining gateway, and of tasks done by
many how many are missing. Nothing here reads a clock or a database, so that a step can be tried, compared and undone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.procedures import feel
from lingqu.centre.procedures.plan import Decision, Flow, Node, Plan
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

_MOST_MOVES = 5_000


@dataclass
class Marking:
    """``waiting``: token → node. ``arrived``: gateway → flow → tokens. ``next``: the next token's number. ``many``:
    token of a task done by many → how many are ``left``, and what was ``said``; the actions look after it."""

    waiting: dict[int, str] = field(default_factory=dict)
    arrived: dict[str, dict[str, int]] = field(default_factory=dict)
    next: int = 1
    many: dict[int, dict[str, Any]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        waiting = {str(token): node for token, node in self.waiting.items()}
        many = {str(token): held for token, held in self.many.items()}
        return {"w": waiting, "a": self.arrived, "n": self.next, "m": many}

    @staticmethod
    def of(document: Mapping[str, Any]) -> Marking:
        waiting = {int(token): node for token, node in document["w"].items()}
        many = {int(token): held for token, held in document["m"].items()}
        return Marking(waiting, {gate: dict(flows) for gate, flows in document["a"].items()}, document["n"], many)


@dataclass
class Step:
    """What one move came to. ``opened``: (token, task or timer). ``closed``: tokens that no longer wait, though nobody
    finished them. ``path``: nodes passed, in order. ``given``: what decisions said. ``ended``: the end that ended the
    case; empty while it runs. ``raised``: codes of escalations. ``stuck``: nothing waits and nothing ended it."""

    marking: Marking
    opened: list[tuple[int, str]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)
    ended: str = ""
    stuck: bool = False


def begin(plan: Plan, answers: Mapping[str, Any]) -> Step:
    """The first step of a case."""
    mover = _Mover(plan, Marking(), answers)
    mover.leave(plan.nodes[plan.start])
    return mover.settle()


def finish(plan: Plan, marking: Marking, token: int, answers: Mapping[str, Any]) -> Step:
    """A waiting token goes on. Raises ``Conflict`` (``procedures.gone``) where it does not wait any more."""
    mover = _Mover(plan, marking, answers)
    mover.leave(plan.nodes[mover.take(token)])
    return mover.settle()


def ring(plan: Plan, marking: Marking, token: int, boundary: str, answers: Mapping[str, Any]) -> Step:
    """A timer at the boundary of a waiting task goes off."""
    mover = _Mover(plan, marking, answers)
    node = plan.nodes[boundary]
    if node.breaks:
        mover.take(token)
        mover.step.closed.append(token)
    mover.leave(node)
    return mover.settle()


class _Mover:
    def __init__(self, plan: Plan, marking: Marking, answers: Mapping[str, Any]) -> None:
        self.plan, self.marking = plan, marking
        self.step = Step(marking)
        self.values = {name: feel.exact(value) for name, value in answers.items()}
        self.moving: deque[Flow] = deque()
        self.last_end = ""

    def take(self, token: int) -> str:
        node = self.marking.waiting.pop(token, None)
        if node is None:
            raise Conflict(
                "procedures.gone",
                Text(zh="这一步已经办完或取消", en="This step is done or cancelled"),
                next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
            )
        return node

    def settle(self) -> Step:
        """Move until every token waits, has ended, or cannot go on."""
        moves = 0
        while not self.step.ended:
            while self.moving and not self.step.ended:
                moves += 1
                if moves > _MOST_MOVES:
                    raise _endless()
                self._arrive(self.moving.popleft())
            if self.step.ended or not self._open_inclusive():
                break
        if not self.step.ended and not self.marking.waiting:
            self.step.stuck = any(any(flows.values()) for flows in self.marking.arrived.values())
            self.step.ended = "" if self.step.stuck else self.last_end
        if self.step.ended:
            self.step.closed += self.marking.waiting
            self.marking.waiting, self.marking.arrived = {}, {}
        return self.step

    def leave(self, node: Node) -> None:
        self.step.path.append(node.id)
        self.moving.extend(self.plan.flows[flow] for flow in node.outgoing)

    def _arrive(self, flow: Flow) -> None:
        node = self.plan.nodes[flow.target]
        if node.kind in ("task", "timer"):
            token, self.marking.next = self.marking.next, self.marking.next + 1
            self.marking.waiting[token] = node.id
            self.step.opened.append((token, node.id))
        elif node.kind in ("parallel", "inclusive") and len(node.incoming) > 1:
            self._wait_at(node, flow)
        elif node.kind == "decision":
            self._decide(self.plan.decisions[node.decision])
            self.leave(node)
        elif node.kind in ("exclusive", "parallel", "inclusive"):
            self._pass(node)
        else:
            self._end(node)

    def _end(self, node: Node) -> None:
        self.step.path.append(node.id)
        if node.kind == "escalation":
            self.step.raised.append(node.code)
        if node.kind in ("error", "terminate"):
            self.moving.clear()
            self.step.ended = node.id
        self.last_end = node.id

    def _wait_at(self, node: Node, flow: Flow) -> None:
        arrived = self.marking.arrived.setdefault(node.id, {})
        arrived[flow.id] = arrived.get(flow.id, 0) + 1
        if node.kind == "parallel" and all(arrived.get(each) for each in node.incoming):
            self._join(node)

    def _join(self, node: Node) -> None:
        arrived = self.marking.arrived[node.id]
        left = {flow: count - 1 for flow, count in arrived.items() if count > 1}
        if left:
            self.marking.arrived[node.id] = left
        else:
            del self.marking.arrived[node.id]
        self._pass(node)

    def _pass(self, node: Node) -> None:
        self.step.path.append(node.id)
        flows = [self.plan.flows[each] for each in node.outgoing]
        if node.kind == "parallel" or len(flows) == 1:
            self.moving.extend(flows)
            return
        chosen = []
        for flow in flows:
            if flow.id != node.default and flow.when is not None and flow.when(self.values) is True:
                chosen.append(flow)
                if node.kind == "exclusive":
                    break
        self.moving.extend(chosen or [self.plan.flows[node.default]])

    def _open_inclusive(self) -> bool:
        """Clause 13.4.3: it goes on when no token that is on its way can still come by a flow that has none."""
        for gate in list(self.marking.arrived):
            node = self.plan.nodes[gate]
            if node.kind != "inclusive":
                continue
            empty = {flow for flow in node.incoming if not self.marking.arrived[gate].get(flow)}
            if not any(self._reaches(place, empty, gate) for place in self._places(gate)):
                self._join(node)
                return True
        return False

    def _places(self, but: str) -> set[str]:
        return {*self.marking.waiting.values(), *(gate for gate in self.marking.arrived if gate != but)}

    def _reaches(self, place: str, flows: set[str], gate: str) -> bool:
        seen, ahead = {place}, [place]
        while ahead:
            node = self.plan.nodes[ahead.pop()]
            out = [flow for each in (node.id, *node.timers) for flow in self.plan.nodes[each].outgoing]
            if flows & set(out):
                return True
            targets = {self.plan.flows[flow].target for flow in out} - seen - {gate}
            seen |= targets
            ahead += targets
        return False

    def _decide(self, decision: Decision) -> None:
        found = [row for row in decision.rows if all(test(self.values) is True for test in row.tests)]
        if len(found) > 1 and decision.hit == "UNIQUE":
            raise Invalid(
                "procedures.decision",
                Text(zh=f"决策表“{decision.title}”有多行同时成立", en=f"Rows of {decision.title!r} hold together"),
                place=decision.id,
                next_step=Text(zh="改正决策表，使各行互斥", en="Correct the table so that one row holds"),
            )
        given = {name: None for name in decision.outputs}
        given |= {name: gives(self.values) for name, gives in (found[0].gives if found else ())}
        self.values |= given
        self.step.given |= {name: feel.plain(value) for name, value in given.items()}


def _endless() -> Invalid:
    return Invalid(
        "procedures.endless",
        Text(zh="流程在自动步骤之间循环", en="The diagram turns in a ring without anybody's doing"),
        next_step=Text(zh="请流程管理部门改正流程图", en="Ask whoever keeps the diagram to correct it"),
    )
