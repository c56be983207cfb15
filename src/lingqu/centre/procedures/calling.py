"""What a procedure calls is put into its plan, as a sub-process whose nodes and variables bear the call's name.

So the called steps are the case's own: one history, one token game, one version. The document a case keeps holds what
is called as it was published when the case began; it goes over to a new version, and ends, with the rest of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lingqu.centre.procedures import feel
from lingqu.centre.procedures.definitions import Called, Procedure
from lingqu.centre.procedures.markup import Faulty, fault
from lingqu.centre.procedures.plan import INSIDE, Call, Decision, Flow, Node, Plan, Row
from lingqu.kernel.errors import Fault, LingquError

DEEPEST = 3
"""So many procedures may call one another in a row."""
LONGEST = 80
Find = Callable[[str], Procedure | None]
Run = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Whole:
    """A procedure with what it calls: tasks, variables, messages and nodes of a call stand under ``call/``."""

    procedure: Procedure
    plan: Plan


def with_called(
    procedure: Procedure, plan: Plan, find: Find, own: Callable[[Procedure], Plan], depth: int = 1
) -> Whole:
    """``own``: the plan of a procedure by itself. Raises ``Faulty``."""
    made, faults = Whole(procedure, plan), []
    for node in [each for each in plan.nodes.values() if each.kind == "sub" and each.code]:
        try:
            called = _found(procedure, node, find, depth)
            inner = with_called(called, own(called), find, own, depth + 1)
            made = _put(made, node, inner, procedure.calls[node.id])
        except Faulty as error:
            faults += [each if each.line == node.line else _of(node, each) for each in error.faults]
    if faults:
        raise Faulty(faults)
    return made


def codes(procedure: Procedure, find: Find) -> Iterator[str]:
    """Of all that is called, also by what is called."""
    ahead, seen = [procedure], {procedure.code}
    while ahead:
        for each in ahead.pop().calls.values():
            if each.procedure not in seen:
                seen.add(each.procedure)
                yield each.procedure
                if (found := find(each.procedure)) is not None:
                    ahead.append(found)


def _of(node: Node, inner: Fault) -> Fault:
    zh, en = f"被调用流程（“{node.title}”）：{inner.message.zh}", f"what {node.title!r} calls: {inner.message.en}"
    return fault("procedures.call", node.line, zh, en)


def _wrong(node: Node, zh: str, en: str) -> Faulty:
    return Faulty([fault("procedures.call", node.line, f"调用“{node.title}”：{zh}", f"the call {node.title!r}: {en}")])


def _found(procedure: Procedure, node: Node, find: Find, depth: int) -> Procedure:
    said = procedure.calls.get(node.id)
    if said is None or said.procedure != node.code:
        zh = f"calls 中须写明 {node.id}，且与 calledElement“{node.code}”一致"
        raise _wrong(node, zh, f"calls must name {node.id}, with the procedure of calledElement {node.code!r}")
    found = find(said.procedure)
    if found is None:
        raise _wrong(node, f"没有已发布的流程“{node.code}”", f"no procedure {node.code!r} is published")
    if depth > DEEPEST or found.code == procedure.code:
        raise _wrong(node, "流程互相调用成环，或层次过深", "procedures call one another in a ring, or too deeply")
    if found.issues:
        raise _wrong(node, "发证的流程不能被调用", "a procedure that issues certificates cannot be called")
    return found


def _put(whole: Whole, node: Node, inner: Whole, said: Called) -> Whole:
    prefix = node.id + INSIDE
    nodes = {
        **whole.plan.nodes,
        node.id: replace(node, inner=prefix + inner.plan.start, call=_call(whole, node, inner, said)),
    }
    for each in inner.plan.nodes.values():
        nodes[prefix + each.id] = _node(each, node.id)
        if len(prefix + each.id) > LONGEST:
            raise _wrong(node, f"节点名过长：{prefix + each.id}", f"the name {prefix + each.id} is too long")
    flows = {prefix + each.id: _flow(each, prefix) for each in inner.plan.flows.values()}
    decisions = {prefix + each.id: _decision(each, prefix) for each in inner.plan.decisions.values()}
    plan = replace(
        whole.plan, nodes=nodes, flows={**whole.plan.flows, **flows}, decisions={**whole.plan.decisions, **decisions}
    )
    return Whole(_merged(whole.procedure, inner.procedure, prefix), plan)


def _merged(outer: Procedure, inner: Procedure, prefix: str) -> Procedure:
    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(prefix + name for name in names)

    tasks = {
        prefix + id_: task.model_copy(
            update={
                "answers": named(task.answers),
                "department_from": task.department_from and prefix + task.department_from,
            }
        )
        for id_, task in inner.tasks.items()
    }
    reasons = [each.model_copy(update={"tasks": named(each.tasks or tuple(inner.tasks))}) for each in inner.reasons]
    messages = {
        prefix + name: message.model_copy(update={"answers": named(message.answers)})
        for name, message in inner.messages.items()
    }
    return outer.model_copy(
        update={
            "tasks": {**outer.tasks, **tasks},
            "variables": {**outer.variables, **{prefix + name: each for name, each in inner.variables.items()}},
            "messages": {**outer.messages, **messages},
            "names": {**outer.names, **{prefix + id_: each for id_, each in inner.names.items()}},
            "reasons": (*outer.reasons, *reasons),
        }
    )


def _call(whole: Whole, node: Node, inner: Whole, said: Called) -> Call:
    prefix = node.id + INSIDE
    outside = {name: each.type for name, each in whole.procedure.variables.items()}
    inside = {name: each.type for name, each in inner.procedure.variables.items()}
    gives = _mapping(node, said.gives, inside, outside)
    takes = [(name, _within(run, prefix)) for name, run in _mapping(node, said.takes, outside, inside)]
    return Call(
        said.procedure,
        prefix,
        tuple(prefix + name for name in inside),
        tuple((prefix + name, run) for name, run in gives),
        tuple(takes),
    )


def _mapping(
    node: Node, said: Mapping[str, str], into: Mapping[str, str], over: Mapping[str, str]
) -> list[tuple[str, Run]]:
    made = []
    for name, text in said.items():
        if name not in into:
            raise _wrong(node, f"没有变量“{name}”", f"there is no variable {name!r}")
        try:
            made.append((name, feel.expression(text, over, into[name])))
        except LingquError as error:
            raise _wrong(node, error.message.zh, error.message.en) from error
    return made


def _within(run: Run, prefix: str) -> Run:
    """An expression of what is called, over the values of the whole case."""
    skip = len(prefix)
    return lambda values: run({name[skip:]: value for name, value in values.items() if name.startswith(prefix)})


def _node(node: Node, call: str) -> Node:
    prefix = call + INSIDE

    def named(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(prefix + name for name in names)

    def one(name: str) -> str:
        return name and prefix + name

    deeper = node.call
    if deeper is not None:
        deeper = Call(
            deeper.procedure,
            prefix + deeper.prefix,
            named(deeper.forgets),
            tuple((prefix + name, _within(run, prefix)) for name, run in deeper.gives),
            tuple((prefix + name, _within(run, prefix)) for name, run in deeper.takes),
        )
    return replace(
        node, id=prefix + node.id, outgoing=named(node.outgoing), incoming=named(node.incoming),
        default=one(node.default), host=one(node.host), decision=one(node.decision), timers=named(node.timers),
        catches=named(node.catches), message=one(node.message), inner=one(node.inner), call=deeper,
        parent=one(node.parent) or call,
    )  # fmt: skip


def _flow(flow: Flow, prefix: str) -> Flow:
    when = _within(flow.when, prefix) if flow.when is not None else None
    return replace(flow, id=prefix + flow.id, source=prefix + flow.source, target=prefix + flow.target, when=when)


def _decision(decision: Decision, prefix: str) -> Decision:
    rows = tuple(
        Row(
            tuple(_within(test, prefix) for test in row.tests),
            tuple((prefix + name, _within(gives, prefix)) for name, gives in row.gives),
        )
        for row in decision.rows
    )
    return replace(decision, id=prefix + decision.id, rows=rows, outputs=tuple(prefix + o for o in decision.outputs))
