"""A procedure and its plan together, compiled once a process for each version that cases run by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import calling
from lingqu.centre.procedures.bpmn import compile_diagram
from lingqu.centre.procedures.definitions import ASKED, Procedure
from lingqu.centre.procedures.dmn import compile_decisions
from lingqu.centre.procedures.markup import Faulty, fault
from lingqu.centre.procedures.plan import ENDS, INSIDE, Decision, Node, Plan
from lingqu.kernel.errors import Fault, Invalid
from lingqu.kernel.text import Text

IN_DIAGRAM, IN_DECISIONS = "diagram", "decisions"


@dataclass(frozen=True)
class Compiled:
    """``version``: SHA-256 of the definition's canonical JSON, by which a case stays with what it began with. Steps
    and variables of called procedures stand in ``procedure`` and ``plan`` under the call's name (see ``calling``)."""

    version: str
    procedure: Procedure
    plan: Plan

    @cached_property
    def free(self) -> tuple[str, ...]:
        """Variables whoever applies may say: no step asks for them, no decision, message or call sets them."""
        of = self.procedure
        asked = {name for task in of.tasks.values() for name in task.answers}
        asked |= {name for message in of.messages.values() for name in message.answers}
        decided = {name for decision in self.plan.decisions.values() for name in decision.outputs}
        taken = {name for each in of.calls.values() for name in each.takes}
        return tuple(name for name in of.variables if INSIDE not in name and name not in asked | decided | taken)

    def says(self, node: str) -> Text:
        """What a node or flow is called, in both languages where the definition says it; empty for one the plan has
        not."""
        task, drawn = self.procedure.tasks.get(node), self.plan.nodes.get(node) or self.plan.flows.get(node)
        if task is not None and task.title is not None:
            return task.title
        title = drawn.title if drawn else ""
        return self.procedure.names.get(node) or Text(zh=title, en=title)

    def named(self, language: str) -> dict[str, str]:
        """Nodes and flows as a page calls them."""
        return {each: self.says(each).say(language) for each in (*self.plan.nodes, *self.plan.flows)}

    def outcome(self, end: str) -> Text | None:
        """What the end that a case reached is called; None while it reached none."""
        return self.says(end) if end in self.plan.nodes else None


@dataclass(frozen=True)
class Misfit:
    """A task that the definition and the diagram do not agree on. ``node`` is empty for the definition as a whole."""

    node: str
    fault: Fault


def published(code: str) -> Procedure | None:
    return drawing.every(Procedure).get(code)


def plan_of(procedure: Procedure, find: calling.Find = published) -> Plan:
    """With what it calls, as ``find`` gives it. Raises ``Faulty``; a fault's ``column`` says in which text:
    ``diagram``, or ``decisions.0``."""
    return whole(procedure, find).plan


def whole(procedure: Procedure, find: calling.Find = published) -> calling.Whole:
    plan = _own(procedure)
    try:
        return calling.with_called(procedure, plan, find, _own)
    except Faulty as error:
        raise Faulty([replace(each, column=IN_DIAGRAM) for each in error.faults]) from error


def _own(procedure: Procedure) -> Plan:
    sorts = {name: variable.type for name, variable in procedure.variables.items()}
    decisions: dict[str, Decision] = {}
    faults: list[Fault] = []
    for index, text in enumerate(procedure.decisions):
        try:
            decisions |= compile_decisions(text, sorts)
        except Faulty as error:
            faults += [replace(each, column=f"{IN_DECISIONS}.{index}") for each in error.faults]
    try:
        plan = compile_diagram(procedure.diagram, decisions, sorts)
    except Faulty as error:
        faults += [replace(each, column=IN_DIAGRAM) for each in error.faults]
    if faults:
        raise Faulty(faults)
    return plan


def misfits(procedure: Procedure, plan: Plan) -> Iterator[Misfit]:
    """Where offices and answers do not belong to the diagram's tasks."""
    nodes = {node.id: node for node in plan.tasks() if INSIDE not in node.id}
    for id_, node in nodes.items():
        task = procedure.tasks.get(id_)
        if task is None:
            yield _misfit("", node.line, f"没有写明任务“{id_}”由谁办理", f"nobody is named for the task {id_!r}")
        elif node.many != bool(task.departments):
            yield _misfit(id_, 0, "多实例任务写 departments，其他写 department", "departments goes with a task of many")
    yield from _of_applications(procedure, nodes)
    yield from _moved(procedure, plan)
    for id_, task in procedure.tasks.items():
        if id_ not in nodes:
            yield _misfit(id_, 0, f"流程图中没有任务“{id_}”", f"the diagram has no user task {id_!r}")
        for name in task.answers:
            variable = procedure.variables.get(name)
            if variable is None:
                yield _misfit(id_, 0, f"没有变量“{name}”", f"there is no variable {name!r}")
            elif task.departments and variable.type != "truth":
                yield _misfit(
                    id_, 0, f"多部门办理只能答是否：{name}", f"many departments answer yes or no only: {name}"
                )

    yield from _asked(procedure)
    yield from _beside(procedure, plan)
    yield from _awaited(procedure, plan)
    yield from _named(procedure, plan)


