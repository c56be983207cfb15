"""Procedures: BPMN and DMN as plans, cases and their items, clocks on working days.

A diagram is compiled once; a case is small rows that one statement a step changes. Who draws a diagram computes with
the case's answers in a restricted FEEL and can do nothing else (ADR 15).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.procedures import around as _around
from lingqu.centre.procedures import calls as _calls
from lingqu.centre.procedures import codes as _codes
from lingqu.centre.procedures import designing, rights
from lingqu.centre.procedures import dues as _dues
from lingqu.centre.procedures import files as _files
from lingqu.centre.procedures import lists as _lists
from lingqu.centre.procedures import progress as _progress
from lingqu.centre.procedures import reads as _reads
from lingqu.centre.procedures import reasons as _reasons
from lingqu.centre.procedures import standing as _standing
from lingqu.centre.procedures import tallies as _tallies
from lingqu.centre.procedures import telling as _telling
from lingqu.centre.procedures.actions import appeal as _appeal
from lingqu.centre.procedures.actions import apply as _apply
from lingqu.centre.procedures.actions import attach as _attach
from lingqu.centre.procedures.actions import comment as _comment
from lingqu.centre.procedures.actions import complete as _complete
from lingqu.centre.procedures.actions import foresee as _foresee
from lingqu.centre.procedures.actions import hold as _hold
from lingqu.centre.procedures.actions import many as _many
from lingqu.centre.procedures.actions import migrate as _migrate
from lingqu.centre.procedures.actions import move_cases as _move_cases
from lingqu.centre.procedures.actions import pass_on as _pass_on
from lingqu.centre.procedures.actions import receive as _receive
from lingqu.centre.procedures.actions import start as _start
from lingqu.centre.procedures.actions import supplement as _supplement
from lingqu.centre.procedures.actions import take as _take
from lingqu.centre.procedures.actions import tick as _tick
from lingqu.centre.procedures.actions.foresee import Foreseen
from lingqu.centre.procedures.actions.many import Outcome
from lingqu.centre.procedures.actions.migrate import Migrated
from lingqu.centre.procedures.actions.receive import Received
from lingqu.centre.procedures.actions.tick import Ticked
from lingqu.centre.procedures.around import Appeals, Call, Chosen, Comment, File, Linked
from lingqu.centre.procedures.compiled import Compiled, Misfit, misfits, plan_of
from lingqu.centre.procedures.definitions import Procedure, ReasonFor, Task, Variable
from lingqu.centre.procedures.dues import Dated, Due
from lingqu.centre.procedures.lists import CLOCKS, COUNTED, Found
from lingqu.centre.procedures.markup import Faulty
from lingqu.centre.procedures.picture import picture
from lingqu.centre.procedures.plan import Plan
from lingqu.centre.procedures.progress import Progress, Stage
from lingqu.centre.procedures.reads import Act, Case, Item
from lingqu.centre.procedures.reasons import Template
from lingqu.centre.procedures.standing import Standing
from lingqu.centre.procedures.tallies import Tally

LARGEST_FILE = _files.LARGEST
FILE_ENDINGS = _files.ENDINGS
MOST_AT_ONCE = _many.MOST


def procedures() -> dict[str, Procedure]:
    """Those of the drawing, by code."""
    return drawing.every(Procedure)


def start(
    actor: access.Actor,
    code: str,
    *,
    title: str = "",
    answers: Mapping[str, Any] | None = None,
    applicant: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    on_behalf_of: str = "",
    days: int | None = None,
) -> int:
    """Begin a case; gives its number. Whoever is signed in applies for himself, the leading department for others.

    ``answers``: variables that no task asks for and no decision says. ``files``: (name, content), see ``attach``; all
    or nothing. ``on_behalf_of``: entity for which the actor applies. ``days``: working days promised for this case,
    where they are fewer than the procedure's. Raises NotFound, Refused, Invalid."""
    return _start.with_files(
        actor, code, files, title=title, answers=answers, applicant=applicant, on_behalf_of=on_behalf_of, days=days
    )


def asking() -> dict[str, Procedure]:
    """By what they are asked as (``consultation``, ``complaint``): procedures of the page that asks in plain words."""
    return {each.asks: each for each in procedures().values() if each.asks}


def pass_on(actor: access.Actor, item: int, to: str, words: str) -> None:
    """The step of an item is another department's matter: it begins anew there, and the applicant is told to whom and
    why. Only steps with ``department_from``. Raises NotFound, Refused, Invalid (``procedures.pass``), Conflict."""
    _pass_on.pass_on(actor, item, to, words)


def apply(actor: access.Actor, application: int, *, agreed: bool, blanks: bool = False) -> int:
    """Send an application of ``papers`` and begin its case; gives its number, the same however often it is sent.
    ``agreed``: the statement is signed; ``blanks``: what has no answer is left blank on purpose. Raises ``NotFound``,
    ``Invalid``, ``Refused``."""
    return _apply.apply(actor, application, agreed=agreed, blanks=blanks)


