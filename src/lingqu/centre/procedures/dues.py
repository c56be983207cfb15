"""What somebody has to see to, and by when: by the calendar, or because a certificate ends."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import model_validator

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.kernel.definition import Code, Definition, Field, Reference
from lingqu.kernel.text import Text

Value = str | int | float | bool
ALIVE = ("valid", "expired")


class Due(Definition):
    """By the calendar: on ``day`` (the month's last where it is shorter) of each of ``months``; or by certificate:
    when one of the kind ends. ``about`` is the entity type, ``where`` attribute → values of which it has one.

    ``extended``: what becomes of a last day that is no working day. ``holidays``: where three days of holidays or more
    lie between ``opens`` and it, as many working days are added (Implementation Rules of the Law on Tax Collection,
    art. 109).
    """

    kind: ClassVar[str] = "due"
    folder: ClassVar[str] = "dues"

    about: Code
    where: dict[str, tuple[Value, ...]] = Field(default_factory=dict)
    basis: Text
    office: Text | None = None
    months: tuple[int, ...] = Field(default=(), max_length=12)
    day: int = Field(default=31, ge=1, le=31)
    opens_days: int = Field(default=30, ge=0, le=366, description="how long before it may be done")
    extended: Literal["none", "next_working_day", "holidays"] = "none"
    since: str | None = Field(default=None, description="attribute: the day it began; due from the year after on")
    certificate: Code | None = None
    procedure: Code | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Due:
        if bool(self.months) == bool(self.certificate) or any(not 1 <= month <= 12 for month in self.months):
            raise ValueError("a due has months (1 to 12), or a certificate")
        return self

    def references(self) -> Iterator[Reference]:
        yield Reference("entity_type", self.about, ("about",))
        if self.certificate:
            yield Reference("certificate", self.certificate, ("certificate",))
        if self.procedure:
            yield Reference("procedure", self.procedure, ("procedure",))


@dataclass(frozen=True)
class Dated:
    """One day by which something is due. Whether it was done already is not known here."""

    of: Due
    day: date
    opens: date
    number: str = ""  # of the certificate

    @property
    def settled(self) -> bool:
        """False while holidays of that year, which may move the day, are not announced yet."""
        return self.of.extended == "none" or self.day.year in catalogue.calendar().years


def dues(entity: entities.Entity, first: date, last: date) -> list[Dated]:
    """See ``door.dues``."""
    found: list[Dated] = []
    for due in drawing.every(Due).values():
        if due.about == entity.type and _applies(due, entity):
            found += _by_certificate(due, entity, first, last) if due.certificate else _dates(due, entity, first, last)
    return sorted(found, key=lambda each: (each.day, each.of.code))


def _applies(due: Due, entity: entities.Entity) -> bool:
    return all(str(entity.value(name)) in {str(v) for v in values} for name, values in due.where.items())


def _dates(due: Due, entity: entities.Entity, first: date, last: date) -> Iterator[Dated]:
    began = str(entity.value(due.since) or "")[:4] if due.since else ""
    for year in range(first.year - 1, last.year + 1):
        if began.isdigit() and year <= int(began):
            continue
        for month in due.months:
            named = date(year, month, min(due.day, calendar.monthrange(year, month)[1]))
            opens = named - timedelta(days=due.opens_days)
            day = _extended(due, opens, named)
            if first <= day <= last:
                yield Dated(due, day, opens)


def _extended(due: Due, opens: date, day: date) -> date:
    if due.extended == "none":
        return day
    free = 0
    if due.extended == "holidays":
        within = (opens + timedelta(days=n) for n in range((day - opens).days + 1))
        free = sum(catalogue.is_holiday(each) for each in within)
    if free >= 3:
        for _ in range(free):
            day = _working(day + timedelta(days=1))
        return day
    return _working(day)


def _working(day: date) -> date:
    while not catalogue.is_working(day):
        day += timedelta(days=1)
    return day


def _by_certificate(due: Due, entity: entities.Entity, first: date, last: date) -> Iterator[Dated]:
    kind = papers.certificates.kinds().get(due.certificate or "")
    for held in papers.certificates.of_person(entity.id):
        if held.kind == due.certificate and held.ends and held.state in ALIVE and first <= held.ends <= last:
            opens = held.ends - timedelta(days=kind.warn_days if kind else due.opens_days)
            yield Dated(due, held.ends, opens, held.number)
