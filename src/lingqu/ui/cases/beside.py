"""What the page of a case shows beside its stages: files and appeals."""

from __future__ import annotations

from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures


def of_case(actor: access.Actor, case: procedures.Case) -> dict[str, Any]:
    departments = catalogue.departments()
    return {
        "told": _answers(case, told=True),
        "said": [] if case.application else _answers(case, told=False),
        "papers": [
            {"of": each, "department": departments.get(each.department)} for each in procedures.files(actor, case.id)
        ],
        "endings": ",".join(procedures.FILE_ENDINGS),
        "appeals": procedures.appeals(actor, case.id),
    }


def _answers(case: procedures.Case, *, told: bool) -> list[tuple[Any, Any]]:
    """(title, words): what offices answered for the applicant to read, or what he said himself."""
    of, departments = case.compiled.procedure, catalogue.departments()
    asked = {name for task in of.tasks.values() for name in task.answers}
    naming = {task.department_from for task in of.tasks.values()}
    first = sorted(of.variables.items(), key=lambda each: each[0] != "what")
    return [
        (variable.title, departments[value].title if name in naming and value in departments else value)
        for name, variable in first
        if (value := case.answers.get(name)) not in (None, "")
        and (variable.told if told else name not in asked and isinstance(value, str))
    ]