def taking(situation: str) -> Procedure | None:
    """The procedure that takes applications of a situation of forms; None where no office does."""
    return _apply.taking(situation)


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


def complete(
    actor: access.Actor, item: int, answers: Mapping[str, Any] | None = None, words: str = "", reason: str = ""
) -> None:
    """Finish an item with exactly the answers its task asks for. An item nobody holds needs no claim before. ``words``
    stay between offices, the ``reason`` (of a refusal) is told to the applicant.

    Raises NotFound, Refused (``access.handle``, ``procedures.own_case``), Invalid (``procedures.answers``), Conflict
    (``procedures.moved``, ``.holder``, ``.state``): nothing is done twice."""
    _complete.complete(actor, item, answers, words, reason)


def receive(
    actor: access.Actor, case: int, name: str, answers: Mapping[str, Any] | None = None, key: str = ""
) -> Received:
    """A message from outside for a case, with exactly the answers its procedure says. ``taken``: a step waited for it
    and went on; ``kept``: one ahead will; ``known``: one with this ``key`` came before, and nothing is done. Who sends
    it handles such cases in the department that the message is of.

    Raises NotFound, Refused, Invalid (``procedures.message``, ``.answers``), Conflict (``procedures.message_late``,
    ``.state``)."""
    return _receive.receive(actor, case, name, answers, key)


def send_back(actor: access.Actor, item: int, missing: Sequence[tuple[str, str]]) -> None:
    """Return an item to the applicant, once, with everything that is missing: (what, why). Its clock stands still."""
    _supplement.send_back(actor, item, missing)


def supplement(
    actor: access.Actor,
    item: int,
    words: str,
    answers: Mapping[str, Sequence[str]] | None = None,
    files: Sequence[tuple[str, bytes]] = (),
) -> None:
    """The applicant hands in what was missing; the clock runs on with the working days that were left. ``answers``:
    term → texts, of what was sent back and nothing else; ``files``: (name, content). Forms are filled again."""
    _supplement.supplement(actor, item, words, answers, files)


def suspend(actor: access.Actor, case: int, reason: str, law: str) -> None:
    """All clocks of a case stand still; by the leading department, with a reason and its basis in law."""
    _hold.suspend(actor, case, reason, law)


def resume(actor: access.Actor, case: int, reason: str = "") -> None:
    _hold.resume(actor, case, reason)


def withdraw(actor: access.Actor, case: int, words: str) -> None:
    """By the applicant, before it ended."""
    _hold.withdraw(actor, case, words)


def foresee(actor: access.Actor, item: int, answers: Mapping[str, Any] | None = None) -> Foreseen:
    """What ``complete`` with these answers would come to; nothing is written. Raises as ``complete`` does."""
    return _foresee.foresee(actor, item, answers or {})


def claim_many(actor: access.Actor, items: Sequence[int]) -> list[Outcome]:
    """Each in a transaction of its own: what is refused hinders none of the others. At most ``MOST_AT_ONCE``."""
    return _many.many(actor, items, lambda item: _take.claim(actor, item))


def release_many(actor: access.Actor, items: Sequence[int]) -> list[Outcome]:
    return _many.many(actor, items, lambda item: _take.release(actor, item))


def hand_over_many(actor: access.Actor, items: Sequence[int], to: str, words: str) -> list[Outcome]:
    return _many.many(actor, items, lambda item: _take.hand_over(actor, item, to, words))


def complete_many(
    actor: access.Actor,
    items: Sequence[int],
    answers: Mapping[str, Any] | None = None,
    words: str = "",
    reason: str = "",
) -> list[Outcome]:
    """The same answers to each: items of one task."""
    return _many.many(actor, items, lambda item: _complete.complete(actor, item, answers, words, reason))


def chosen(actor: access.Actor, items: Sequence[int]) -> Chosen:
    """Those of the items that are open and the actor's to work on; with their procedure where all are of one task."""
    return _around.chosen(actor, items)


def reasons(of: Procedure, act: ReasonFor, department: str, node: str = "") -> tuple[Template, ...]:
    """Reasons by template to pick from: the procedure's, the department's, the city's."""
    return _reasons.templates(of, act, department, node)


def comment(actor: access.Actor, case: int, words: str, to: Sequence[str] = ()) -> int:
    """Said to the other offices, never seen by the applicant. Departments in ``to``, or named in the words after an @
    by title or code, are called to look, and see the case from then on. Gives the comment's number."""
    return _comment.comment(actor, case, words, to)


def comments(actor: access.Actor, case: int) -> list[Comment]:
    """What offices said, the oldest first; nothing for the applicant, though he works in one of them."""
    return _around.comments(actor, case)


