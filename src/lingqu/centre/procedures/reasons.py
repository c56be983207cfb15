"""Reasons by template: those of a procedure, then those of the department, then those of the city."""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures.definitions import Procedure, Reason, ReasonFor
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Template:
    """``key`` tells it from the others on one page."""

    key: str
    title: Text
    words: Text
    law: Text


_NONE = Text(zh="", en="")


def templates(of: Procedure, act: ReasonFor, department: str, node: str = "") -> tuple[Template, ...]:
    """``node``: of a step; without one those that are for single steps are left out."""
    own = [
        Template(f"own-{index}", each.title, each.words, each.law or _NONE)
        for index, each in enumerate(of.reasons)
        if each.act == act and (not each.tasks or node in each.tasks)
    ]
    general = [each for each in drawing.every(Reason).values() if each.act == act]
    general = [each for each in general if each.department in (None, department)]
    general.sort(key=lambda each: (each.department is None, each.code))
    return (*own, *(Template(f"all-{each.code}", each.title, each.words, each.law or _NONE) for each in general))
