"""What a blueprint must hold to, one rule a file: ``check(blueprint)`` gives the faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lingqu.blueprint.model import Blueprint
from lingqu.blueprint.rules import references
from lingqu.kernel.errors import Fault

Check = Callable[[Blueprint], Iterator[Fault]]

EVERY: tuple[Check, ...] = (references.check,)
