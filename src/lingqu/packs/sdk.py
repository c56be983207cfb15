"""All that a sector pack may import.

A pack is a folder with ``pack.yaml`` and the same folders of definitions as a city, found by the entry point group
``lingqu.packs``. Most packs need no Python. Where data cannot say it, ``hooks.py`` beside ``pack.yaml`` may hold::

    from lingqu.packs.sdk import Broken, Definitions, Text, rule

    @rule("benches.seats")
    def seats(definitions: Definitions) -> Iterator[Broken]:
        ...

Such a rule runs with ``lingqu blueprint check`` for every city that names the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.kernel.text import Text

Definitions = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""kind → code → the definition as plain data, all layers together."""


@dataclass(frozen=True)
class Broken:
    """One definition that breaks a pack's rule. ``path`` leads to the key, for the line: ``("items", 0, "code")``."""

    kind: str
    code: str
    message: Text
    next_step: Text
    path: tuple[str | int, ...] = ()
    severity: str = "error"  # error | warning


Check = Callable[[Definitions], Iterable[Broken]]


@dataclass(frozen=True)
class Rule:
    """A check under its stable code, e.g. ``benches.seats``."""

    code: str
    check: Check


def rule(code: str) -> Callable[[Check], Rule]:
    """Make a function of ``hooks.py`` a rule of the blueprint."""
    return lambda check: Rule(code, check)


__all__ = ["Broken", "Check", "Definitions", "Rule", "Text", "rule"]
