"""Rules of tokens (BPMN 2.0.2, clause 13): what a case waits for next. Functions of plan, marking and answers alone.

A marking is small and plain (JSON): tokens that wait, tokens that arrived at a joining gateway, of tasks done by many
how many are missing, and messages that came before anybody waited. A sub-process is a token that waits while others
are inside it. Nothing here reads a clock or a database, so that a step can be tried, compared and undone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.procedures import feel
from lingqu.centre.procedures.plan import Call, Decision, Flow, Node, Plan
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

_MOST_MOVES = 5_000


AT = "#"


def place(gate: str, inside: int) -> str:
    """A gateway within one run of a sub-process (a token); outside of any it is its id."""
    return f"{gate}{AT}{inside}" if inside else gate


def placed(key: str) -> tuple[str, int]:
    gate, _, inside = key.partition(AT)
    return gate, int(inside or 0)


@dataclass
class Marking:
    """``waiting``: token → node. ``arrived``: gateway (see ``place``) → flow → tokens. ``next``: the next token's
    number. ``many``: token of a task done by many → how many are ``left``, and what was ``said``; the actions look
    after it. ``inside``: token → token of the sub-process it is in. ``early``: messages nobody waited for yet: name,
    answers."""

    waiting: dict[int, str] = field(default_factory=dict)
    arrived: dict[str, dict[str, int]] = field(default_factory=dict)
    next: int = 1
    many: dict[int, dict[str, Any]] = field(default_factory=dict)
    inside: dict[int, int] = field(default_factory=dict)
    early: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        waiting = {str(token): node for token, node in self.waiting.items()}
        many = {str(token): held for token, held in self.many.items()}
        made: dict[str, Any] = {"w": waiting, "a": self.arrived, "n": self.next, "m": many}
        if self.inside:
            made["i"] = {str(token): outer for token, outer in self.inside.items()}
        if self.early:
            made["e"] = [list(each) for each in self.early]
        return made

    @staticmethod
    def of(document: Mapping[str, Any]) -> Marking:
        waiting = {int(token): node for token, node in document["w"].items()}
        many = {int(token): held for token, held in document["m"].items()}
        made = Marking(waiting, {gate: dict(flows) for gate, flows in document["a"].items()}, document["n"], many)
        if "i" in document:
            made.inside = {int(token): outer for token, outer in document["i"].items()}
        if "e" in document:
            made.early = [(name, given) for name, given in document["e"]]
        return made


@dataclass
class Step:
    """What one move came to. ``opened``: (token, node) that wait now, or did for a moment. ``closed``: tokens that no
    longer wait, though nobody finished them. ``path``: nodes passed, in order. ``given``: what decisions, messages and
    calls said. ``ended``: the end that ended the case; empty while it runs. ``raised``: codes of escalations.
    ``stuck``: nothing waits and nothing ended it."""

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
    inside = marking.inside.get(token, 0)
    mover.leave(plan.nodes[mover.take(token)], inside)
    return mover.settle()


def ring(plan: Plan, marking: Marking, token: int, boundary: str, answers: Mapping[str, Any]) -> Step:
    """An event at the boundary of a waiting step, or one that an event gateway waits for, comes about."""
    mover = _Mover(plan, marking, answers)
    mover.ring(token, plan.nodes[boundary])
    return mover.settle()


def awaiting(plan: Plan, marking: Marking, name: str) -> tuple[int, Node] | None:
    """(token, event) that has waited longest for a message of this name; None where nothing waits for it."""
    for token in sorted(marking.waiting):
        node = plan.nodes[marking.waiting[token]]
        for each in (node, *(plan.nodes[id_] for id_ in node.catches)):
            if each.message and each.awaits == name:
                return token, each
    return None


def deliver(
    plan: Plan, marking: Marking, token: int, event: Node, given: Mapping[str, Any], answers: Mapping[str, Any]
) -> Step:
    """A message comes to the event that ``awaiting`` found for it."""
    mover = _Mover(plan, marking, answers)
    mover.say(event, given)
    if marking.waiting.get(token) == event.id:
        inside = marking.inside.get(token, 0)
        mover.leave(plan.nodes[mover.take(token)], inside)
    else:
        mover.ring(token, event)
    return mover.settle()


class _Mover:
    def __init__(self, plan: Plan, marking: Marking, answers: Mapping[str, Any]) -> None:
        self.plan, self.marking = plan, marking
        self.step = Step(marking)
        self.values = {name: feel.exact(value) for name, value in answers.items()}
        self.moving: deque[tuple[Flow, int]] = deque()
        self.last_end = ""

    def take(self, token: int) -> str:
        node = self.marking.waiting.pop(token, None)
        if node is None:
            raise Conflict(
                "procedures.gone",
                Text(zh="这一步已经办完或取消", en="This step is done or cancelled"),
                next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
            )
        self.marking.inside.pop(token, None)
        return node

    def ring(self, token: int, event: Node) -> None:
        inside = self.marking.inside.get(token, 0)
        if token not in self.marking.waiting or event.breaks:
            self._cancel(token)
        self.leave(event, inside)

    def _cancel(self, token: int) -> None:
        """A step ends unfinished, with all that is inside it."""
        self.take(token)
        self.step.closed.append(token)
        self._empty(token)

    def _empty(self, token: int) -> None:
        for inner in [inner for inner, outer in self.marking.inside.items() if outer == token]:
            self._cancel(inner)
        for key in [key for key in self.marking.arrived if placed(key)[1] == token]:
            del self.marking.arrived[key]
        self.moving = deque(each for each in self.moving if each[1] != token)

    def say(self, event: Node, given: Mapping[str, Any]) -> None:
        """What a message brings are answers of the procedure that waits for it."""
        prefix = event.message.removesuffix(event.awaits)
        self._give({prefix + name: feel.exact(value) for name, value in given.items()})

    def _give(self, given: Mapping[str, Any]) -> None:
        self.values |= given
        self.step.given |= {name: feel.plain(value) for name, value in given.items()}

    def settle(self) -> Step:
        """Move until every token waits, has ended, or cannot go on."""
        moves = 0
        while not self.step.ended:
            while self.moving and not self.step.ended:
                moves += 1
                if moves > _MOST_MOVES:
                    raise _endless()
                self._arrive(*self.moving.popleft())
            if self.step.ended or not (self._open_inclusive() or (self.plan.nested and self._close_sub())):
                break
        waiting = self.marking.waiting
        if not self.step.ended and (
            not waiting or (self.plan.nested and all(self.plan.nodes[node].kind == "sub" for node in waiting.values()))
        ):
            self.step.stuck = bool(waiting) or any(any(flows.values()) for flows in self.marking.arrived.values())
            self.step.ended = "" if self.step.stuck else self.last_end
        if self.step.ended:
            self.step.closed += self.marking.waiting
            self.marking.waiting, self.marking.arrived = {}, {}
            self.marking.inside, self.marking.early = {}, []
        return self.step

    def leave(self, node: Node, inside: int = 0) -> None:
        self.step.path.append(node.id)
        for flow in node.outgoing:
            self.moving.append((self.plan.flows[flow], inside))

    def _arrive(self, flow: Flow, inside: int) -> None:
        node = self.plan.nodes[flow.target]
        if node.kind in ("task", "timer", "message", "events", "sub"):
            self._wait(node, inside)
        elif node.kind in ("parallel", "inclusive") and len(node.incoming) > 1:
            self._wait_at(node, flow, inside)
        elif node.kind == "decision":
            self._decide(self.plan.decisions[node.decision])
            self.leave(node, inside)
        elif node.kind in ("exclusive", "parallel", "inclusive"):
            self._pass(node, inside)
        else:
            self._end(node, inside)

    def _wait(self, node: Node, inside: int) -> None:
        token, self.marking.next = self.marking.next, self.marking.next + 1
        self.marking.waiting[token] = node.id
        if inside:
            self.marking.inside[token] = inside
        self.step.opened.append((token, node.id))
        if node.kind == "sub":
            if node.call is not None:
                self._enter(node.call)
            self.leave(self.plan.nodes[node.inner], token)
        elif self.marking.early and node.kind in ("message", "events"):
            self._take_early(token, node, inside)

    def _take_early(self, token: int, node: Node, inside: int) -> None:
        events = [node] if node.kind == "message" else [self.plan.nodes[each] for each in node.catches]
        for index, (name, given) in enumerate(self.marking.early):
            for event in events:
                if event.awaits == name:
                    del self.marking.early[index]
                    self.say(event, given)
                    self._cancel(token)
                    self.leave(event, inside)
                    return

    def _enter(self, call: Call) -> None:
        self._give({name: None for name in call.forgets} | {name: gives(self.values) for name, gives in call.gives})

    def _close_sub(self) -> bool:
        """A sub-process is done when nothing is inside it any more."""
        full = set(self.marking.inside.values()) | {placed(key)[1] for key in self.marking.arrived}
        for token, id_ in self.marking.waiting.items():
            node = self.plan.nodes[id_]
            if node.kind == "sub" and token not in full:
                self._leave_sub(token, node)
                return True
        return False

    def _leave_sub(self, token: int, node: Node) -> None:
        inside = self.marking.inside.get(token, 0)
        self.take(token)
        self.step.closed.append(token)
        if node.call is not None:
            self._give({name: takes(self.values) for name, takes in node.call.takes})
        self.leave(node, inside)

    def _end(self, node: Node, inside: int) -> None:
        self.step.path.append(node.id)
        if node.kind == "escalation":
            self.step.raised.append(node.code)
        if inside and self._caught(node, inside):
            return
        if node.kind == "terminate" and inside:
            self._empty(inside)
            return
        if node.kind in ("error", "terminate"):
            self.moving.clear()
            self.step.ended = node.id
        if not inside:
            self.last_end = node.id

    def _caught(self, node: Node, inside: int) -> bool:
        """An error or escalation goes to the nearest sub-process around it that has an event for it."""
        while inside and node.kind in ("error", "escalation"):
            for each in self.plan.nodes[self.marking.waiting[inside]].catches:
                event = self.plan.nodes[each]
                if event.catch == node.kind and event.code in ("", node.code):
                    self.ring(inside, event)
                    return True
            inside = self.marking.inside.get(inside, 0)
        return False

    def _wait_at(self, node: Node, flow: Flow, inside: int) -> None:
        arrived = self.marking.arrived.setdefault(place(node.id, inside), {})
        arrived[flow.id] = arrived.get(flow.id, 0) + 1
        if node.kind == "parallel" and all(arrived.get(each) for each in node.incoming):
            self._join(node, inside)

    def _join(self, node: Node, inside: int) -> None:
        key = place(node.id, inside)
        arrived = self.marking.arrived[key]
        left = {flow: count - 1 for flow, count in arrived.items() if count > 1}
        if left:
            self.marking.arrived[key] = left
        else:
            del self.marking.arrived[key]
        self._pass(node, inside)

    def _pass(self, node: Node, inside: int) -> None:
        flows = [self.plan.flows[each] for each in node.outgoing]
        if node.kind == "parallel" or len(flows) == 1:
            self.leave(node, inside)
            return
        self.step.path.append(node.id)
        chosen = []
        for flow in flows:
            if flow.id != node.default and flow.when is not None and flow.when(self.values) is True:
                chosen.append(flow)
                if node.kind == "exclusive":
                    break
        self.moving.extend((flow, inside) for flow in chosen or [self.plan.flows[node.default]])

    def _open_inclusive(self) -> bool:
        """Clause 13.4.3: it goes on when no token that is on its way can still come by a flow that has none."""
        for key in list(self.marking.arrived):
            gate, inside = placed(key)
            node = self.plan.nodes[gate]
            if node.kind != "inclusive":
                continue
            empty = {flow for flow in node.incoming if not self.marking.arrived[key].get(flow)}
            if not any(self._reaches(each, empty, gate) for each in self._places(key, inside)):
                self._join(node, inside)
                return True
        return False

    def _places(self, but: str, inside: int) -> set[str]:
        """Where tokens of the same run of a sub-process are."""
        waiting = (node for token, node in self.marking.waiting.items() if self.marking.inside.get(token, 0) == inside)
        arrived = (placed(key) for key in self.marking.arrived if key != but)
        return {*waiting, *(gate for gate, where in arrived if where == inside)}

    def _reaches(self, place: str, flows: set[str], gate: str) -> bool:
        seen, ahead = {place}, [place]
        while ahead:
            node = self.plan.nodes[ahead.pop()]
            out = [flow for each in (node.id, *node.beside) for flow in self.plan.nodes[each].outgoing]
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
        self._give(given)


def _endless() -> Invalid:
    return Invalid(
        "procedures.endless",
        Text(zh="流程在自动步骤之间循环", en="The diagram turns in a ring without anybody's doing"),
        next_step=Text(zh="请流程管理部门改正流程图", en="Ask whoever keeps the diagram to correct it"),
    )
