"""Progress by number and code, for who is not signed in."""

from __future__ import annotations

from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import NotFound, Refused


def case_states() -> dict[str, tuple[str, str]]:
    return {
        "running": (_("under way"), ""),
        "suspended": (_("suspended"), "notice"),
        "ended": (_("ended"), "ok"),
        "withdrawn": (_("withdrawn"), ""),
        "stuck": (_("being looked at"), "notice"),
    }


def stage_states() -> dict[str, tuple[str, str]]:
    return {
        "open": (_("waits"), ""),
        "claimed": (_("being worked on"), ""),
        "returned": (_("waits for the applicant"), "notice"),
        "done": (_("done"), "ok"),
        "cancelled": (_("not needed"), ""),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Asked by POST, so that number and code stand in no address line."""
    number = request.POST.get("number", "")[:20].strip()
    context: dict[str, Any] = {"crumbs": [(_("Progress of a case"), "")], "number": number}
    status = 200
    if request.method == "POST":
        try:
            asked = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
            found = procedures.progress(asked, request.POST.get("code", "")[:20], get_ip(request) or "")
        except (NotFound, Refused) as error:
            context["fault"], context["step"] = error.message, error.next_step
            status = 429 if isinstance(error, Refused) else 404
        else:
            context |= {"found": found, "state": case_states()[found.state], "stages": _stages(found)}
    return render(request, "ui/services/progress.html", context, status=status)


def _stages(found: procedures.Progress) -> list[tuple[procedures.Stage, tuple[str, str], str]]:
    departments, states, language = catalogue.departments(), stage_states(), get_language() or "zh-hans"
    return [
        (
            each,
            states[each.state],
            departments[each.department].title.say(language) if each.department in departments else each.department,
        )
        for each in found.stages
    ]
