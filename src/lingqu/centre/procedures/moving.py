"""Whether, and how, a case goes on by another version of its procedure. Functions of two plans and a case's marking.

Nobody loses what he has in hands: an open item keeps its department, holder and term, and only its node is named anew.
What cannot be said for sure is refused with its reason, and the case stays with the version it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.procedures.compiled import Compiled
from lingqu.centre.procedures.engine import Marking, place, placed
from lingqu.centre.procedures.plan import INSIDE, Node, Plan
from lingqu.kernel.text import Text

JOINS = ("parallel", "inclusive")


@dataclass(frozen=True)
class Why:
    """A reason for which a case stays. ``node`` is of its present version."""

    rule: str
    node: str
    text: Text


@dataclass(frozen=True)
class Going:
    """``nodes``: node of an open item or clock → node that takes its place; ``dropped``: boundary timers that there are
    no more; ``added``: (token, boundary timer) that begin now."""

    marking: Marking
    nodes: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    added: tuple[tuple[int, str], ...] = ()


def going(
    old: Compiled, new: Compiled, marking: Marking, answers: Mapping[str, Any], named: Mapping[str, str]
) -> Going | list[Why]:
    """How a case goes, or all reasons why it does not. ``named``: node of the old version → node of the new one, where
    its id changed."""
    mover = _Mover(old, new, marking, named)
    why = [*mover.waiting(), *mover.arrived(), *_sorts(old, new, answers)]
    if why or (why := list(mover.joins())):
        return why
    dropped, added = mover.timers()
    return Going(mover.made, mover.nodes, tuple(dropped), tuple(added))


def _sorts(old: Compiled, new: Compiled, answers: Mapping[str, Any]) -> Iterator[Why]:
    for name in answers:
        before, after = old.procedure.variables.get(name), new.procedure.variables.get(name)
        if before is not None and after is not None and before.type != after.type:
            zh, en = f"答案“{name}”的类型变了", f"the answer {name!r} is of another sort"
            yield Why("procedures.move_answer", "", Text(zh=zh, en=en))


class _Mover:
    def __init__(self, old: Compiled, new: Compiled, marking: Marking, named: Mapping[str, str]) -> None:
        self.old, self.new, self.marking, self.named = old, new, marking, named
        many = {token: dict(held) for token, held in marking.many.items()}
        self.made = Marking({}, {}, marking.next, many, dict(marking.inside), list(marking.early))
        self.nodes: dict[str, str] = {}

    def _to(self, node: str) -> Node | None:
        return self.new.plan.nodes.get(self._name(node))

    def _name(self, node: str) -> str:
        """What is inside a call goes with it where the call is named anew."""
        if node in self.named or INSIDE not in node:
            return self.named.get(node, node)
        around, _, last = node.rpartition(INSIDE)
        return self._name(around) + INSIDE + last

    def waiting(self) -> Iterator[Why]:
        for token, node in self.marking.waiting.items():
            before, after = self.old.plan.nodes[node], self._to(node)
            if (why := self._unfit(before, after)) is not None:
                yield why
            elif after is not None:
                self.made.waiting[token] = self.nodes[node] = after.id

    def _unfit(self, before: Node, after: Node | None) -> Why | None:
        title, en_title = self.old.says(before.id).zh, self.old.says(before.id).en
        if after is None:
            return _why("move_gone", before, f"新版没有“{title}”这一步", f"the new version has no step {en_title!r}")
        if after.kind != before.kind:
            return _why("move_kind", before, f"“{title}”变成了另一种节点", f"{en_title!r} became another kind of node")
        if (before.parent and self._name(before.parent) != after.parent) or bool(before.parent) != bool(after.parent):
            zh, en = f"“{title}”换到了另一个子流程里", f"{en_title!r} stands in another sub-process"
            return _why("move_inside", before, zh, en)
        if before.kind != "task":
            return None
        if before.many != after.many or (
            before.many and self._offices(self.old, before) != self._offices(self.new, after)
        ):
            zh, en = f"“{title}”由谁同时办理变了", f"who does {en_title!r} at the same time changed"
            return _why("move_many", before, zh, en)
        return None

    def _offices(self, of: Compiled, node: Node) -> set[str]:
        return set(of.procedure.tasks[node.id].offices())

    def arrived(self) -> Iterator[Why]:
        """Tokens that wait at a gateway for the others."""
        for key, flows in self.marking.arrived.items():
            gate, inside = placed(key)
            before, after = self.old.plan.nodes[gate], self._to(gate)
            if after is None or after.kind != before.kind:
                yield _join(before)
                continue
            made: dict[str, int] = {}
            for flow, count in flows.items():
                found = self._flow(flow, after)
                if not found or found in made:
                    yield _join(before)
                    break
                made[found] = count
            self.made.arrived[place(after.id, inside)] = made

    def _flow(self, flow: str, gate: Node) -> str:
        """The flow into the gate that stands for one of the old version: of the same source, or of the same id."""
        source = self.old.plan.flows[flow].source
        source = self._name(source)
        into = [each for each in gate.incoming if self.new.plan.flows[each].source == source]
        if len(into) == 1:
            return into[0]
        return flow if flow in (into or gate.incoming) else ""

    def joins(self) -> Iterator[Why]:
        """A parallel gateway ahead must get a token by every flow: by one that waits, or that came already."""
        places = list(self.made.waiting.values())
        gates = {placed(key)[0] for key in self.made.arrived}
        ahead = reached(self.new.plan, [*places, *gates])
        for node in self.new.plan.nodes.values():
            if node.kind != "parallel" or len(node.incoming) < 2:
                continue
            here = {flow for key, flows in self.made.arrived.items() if placed(key)[0] == node.id for flow in flows}
            others = [gate for gate in gates if gate != node.id]
            coming = reached(self.new.plan, [*places, *others], but=node.id)
            if node.id not in gates and node.id not in ahead:
                continue
            if any(flow not in here and flow not in coming for flow in node.incoming):
                yield _join(node)

    def timers(self) -> tuple[list[str], list[tuple[int, str]]]:
        dropped, added = [], []
        for token, node in self.marking.waiting.items():
            host = self._to(node)
            assert host is not None
            kept = set()
            for timer in self.old.plan.nodes[node].timers:
                after = self._to(timer)
                if after is not None and after.id in host.timers:
                    self.nodes[timer] = after.id
                    kept.add(after.id)
                else:
                    dropped.append(timer)
            added += [(token, timer) for timer in host.timers if timer not in kept]
        return dropped, added


def reached(plan: Plan, places: Iterable[str], but: str = "") -> set[str]:
    """Flows and nodes that tokens at these places may still come by, without passing through ``but``."""
    ahead, seen = list(places), set()
    found: set[str] = set()
    here = set(ahead)
    while ahead:
        node = plan.nodes[ahead.pop()]
        if node.id in seen or node.id == but:
            continue
        seen.add(node.id)
        found |= set(node.beside)
        for flow in [f for each in (node.id, *node.beside) for f in plan.nodes[each].outgoing]:
            found |= {flow, plan.flows[flow].target}
            ahead.append(plan.flows[flow].target)
        if node.inner and node.id not in here:
            found.add(node.inner)
            ahead.append(node.inner)
    return found


def _join(node: Node) -> Why:
    zh, en = f"汇合网关“{node.title}”变了", f"the joining gateway {node.title!r} changed"
    return _why("move_join", node, zh, en)


def _why(rule: str, node: Node, zh: str, en: str) -> Why:
    return Why(f"procedures.{rule}", node.id, Text(zh=zh, en=en))
