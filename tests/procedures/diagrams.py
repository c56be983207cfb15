"""Diagrams for tests, as text: a small one, and random block-structured ones in FEEL and in Python."""

from __future__ import annotations

from dataclasses import dataclass, field

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:t">\n'
)


def diagram(*inside: str) -> str:
    """One element a line; the first of ``inside`` stands on line 3."""
    return HEAD + '<process id="p" isExecutable="true">\n' + "\n".join(inside) + "\n</process>\n</definitions>\n"


def flow(id_: str, source: str, target: str, when: str = "") -> str:
    condition = when.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    body = f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if when else ""
    return f'<sequenceFlow id="{id_}" sourceRef="{source}" targetRef="{target}">{body}</sequenceFlow>'


APPROVAL = diagram(
    '<startEvent id="start"/>',
    '<userTask id="accept" name="受理"/>',
    '<parallelGateway id="split"/>',
    '<userTask id="a"/>',
    '<userTask id="b"/>',
    '<userTask id="c"/>',
    '<parallelGateway id="join"/>',
    '<userTask id="decide"/>',
    '<exclusiveGateway id="which" default="no"/>',
    '<endEvent id="granted" name="准予"/>',
    '<endEvent id="refused" name="不予"/>',
    flow("f1", "start", "accept"),
    flow("f2", "accept", "split"),
    *(flow(f"s{n}", "split", n) for n in "abc"),
    *(flow(f"j{n}", n, "join") for n in "abc"),
    flow("f3", "join", "decide"),
    flow("f4", "decide", "which"),
    flow("yes", "which", "granted", "approved = true"),
    flow("no", "which", "refused"),
)


@dataclass
class Drawn:
    """A random diagram. Tasks have two flows nowhere; conditions read the truths ``x0``, ``x1``, …"""

    shapes: list[str] = field(default_factory=list)
    flows: list[tuple[str, str, str, str]] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    count: int = 0

    def new(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def join(self, source: str, target: str, when: str = "") -> str:
        id_ = self.new("f")
        self.flows.append((id_, source, target, when))
        return id_

    def text(self, python: bool) -> str:
        def said(when: str) -> str:
            return when.replace(" = true", " == True") if python else when

        return diagram(*self.shapes, *(flow(i, s, t, said(when)) for i, s, t, when in self.flows))


def drawn(tree: object) -> Drawn:
    """A block: ``"task"``, ``("seq", blocks)``, ``("and"|"xor"|"or", [(variable, block)…])``; the last branch of xor
    and or is the default one."""
    made = Drawn()
    made.shapes.append('<startEvent id="start"/>')
    last = _block(made, tree, "start")
    made.shapes.append('<endEvent id="end"/>')
    made.join(last, "end")
    return made


def _block(made: Drawn, tree: object, before: str, when: str = "") -> str:
    if tree == "task":
        id_ = made.new("t")
        made.shapes.append(f'<userTask id="{id_}"/>')
        made.tasks.append(id_)
        made.join(before, id_, when)
        return id_
    kind, parts = tree  # type: ignore[misc]
    if kind == "seq":
        for part in parts:
            before, when = _block(made, part, before, when), ""
        return before
    tag = {"and": "parallelGateway", "xor": "exclusiveGateway", "or": "inclusiveGateway"}[kind]
    split, join = made.new("g"), made.new("g")
    at = len(made.shapes)
    made.shapes.append(f'<{tag} id="{split}"/>')
    made.join(before, split, when)
    ends = []
    for index, (variable, part) in enumerate(parts):
        default = kind != "and" and index == len(parts) - 1
        first = len(made.flows)
        ends.append(_block(made, part, split, "" if default or kind == "and" else f"x{variable} = true"))
        if default:
            own = next(f for f in made.flows[first:] if f[1] == split)
            made.shapes[at] = f'<{tag} id="{split}" default="{own[0]}"/>'
    made.shapes.append(f'<{tag} id="{join}"/>')
    for end in ends:
        made.join(end, join)
    return join
