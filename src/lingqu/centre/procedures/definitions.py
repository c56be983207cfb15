"""Procedures (办理流程) of the city as code: a BPMN diagram, its decision tables, and who does which step in what time.

The diagram says the order; offices, clocks and answers stand beside it, so that one who draws cannot give rights.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, model_validator

from lingqu.centre.papers import door as papers
from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Variable(Part):
    """An answer of the case that conditions may read. ``choices`` are the values of a text; what is ``told`` is for
    the applicant to read."""

    title: Text
    type: Literal["truth", "number", "text"]
    choices: tuple[str, ...] = ()
    told: bool = Field(default=False, description="what a step answers is shown to the applicant")


class Task(Part):
    """A step done by people. ``departments``: of a task marked as many in the diagram, each does it once; there a yes
    or no of the case is yes where all said yes. ``days``: working days; ``answers``: variables that are asked for.
    ``title``: the step in both languages, where the diagram's name is not said in both. ``department_from``: a text
    variable with the code of the department whose step it is, where it names one; that department may pass it on."""

    title: Text | None = None
    department: Code | None = None
    department_from: Name | None = None
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
        if self.department_from and self.departments:
            raise ValueError("department_from goes with department, not with departments")
        return self

    def offices(self) -> tuple[str, ...]:
        return self.departments or (self.department or "",)


ReasonFor = Literal["return", "refuse", "suspend"]


class Wording(Part):
    """A reason by template: ``title`` names it where it is picked (of a return: what is missing), ``words`` are what
    is written, ``law`` its basis. Whoever picks it may change the words. Without ``tasks`` it is for all of them."""

    act: ReasonFor
    title: Text
    words: Text
    law: Text | None = None
    tasks: tuple[str, ...] = ()


class Reason(Definition):
    """A reason by template for every procedure: of one department, or of all."""

    kind: ClassVar[str] = "reason"
    folder: ClassVar[str] = "reasons"

    act: ReasonFor
    words: Text
    law: Text | None = None
    department: Code | None = None

    def references(self) -> Iterator[Reference]:
        if self.department:
            yield Reference("department", self.department, ("department",))


class Escalation(Part):
    """Who is told of an item ``after`` so many working days past its term: who holds one of ``roles`` in the item's
    department, or in the leading one."""

    after: int = Field(default=0, ge=0, le=90, description="working days past the term; 0: as soon as it is over")
    roles: tuple[Code, ...] = Field(min_length=1)
    of: Literal["item", "lead"] = "item"


class Appeal(Part):
    """What an applicant may do against the outcome: a case of another procedure, linked to this one. ``days`` are
    calendar days from the outcome (Administrative Reconsideration Law of the PRC, art. 20: sixty)."""

    procedure: Code
    days: int = Field(default=60, ge=1, le=730, description="calendar days")
    outcomes: tuple[str, ...] = Field(default=(), description="ids of the diagram's ends that are appealed against")
    returns: bool = Field(default=False, description="also against being sent back")


Expression = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""In the language of forms, over the terms of the situation."""


class Taken(Part):
    """What an application brings into its case. ``title`` names the case; ``answers``: variables that no step decides;
    ``statement`` is what the applicant signs; ``situations``: further ones whose applications are taken."""

    title: Expression
    answers: dict[Name, Expression] = Field(default_factory=dict)
    statement: Text = Text(
        zh="本人承诺所填内容真实、准确、完整，并承担相应法律责任。",
        en="I declare that what I have written is true, accurate and complete, and answer for it under the law.",
    )
    situations: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _spoken(self) -> Taken:
        for text in (self.title, *self.answers.values()):
            papers.parse(text)
        return self


class Issue(Part):
    """A certificate that is issued by whoever completes the task ``at``. ``numbers``: what is given beforehand;
    ``uscc`` gives ``organisation_code`` and ``uscc`` (GB 32100-2015) of the division ``division``. ``assigns``: terms
    that offices write, ``states``: what the certificate says, ``record``: attributes of the holder's new entity, which
    is owned by the issuing department; without it no entity is made. Besides terms these expressions know ``today``,
    ``office``, ``division`` (of the city) and the numbers."""

    at: str
    certificate: Code
    numbers: Literal["", "uscc"] = ""
    division: str = ""
    assigns: dict[str, Expression] = Field(default_factory=dict)
    states: dict[str, Expression] = Field(min_length=1)
    record: dict[str, Expression] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _spoken(self) -> Issue:
        for text in (*self.assigns.values(), *self.states.values(), *self.record.values()):
            papers.parse(text)
        return self


