"""Send an application: it is frozen and signed, and its case begins; both or neither, and once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import moves, outcome
from lingqu.centre.procedures.actions.start import start
from lingqu.centre.procedures.definitions import Procedure, Taken
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text


def taking(situation: str) -> Procedure | None:
    """The procedure that takes applications of a situation; None where no office does."""
    for procedure in drawing.every(Procedure).values():
        takes = procedure.takes
        if takes is not None and situation in (procedure.situation, *takes.situations):
            return procedure
    return None


def apply(actor: access.Actor, application: int, *, agreed: bool, blanks: bool = False) -> int:
    """See ``door.apply``."""
    with moves.at_once():
        before = papers.applications.one(actor, application)
        procedure = taking(before.situation)
        if before.case is not None:
            return before.case
        if procedure is None or procedure.takes is None:
            raise NotFound(
                "procedures.nobody_takes",
                Text(zh="这种情形还没有部门受理", en="No office takes applications of this situation yet"),
                place=before.situation,
                next_step=Text(zh="下载表单到窗口办理", en="Download the forms and bring them to the counter"),
            )
        if before.on_behalf_of:
            access.require_represents(actor, before.on_behalf_of, "apply", procedure.code)
        sent, filled = papers.freeze_application(
            actor, application, procedure.takes.statement, agreed=agreed, blanks=blanks
        )
        if sent.case is not None:  # somebody else sent it while this one waited for the lock
            return sent.case
        of = papers.applications.asked_of(sent)
        outcome.require_stated(procedure, of.book, filled.values)
        title, answers = taken(procedure.takes, of, filled.values)
        number = start(
            actor, procedure.code, title=title, answers=answers, application=application,
            on_behalf_of=sent.on_behalf_of,
        )  # fmt: skip
        papers.settle_application(application, number)
        return number


def taken(takes: Taken, of: papers.Asked, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """(title of the case, its variables) out of an application's terms."""
    tables = {name: table.rows for name, table in of.book.rules.tables.items()}

    def said(text: str) -> Any:
        value = papers.program(text, of.book.repeats, tables)(values, 0)
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        return value

    return str(said(takes.title) or ""), {name: said(text) for name, text in takes.answers.items()}
