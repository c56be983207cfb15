"""Cases to work on: what waits for one's department, and a case as a record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures
from lingqu.stewardship import case_application, case_record
from lingqu.stewardship.case_words import acts, clocks, handlers, states
from lingqu.stewardship.desk import frame


@require_safe
@handlers
def entry(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    case = procedures.case(actor, number)
    plan, language = case.compiled.plan, str(request.LANGUAGE_CODE)  # type: ignore[attr-defined]
    passed = {act.node for act in case.acts if act.node}
    names = case.compiled.named(language)
    drawn = procedures.picture(plan, case.waiting, passed, case.compiled.procedure.title.say(language), names)
    context = frame(
        "cases",
        (_("Cases"), reverse("stewardship:cases")),
        (str(number), ""),
        case=case,
        state=states()[case.state],
        left=case_record.days_left(case.due) if case.state == "running" else "",
        strip=case_record.strip(case, language),
        known=case_record.known(case, language),
        items=_items(actor, case),
        application=case_application.of_case(actor, case),
        picture=mark_safe(drawn),  # noqa: S308 (made by us, every word escaped)
        **_around(request, actor, case, language),
    )
    return render(request, "stewardship/case.html", context)


def _items(actor: access.Actor, case: procedures.Case) -> list[dict[str, Any]]:
    procedure, departments, words, said = case.compiled.procedure, catalogue.departments(), clocks(), states()
    told, lenders = case_record.stages_told(case), procedures.stands_in_for(actor, case.procedure)
    own = procedures.is_own(actor, case)
    return [
        {
            "of": item,
            "state": said[item.state],
            "clock": words[item.clock],
            "left": case_record.days_left(item.due) if item.clock in ("overdue", "soon", "calm") else "",
            "stage": told.get(item.id, 0) if item.state in ("open", "claimed") else 0,
            "department": departments.get(item.department),
            "acts": _may(actor, case, item, lenders, own),
            "held": item.state == "claimed",
            "for": item.holder if item.holder in lenders else "",
            "returns": item.node in procedure.tasks and procedure.tasks[item.node].returns,
            "passes": item.node in procedure.tasks and bool(procedure.tasks[item.node].department_from),
            "answers": [(name, procedure.variables[name]) for name in _answers(procedure, item.node)],
            "refusals": procedures.reasons(procedure, "refuse", item.department, item.node),
            "missing": procedures.reasons(procedure, "return", item.department, item.node),
        }
        for item in case.items
    ]


def _answers(procedure: procedures.Procedure, node: str) -> tuple[str, ...]:
    """None of a step that was done before the case moved to a version without it."""
    return procedure.tasks[node].answers if node in procedure.tasks else ()


def _may(actor: access.Actor, case: procedures.Case, item: procedures.Item, lenders: list[str], own: bool) -> bool:
    return (
        case.state == "running"
        and item.state in ("open", "claimed")
        and item.holder in ("", actor.name, *lenders)
        and not own
        and access.may(actor, "handle", case.procedure, owner=item.department)
    )


def _around(request: HttpRequest, actor: access.Actor, case: procedures.Case, language: str) -> dict[str, Any]:
    """Comments, files, appeals, history."""
    departments, procedure = catalogue.departments(), case.compiled.procedure
    chosen, department = request.GET.get("acts", ""), request.GET.get("office", "")
    works = not procedures.is_own(actor, case)
    return {
        "works": works,
        "leads": case_record.leads(actor, case),
        "suspensions": procedures.reasons(procedure, "suspend", procedure.department),
        "comments": [
            {"of": each, "department": departments.get(each.department),
             "to": [case_record.titled(code, language) for code in each.to]}
            for each in procedures.comments(actor, case.id)
        ],
        "callable": [(code, case_record.titled(code, language)) for code in procedures.concerned(case)],
        "files": [
            {"of": each, "department": departments.get(each.department)} for each in procedures.files(actor, case.id)
        ],
        "endings": ",".join(procedures.FILE_ENDINGS),
        "appeals": procedures.appeals(actor, case.id),
        "states": states(),
        "history": case_record.history(case, acts(), chosen, department, language),
        "groups": case_record.groups(),
        "chosen": chosen,
        "office": department,
        "offices": [(code, case_record.titled(code, language)) for code in case.departments],
    }  # fmt: skip
