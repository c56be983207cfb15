"""No repeated collection (Order 809): what a department asks for and has, or could have without a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.drawing import door as drawing


@dataclass(frozen=True)
class Repeat:
    """An item that the consumer collects itself (``own``), or that another resource shares ``unconditional``ly."""

    item: str
    resource: str
    kind: Literal["own", "unconditional"]


def repeats(consumer: str, resource: str, items: Iterable[str]) -> list[Repeat]:
    """Items that identify a record are left out: everybody has them."""
    every = drawing.every(InformationResource)
    asked, wanted = every[resource], set(items)
    elements = {i.element: i.code for i in asked.items if i.code in wanted and i.code not in asked.key}
    found = []
    for other in every.values():
        if other.code == resource:
            continue
        own, free = other.department == consumer, other.sharing.type == "unconditional"
        if not own and (not free or asked.sharing.type == "unconditional"):
            continue
        for item in other.items:
            if item.element in elements:
                found.append(Repeat(elements[item.element], other.code, "own" if own else "unconditional"))
    return found
