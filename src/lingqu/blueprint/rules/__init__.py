"""What a blueprint must hold to, one rule a file: ``check(blueprint)`` gives the faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lingqu.blueprint.model import Blueprint
from lingqu.blueprint.rules import (
    code_lists,
    departments,
    elements,
    fusion,
    guides,
    papers,
    procedures,
    quality,
    references,
    resources,
    roles,
    secrets,
    sharing,
    sources,
    types,
)
from lingqu.kernel.errors import Fault

Check = Callable[[Blueprint], Iterator[Fault]]

EVERY: tuple[Check, ...] = (
    references.check,
    departments.check,
    code_lists.check,
    elements.check,
    types.check,
    resources.check,
    sharing.check,
    sources.check,
    quality.check,
    fusion.check,
    papers.check,
    procedures.check,
    guides.check,
    roles.check,
    secrets.check,
)
