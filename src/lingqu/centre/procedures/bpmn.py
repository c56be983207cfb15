"""BPMN 2.0.2 to a plan: the subset that docs/procedures.md lists. Everything else is refused with its line, since an
element that is not understood would be an act that silently does not happen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from lingqu.centre.procedures import feel
from lingqu.centre.procedures.markup import Element, Faulty, fault, read
from lingqu.centre.procedures.plan import ENDS, WAITING, Box, Decision, Flow, Node, NodeKind, Plan, Wait
from lingqu.kernel.errors import Fault, LingquError

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_GATES = {
    "exclusiveGateway": "exclusive", "parallelGateway": "parallel", "inclusiveGateway": "inclusive",
    "eventBasedGateway": "events",
}  # fmt: skip
_ENDS = {
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
}
_NODES = {
    *_GATES, "startEvent", "endEvent", "userTask", "businessRuleTask", "intermediateCatchEvent", "boundaryEvent",
    "subProcess", "callActivity",
}  # fmt: skip
_WORDS = {"documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group", "ioSpecification"}
_LINKS = {"incoming", "outgoing"}
_INSIDE = {
    "documentation", "extensionElements", "incoming", "outgoing", "timerEventDefinition",
    "messageEventDefinition", *_ENDS, "multiInstanceLoopCharacteristics",
    "potentialOwner", "humanPerformer", "performer",
}  # fmt: skip
_DAYS = re.compile(r"^P(\d{1,4})D$")
_TIME = re.compile(r"^PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?$")
_MOST_NODES = 500


def compile_diagram(text: str, decisions: Mapping[str, Decision], sorts: Mapping[str, str]) -> Plan:
    """The plan of a diagram; what it calls is put into it by ``calling``. Raises ``Faulty`` with everything that is
    wrong with it."""
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
    start = next(node.id for node in reader.nodes.values() if node.kind == "start" and not node.parent)
    nested = any(node.kind == "sub" for node in reader.nodes.values())
    return Plan(start, reader.nodes, reader.flows, dict(decisions), boxes, lines, nested)


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
        self._within(self.process, "")
        self._connect()
        if not self.faults:
            self.faults += _Shape(self.nodes, self.flows).faults()

    def _within(self, around: Element, parent: str) -> None:
        for element in around.children:
            if element.tag == "sequenceFlow" and element.space == MODEL:
                self._flow(element)
            elif element.tag in _NODES and element.space == MODEL:
                self._node(element, parent)
            elif element.tag not in (_WORDS | _LINKS if parent else _WORDS):
                self._refuse(element)

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

    def _node(self, element: Element, parent: str) -> None:
        if not self._new(element):
            return
        if element.tag != "subProcess":
            for child in element.children:
                if child.space == MODEL and child.tag not in _INSIDE:
                    self._refuse(child)
        made = self._made(element)
        if made is not None:
            self.nodes[made.id] = replace(made, parent=parent)
        if element.tag == "subProcess":
            self._within(element, element.get("id"))

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
        if element.tag in ("subProcess", "callActivity"):
            return self._sub(element, base)
        return self._caught(element, base)

    def _plain_start(self, element: Element, base: Node) -> Node:
        for child in element.children:
            if child.tag.endswith("EventDefinition"):
                zh = f"开始事件“{base.title}”不能带 {child.tag}：由申请人或牵头部门发起"
                en = f"the start {base.title!r} has no {child.tag}: whoever applies, or the leading department, begins"
                self.wrong("element", element.line, zh, en)
        return base

    def _sub(self, element: Element, base: Node) -> Node:
        """Of a call the definition says what is called (see ``calling``); the diagram's ``calledElement`` must fit."""
        tag = element.tag
        for name in ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
            if element.first(name) is not None:
                self.wrong("element", element.line, f"“{base.title}”不能多实例或循环", f"{base.title!r} is done once")
        if element.get("triggeredByEvent") == "true":
            zh, en = f"不支持事件子流程“{base.title}”", f"{base.title!r}: a sub-process is not begun by an event here"
            self.wrong("element", element.line, zh, en)
        if tag == "callActivity" and not element.get("calledElement"):
            zh, en = f"“{base.title}”没有写明调用哪个流程", f"{base.title!r} names no procedure to call (calledElement)"
            self.wrong("call", element.line, zh, en)
        return replace(base, kind="sub", code=element.get("calledElement"))

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

    def _caught(self, element: Element, base: Node) -> Node | None:
        """What an intermediate event, or one at a boundary, waits for."""
        edge = element.tag == "boundaryEvent"
        if edge:
            breaks = element.get("cancelActivity") != "false"
            base = replace(base, kind="boundary", host=element.get("attachedToRef"), breaks=breaks)
        found = [child for child in element.children if child.tag.endswith("EventDefinition")]
        tag = found[0].tag if len(found) == 1 else ""
        if tag == "messageEventDefinition":
            return self._message(element, replace(base, kind="boundary" if edge else "message"), found[0])
        if edge and tag in ("errorEventDefinition", "escalationEventDefinition"):
            kind: Literal["error", "escalation"] = "error" if tag.startswith("error") else "escalation"
            if kind == "error" and not base.breaks:
                zh, en = f"错误边界事件“{base.title}”必须中断", f"an error at a boundary interrupts: {base.title!r}"
                self.wrong("element", element.line, zh, en)
            return replace(base, catch=kind, code=self._code(found[0]))
        return self._timer(element, base)

    def _message(self, element: Element, base: Node, definition: Element) -> Node | None:
        of = definition.get("messageRef")
        named = [each.get("name") or of for each in self.root.every("message") if of and each.get("id") == of]
        if not named:
            zh, en = f"“{base.title}”没有写明等待哪个消息", f"{base.title!r} names no message (messageRef)"
            self.wrong("message", element.line, zh, en)
            return None
        return replace(base, message=named[0])

    def _timer(self, element: Element, base: Node) -> Node | None:
        timer = element.first("timerEventDefinition")
        duration = timer.first("timeDuration") if timer is not None else None
        if duration is None:
            zh = f"{element.tag}“{base.title}”须带 timeDuration 定时器或消息"
            self.wrong("element", element.line, zh, f"{element.tag} {base.title!r} needs a timeDuration or a message")
            return None
        wait = wait_of(duration.text())
        if wait is None:
            said = duration.text()[:40]
            self.wrong("timer", duration.line, f"时长“{said}”应如 P5D 或 PT4H", f"{said!r} is no P5D nor PT4H")
            return None
        return replace(base, kind=base.kind if base.kind == "boundary" else "timer", wait=wait)

    def _connect(self) -> None:
        out: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        into: dict[str, list[str]] = {id_: [] for id_ in self.nodes}
        for flow in self.flows.values():
            if flow.source not in out or flow.target not in into:
                missing = flow.source if flow.source not in out else flow.target
                if not self.faults:
                    self.wrong("diagram", flow.line, f"连线指向不存在的“{missing}”", f"no node {missing!r} for a flow")
                continue
            if self.nodes[flow.source].parent != self.nodes[flow.target].parent:
                zh, en = f"连线“{flow.id}”不能穿过子流程的边界", f"the flow {flow.id!r} crosses a sub-process's border"
                self.wrong("diagram", flow.line, zh, en)
            out[flow.source].append(flow.id)
            into[flow.target].append(flow.id)
        beside = self._beside(out)
        inner = {node.parent: node.id for node in self.nodes.values() if node.kind == "start" and node.parent}
        for id_, node in self.nodes.items():
            events = [self.nodes[each] for each in beside.get(id_, ())]
            self.nodes[id_] = replace(
                node,
                outgoing=tuple(out[id_]),
                incoming=tuple(into[id_]),
                timers=tuple(each.id for each in events if each.wait is not None),
                catches=tuple(each.id for each in events if each.wait is None),
                inner=inner.get(id_, ""),
            )

    def _beside(self, out: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Events at the boundary of a step, or behind an event gateway."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            host = self.nodes.get(node.host, node)
            if node.kind == "boundary":
                found.setdefault(node.host, []).append(node.id)
                of_sub = host.kind == "sub"
                fits = host.parent == node.parent and (of_sub or (host.kind == "task" and not node.catch))
                if not fits and not self.faults:
                    zh = f"边界事件“{node.title}”只能附在人工任务、子流程或调用上；错误和升级只能附在后两者上"
                    en = (
                        f"{node.title!r}: at a user task, sub-process or call; errors and escalations at the latter two"
                    )
                    self.wrong("diagram", node.line, zh, en)
            if node.kind == "events":
                found[node.id] = [self.flows[flow].target for flow in out[node.id]]
        return found


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
        """Of the whole, and of each sub-process; what is called is looked at by itself."""
        around = [node for node in self.nodes.values() if node.kind == "sub" and not node.code]
        for parent, line, title in (("", 1, ""), *((node.id, node.line, f"“{node.title}”") for node in around)):
            inside = [node for node in self.nodes.values() if node.parent == parent]
            starts = [node for node in inside if node.kind == "start"]
            if len(starts) != 1:
                count, at = len(starts), starts[1].line if starts else line
                yield self._say(
                    at, f"{title}应有一个开始事件，现有 {count} 个", f"{title}one start is needed, not {count}"
                )
            if not any(node.kind in ENDS for node in inside):
                yield self._say(line, f"{title}没有结束事件", f"{title}there is no end event")

    def _node(self, node: Node) -> Iterator[Fault]:
        out, into = len(node.outgoing), len(node.incoming)
        ending = node.kind in ENDS
        gate = node.kind in ("exclusive", "parallel", "inclusive", "events")
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
        if node.kind == "events":
            yield from self._racing(node)
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

    def _racing(self, node: Node) -> Iterator[Fault]:
        if len(node.outgoing) < 2:
            zh, en = f"事件网关“{node.title}”至少要有两个出口", f"the event gateway {node.title!r} needs two ways out"
            yield self._say(node.line, zh, en)
        for target in (self.nodes[self.flows[flow].target] for flow in node.outgoing):
            if target.kind not in ("timer", "message") or len(target.incoming) > 1:
                zh = f"事件网关“{node.title}”之后只能是定时器或消息，且只从它进入；“{target.title}”不是"
                en = f"behind {node.title!r} stand timers and messages reached from it alone; {target.title!r} is not"
                yield self._say(target.line, zh, en)

    def _next(self, node: Node) -> list[str]:
        return [self.flows[flow].target for flow in node.outgoing] + list(node.beside) + [node.inner] * bool(node.inner)

    def _at_once(self, node: Node) -> list[str]:
        """Where a token goes on without anybody's doing: into a sub-process, and from its end to what follows it."""
        if node.kind in ENDS and node.parent:
            around = self.nodes[node.parent]
            return [self.flows[flow].target for flow in around.outgoing] + list(around.catches)
        if node.kind == "sub":
            return [node.inner] if node.inner else []
        return self._next(node)

    def _reach(self) -> Iterator[Fault]:
        start = next(node.id for node in self.nodes.values() if node.kind == "start" and not node.parent)
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
            for target in self._at_once(self.nodes[id_]):
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