def _named(procedure: Procedure, plan: Plan) -> Iterator[Misfit]:
    for id_ in procedure.names:
        if id_ not in plan.nodes and id_ not in plan.flows:
            yield _misfit("", 0, f"names：流程图中没有“{id_}”", f"names: the diagram has no part {id_!r}")


def _awaited(procedure: Procedure, plan: Plan) -> Iterator[Misfit]:
    """Messages and calls: what the diagram names the definition says, and the other way round."""
    own = [node for node in plan.nodes.values() if INSIDE not in node.id]
    for node in own:
        if node.message and node.message not in procedure.messages:
            zh, en = f"messages 中没有“{node.message}”", f"messages does not say what {node.message!r} is"
            yield _misfit("", node.line, f"“{node.title}”：{zh}", f"{node.title!r}: {en}")
    for name, message in procedure.messages.items():
        if name not in {node.message for node in own}:
            yield _misfit("", 0, f"流程图没有等待消息“{name}”", f"the diagram waits for no message {name!r}")
        for each in message.answers:
            if each not in procedure.variables:
                yield _misfit("", 0, f"没有变量“{each}”", f"there is no variable {each!r}")
    for id_ in procedure.calls:
        if id_ not in plan.nodes or plan.nodes[id_].call is None:
            yield _misfit("", 0, f"流程图中没有调用“{id_}”", f"the diagram has no call {id_!r}")


def _asked(procedure: Procedure) -> Iterator[Misfit]:
    """Variables that name a department, and those of the page of consultation and complaints."""
    needed = [(id_, task.department_from) for id_, task in procedure.tasks.items() if task.department_from]
    needed += [("", name) for name in ASKED] if procedure.asks else []
    for id_, name in needed:
        variable = procedure.variables.get(name)
        if variable is None or variable.type != "text":
            yield _misfit(id_, 0, f"没有文字变量“{name}”", f"there is no variable {name!r} that is a text")


def _beside(procedure: Procedure, plan: Plan) -> Iterator[Misfit]:
    """Reasons and appeals name nodes of the diagram."""
    tasks = {node.id for node in plan.tasks()}
    for reason in procedure.reasons:
        for id_ in reason.tasks:
            if id_ not in tasks:
                yield _misfit(
                    "", 0, f"理由模板所指的任务“{id_}”不在图中", f"a reason names the task {id_!r} the diagram lacks"
                )
    for id_ in procedure.appeal.outcomes if procedure.appeal else ():
        node = plan.nodes.get(id_)
        if node is None or node.kind not in ENDS:
            yield _misfit("", 0, f"申诉所指的结束“{id_}”不在图中", f"an appeal names the end {id_!r} the diagram lacks")


def _of_applications(procedure: Procedure, nodes: Mapping[str, Node]) -> Iterator[Misfit]:
    """What an application brings, and where certificates are issued."""
    decided = {name for task in procedure.tasks.values() for name in task.answers}
    for name in procedure.takes.answers if procedure.takes else ():
        if name not in procedure.variables:
            yield _misfit("", 0, f"没有变量“{name}”", f"there is no variable {name!r}")
        elif name in decided:
            yield _misfit("", 0, f"变量“{name}”由办理步骤决定", f"a step decides the variable {name!r}")
    for each in procedure.issues:
        if each.at not in nodes or nodes[each.at].many:
            yield _misfit(
                "", 0, f"发证须在单人办理的任务：{each.at}", f"no task of one office to issue at: {each.at!r}"
            )


def _moved(procedure: Procedure, plan: Plan) -> Iterator[Misfit]:
    for old, new in procedure.moved.items():
        if new not in plan.nodes:
            yield _misfit(
                "", 0, f"moved：流程图中没有节点“{new}”", f"moved: the diagram has no node {new!r} for {old!r}"
            )


def _misfit(node: str, line: int, zh: str, en: str) -> Misfit:
    return Misfit(node, fault("procedures.task", line, zh, en))


@lru_cache(maxsize=256)
def compiled(version: str, document: str) -> Compiled:
    """From what ``frozen`` gave. Raises ``Invalid`` (``procedures.diagram``)."""
    held = json.loads(document)
    called = {code: Procedure.model_validate(each) for code, each in held.pop("called", {}).items()}
    procedure = Procedure.model_validate(held)
    try:
        made = whole(procedure, called.get)
    except Faulty as error:
        raise Invalid(
            "procedures.diagram",
            Text(zh=f"流程“{procedure.code}”的流程图有误", en=f"The diagram of {procedure.code!r} is faulty"),
            place=procedure.code,
            next_step=Text(zh="运行 lingqu blueprint check 并改正", en="Run lingqu blueprint check, correct it"),
            faults=error.faults,
        ) from error
    return Compiled(version, made.procedure, made.plan)


def called_by(procedure: Procedure, find: calling.Find = published) -> dict[str, Procedure]:
    """All that it calls, as it is published now."""
    if not procedure.calls:
        return {}
    return {code: found for code in calling.codes(procedure, find) if (found := find(code)) is not None}


def frozen(procedure: Procedure, called: Mapping[str, Procedure] | None = None) -> tuple[str, str]:
    """(version, canonical JSON) of a definition, with those it calls under ``called``."""
    held = procedure.document()
    if called:
        held = {**held, "called": {code: each.document() for code, each in called.items()}}
    document = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(document.encode()).hexdigest(), document
