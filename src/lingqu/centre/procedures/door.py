"""Procedures: BPMN and DMN as plans, cases and their items, clocks on working days.

A diagram is compiled once; a case is small rows that one statement a step changes. Who draws a diagram computes with
the case's answers in a restricted FEEL and can do nothing else (ADR 15).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import reads as _reads
from lingqu.centre.procedures import rights
from lingqu.centre.procedures.actions import complete as _complete
from lingqu.centre.procedures.actions import hold as _hold
from lingqu.centre.procedures.actions import start as _start
from lingqu.centre.procedures.actions import supplement as _supplement
from lingqu.centre.procedures.actions import take as _take
from lingqu.centre.procedures.actions import tick as _tick
from lingqu.centre.procedures.actions.tick import Ticked
from lingqu.centre.procedures.compiled import Compiled, Misfit, misfits, plan_of
from lingqu.centre.procedures.definitions import Procedure, Task, Variable
from lingqu.centre.procedures.markup import Faulty
from lingqu.centre.procedures.picture import picture
from lingqu.centre.procedures.plan import Plan
from lingqu.centre.procedures.reads import Act, Case, Item


def procedures() -> dict[str, Procedure]:
    """Those of the drawing, by code."""
    return drawing.every(Procedure)


def start(
    actor: access.Actor, code: str, *, title: str = "", answers: Mapping[str, Any] | None = None, applicant: str = ""
) -> int:
    """Begin a case; gives its number. Whoever is signed in applies for himself, the leading department for others.

    ``answers``: variables that no task asks for and no decision says. Raises NotFound, Refused, Invalid."""
    return _start.start(actor, code, title=title, answers=answers, applicant=applicant)


def claim(actor: access.Actor, item: int) -> None:
    """Take an open item into one's hands. Raises NotFound, Refused, Conflict."""
    _take.claim(actor, item)


def release(actor: access.Actor, item: int) -> None:
    """The way back from ``claim``: the item is the team's again. Raises NotFound, Refused, Conflict."""
    _take.release(actor, item)


def colleagues(actor: access.Actor, item: int) -> list[tuple[str, str]]:
    """(name, words) of the people to whom the actor may hand an item over."""
    return _take.choices(actor, item)


def stands_in_for(actor: access.Actor, procedure: str = "*", department: str = "") -> list[str]:
    """Names of the colleagues whose deputy the actor is for such work: who lent him a role that handles it. What they
    hold he may complete, send back and hand over; the history says for whom."""
    return rights.deputises(actor, procedure, department)


def hand_over(actor: access.Actor, item: int, to: str, words: str) -> None:
    """To a colleague of the item's department who may handle it, or (``to`` empty) back to the team, with a reason."""
    _take.hand_over(actor, item, to, words)


def complete(actor: access.Actor, item: int, answers: Mapping[str, Any] | None = None, words: str = "") -> None:
    """Finish an item with exactly the answers its task asks for. An item nobody holds needs no claim before.

    Raises NotFound, Refused (``access.handle``, ``procedures.own_case``), Invalid (``procedures.answers``), Conflict
    (``procedures.moved``, ``.holder``, ``.state``): nothing is done twice."""
    _complete.complete(actor, item, answers, words)


def send_back(actor: access.Actor, item: int, missing: Sequence[tuple[str, str]]) -> None:
    """Return an item to the applicant, once, with everything that is missing: (what, why). Its clock stands still."""
    _supplement.send_back(actor, item, missing)


def supplement(actor: access.Actor, item: int, words: str) -> None:
    """The applicant hands in what was missing; the clock runs on with the working days that were left."""
    _supplement.supplement(actor, item, words)


def suspend(actor: access.Actor, case: int, reason: str, law: str) -> None:
    """All clocks of a case stand still; by the leading department, with a reason and its basis in law."""
    _hold.suspend(actor, case, reason, law)


def resume(actor: access.Actor, case: int, reason: str = "") -> None:
    _hold.resume(actor, case, reason)


def withdraw(actor: access.Actor, case: int, words: str) -> None:
    """By the applicant, before it ended."""
    _hold.withdraw(actor, case, words)


def tick(now: datetime | None = None, limit: int = 500) -> Ticked:
    """Timers that are due go off, items that are overdue are told of; at most ``limit`` of each."""
    return _tick.tick(now, limit)


def inbox(actor: access.Actor, *, mine: bool = False, limit: int = 100) -> list[Item]:
    """What waits for the actor's departments, the most urgent first; ``mine``: what the actor holds, or a
    colleague whose deputy he is."""
    return _reads.inbox(actor, mine=mine, limit=limit)


def counts(actor: access.Actor) -> dict[str, int]:
    """``open`` and ``overdue`` items of the actor's departments."""
    return _reads.counts(actor)


def applications(actor: access.Actor, limit: int = 100) -> list[Case]:
    """The actor's own cases, newest first."""
    return [_reads.case(actor, row.pk) for row in _reads.applications(actor, limit)]


def case(actor: access.Actor, number: int) -> Case:
    """A case with its items and history, for the applicant and the departments that take part. Raises NotFound."""
    return _reads.case(actor, number)


__all__ = [
    "Act",
    "Case",
    "Compiled",
    "Faulty",
    "Item",
    "Misfit",
    "Plan",
    "Procedure",
    "Task",
    "Ticked",
    "Variable",
    "applications",
    "case",
    "claim",
    "colleagues",
    "complete",
    "counts",
    "hand_over",
    "inbox",
    "misfits",
    "picture",
    "plan_of",
    "procedures",
    "release",
    "resume",
    "send_back",
    "stands_in_for",
    "start",
    "supplement",
    "suspend",
    "tick",
    "withdraw",
]
