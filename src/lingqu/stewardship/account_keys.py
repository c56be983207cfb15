"""Ways in: keys told once, certificates, the first sign-in of a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.stewardship.account_acts import again, carry_out, said
from lingqu.stewardship.desk import administrators, frame, whole


def _once(request: HttpRequest, name: str, what: str, told: str, hint: str) -> HttpResponseBase:
    """The page that tells a secret once; going back to it tells nothing."""
    crumbs = [(_("Accounts"), reverse("stewardship:accounts")), (name, reverse("stewardship:account", args=[name]))]
    context = frame("accounts", *crumbs, (what, ""), name=name, what=what, told=told, hint=hint)
    return render(request, "stewardship/account_told.html", context)


@never_cache
@require_POST
@administrators
def key(request: HttpRequest, name: str) -> HttpResponseBase:
    title, days = " ".join(request.POST.get("title", "").split()), whole(request.POST.get("days", "")) or 0
    try:
        told = administration.issue_key(access.actor_of(request), name, title, days)
    except Invalid as error:
        return again(request, name, {f"key_{field}": words for field, words in said(error).items()})
    hint = _("Systems send it as: Authorization: Bearer …")
    return _once(request, name, _("New key"), told, hint)


@require_POST
@administrators
def certificate(request: HttpRequest, name: str) -> HttpResponseBase:
    title = " ".join(request.POST.get("title", "").split())[:120]
    arguments = {"username": name, "pem": request.POST.get("pem", "")[:20_000].strip(), "title": title}
    try:
        faults = carry_out(request, "pin_certificate", arguments, _("The certificate is pinned."))
    except Conflict as error:
        faults = {"": error.message.say(request.LANGUAGE_CODE)}
    if faults:
        return again(request, name, {f"pem_{field}": words for field, words in faults.items()})
    return redirect("stewardship:account", name=name)


@require_POST
@administrators
def withdraw(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    whose = administration.revoke_credential(access.actor_of(request), number)
    messages.success(request, _("Withdrawn. It opens nothing any more."))
    return redirect("stewardship:account", name=whose)


@never_cache
@require_POST
@administrators
def first(request: HttpRequest, name: str) -> HttpResponseBase:
    token = administration.let_in(access.actor_of(request), name)
    address = request.build_absolute_uri(reverse("my:first", args=[token]))
    hint = _("Give it to this person only. It works once, for three days, and lets a password be chosen.")
    return _once(request, name, _("First sign-in"), address, hint)
