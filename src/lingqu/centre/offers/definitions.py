"""Counters of the city as code: where one can make an appointment, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, model_validator

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text


def _clock(given: Any) -> Any:
    """YAML reads 9:00 without quotation marks as the number 540, which would be nine minutes past midnight."""
    if isinstance(given, time) and given.tzinfo is None:
        return given
    if not isinstance(given, str) or "Z" in given.upper() or "+" in given or "-" in given:
        raise ValueError('a time of the day is text such as "09:00"')
    return given


TimeOfDay = Annotated[time, BeforeValidator(_clock)]


class Hours(Part):
    """From one time of the day to another, on these days of the week (ISO, 1 is Monday) where they are working days."""

    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    begins: TimeOfDay
    ends: TimeOfDay

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Hours:
        if self.ends <= self.begins or any(not 1 <= day <= 7 for day in self.weekdays):
            raise ValueError("hours end after they begin, on weekdays 1 to 7")
        return self


class Counter(Definition):
    """A counter (窗口) of a department. Slots of ``minutes`` lie in its hours, each for ``capacity`` people; one books
    at most ``ahead_days`` ahead, and has at most ``most`` appointments that are to come."""

    kind: ClassVar[str] = "counter"
    folder: ClassVar[str] = "counters"

    department: Code
    place: Text
    phone: str = ""
    matters: tuple[Text, ...] = Field(default=(), description="what it is for; none: everything of the department")
    hours: tuple[Hours, ...] = Field(min_length=1, max_length=20)
    minutes: int = Field(default=30, ge=5, le=480)
    capacity: int = Field(default=1, ge=1, le=500)
    ahead_days: int = Field(default=14, ge=1, le=90)
    most: int = Field(default=2, ge=1, le=20)
    closed: tuple[date, ...] = Field(default=(), description="days on which it is closed all the same")

    def references(self) -> Iterator[Reference]:
        yield Reference("department", self.department, ("department",))