def concerned(case: Case) -> list[str]:
    """Departments that a comment may name: those that take part, and those whose step may come."""
    procedure = case.compiled.procedure
    return _comment.may_be_named(procedure, case.departments)


def is_own(actor: access.Actor, case: Case) -> bool:
    """Whether the case is the actor's own, or of somebody he may act for: he works on it for no office."""
    return rights.is_own(actor, _around.plain(case))


def calls(actor: access.Actor, limit: int = 50) -> list[Call]:
    """What the actor or his departments should look at: named in a comment, or told of as overdue."""
    return _around.calls(actor, limit)


def seen(actor: access.Actor, call: int) -> None:
    """A call was looked at. Raises NotFound for one of others."""
    _calls.seen(actor, call)


def attach(
    actor: access.Actor, case: int, name: str, content: bytes, *, item: int | None = None, shown: bool = False
) -> int:
    """Put a file to a case: the applicant's own while it is under way, or a department's (``shown``: for the applicant
    too). Checked by content; at most ``LARGEST_FILE`` bytes. Gives its number. Raises NotFound, Refused, Invalid,
    Conflict."""
    return _attach.attach(actor, case, name, content, item=item, shown=shown)


def files(actor: access.Actor, case: int) -> list[File]:
    """The files of a case that the actor sees: departments that take part all of them, the applicant his own and what
    they show him."""
    return _around.files(actor, case)


def file(actor: access.Actor, number: int) -> tuple[str, str, bytes]:
    """(name, media type, content) of a file; leaves a row in the ledger. Raises NotFound."""
    return _attach.hand_out(actor, number)


def withdraw_file(actor: access.Actor, number: int) -> None:
    """By the side whose file it is: it stays in the list and is handed out no more."""
    _attach.withdraw_file(actor, number)


def appeal(actor: access.Actor, case: int, words: str) -> int:
    """The applicant appeals against the outcome (or a return) within the term that the procedure sets; begins a case of
    the procedure it names, and gives its number. Raises NotFound, Refused, Invalid, Conflict (``procedures.no_appeal``,
    ``.appeal_late``, ``.appealed``)."""
    return _appeal.appeal(actor, case, words)


def appeals(actor: access.Actor, case: int) -> Appeals:
    """What a case appeals against, what appeals against it, and until when its applicant may."""
    return _around.appeals(actor, case)


def tick(now: datetime | None = None, limit: int = 500) -> Ticked:
    """Timers that are due go off, items that are overdue are told of; at most ``limit`` of each."""
    return _tick.tick(now, limit)


def progress(number: int, code: str, address: str) -> Progress:
    """Stages of a case, for who has its number and the code of its receipt, or the last four of the identity number of
    whom it is for. ``address``: whence it is asked; wrong
    codes lock both for a time. Raises ``NotFound``, ``Refused`` (``procedures.progress_locked``)."""
    return _progress.look(number, code, address)


def progress_code(actor: access.Actor, number: int) -> str:
    """The code of a case (``1234 5678``), for who may see the case. Raises ``NotFound``."""
    return _codes.spaced(case(actor, number).id)


def tallies(since: datetime) -> list[Tally]:
    """Cases that began or ended since a moment, counted by procedure, days, state and whether in time."""
    return _tallies.since(since)


def digest(now: datetime | None = None) -> int:
    """Once a working day those who handle cases are told what is new and overdue; gives how many. Told once, however
    often it is asked."""
    return _telling.digest(now)


def migrate(
    actor: access.Actor,
    code: str,
    mapping: Mapping[str, str] | None = None,
    *,
    dry: bool = False,
    batch: int = _migrate.BATCH,
    tell: Callable[[int, int], None] | None = None,
) -> Migrated:
    """Take running cases of a procedure over to its version in the drawing, in batches that are a transaction each;
    ``dry`` says which would go, and why others stay. ``mapping``: node of their version → node that takes its place,
    beside those the definition names. ``tell``: of each batch (done, of how many). What was broken off goes on when it
    is called again. For Lingqu's own use: who may run the command may. Raises ``NotFound``, ``Invalid``."""
    return _migrate.migrate(actor, code, mapping or {}, dry=dry, batch=batch, tell=tell)


MOVE_CASES = _move_cases.CODE
"""The act of two people (``access``): its arguments are ``procedure``, ``version``, ``mapping``, ``back``."""


def standing(code: str, mapping: Mapping[str, str] | None = None) -> Standing:
    """Where running cases of older versions stand, and what taking them over by this mapping would come to; nothing is
    changed. Who may know is for the caller to decide. Raises ``NotFound``."""
    return _standing.standing(drawing.one(Procedure, code), mapping or {})


def last_run(code: str) -> Any:
    """The last taking over of a procedure's cases, with how far it is; None where there was none."""
    return _standing.last_run(code)


