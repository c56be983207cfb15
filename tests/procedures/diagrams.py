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

    shapes: list[str | tuple[str, Drawn]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    inside: Drawn | None = None
    flows: list[tuple[str, str, str, str]] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    count: int = 0

    def new(self, letter: str) -> str:
        if self.inside is not None:
            return self.inside.new(letter)
        self.count += 1
        return f"{letter}{self.count}"

    def awaited(self) -> str:
        """An event that waits for a message of its own, named as the event is."""
        id_ = self.new("m")
        whole = self
        while whole.inside is not None:
            whole = whole.inside
        whole.messages.append(id_)
        definition = f'<messageEventDefinition messageRef="of_{id_}"/>'
        self.shapes.append(f'<intermediateCatchEvent id="{id_}">{definition}</intermediateCatchEvent>')
        return id_

    def join(self, source: str, target: str, when: str = "") -> str:
        id_ = self.new("f")
        self.flows.append((id_, source, target, when))
        return id_

    def text(self, python: bool) -> str:
        def said(when: str) -> str:
            return when.replace(" = true", " == True") if python else when

        def lines(of: Drawn) -> list[str]:
            shapes = [
                each if isinstance(each, str) else f'<subProcess id="{each[0]}">{"".join(lines(each[1]))}</subProcess>'
                for each in of.shapes
            ]
            return [*shapes, *(flow(i, s, t, said(when)) for i, s, t, when in of.flows)]

        named = "".join(f'<message id="of_{name}" name="{name}"/>\n' for name in self.messages)
        return diagram(*lines(self)).replace("<process", named + "<process", 1)


def drawn(tree: object) -> Drawn:
    """A block: ``"task"``, ``"message"``, ``("seq", blocks)``, ``("sub", block)``, ``("race", blocks)`` (an event
    gateway with a message before each), ``("and"|"xor"|"or", [(variable, block)…])``; the last branch of xor and or is
    the default one."""
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
    if tree == "message":
        id_ = made.awaited()
        made.join(before, id_, when)
        return id_
    kind, parts = tree  # type: ignore[misc]
    if kind in ("sub", "race"):
        return (_sub if kind == "sub" else _race)(made, parts, before, when)
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


def _sub(made: Drawn, part: object, before: str, when: str) -> str:
    id_, inner = made.new("p"), Drawn(inside=made)
    start, end = made.new("s"), made.new("e")
    inner.shapes.append(f'<startEvent id="{start}"/>')
    last = _block(inner, part, start)
    inner.shapes.append(f'<endEvent id="{end}"/>')
    inner.join(last, end)
    made.shapes.append((id_, inner))
    made.join(before, id_, when)
    return id_


def _race(made: Drawn, parts: list[object], before: str, when: str) -> str:
    gate, merge = made.new("g"), made.new("g")
    made.shapes.append(f'<eventBasedGateway id="{gate}"/>')
    made.join(before, gate, when)
    for part in parts:
        event = made.awaited()
        made.join(gate, event)
        made.join(_block(made, part, event), merge)
    made.shapes.append(f'<exclusiveGateway id="{merge}"/>')
    return merge
