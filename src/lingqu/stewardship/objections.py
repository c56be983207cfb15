"""Objections of persons to answer, and looks that persons are not shown yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.kernel.errors import Invalid
from lingqu.stewardship.desk import frame, stewards, whole
from lingqu.stewardship.ledger import impartial
from lingqu.ui.purpose import titles

PAGE = 50


@require_http_methods(["GET", "POST"])
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = access.actor_of(request)
    if request.method == "POST":
        return _answered(request, actor)
    state = request.GET.get("state", "")
    before = whole(request.GET.get("before", ""))
    found = access.objections(actor, everything=impartial(actor), state=state, before=before, limit=PAGE)
    departments = catalogue.departments()
    rows = [
        {
            "of": each,
            "department": departments.get(each.department),
            "answers": each.state == "open" and access.may(actor, "steward", owner=each.department),
        }
        for each in found
    ]
    context = frame(
        "objections",
        (_("Objections"), ""),
        rows=rows,
        state=state,
        states={"open": _("to be answered"), "upheld": _("upheld"), "rejected": _("rejected")},
        auditor=impartial(actor),
        last=found[-1].number if len(found) == PAGE else None,
    )
    return render(request, "stewardship/objections.html", context)


def _answered(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    number = whole(request.POST.get("number", "")) or 0
    said = {name: request.POST.get(name, "") for name in ("words", "law")}
    upheld = request.POST.get("act") == "uphold"
    try:
        access.answer_objection(actor, number, upheld=upheld, **said)
    except Invalid as error:
        messages.error(request, error.message.say(request.LANGUAGE_CODE))  # type: ignore[attr-defined]
    else:
        messages.success(request, _("Written down; who asked sees it."))
    return redirect("stewardship:objections")


@require_safe
@stewards
def delayed(request: HttpRequest) -> HttpResponseBase:
    """Only for who watches: a party does not see what others' looks wait."""
    actor = access.actor_of(request)
    if not impartial(actor):
        raise access.refusal(actor, "steward", "*", place="delayed")
    found = access.delayed_reads(whole(request.GET.get("before", "")), PAGE)
    departments, purposes = catalogue.departments(), titles()
    rows = [
        {
            "of": each,
            "department": departments.get(each.department),
            "purpose": purposes.get(each.purpose.partition(":")[0].strip(), each.purpose),
            "words": each.purpose.partition(":")[2].strip(),
        }
        for each in found
    ]
    last = found[-1].number if len(found) == PAGE else None
    access.record(actor, "read", entity_type="*", count=len(rows), detail={"delayed": True})
    return render(request, "stewardship/delayed.html", frame("objections", (_("Told later"), ""), rows=rows, last=last))
