"""Lists of cases: what waits for one's department, and every case it takes part in. Filters stand in the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.text import Text
from lingqu.stewardship import case_record
from lingqu.stewardship.case_words import clocks, handlers, states
from lingqu.stewardship.desk import frame, whole

PAGE = 50
_STATES = ("running", "suspended", "ended", "withdrawn", "stuck")


@require_safe
@handlers
def listing(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    asked = _asked(request, "words", "clock", "procedure")
    mine, after = request.GET.get("mine") == "1", request.GET.get("after", "")
    items = procedures.inbox(
        actor, mine=mine, words=asked["words"], clock=asked["clock"], procedure=asked["procedure"], after=after,
        limit=PAGE + 1,
    )  # fmt: skip
    departments, known, words = catalogue.departments(), procedures.procedures(), clocks()
    lenders = procedures.stands_in_for(actor)
    rows = [
        {
            "of": item,
            "clock": words[item.clock],
            "left": case_record.days_left(item.due) if item.clock in ("overdue", "soon", "calm") else "",
            "department": departments.get(item.department),
            "procedure": known.get(item.procedure),
            "for": item.holder if item.holder in lenders else "",
        }
        for item in items[:PAGE]
    ]
    counts = procedures.counts(actor, mine=mine)
    context = frame(
        "cases",
        (_("Cases"), ""),
        rows=rows,
        mine=mine,
        asked=asked,
        narrowed=mine or any(asked.values()),
        counts={name: _counted(count) for name, count in counts.items()},
        facets=[
            _facet(
                "clock", _("Clock"), asked["clock"], ((c, words[c][0], _counted(counts[c])) for c in procedures.CLOCKS)
            ),
            _of_procedures(asked["procedure"]),
        ],
        after=after,
        all=request.GET.get("all") == "1",
        choosing=_choosing(request),
        last=items[PAGE - 1].place if len(items) > PAGE else "",
        **_beside(actor),
    )
    return render(request, "stewardship/cases.html", context)


def _choosing(request: HttpRequest) -> str:
    """The same page with all of it chosen, or none again."""
    query = request.GET.copy()
    if query.pop("all", None) is None:
        query["all"] = "1"
    return f"?{query.urlencode()}"


@require_safe
@handlers
def every(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    """Who enters the number of a case goes to it."""
    asked, q = _asked(request, "applicant", "procedure", "state"), request.GET.get("q", "").strip()[:200]
    number = whole(q)
    if number is not None and number < 2**63 and procedures.search(actor, number=number):
        return redirect("stewardship:case", number)
    before = whole(request.GET.get("before", ""))
    found = procedures.search(
        actor, words=q, applicant=asked["applicant"], procedure=asked["procedure"], state=asked["state"],
        before=before, limit=PAGE + 1,
    )  # fmt: skip
    known, words, said = procedures.procedures(), clocks(), states()
    rows = [
        {"of": case, "procedure": known.get(case.procedure), "state": said[case.state], "clock": words[case.clock]}
        for case in found[:PAGE]
    ]
    context = frame(
        "cases",
        (_("Cases"), ""),
        rows=rows,
        q=q,
        asked=asked,
        narrowed=bool(q) or any(asked.values()),
        facets=[
            _facet("state", _("State"), asked["state"], ((code, said[code], "") for code in _STATES)),
            _of_procedures(asked["procedure"]),
        ],
        before=before,
        last=found[PAGE - 1].id if len(found) > PAGE else "",
    )
    return render(request, "stewardship/cases/all.html", context)


def _asked(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:200] for name in names}


def _counted(count: int) -> str:
    return str(count) if count <= procedures.COUNTED else f"{procedures.COUNTED}+"


def _facet(name: str, title: str, chosen: str, choices: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """Where one is chosen, the way back to all of them comes first."""
    rows = [{"value": v, "title": t, "count": c, "here": v == chosen} for v, t, c in choices]
    return {"name": name, "title": title, "choices": [{"value": "", "title": _("all"), "here": not chosen}, *rows]}


def _of_procedures(chosen: str) -> dict[str, Any]:
    named = sorted(procedures.procedures().items())
    return _facet("procedure", _("Procedure"), chosen, ((code, _said(each.title), "") for code, each in named))


def _said(title: Text) -> str:
    return title.say(get_language() or "")


def _beside(actor: access.Actor) -> dict[str, Any]:
    """Beside the list: what one was called to, and who stands in for whom."""
    departments, known = catalogue.departments(), procedures.procedures()
    living = [loan for loan in administration.my_loans(actor) if loan.state == "living"]
    calls = [
        {"of": call, "department": departments.get(call.department), "procedure": known.get(call.procedure)}
        for call in procedures.calls(actor)
    ]
    return {
        "calls": calls,
        "deputy_of": [loan for loan in living if loan.taker == actor.name],
        "deputies": [loan for loan in living if loan.giver == actor.name],
    }
