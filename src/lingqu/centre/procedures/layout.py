"""A diagram without a drawing gets a plain one (BPMN DI), left to right, so that it can be edited on a canvas."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from lingqu.centre.procedures.markup import Element, Faulty, read

_SIZES = {
    "userTask": (100, 80),
    "callActivity": (100, 80),
    "subProcess": (100, 80),
    "businessRuleTask": (100, 80),
    "startEvent": (36, 36),
    "endEvent": (36, 36),
}
_SPACES = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)
_WIDE, _HIGH = 170, 120


def drawn(diagram: str) -> str:
    """The same text where it has a drawing, or is no diagram; else with one."""
    try:
        root = read(diagram)
    except Faulty:
        return diagram
    process = root.first("process")
    if process is None or root.first("BPMNDiagram") is not None:
        return diagram
    end = diagram.rfind("</")
    return diagram[:end] + _plane(process) + diagram[end:]


Box = tuple[int, int, int, int]


def _parts(around: Element) -> tuple[list[Element], list[Element]]:
    nodes = [each for each in around.children if each.get("id") and each.tag not in ("sequenceFlow", "laneSet")]
    return nodes, [each for each in around.every("sequenceFlow") if each.get("id")]


def _placed(around: Element) -> tuple[dict[str, Box], list[Element]]:
    """Boxes of all that is inside, also of what is inside that, and all flows."""
    nodes, flows = _parts(around)
    inner = {each.get("id"): _placed(each) for each in nodes if each.tag == "subProcess"}
    sizes = {
        id_: (max(x + w for x, _, w, _ in boxes.values()) - 60, max(y + h for _, y, _, h in boxes.values()))
        for id_, (boxes, _) in inner.items()
        if boxes
    }
    boxes = _boxes(nodes, flows, sizes)
    for id_, (inside, more) in inner.items():
        left, top, *_ = boxes[id_]
        boxes |= {each: (left + x - 70, top + y - 20, w, h) for each, (x, y, w, h) in inside.items()}
        flows = [*flows, *more]
    return boxes, flows


def _plane(process: Element) -> str:
    boxes, flows = _placed(process)
    around, expanded = {each.get("id") for each in process.deep() if each.tag == "subProcess"}, ' isExpanded="true"'
    shapes = "".join(
        f"<bpmndi:BPMNShape id={quoteattr(id_ + '_di')} bpmnElement={quoteattr(id_)}"
        f"{expanded if id_ in around else ''}>"
        f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}" /></bpmndi:BPMNShape>\n'
        for id_, (x, y, w, h) in boxes.items()
    )
    edges = "".join(_edge(flow, boxes) for flow in flows)
    return (
        f'<bpmndi:BPMNDiagram {_SPACES} id="drawn"><bpmndi:BPMNPlane id="drawn_plane" '
        f"bpmnElement={quoteattr(process.get('id'))}>\n{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n"
    )


def _edge(flow: Element, boxes: dict[str, Box]) -> str:
    source, target = boxes.get(flow.get("sourceRef")), boxes.get(flow.get("targetRef"))
    if source is None or target is None:
        return ""
    y0, y1 = source[1] + source[3] // 2, target[1] + target[3] // 2
    points = [(source[0] + source[2], y0), (target[0], y1)]
    inner = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in points)
    id_ = flow.get("id")
    return f"<bpmndi:BPMNEdge id={quoteattr(id_ + '_di')} bpmnElement={quoteattr(id_)}>{inner}</bpmndi:BPMNEdge>\n"


def _boxes(nodes: list[Element], flows: list[Element], sizes: Mapping[str, tuple[int, int]]) -> dict[str, Box]:
    """Columns by the first way from the start, rows in the order of the text; timers at the foot of their step. A
    sub-process is as large as what is inside it, and its column and what stands below it make room."""
    column = _columns(nodes, flows)
    broad: dict[int, int] = defaultdict(lambda: 100)
    for node in nodes:
        at = column.get(node.get("id"), 0)
        broad[at] = max(broad[at], sizes.get(node.get("id"), (100, 80))[0])
    lower: dict[int, int] = defaultdict(lambda: 60)
    boxes: dict[str, Box] = {}
    for node in nodes:
        if node.tag != "boundaryEvent":
            wide, high = sizes.get(node.get("id"), _SIZES.get(node.tag, (50, 50)))
            at = column.get(node.get("id"), 0)
            left = 100 + at * (_WIDE - 100) + sum(broad[each] for each in range(at))
            room = max(80, high)
            boxes[node.get("id")] = (left + (broad[at] - wide) // 2, lower[at] + (room - high) // 2, wide, high)
            lower[at] += room + _HIGH - 80
    for node in nodes:
        host = boxes.get(node.get("attachedToRef"))
        if node.tag == "boundaryEvent" and host is not None:
            boxes[node.get("id")] = (host[0] + host[2] - 30, host[1] + host[3] - 18, 36, 36)
    return boxes


def _columns(nodes: list[Element], flows: list[Element]) -> dict[str, int]:
    after: dict[str, list[str]] = defaultdict(list)
    for flow in flows:
        after[flow.get("sourceRef")].append(flow.get("targetRef"))
    for node in nodes:
        if node.tag == "boundaryEvent":
            after[node.get("attachedToRef")].extend(after[node.get("id")])
    column = {node.get("id"): 0 for node in nodes if node.tag == "startEvent"}
    ahead = list(column)
    while ahead:
        here = ahead.pop(0)
        for target in after[here]:
            if target not in column:
                column[target] = column[here] + 1
                ahead.append(target)
    return column