def move_due() -> int:
    """Take cases over, or back, as two people agreed; gives how many such works were done. For the worker."""
    return _move_cases.move_due()


def move_waiting() -> bool:
    """Whether the worker has cases to take over, or back."""
    return _move_cases.waiting()


def migrate_back(
    actor: access.Actor,
    code: str,
    *,
    dry: bool = False,
    batch: int = _migrate.BATCH,
    tell: Callable[[int, int], None] | None = None,
) -> Migrated:
    """Take back the last taking over: cases that nobody touched since stand as they did before; the others go back by
    the mapping turned round, or stay and are named. Raises ``Conflict`` (``procedures.no_run``)."""
    return _migrate.back(actor, code, dry=dry, batch=batch, tell=tell)


def inbox(
    actor: access.Actor, *, mine: bool = False, procedure: str = "", clock: str = "", words: str = "", after: str = "",
    limit: int = 100,
) -> list[Item]:  # fmt: skip
    """What waits for the actor's departments, the most urgent first. ``mine``: what the actor holds, or a colleague
    whose deputy he is; ``clock``: overdue, soon, calm, stopped, none; ``words`` of the case's title; ``after``: the
    ``place`` of the last item seen."""
    return _lists.inbox(actor, mine=mine, procedure=procedure, clock=clock, words=words, after=after, limit=limit)


def counts(actor: access.Actor, *, mine: bool = False) -> dict[str, int]:
    """``open`` items of the actor's departments, and of them those of each clock; counted up to ``COUNTED``, one more
    where there are more."""
    return _lists.counts(actor, mine=mine)


def search(
    actor: access.Actor, *, number: int | None = None, words: str = "", applicant: str = "", procedure: str = "",
    state: str = "", before: int | None = None, limit: int = 50,
) -> list[Found]:  # fmt: skip
    """Cases in which the actor's departments lead or take part, the newest first. ``applicant``: name of the account;
    ``before``: the number of the last one seen."""
    return _lists.search(
        actor, number=number, words=words, applicant=applicant, procedure=procedure, state=state, before=before,
        limit=limit,
    )  # fmt: skip


def applications(actor: access.Actor, limit: int = 100, before: int | None = None) -> list[Case]:
    """The actor's own cases, or those of whom he acts for, newest first; ``before``: the number of the last one."""
    return _reads.applications(actor, limit, before)


def is_applicant(actor: access.Actor, of: Case) -> bool:
    """Whether the case is the actor's, or of whom he acts for."""
    about = {"applicant": of.applicant, "on_behalf_of": of.on_behalf_of, "procedure": of.procedure}
    return rights.is_applicant(actor, about)


def case(actor: access.Actor, number: int) -> Case:
    """A case with its items and history, for the applicant and the departments that take part. Raises NotFound."""
    return _reads.case(actor, number)


def dues(entity: entities.Entity, first: date, last: date) -> list[Dated]:
    """What an entity has to see to from one day to another, by the city's rules and by what its certificates say; in
    the order of days. Whether it was done already is not known. Who may know is for the caller to decide."""
    return _dues.dues(entity, first, last)


__all__ = [
    "CLOCKS",
    "COUNTED",
    "FILE_ENDINGS",
    "LARGEST_FILE",
    "MOST_AT_ONCE",
    "MOVE_CASES",
    "Act",
    "Appeals",
    "Call",
    "Case",
    "Chosen",
    "Comment",
    "Compiled",
    "Dated",
    "Due",
    "Faulty",
    "File",
    "Foreseen",
    "Found",
    "Item",
    "Linked",
    "Migrated",
    "Misfit",
    "Outcome",
    "Plan",
    "Procedure",
    "Progress",
    "ReasonFor",
    "Received",
    "Stage",
    "Standing",
    "Tally",
    "Task",
    "Template",
    "Ticked",
    "Variable",
    "appeal",
    "appeals",
    "applications",
    "apply",
    "attach",
    "calls",
    "case",
    "chosen",
    "claim",
    "claim_many",
    "colleagues",
    "comment",
    "comments",
    "complete",
    "complete_many",
    "concerned",
    "counts",
    "designing",
    "digest",
    "file",
    "files",
    "foresee",
    "hand_over",
    "hand_over_many",
    "inbox",
    "is_applicant",
    "is_own",
    "last_run",
    "migrate",
    "migrate_back",
    "misfits",
    "move_due",
    "move_waiting",
    "picture",
    "plan_of",
    "procedures",
    "progress",
    "progress_code",
    "reasons",
    "receive",
    "release",
    "release_many",
    "resume",
    "search",
    "seen",
    "send_back",
    "standing",
    "stands_in_for",
    "start",
    "supplement",
    "suspend",
    "taking",
    "tallies",
    "tick",
    "withdraw",
    "withdraw_file",
]
