"""Files of a case and an appeal, for its applicant."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.ui.cases.mine import own
from lingqu.ui.my.rights import to_sign_in

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, access.Actor, procedures.Case, P], HttpResponse]


def applicants(page: Page[P]) -> Callable[Concatenate[HttpRequest, int, P], HttpResponse]:
    """Only for whom the case is about; who is not signed in is asked to."""

    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest, number: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        actor, case = own(request, number)
        return page(request, actor, case, *args, **kwargs)

    return guarded


def _said(error: Invalid | Conflict) -> str:
    language = get_language() or "zh-hans"
    return f"{error.message.say(language)} {error.next_step.say(language)}"


def _tried(request: HttpRequest, act: Callable[[], Any], done: str) -> None:
    try:
        act()
    except (Invalid, Conflict) as error:
        messages.error(request, _said(error))
    else:
        messages.success(request, done)


@require_POST
@applicants
def upload(request: HttpRequest, actor: access.Actor, case: procedures.Case) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, _("Choose a file."))
    else:
        content = sent.read(procedures.LARGEST_FILE + 1)
        done = _("The file is with the case; the offices that take part see it.")
        _tried(request, lambda: procedures.attach(actor, case.id, str(sent.name), content), done)
    return redirect("cases:one", case.id)


@require_safe
@applicants
def download(_request: HttpRequest, actor: access.Actor, _case: procedures.Case, file: int) -> HttpResponse:
    """Never shown by the browser itself: what somebody sent stays a file."""
    name, media, content = procedures.file(actor, file)
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


@require_POST
@applicants
def withdraw(request: HttpRequest, actor: access.Actor, case: procedures.Case, file: int) -> HttpResponse:
    _tried(request, lambda: procedures.withdraw_file(actor, file), _("The file is taken back."))
    return redirect("cases:one", case.id)


@require_http_methods(["GET", "HEAD", "POST"])
@applicants
def appeal(request: HttpRequest, actor: access.Actor, case: procedures.Case) -> HttpResponse:
    """One question, what will happen, and the term."""
    until, terms = procedures.appeals(actor, case.id).until, case.compiled.procedure.appeal
    if until is None or terms is None:
        messages.info(request, _("There is nothing to appeal against here."))
        return redirect("cases:one", case.id)
    words, fault = request.POST.get("words", "").strip()[:4000], ""
    if request.method == "POST":
        try:
            number = procedures.appeal(actor, case.id, words)
        except (Invalid, Conflict) as error:
            fault = _said(error)
        else:
            messages.success(request, _("Your appeal is handed in. It has a number of its own."))
            return redirect("cases:one", number)
    follows = procedures.procedures().get(terms.procedure)
    context = {
        "crumbs": [
            (_("My cases"), reverse("cases:mine")),
            (str(case.id), reverse("cases:one", args=[case.id])),
            (_("Appeal"), ""),
        ],
        "case": case,
        "until": until,
        "procedure": follows,
        "department": catalogue.departments().get(follows.department) if follows else None,
        "reasons": [act for act in case.acts if act.act == "reason"],
        "words": words,
        "fault": fault,
    }
    return render(request, "ui/cases/appeal.html", context, status=422 if fault else 200)
