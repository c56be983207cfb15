"""My certificates: what was issued to me, ready to show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.papers import door as papers
from lingqu.ui.certificates.public import states
from lingqu.ui.my.rights import to_sign_in

LIVES = ("valid", "later", "expired")


@never_cache
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    marks = states()
    own = [(each, marks[each.state]) for each in papers.certificates.of_person(actor.subject)]
    context = {"crumbs": [(_("My certificates"), "")], "own": own, "person": actor.subject}
    kinds = papers.certificates.kinds().values()
    context["issues"] = any(papers.certificates.may_issue(actor, kind) for kind in kinds)
    return render(request, "ui/certificates/wallet.html", context)


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One, as its holder or its issuer sees it."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    found = papers.certificates.one(actor, number)
    kind = papers.certificates.kinds().get(found.kind)
    titles = {each.code: each.title for each in kind.states} if kind else {}
    context = {
        "issues": kind is not None and papers.certificates.may_issue(actor, kind) and found.state in LIVES,
        "crumbs": [(_("My certificates"), reverse("certificates:wallet")), (found.number, "")],
        "found": found,
        "state": states()[found.state],
        "facts": [(titles.get(code, code), value) for code, value in found.facts.items()],
    }
    return render(request, "ui/certificates/one.html", context)


@never_cache
@require_safe
def file(request: HttpRequest, number: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    made = papers.certificates.file(access.actor_of(request), number)
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)
