"""One office says something to the others about a case; whom it names is called to look."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import calls, moves, rights, store
from lingqu.centre.procedures.definitions import Procedure
from lingqu.centre.procedures.models import Comment
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

LONGEST = 4_000


def comment(actor: access.Actor, case_id: int, words: str, to: Iterable[str] = ()) -> int:
    words = words.replace("\x00", "").strip()
    if not 1 <= len(words) <= LONGEST:
        raise Invalid(
            "procedures.words",
            Text(zh=f"请写 1 至 {LONGEST} 字", en=f"Write 1 to {LONGEST} characters"),
            place="words",
            next_step=Text(zh="写明后重试", en="Write what is to be said and try again"),
        )
    with moves.at_once():
        held = store.by_case(case_id)
        department, now = rights.require_office(actor, held.case), timezone.now()
        named = _named(held, words, to, department)
        _involve(actor, held, department, named)
        hands = rights.apart(actor, held.case["applicant"])
        whose = rights.stands_for(hands, held.case["procedure"], department)
        row = Comment.objects.create(
            case_id=case_id, at=now, by=actor.name[:200], stands_for=whose, department=department, words=words, to=named
        )
        calls.call(case_id, [(code, "") for code in named], comment=row.pk, but=held.case["applicant"])
        moves.record(actor, case_id, "comment", comment=row.pk, to=named, **moves.whose(whose))
    return row.pk


def may_be_named(procedure: Procedure, departments: Iterable[str]) -> list[str]:
    """Departments that may be named in a case: those that take part, and those whose step may come."""
    offices = {office for task in procedure.tasks.values() for office in task.offices()}
    return sorted({*departments, procedure.department, *offices})


def _named(held: store.Held, words: str, to: Iterable[str], own: str) -> list[str]:
    """Those of ``to``, and those that the words name after an @: by code or title."""
    may = may_be_named(held.compiled.procedure, held.case["departments"])
    departments = catalogue.departments()
    asked = list(dict.fromkeys(to))
    for code in asked:
        if code not in may:
            raise Invalid(
                "procedures.department",
                Text(zh=f"部门“{code}”不参与这件办件", en=f"{code!r} has no part in this case"),
                place=code,
                next_step=Text(zh="从参与部门中选择", en="Choose a department that takes part"),
            )
    for code in may:
        title = departments[code].title if code in departments else Text(zh=code, en=code)
        names = "|".join(re.escape(name) for name in {code, title.zh, title.en})
        if re.search(rf"[@＠](?:{names})(?![A-Za-z0-9_])", words, re.IGNORECASE):
            asked.append(code)
    return [code for code in dict.fromkeys(asked) if code != own]


def _involve(actor: access.Actor, held: store.Held, department: str, named: list[str]) -> None:
    """Whoever is called to look sees the case from now on; its history says so."""
    fresh = [code for code in named if code not in held.case["departments"]]
    if not fresh:
        return
    row = store.act("involve", actor.name, department, timezone.now(), detail={"departments": fresh})
    case = {"departments": sorted({*held.case["departments"], *fresh})}
    store.write(store.Change(case=case, acts=[row]), held)
