"""Public services (政务服务事项) as people read of them, matters that bundle services (一件事), and people's words.

A guide says what GB/T 36114-2018 asks of one: who, what is needed, where, how long, what it costs, by which law.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

Audience = Literal["citizens", "firms"]
Sort = Literal["permission", "confirmation", "registration", "payment", "assistance", "complaint", "other"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Days = Annotated[int, Field(ge=0, le=365)]
GROUPS: dict[str, str] = {"fields": "livelihood_fields", "events": "life_events", "stages": "firm_stages"}
"""What services are grouped by → the code list whose items a service names."""


class Material(Part):
    """``fetched``: whence the office gets it itself, so that nobody brings it. ``when``: in which case it is needed.
    ``certificate``: the kind of certificate that proves it."""

    title: Text
    form: Literal["original", "copy", "original_and_copy", "electronic", "form"] = "original"
    copies: int = Field(default=1, ge=1, le=20)
    fetched: Text | None = None
    when: Text | None = None
    certificate: Code | None = None


class Counter(Part):
    """Where one goes. Hours as people say them."""

    title: Text
    address: Text
    hours: Text | None = None
    phone: str = ""


class Cost(Part):
    """``yuan``: a sum; none where it depends, as ``note`` says. ``basis``: by what it is asked."""

    title: Text
    yuan: float | None = Field(default=None, ge=0)
    note: Text | None = None
    basis: Text


class Law(Part):
    title: Text
    article: Text | None = None
    url: str = ""


class Step(Part):
    title: Text
    words: Text | None = None
    days: Days | None = None


class Result(Part):
    title: Text
    certificate: Code | None = None


class Service(Definition):
    """``legal_days``: the longest that the law allows, ``promised_days``: what the department promises, both working
    days; 0 is at once. ``procedure``, ``situation``: by which it is asked for here; ``link``: where it is asked for
    elsewhere. ``words``: what people call it. ``example``: its particulars come from no source of the city."""

    kind: ClassVar[str] = "service"
    folder: ClassVar[str] = "services"

    department: Code
    audience: tuple[Audience, ...] = Field(min_length=1)
    sort: Sort = "other"
    description: Text
    who: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    counters: tuple[Counter, ...] = ()
    phone: str = ""
    complaints: str = "12345"
    legal_days: Days | None = None
    promised_days: Days | None = None
    costs: tuple[Cost, ...] = ()
    laws: tuple[Law, ...] = ()
    steps: tuple[Step, ...] = ()
    results: tuple[Result, ...] = ()
    procedure: Code | None = None
    situation: Code | None = None
    link: str = ""
    fields: tuple[Code, ...] = ()
    events: tuple[Code, ...] = ()
    stages: tuple[Code, ...] = ()
    words: tuple[str, ...] = ()
    example: bool = False

    @model_validator(mode="after")
    def _promised_is_no_more_than_legal(self) -> Service:
        if None not in (self.legal_days, self.promised_days) and self.promised_days > self.legal_days:  # type: ignore[operator]
            raise ValueError("promised_days is longer than legal_days")
        if self.link and not self.link.startswith("https://"):
            raise ValueError("link begins with https://")
        return self

    @property
    def online(self) -> bool:
        return bool(self.procedure or self.situation or self.link)

    def references(self) -> Iterator[Reference]:
        yield Reference("department", self.department, ("department",))
        if self.procedure:
            yield Reference("procedure", self.procedure, ("procedure",))
        if self.situation:
            yield Reference("form_situation", self.situation, ("situation",))
        for index, material in enumerate(self.materials):
            if material.certificate:
                yield Reference("certificate", material.certificate, ("materials", index, "certificate"))
        for index, result in enumerate(self.results):
            if result.certificate:
                yield Reference("certificate", result.certificate, ("results", index, "certificate"))


class Question(Part):
    """A yes or no by which a matter is narrowed down."""

    code: Name
    title: Text
    hint: Text | None = None


class Needed(Part):
    """A service of a matter: needed where every answer of ``when`` is given; ``after``: services that come first."""

    service: Code
    after: tuple[Code, ...] = ()
    when: dict[Name, bool] = Field(default_factory=dict)
    note: Text | None = None


class ServiceBundle(Definition):
    """A matter in people's lives that takes several services, in their order (一件事)."""

    kind: ClassVar[str] = "service_bundle"
    folder: ClassVar[str] = "service_bundles"

    audience: tuple[Audience, ...] = Field(min_length=1)
    description: Text
    questions: tuple[Question, ...] = Field(default=(), max_length=8)
    services: tuple[Needed, ...] = Field(min_length=1)
    events: tuple[Code, ...] = ()
    stages: tuple[Code, ...] = ()
    fields: tuple[Code, ...] = ()
    words: tuple[str, ...] = ()
    example: bool = False

    def references(self) -> Iterator[Reference]:
        for index, part in enumerate(self.services):
            yield Reference("service", part.service, ("services", index, "service"))


class SearchWords(Definition):
    """``same``: what people say for the same; ``left_out``: what says nothing of what is looked for."""

    kind: ClassVar[str] = "search_words"
    folder: ClassVar[str] = "search_words"

    same: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    left_out: tuple[str, ...] = ()
