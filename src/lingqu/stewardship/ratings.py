"""Ratings of one's department: bad ones are followed up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.guides import door as guides
from lingqu.centre.procedures import door as procedures
from lingqu.stewardship.case_words import handlers
from lingqu.stewardship.desk import frame, whole

PAGE = 20


@require_safe
@handlers
def page(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    waiting = request.GET.get("show") != "all"
    found = guides.ratings(actor, waiting=waiting, before=whole(request.GET.get("before", "")), limit=PAGE + 1)
    names = procedures.procedures()
    context = {
        "rows": [(rating, names.get(rating.procedure)) for _number, rating in found[:PAGE]],
        "waiting": waiting,
        "last": found[PAGE - 1][0] if len(found) > PAGE else None,
    }
    return render(request, "stewardship/ratings.html", frame("ratings", (_("Ratings"), ""), **context))


@require_POST
@handlers
def follow_up(request: HttpRequest, actor: access.Actor, case: int) -> HttpResponseBase:
    guides.follow_up(actor, case, request.POST.get("words", ""))
    messages.success(request, _("Kept. The applicant is told."))
    return redirect("stewardship:ratings")
