"""Procedures (办理流程) of the city as code: a BPMN diagram, its decision tables, and who does which step in what time.

The diagram says the order; offices, clocks and answers stand beside it, so that one who draws cannot give rights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Variable(Part):
    """An answer of the case that conditions may read. ``choices`` are the values of a text."""

    title: Text
    type: Literal["truth", "number", "text"]
    choices: tuple[str, ...] = ()


class Task(Part):
    """A step done by people. ``departments``: of a task marked as many in the diagram, each does it once; there a yes
    or no of the case is yes where all said yes. ``days``: working days; ``answers``: variables that are asked for."""

    department: Code | None = None
    departments: tuple[Code, ...] = ()
    days: int | None = Field(default=None, ge=1, le=365, description="working days")
    answers: tuple[Name, ...] = ()
    returns: bool = Field(default=True, description="may be sent back to the applicant, once")

    @model_validator(mode="after")
    def _one_or_many(self) -> Task:
        if bool(self.department) == bool(self.departments):
            raise ValueError("say department, or departments for a task done by many")
        if len(set(self.departments)) != len(self.departments):
            raise ValueError("departments are named once each")
        return self

    def offices(self) -> tuple[str, ...]:
        return self.departments or (self.department or "",)


class Procedure(Definition):
    """``department`` leads: it may suspend a case and sees it whole. ``diagram`` is BPMN 2.0, ``decisions`` DMN, as
    text; files beside the definition are named by ``diagram_file`` and ``decision_files`` instead."""

    kind: ClassVar[str] = "procedure"
    folder: ClassVar[str] = "procedures"

    department: Code
    situation: Code | None = Field(default=None, description="the situation whose forms it takes")
    days: int | None = Field(default=None, ge=1, le=365, description="working days of the whole, as promised")
    supplement_days: int = Field(default=10, ge=1, le=365, description="working days to supplement after a return")
    variables: dict[Name, Variable] = Field(default_factory=dict)
    tasks: dict[str, Task] = Field(default_factory=dict)
    diagram: str
    decisions: tuple[str, ...] = ()

    def references(self) -> Iterator[Reference]:
        yield Reference("department", self.department, ("department",))
        if self.situation:
            yield Reference("form_situation", self.situation, ("situation",))
        for node, task in self.tasks.items():
            if task.department:
                yield Reference("department", task.department, ("tasks", node, "department"))
            for index, code in enumerate(task.departments):
                yield Reference("department", code, ("tasks", node, "departments", index))
