"""A diagram without a drawing gets a plain one (BPMN DI), left to right, so that it can be edited on a canvas."""

from __future__ import annotations

from collections import defaultdict
from xml.sax.saxutils import quoteattr

from lingqu.centre.procedures.markup import Element, Faulty, read

_SIZES = {"userTask": (100, 80), "businessRuleTask": (100, 80), "startEvent": (36, 36), "endEvent": (36, 36)}
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
    nodes = [each for each in process.children if each.get("id") and each.tag not in ("sequenceFlow", "laneSet")]
    flows = [each for each in process.every("sequenceFlow") if each.get("id")]
    end = diagram.rfind("</")
    return diagram[:end] + _plane(process, nodes, flows) + diagram[end:]


def _plane(process: Element, nodes: list[Element], flows: list[Element]) -> str:
    boxes = _boxes(nodes, flows)
    shapes = "".join(
        f"<bpmndi:BPMNShape id={quoteattr(id_ + '_di')} bpmnElement={quoteattr(id_)}>"
        f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}" /></bpmndi:BPMNShape>\n'
        for id_, (x, y, w, h) in boxes.items()
    )
    edges = "".join(_edge(flow, boxes) for flow in flows)
    return (
        f'<bpmndi:BPMNDiagram {_SPACES} id="drawn"><bpmndi:BPMNPlane id="drawn_plane" '
        f"bpmnElement={quoteattr(process.get('id'))}>\n{shapes}{edges}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>\n"
    )


def _edge(flow: Element, boxes: dict[str, tuple[int, int, int, int]]) -> str:
    source, target = boxes.get(flow.get("sourceRef")), boxes.get(flow.get("targetRef"))
    if source is None or target is None:
        return ""
    y0, y1 = source[1] + source[3] // 2, target[1] + target[3] // 2
    points = [(source[0] + source[2], y0), (target[0], y1)]
    inner = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x, y in points)
    id_ = flow.get("id")
    return f"<bpmndi:BPMNEdge id={quoteattr(id_ + '_di')} bpmnElement={quoteattr(id_)}>{inner}</bpmndi:BPMNEdge>\n"


def _boxes(nodes: list[Element], flows: list[Element]) -> dict[str, tuple[int, int, int, int]]:
    """Columns by the first way from the start, rows in the order of the text; timers at the foot of their task."""
    column = _columns(nodes, flows)
    rows: dict[int, int] = defaultdict(int)
    boxes: dict[str, tuple[int, int, int, int]] = {}
    for node in nodes:
        if node.tag != "boundaryEvent":
            wide, high = _SIZES.get(node.tag, (50, 50))
            at = column.get(node.get("id"), 0)
            left, middle = 100 + at * _WIDE, 100 + rows[at] * _HIGH
            rows[at] += 1
            boxes[node.get("id")] = (left + (100 - wide) // 2, middle - high // 2, wide, high)
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
