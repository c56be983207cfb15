"""From items of a resource to attributes of an entity type: what the fusion registers make of them.

The catalogue stands below fusion, so it reads the registers' definitions as data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.drawing import door as drawing


@dataclass(frozen=True)
class Served:
    """``attributes`` are (item, attribute) of ``entity_type``; ``lacking`` items cannot be had by this way."""

    entity_type: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()


@dataclass
class _Kept:
    revision: int = -1
    registers: list[Mapping[str, Any]] = field(default_factory=list)


_kept = [_Kept()]


def _registers() -> list[Mapping[str, Any]]:
    now = drawing.revision()
    if _kept[0].revision != now:
        _kept[0] = _Kept(now, [p.document for p in drawing.placed() if p.kind == "register"])
    return _kept[0].registers


def forget() -> None:
    """For tests, where revisions begin anew."""
    _kept[0] = _Kept()


def by_type(resource: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Entity type → item → attributes that the resource's item becomes there."""
    found: dict[str, dict[str, list[str]]] = {}
    for register in _registers():
        for part in register.get("contributions", ()):
            if part.get("resource") != resource:
                continue
            items = found.setdefault(register["type"], {})
            for attribute, item in part.get("attributes", {}).items():
                if not attribute.startswith("_") and attribute not in items.setdefault(item, []):
                    items[item].append(attribute)
    return {kind: {i: tuple(a) for i, a in items.items() if a} for kind, items in found.items()}


def serve(resource: str, items: Iterable[str]) -> Served:
    """The entity type that has most of the items, and how it calls them."""
    wanted = list(dict.fromkeys(items))
    kinds = by_type(resource)
    if not kinds:
        return Served(lacking=tuple(wanted))
    best = max(sorted(kinds), key=lambda kind: sum(item in kinds[kind] for item in wanted))
    there = kinds[best]
    pairs = tuple((item, attribute) for item in wanted for attribute in there.get(item, ()))
    if not pairs:
        return Served(lacking=tuple(wanted))
    return Served(best, pairs, tuple(item for item in wanted if item not in there))
