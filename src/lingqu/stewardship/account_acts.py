"""Acts on one account that need no form of their own: close, open again, link to a person, end a loan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Invalid
from lingqu.stewardship import accounts
from lingqu.stewardship.desk import administrators


def said(error: Invalid) -> dict[str, str]:
    """Faults by the field they are about."""
    language = get_language() or "zh-hans"
    return {f.column: f.message.say(language) for f in error.faults} or {"": error.message.say(language)}


def carry_out(request: HttpRequest, act: str, arguments: Mapping[str, Any], done: str) -> dict[str, str]:
    """Do it, or propose it where another has to second it; gives faults by field, none where it went well."""
    reason = " ".join(request.POST.get("reason", "").split())
    try:
        number = administration.do_or_propose(access.actor_of(request), act, arguments, reason)
    except Invalid as error:
        return said(error)
    if number is None:
        messages.success(request, done)
    else:
        messages.info(request, _("Proposed. It is done when another administrator seconds it; see Approvals."))
    return {}


def again(request: HttpRequest, name: str, faults: dict[str, str]) -> HttpResponseBase:
    """The account's page with what was wrong."""
    context = accounts.about(request, name, faults=faults, given=request.POST)
    return render(request, "stewardship/account.html", context, status=400)


@require_POST
@administrators
def close(request: HttpRequest, name: str) -> HttpResponseBase:
    reason = " ".join(request.POST.get("reason", "").split())
    try:
        administration.close_account(access.actor_of(request), administration.Opening(username=name, reason=reason))
    except Invalid as error:
        return again(request, name, {f"close_{field}": words for field, words in said(error).items()})
    messages.success(request, _("The account is closed. Its sessions and keys open nothing any more."))
    return redirect("stewardship:account", name=name)


@require_POST
@administrators
def reopen(request: HttpRequest, name: str) -> HttpResponseBase:
    faults = carry_out(request, "reopen_account", {"username": name}, _("The account is open again."))
    if faults:
        return again(request, name, {f"reopen_{field}": words for field, words in faults.items()})
    return redirect("stewardship:account", name=name)


@require_POST
@administrators
def person(request: HttpRequest, name: str) -> HttpResponseBase:
    wanted = request.POST.get("person", "").strip()
    faults = _unseen(request, wanted)
    if not faults:
        arguments = {"username": name, "person": wanted}
        faults = carry_out(request, "set_person", arguments, _("The link was taken away."))
    if faults:
        return again(request, name, {f"person_{field}": words for field, words in faults.items()})
    return redirect("stewardship:account", name=name)


def _unseen(request: HttpRequest, person_id: str) -> dict[str, str]:
    """Whoever links looks at the person first, for a stated purpose; of ids nobody saw no link is made."""
    if not person_id:
        return {}
    actor = access.actor_of(request)
    query = entities.Query(ids=(person_id,), types=("Person",), limit=1)
    if not actor.purpose or not access.may(actor, "read", "Person"):
        return {"person": _("State a purpose first: whom an account is of is looked up in the register of persons.")}
    return {} if entities.find(actor, query).entities else {"person": _("There is no such person among those you see.")}


@require_POST
@administrators
def end_loan(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    administration.end_loan(access.actor_of(request), number)
    messages.success(request, _("The loan is ended."))
    return redirect("stewardship:account", name=name)
