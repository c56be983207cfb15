"""BPMN 2.0.2 to a plan: the subset that docs/procedures.md lists. Everything else is refused with its line, since an
element that is not understood would be an act that silently does not happen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from lingqu.centre.procedures import feel
from lingqu.centre.procedures.markup import Element, Faulty, fault, read
from lingqu.centre.procedures.plan import WAITING, Box, Decision, Flow, Node, NodeKind, Plan, Wait
from lingqu.kernel.errors import Fault, LingquError

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_GATES = {"exclusiveGateway": "exclusive", "parallelGateway": "parallel", "inclusiveGateway": "inclusive"}
_ENDS = {
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
}
_NODES = {*_GATES, "startEvent", "endEvent", "userTask", "businessRuleTask", "intermediateCatchEvent", "boundaryEvent"}
_WORDS = {"documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group", "ioSpecification"}
_INSIDE = {
    "documentation", "extensionElements", "incoming", "outgoing", "timerEventDefinition", *_ENDS,
    "multiInstanceLoopCharacteristics", "potentialOwner", "humanPerformer", "performer",
}  # fmt: skip
_DAYS = re.compile(r"^P(\d{1,4})D$")
_TIME = re.compile(r"^PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?$")
_MOST_NODES = 500


def compile_diagram(text: str, decisions: Mapping[str, Decision], sorts: Mapping[str, str]) -> Plan:
    """The plan of a diagram. Raises ``Faulty`` with everything that is wrong with it."""
    root = read(text)
    processes = [each for each in root.every("process") if each.space == MODEL]
    if root.space != MODEL or root.tag != "definitions" or len(processes) != 1:
        message = "应当是含一个 process 的 BPMN 2.0 文件", "expected BPMN 2.0 definitions with one process"
        raise Faulty([fault("procedures.diagram", root.line, *message)])
    reader = _Reader(root, processes[0], decisions, sorts)
    reader.run()
    if reader.faults:
        raise Faulty(reader.faults)
    boxes, lines = _drawn(root)
    start = next(node.id for node in reader.nodes.values() if node.kind == "start")
    return Plan(start, reader.nodes, reader.flows, dict(decisions), boxes, lines)


def wait_of(text: str) -> Wait | None:
    """``P5D``: working days of the city; ``PT4H``, ``PT30M``: by the clock (ISO 8601). None for what is neither."""
    said = text.strip().strip('"')
    if (days := _DAYS.match(said)) is not None:
        return Wait(int(days[1]), True)
    if (found := _TIME.match(said)) is not None and any(found.groups()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return Wait(hours * 3600 + minutes * 60 + seconds, False)
    return None


@dataclass
class _Reader:
    root: Element
    process: Element
    decisions: Mapping[str, Decision]
    sorts: Mapping[str, str]
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, rule: str, line: int, zh: str, en: str) -> None:
        self.faults.append(fault(f"procedures.{rule}", line, zh, en))

    def run(self) -> None:
        for element in self.process.children:
            if element.tag == "sequenceFlow" and element.space == MODEL:
                self._flow(element)
            elif element.tag in _NODES and element.space == MODEL:
                self._node(element)
            elif element.tag not in _WORDS:
                self._refuse(element)
        self._connect()
        if not self.faults:
            self.faults += _Shape(self.nodes, self.flows).faults()

    def _refuse(self, element: Element) -> None:
        tag = element.tag
        self.wrong("element", element.line, f"不支持元素 {tag}", f"the element {tag} is not supported")

    def _new(self, element: Element) -> bool:
        id_ = element.get("id")
        if not re.fullmatch(r"[A-Za-z_][\w.\-]{0,79}", id_):
            self.wrong("diagram", element.line, f"{element.tag} 的 id 缺失或不合规", f"{element.tag} has no proper id")
        elif id_ in self.nodes or id_ in self.flows:
            self.wrong("diagram", element.line, f"id “{id_}” 重复", f"the id {id_!r} stands twice")
        elif len(self.nodes) >= _MOST_NODES:
            self.wrong("diagram", element.line, "节点过多", "too many nodes")
        else:
            return True
        return False

    def _flow(self, element: Element) -> None:
        if not self._new(element):
            return
        when = None
        expression = element.first("conditionExpression")
        if expression is not None:
            language = expression.get("language")
            if language and "feel" not in language.lower():
                self.wrong("expression", expression.line, f"不支持语言 {language}", f"no such language: {language}")
            try:
                when = feel.condition(expression.text(), self.sorts)
            except LingquError as error:
                self.wrong("expression", expression.line, error.message.zh, error.message.en)
        text = expression.text() if expression is not None else ""
        source, target = element.get("sourceRef"), element.get("targetRef")
        self.flows[element.get("id")] = Flow(
            element.get("id"), source, target, when, element.line, text, element.get("name")
        )

    def _node(self, element: Element) -> None:
        if not self._new(element):
            return
        for child in element.children:
            if child.space == MODEL and child.tag not in _INSIDE:
                self._refuse(child)
        made = self._made(element)
        if made is not None:
            self.nodes[made.id] = made

    def _made(self, element: Element) -> Node | None:
        base = Node(element.get("id"), "start", element.get("name") or element.get("id"), element.line)
        if element.tag in _GATES:
            return replace(base, kind=cast(NodeKind, _GATES[element.tag]), default=element.get("default"))
        if element.tag == "startEvent":
            return self._plain_start(element, base)
        if element.tag == "endEvent":
            return self._end(element, base)
        if element.tag == "userTask":
            loop = element.first("multiInstanceLoopCharacteristics")
            if loop is not None and loop.get("isSequential") == "true":
                self.wrong("element", loop.line, "多实例只能并行", "many of a task run in parallel only")
            return replace(base, kind="task", many=loop is not None)
        if element.tag == "businessRuleTask":
            return self._decision(element, base)
        return self._timer(element, base)

    def _plain_start(self, element: Element, base: Node) -> Node:
        if element.first("timerEventDefinition") is not None:
            self.wrong("element", element.line, "开始事件不能带定时器", "a start event has no timer here")
        return base

    def _end(self, element: Element, base: Node) -> Node:
        for tag, kind in _ENDS.items():
            if (found := element.first(tag)) is not None:
                return replace(base, kind=cast(NodeKind, kind), code=self._code(found) or base.id)
        return replace(base, kind="end")

    def _code(self, element: Element) -> str:
        of = element.get("errorRef") or element.get("escalationRef")
        for each in self.root.children:
            if of and each.get("id") == of:
                return each.get("errorCode") or each.get("escalationCode") or of
        return of

    def _decision(self, element: Element, base: Node) -> Node | None:
        called = [v for k, v in element.attributes.items() if k.rpartition("}")[2] == "decisionRef"]
        extension = element.first("extensionElements")
        for child in extension.deep() if extension is not None else ():
            if child.tag == "calledDecisionId":
                called.append(child.text())
            if child.tag == "calledDecision":
                called.append(child.get("decisionId"))
        if not called or called[0] not in self.decisions:
            name = called[0] if called else ""
            self.wrong("decision", element.line, f"没有决策“{name}”", f"there is no decision {name!r}")
            return None
        return replace(base, kind="decision", decision=called[0])

    def _timer(self, element: Element, base: Node) -> Node | None:
        timer = element.first("timerEventDefinition")
        duration = timer.first("timeDuration") if timer is not None else None
        if duration is None:
            message = f"{element.tag} 只支持 timeDuration 定时器", f"{element.tag} needs a timer with timeDuration"
            self.wrong("element", element.line, *message)
            return None
        wait = wait_of(duration.text())
        if wait is None:
            said = duration.text()[:40]
            self.wrong("timer", duration.line, f"时长“{said}”应如 P5D 或 PT4H", f"{said!r} is no P5D nor PT4H")
            return None
        if element.tag == "boundaryEvent":
            breaks = element.get("cancelActivity") != "false"
            return replace(base, kind="boundary", host=element.get("attachedToRef"), breaks=breaks, wait=wait)
        return replace(base, kind="timer", wait=wait)

    def _connect(self) -> None:
        out: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        into: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        for flow in self.flows.values():
            if flow.source not in out or flow.target not in into:
                missing = flow.source if flow.source not in out else flow.target
                if not self.faults:
                    self.wrong("diagram", flow.line, f"连线指向不存在的“{missing}”", f"no node {missing!r} for a flow")
                continue
            out[flow.source].append(flow.id)
            into[flow.target].append(flow.id)
        timers: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.kind == "boundary":
                timers.setdefault(node.host, []).append(node.id)
                if self.nodes.get(node.host, node).kind != "task" and not self.faults:
                    self.wrong(
                        "diagram", node.line, "边界定时器只能附在人工任务上", "a boundary timer is at a user task"
                    )
        for id_, node in self.nodes.items():
            self.nodes[id_] = replace(
                node, outgoing=tuple(out[id_]), incoming=tuple(into[id_]), timers=tuple(timers.get(id_, ()))
            )


@dataclass
class _Shape:
    """What holds of a sound diagram as a whole."""

    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]

    def faults(self) -> list[Fault]:
        found = [*self._ends(), *(each for node in self.nodes.values() for each in self._node(node))]
        return found or [*self._reach(), *self._rings()]

    def _say(self, line: int, zh: str, en: str) -> Fault:
        return fault("procedures.diagram", line, zh, en)

    def _ends(self) -> Iterator[Fault]:
        starts = [node for node in self.nodes.values() if node.kind == "start"]
        if len(starts) != 1:
            line = starts[1].line if starts else 1
            yield self._say(line, f"应有一个开始事件，现有 {len(starts)} 个", f"one start is needed, not {len(starts)}")
        if not any(node.kind in ("end", "error", "terminate", "escalation") for node in self.nodes.values()):
            yield self._say(1, "没有结束事件", "there is no end event")

    def _node(self, node: Node) -> Iterator[Fault]:
        out, into = len(node.outgoing), len(node.incoming)
        ending = node.kind in ("end", "error", "escalation", "terminate")
        gate = node.kind in ("exclusive", "parallel", "inclusive")
        if (ending and out) or (not ending and not out):
            yield self._say(node.line, f"“{node.title}”的出口连线不对", f"{node.title!r} has wrong outgoing flows")
        if (node.kind in ("start", "boundary") and into) or (node.kind not in ("start", "boundary") and not into):
            yield self._say(node.line, f"“{node.title}”的入口连线不对", f"{node.title!r} has wrong incoming flows")
        if out > 1 and not gate:
            yield self._say(node.line, f"“{node.title}”有多个出口，请用网关", f"{node.title!r} needs a gateway to part")
        if node.kind in ("parallel", "inclusive") and out > 1 and into > 1:
            yield self._say(node.line, f"网关“{node.title}”不能既汇合又分支", f"{node.title!r} both joins and parts")
        if node.kind in ("exclusive", "inclusive") and out > 1:
            yield from self._parting(node)
        for flow in node.outgoing:
            if self.flows[flow].when is not None and node.kind not in ("exclusive", "inclusive"):
                yield self._say(self.flows[flow].line, "条件只能在排他或包容网关之后", "a condition needs a gateway")

    def _parting(self, node: Node) -> Iterator[Fault]:
        """A default means that a case never stands still because nothing was said of it."""
        if node.default not in node.outgoing:
            yield self._say(node.line, f"网关“{node.title}”没有缺省出口", f"the gateway {node.title!r} has no default")
        for flow in node.outgoing:
            if flow != node.default and self.flows[flow].when is None:
                yield self._say(self.flows[flow].line, "这条连线缺少条件", "this flow needs a condition")

    def _next(self, node: Node) -> list[str]:
        return [self.flows[flow].target for flow in node.outgoing] + list(node.timers)

    def _reach(self) -> Iterator[Fault]:
        start = next(node.id for node in self.nodes.values() if node.kind == "start")
        seen, ahead = {start}, [start]
        while ahead:
            for target in self._next(self.nodes[ahead.pop()]):
                if target not in seen:
                    seen.add(target)
                    ahead.append(target)
        for node in self.nodes.values():
            if node.id not in seen:
                yield self._say(node.line, f"“{node.title}”永远走不到", f"{node.title!r} is never reached")

    def _rings(self) -> Iterator[Fault]:
        """A ring in which nothing waits would turn without end."""
        state: dict[str, int] = {}

        def visit(id_: str) -> str:
            state[id_] = 1
            for target in self._next(self.nodes[id_]):
                if self.nodes[target].kind in WAITING:
                    continue
                if state.get(target) == 1 or (target not in state and visit(target)):
                    return target
            state[id_] = 2
            return ""

        for id_, node in self.nodes.items():
            if id_ not in state and node.kind not in WAITING and visit(id_):
                yield self._say(node.line, "自动步骤成环", "automatic steps form a ring")
                return


def _drawn(root: Element) -> tuple[dict[str, Box], dict[str, tuple[tuple[float, float], ...]]]:
    """Where BPMN DI draws what; what is no number is left out."""
    boxes: dict[str, Box] = {}
    lines: dict[str, tuple[tuple[float, float], ...]] = {}
    for element in root.deep():
        try:
            bounds = element.first("Bounds")
            if element.tag == "BPMNShape" and bounds is not None:
                boxes[element.get("bpmnElement")] = Box(
                    *(_number(bounds.get(k)) for k in ("x", "y", "width", "height"))
                )
            if element.tag == "BPMNEdge":
                lines[element.get("bpmnElement")] = tuple(
                    (_number(point.get("x")), _number(point.get("y"))) for point in element.every("waypoint")
                )
        except ValueError:
            continue
    return boxes, lines


def _number(text: str) -> float:
    found = float(text)
    if not -1e5 < found < 1e5:
        raise ValueError(text)
    return found
