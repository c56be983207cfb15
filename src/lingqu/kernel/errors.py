"""Refusals and faults that name the rule, the place and the next step."""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Fault:
    """One broken rule at one place. ``rule`` is a stable code such as ``blueprint.reference``."""

    rule: str
    message: Text
    file: str = ""
    line: int | None = None
    row: int | None = None
    column: str = ""
    next_step: Text | None = None
    severity: str = "error"  # error | warning

    @property
    def place(self) -> str:
        parts = [self.file + (f":{self.line}" if self.line else "")] if self.file else []
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(self.column)
        return " ".join(parts)


class LingquError(Exception):
    """Base of every refusal: says what happened, by which rule, and what to do next.

    ``status`` is the HTTP status that fits (400 bad request unless a subclass says otherwise). ``recorded`` says that
    the ledger knows of it already.
    """

    status = 400

    def __init__(
        self,
        rule: str,
        message: Text | str,
        *,
        place: str = "",
        next_step: Text | str = "",
        owner: str = "",
        faults: tuple[Fault, ...] | list[Fault] = (),
        recorded: bool = False,
    ) -> None:
        self.rule = rule
        self.message = Text.model_validate(message)
        self.place = place
        self.next_step = Text.model_validate(next_step)
        self.owner = owner
        self.faults = tuple(faults)
        self.recorded = recorded
        super().__init__(f"[{rule}] {self.message.en}" + (f" ({place})" if place else ""))


class Invalid(LingquError):
    """The input breaks a rule."""


class NotFound(LingquError):
    status = 404


class Conflict(LingquError):
    status = 409


class Refused(LingquError):
    """The actor may not do this."""

    status = 403


class Unavailable(LingquError):
    """Something outside (a source, a file, a server) did not answer."""

    status = 503
