"""Rate a case that ended, and the league of departments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides import door as guides
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Invalid
from lingqu.ui.my.rights import to_sign_in


def stars() -> list[tuple[int, str]]:
    return [
        (5, _("very satisfied")),
        (4, _("satisfied")),
        (3, _("fairly satisfied")),
        (2, _("not satisfied")),
        (1, _("not satisfied at all")),
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, faults = access.actor_of(request), {}
    case = procedures.case(actor, number)
    if request.method == "POST":
        given = request.POST.get("stars", "")
        try:
            chosen = int(given) if given in {"1", "2", "3", "4", "5"} else 0
            guides.rate(actor, number, chosen, request.POST.get("words", ""))
        except Invalid as error:
            faults = {f.column: f.message.say(get_language() or "zh-hans") for f in error.faults}
        else:
            messages.success(request, _("Thank you. Your rating is kept."))
            return redirect("services:rate", number)
    context: dict[str, Any] = {
        "crumbs": [(_("Rate a case"), "")],
        "case": case,
        "mine": guides.rating(actor, number),
        "stars": stars(),
        "said": dict(stars()),
        "faults": faults,
        "given": {"stars": request.POST.get("stars", ""), "words": request.POST.get("words", "")},
        "own": case.applicant == actor.name,
    }
    return render(request, "ui/services/rate.html", context, status=400 if faults else 200)


@require_safe
def league(request: HttpRequest) -> HttpResponse:
    departments = catalogue.departments()
    rows = [(departments.get(row.code), row) for row in guides.league()]
    context = {"crumbs": [(_("How departments do"), "")], "rows": rows, "smallest": guides.SMALLEST}
    return render(request, "ui/services/league.html", context)
