"""A diagram by its elements' ids, sound or not: at which one a fault stands, and which ones two diagrams differ in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.markup import Element, Faulty, read

_LINKS = {"incoming", "outgoing"}


@dataclass(frozen=True)
class Compared:
    """Ids of what was added, changed and taken away; ``titles`` of those that are gone."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


def element_at(diagram: str, line: int) -> str:
    """The id of the node or flow that a line of the text belongs to; empty where there is none."""
    try:
        elements = list(_elements(diagram))
    except Faulty:
        return ""
    before = [element for element in elements if element.line <= line]
    return before[-1].get("id") if before else ""


def compare(before: Procedure | None, after: Procedure) -> Compared:
    """By the diagram's elements and what the definition says of its tasks. A text that is no XML has no elements."""
    old, new = _signed(before), _signed(after)
    gone = tuple(id_ for id_ in old if id_ not in new)
    return Compared(
        tuple(id_ for id_ in new if id_ not in old),
        tuple(id_ for id_ in new if id_ in old and old[id_] != new[id_]),
        gone,
        tuple(old[id_][0] or id_ for id_ in gone),
    )


def _signed(procedure: Procedure | None) -> dict[str, tuple[str, object]]:
    """id → (title, everything that is said of it)"""
    if procedure is None:
        return {}
    try:
        elements = list(_elements(procedure.diagram))
    except Faulty:
        return {}
    return {element.get("id"): (element.get("name"), _beside(procedure, element)) for element in elements}


def _beside(procedure: Procedure, element: Element) -> object:
    """All that is said of an element, in the diagram and in the definition."""
    id_ = element.get("id")
    return _said(element), procedure.tasks.get(id_), procedure.names.get(id_), procedure.calls.get(id_)


def _said(element: Element) -> object:
    attributes = {key: value for key, value in element.attributes.items() if key != "id" and not key.startswith("{")}
    rule = [value for key, value in element.attributes.items() if key.endswith("}decisionRef")]
    own = element.tag != "subProcess"
    inner = [_said(child) for child in element.children if child.tag not in _LINKS and (own or not child.get("id"))]
    return element.tag, sorted(attributes.items()), rule, element.text(), inner


def _elements(diagram: str) -> Iterator[Element]:
    for process in read(diagram).every("process"):
        yield from _inside(process)


def _inside(around: Element) -> Iterator[Element]:
    for child in around.children:
        if child.get("id"):
            yield child
        if child.tag == "subProcess":
            yield from _inside(child)