ASKED = ("office", "service", "what", "place", "contact")
"""Text variables that the page of consultation and complaints fills: a department's code, a service by its name, and
the person's own words."""


class Message(Part):
    """Something a case waits for from outside: a register's answer, the confirmation of a payment. Whoever handles
    cases of the procedure in ``department`` (a machine's account as well) says that it came, with its ``answers``."""

    title: Text
    department: Code
    answers: tuple[Name, ...] = ()


class Called(Part):
    """A procedure that a call of the diagram runs. Its variables are its own: ``gives`` sets those that none of its
    steps decides, by expressions over the caller's; ``takes`` sets the caller's, over its own, when it has ended."""

    procedure: Code
    gives: dict[Name, Expression] = Field(default_factory=dict)
    takes: dict[Name, Expression] = Field(default_factory=dict)


class Procedure(Definition):
    """``department`` leads: it may suspend a case and sees it whole. ``diagram`` is BPMN 2.0, ``decisions`` DMN, as
    text; files beside the definition are named by ``diagram_file`` and ``decision_files`` instead."""

    kind: ClassVar[str] = "procedure"
    folder: ClassVar[str] = "procedures"

    department: Code
    situation: Code | None = Field(default=None, description="the situation whose forms it takes")
    days: int | None = Field(default=None, ge=1, le=365, description="working days of the whole, as promised")
    supplement_days: int = Field(default=10, ge=1, le=365, description="working days to supplement after a return")
    asks: Literal["consultation", "complaint"] | None = Field(
        default=None, description="asked on the page of consultation and complaints; needs the variables of ASKED"
    )
    variables: dict[Name, Variable] = Field(default_factory=dict)
    tasks: dict[str, Task] = Field(default_factory=dict)
    names: dict[str, Text] = Field(
        default_factory=dict,
        description="of the diagram's other parts, in both languages: starts, ends, gateways, flows",
    )
    messages: dict[Name, Message] = Field(default_factory=dict, description="by the name the diagram gives them")
    calls: dict[str, Called] = Field(default_factory=dict, description="by the node of the diagram that calls")
    reasons: tuple[Wording, ...] = Field(default=(), max_length=100)
    escalation: tuple[Escalation, ...] = Field(default=(), max_length=5, description="stages, the first one first")
    appeal: Appeal | None = None
    takes: Taken | None = Field(default=None, description="what an application brings into its case")
    issues: tuple[Issue, ...] = Field(default=(), max_length=10)
    moved: dict[str, str] = Field(
        default_factory=dict, description="node of earlier versions → node that takes its place, for running cases"
    )
    diagram: str
    decisions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _stages_in_order(self) -> Procedure:
        days = [stage.after for stage in self.escalation]
        if days != sorted(set(days)):
            raise ValueError("stages of escalation stand in the order of their days, each later than the one before")
        return self

    def references(self) -> Iterator[Reference]:
        yield Reference("department", self.department, ("department",))
        if self.situation:
            yield Reference("form_situation", self.situation, ("situation",))
        for stage, each in enumerate(self.escalation):
            for index, role in enumerate(each.roles):
                yield Reference("role", role, ("escalation", stage, "roles", index))
        if self.appeal:
            yield Reference("procedure", self.appeal.procedure, ("appeal", "procedure"))
        for index, code in enumerate(self.takes.situations if self.takes else ()):
            yield Reference("form_situation", code, ("takes", "situations", index))
        for index, issue in enumerate(self.issues):
            yield Reference("certificate", issue.certificate, ("issues", index, "certificate"))
        yield from self._steps()

    def _steps(self) -> Iterator[Reference]:
        for name, message in self.messages.items():
            yield Reference("department", message.department, ("messages", name, "department"))
        for node, called in self.calls.items():
            yield Reference("procedure", called.procedure, ("calls", node, "procedure"))
        for node, task in self.tasks.items():
            if task.department:
                yield Reference("department", task.department, ("tasks", node, "department"))
            for index, code in enumerate(task.departments):
                yield Reference("department", code, ("tasks", node, "departments", index))
