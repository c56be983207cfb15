"""The issuer's window: what may be issued, what was; issue, renew, revoke."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.kernel.errors import Invalid
from lingqu.ui.certificates.public import states
from lingqu.ui.my.rights import to_sign_in


@never_cache
@require_safe
def window(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    kinds = [each for each in papers.certificates.kinds().values() if papers.certificates.may_issue(actor, each)]
    if not kinds:
        access.require(actor, "issue")
    marks = states()
    rows = [(each, marks[each.state]) for each in papers.certificates.issued(actor)]
    context = {"crumbs": [(_("Issue certificates"), "")], "kinds": kinds, "rows": rows}
    return render(request, "ui/certificates/window.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, code: str) -> HttpResponse:
    """The form of one kind. What breaks a rule is said beside its field, and stays typed."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, kind = access.actor_of(request), papers.certificates.kind(code)
    papers.certificates.require_issue(actor, kind)
    asked = [each for each in kind.states if not each.by]
    given = {each.code: request.POST.get(each.code, "") for each in asked}
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = papers.issue_certificate(actor, papers.Order(code, given))
        except Invalid as refused:
            if not refused.faults:
                raise
            faults = {f.column: f.message.say(get_language() or "zh-hans") for f in refused.faults}
        else:
            messages.success(request, _("Issued. The signed PDF is ready."))
            return redirect("certificates:mine", made.number)
    fields: list[dict[str, Any]] = [
        {
            "of": each,
            "value": given[each.code],
            "fault": faults.get(each.code, ""),
            "kind": "date" if each.type == "date" else "lines" if each.type == "text" else "line",
        }
        for each in asked
    ]
    title = kind.title.say(get_language() or "zh-hans")
    crumbs = [(_("Issue certificates"), reverse("certificates:window")), (title, "")]
    context = {"crumbs": crumbs, "kind": kind, "fields": fields}
    return render(request, "ui/certificates/issue.html", context, status=422 if faults else 200)


@require_POST
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    papers.revoke_certificate(access.actor_of(request), number, request.POST.get("why", ""))
    messages.success(request, _("Revoked. Whoever checks it learns so from now on."))
    return redirect("certificates:mine", number)


@require_POST
def renew(request: HttpRequest, number: str) -> HttpResponse:
    made = papers.renew_certificate(access.actor_of(request), number)
    messages.success(request, _("Renewed. The old one no longer counts."))
    return redirect("certificates:mine", made.number)
