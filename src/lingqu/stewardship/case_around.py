"""Around a case: comments to other offices, files, calls that were looked at."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.procedures import door as procedures
from lingqu.stewardship.case_acts import given, tried
from lingqu.stewardship.case_words import handlers


@require_POST
@handlers
def comment(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    to = request.POST.getlist("to")[:50]
    tried(
        request,
        actor,
        lambda: procedures.comment(actor, number, given(request, "words", 4001), to),
        _("Said. The applicant does not see it."),
    )
    return redirect("stewardship:case", number)


@require_POST
@handlers
def upload(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponseBase:
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, _("Choose a file."))
        return redirect("stewardship:case", number)
    content, shown = sent.read(procedures.LARGEST_FILE + 1), request.POST.get("shown") == "1"
    tried(
        request,
        actor,
        lambda: procedures.attach(actor, number, str(sent.name), content, shown=shown),
        _("The file is with the case."),
    )
    return redirect("stewardship:case", number)


@require_safe
@handlers
def download(request: HttpRequest, actor: access.Actor, number: int, file: int) -> HttpResponseBase:
    """Never shown by the browser itself: what somebody sent stays a file."""
    name, media, content = procedures.file(actor, file)
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


@require_POST
@handlers
def withdraw(request: HttpRequest, actor: access.Actor, number: int, file: int) -> HttpResponseBase:
    tried(request, actor, lambda: procedures.withdraw_file(actor, file), _("The file is taken back."))
    return redirect("stewardship:case", number)


@require_POST
@handlers
def seen(request: HttpRequest, actor: access.Actor, call: int) -> HttpResponseBase:
    tried(request, actor, lambda: procedures.seen(actor, call), _("Written down as seen."))
    return redirect("stewardship:cases")
