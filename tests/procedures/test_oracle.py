"""Tokens move as in SpiffWorkflow: over random diagrams, answers and orders of work the same tasks wait each time."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from lingqu.centre.procedures import engine
from lingqu.centre.procedures.bpmn import compile_diagram
from lingqu.centre.procedures.plan import Plan
from procedures.diagrams import drawn

VARIABLES = [f"x{n}" for n in range(4)]
BRANCH = st.integers(0, 3)


def _gates(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branches = st.lists(st.tuples(BRANCH, inner), min_size=2, max_size=3)
    gate = st.tuples(st.sampled_from(["and", "xor", "or"]), branches)
    race = st.tuples(st.just("race"), st.lists(inner, min_size=2, max_size=2))
    sub = st.tuples(st.just("sub"), inner)
    return st.one_of(gate, st.tuples(st.just("seq"), st.lists(inner, min_size=1, max_size=3)), race, sub)


TREES = st.recursive(st.sampled_from(["task", "task", "message"]), _gates, max_leaves=9)


def oracle(text: str, answers: dict[str, bool]) -> BpmnWorkflow:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(text.encode())))
    found = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    found.data.update(answers)
    found.task_tree.data.update(answers)
    found.do_engine_steps()
    return found


def ready(workflow: BpmnWorkflow) -> list[Any]:
    return [task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]


def awaited(workflow: BpmnWorkflow) -> list[str]:
    """Names of messages it waits for, each once for every token."""
    waiting = workflow.get_tasks(state=TaskState.WAITING, spec_class=CatchingEvent)
    names = []
    for task in waiting:
        of = task.task_spec.event_definition
        names += [each.name for each in getattr(of, "event_definitions", [of])]
    return sorted(names)


def ours(plan: Plan, waiting: Iterable[str]) -> tuple[list[str], list[str]]:
    """(tasks, messages) that are waited for."""
    nodes = [plan.nodes[node] for node in waiting]
    named = [each.message for node in nodes for each in (node, *(plan.nodes[e] for e in node.catches)) if each.message]
    return sorted(node.id for node in nodes if node.kind == "task"), sorted(named)


@settings(max_examples=150, deadline=None)
@given(TREES, st.lists(st.booleans(), min_size=4, max_size=4), st.integers(0, 10_000))
def test_the_same_tasks_wait_at_every_step(tree: Any, truths: list[bool], seed: int) -> None:
    made, answers = drawn(tree), dict(zip(VARIABLES, truths, strict=True))
    plan = compile_diagram(made.text(python=False), {}, dict.fromkeys(VARIABLES, "truth"))
    other = oracle(made.text(python=True), answers)
    step, choice = engine.begin(plan, answers), random.Random(seed)
    while True:
        waiting, messages = ours(plan, step.marking.waiting.values())
        assert waiting == sorted(task.task_spec.bpmn_id for task in ready(other))
        assert messages == awaited(other)
        assert bool(step.ended) == other.is_completed()
        assert not step.stuck
        if not waiting and not messages:
            break
        node = choice.choice(waiting + messages)
        if node in messages:
            again = engine.Marking.of(step.marking.document())
            found = engine.awaiting(plan, again, node)
            assert found is not None
            step = engine.deliver(plan, again, *found, {}, answers)
            other.catch(BpmnEvent(MessageEventDefinition(node), {}))
            other.do_engine_steps()
            continue
        token = next(t for t, n in step.marking.waiting.items() if n == node)
        next(task for task in ready(other) if task.task_spec.bpmn_id == node).run()
        other.do_engine_steps()
        again = engine.Marking.of(step.marking.document())
        step = engine.finish(plan, again, token, answers)


def test_the_oracle_can_disagree() -> None:
    """With one branch's condition turned round the two differ: the comparison is none that always holds."""
    made = drawn(("xor", [(0, "task"), (1, "task")]))
    plan = compile_diagram(made.text(python=False), {}, dict.fromkeys(VARIABLES, "truth"))
    ours = engine.begin(plan, {"x0": True}).marking.waiting.values()
    theirs = [task.task_spec.bpmn_id for task in ready(oracle(made.text(python=True), {"x0": False}))]
    assert list(ours) != theirs
