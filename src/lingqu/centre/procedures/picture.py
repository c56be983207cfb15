"""A diagram as SVG, made on the server: with where the case is and which nodes it passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape
from textwrap import wrap

from lingqu.centre.procedures.plan import Box, Node, Plan

_MARGIN = 20.0


def picture(
    plan: Plan,
    waiting: Collection[str] = (),
    passed: Collection[str] = (),
    title: str = "",
    names: Mapping[str, str] | None = None,
) -> str:
    """SVG by the diagram's own layout (BPMN DI); empty where it has none. Classes: ``node``, ``flow``, ``is-waiting``,
    ``is-passed``, for the page's style sheet: there is no style inside. Every word is escaped. ``names``: node → what
    the page calls it, where that is not the diagram's own name."""
    said = names or {}
    boxes = {id_: box for id_, box in plan.boxes.items() if id_ in plan.nodes}
    if not boxes:
        return ""
    left = min(box.x for box in boxes.values()) - _MARGIN
    top = min(box.y for box in boxes.values()) - _MARGIN
    wide = max(box.x + box.width for box in boxes.values()) + _MARGIN - left
    high = max(box.y + box.height for box in boxes.values()) + 2 * _MARGIN - top
    parts = [_flow(plan, id_, said.get(id_)) for id_ in plan.flows if plan.lines.get(id_)]
    parts += [_node(plan.nodes[id_], said.get(id_), box, id_ in waiting, id_ in passed) for id_, box in boxes.items()]
    return (
        f'<svg class="procedure" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{left:g} {top:g} {wide:g} '
        f'{high:g}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def _flow(plan: Plan, id_: str, said: str | None) -> str:
    points = " ".join(f"{x:g},{y:g}" for x, y in plan.lines[id_])
    (x0, y0), (x1, y1) = plan.lines[id_][-2:] if len(plan.lines[id_]) > 1 else (plan.lines[id_][0],) * 2
    length = max(1.0, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
    dx, dy = (x1 - x0) / length * 8, (y1 - y0) / length * 8
    head = f"{x1:g},{y1:g} {x1 - dx - dy / 2:g},{y1 - dy + dx / 2:g} {x1 - dx + dy / 2:g},{y1 - dy - dx / 2:g}"
    title = said or plan.flows[id_].title
    words = f'<text class="of-flow" x="{(x0 + x1) / 2:g}" y="{(y0 + y1) / 2 - 6:g}">{escape(title[:16])}</text>'
    return f'<polyline class="flow" points="{points}" /><polygon class="head" points="{head}" />{words * bool(title)}'


def _node(node: Node, said: str | None, box: Box, waiting: bool, passed: bool) -> str:
    title = said or node.title
    state = " is-waiting" if waiting else " is-passed" if passed else ""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    if node.kind in ("exclusive", "parallel", "inclusive", "events"):
        corners = f"{x:g},{box.y:g} {box.x + box.width:g},{y:g} {x:g},{box.y + box.height:g} {box.x:g},{y:g}"
        sign = {"exclusive": "×", "parallel": "+", "inclusive": "○", "events": "◎"}[node.kind]
        shape = f'<polygon points="{corners}" /><text x="{x:g}" y="{y + 6:g}">{sign}</text>'
    elif node.kind in ("task", "decision", "sub"):
        rectangle = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
        around = node.kind == "sub" and node.call is None
        shape = f'<rect {rectangle} rx="6" />{_words(title, x, box.y + 12 if around else y, box.width)}'
    else:
        below = f'<text x="{x:g}" y="{box.y + box.height + 14:g}">{escape(title[:16])}</text>'
        shape = f'<circle cx="{x:g}" cy="{y:g}" r="{min(box.width, box.height) / 2:g}" />{below}'
    return f'<g class="node {node.kind}{state}">{shape}</g>'


def _words(text: str, x: float, y: float, width: float) -> str:
    """Up to three lines, broken between words; a Chinese character takes about 14 units."""
    room = max(4, int(width / (14 if any(ord(sign) > 0x2E80 for sign in text) else 7.5)))
    lines = wrap(text, room)[:3]
    first = y + 5 - (len(lines) - 1) * 8
    return "".join(f'<text x="{x:g}" y="{first + 16 * n:g}">{escape(line)}</text>' for n, line in enumerate(lines))
