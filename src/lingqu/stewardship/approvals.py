"""Approvals: what waits for a second pair of eyes, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import administration
from lingqu.kernel.errors import Invalid
from lingqu.stewardship.desk import administrators, frame, whole

PAGE = 50


def states() -> dict[str, tuple[str, str]]:
    return {
        "asked": (_("waits"), "notice"),
        "done": (_("done"), "ok"),
        "refused": (_("refused"), "bad"),
        "expired": (_("expired"), ""),
    }


@require_safe
@administrators
def page(request: HttpRequest) -> HttpResponseBase:
    return render(request, "stewardship/approvals.html", _context(request))


def _context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    actor, before = access.actor_of(request), request.GET.get("before", "")
    history = administration.decided(actor, whole(before), PAGE)
    mine = [p for p in administration.my_proposals(actor) if p.state == "asked"]
    return frame(
        "approvals",
        (_("Approvals"), ""),
        waiting=_told(administration.proposals_waiting(actor)),
        mine=_told(mine),
        history=_told(history),
        before=before,
        last=history[-1].id if len(history) == PAGE else None,
        **more,
    )


def _told(found: Iterable[administration.Proposed]) -> list[dict[str, Any]]:
    language = get_language() or "zh-hans"
    dangers = administration.DANGERS
    return [
        {
            "p": p,
            "state": states()[p.state],
            "dangers": [dangers[d].say(language) if d in dangers else d for d in p.dangers],
        }
        for p in found
    ]


@require_POST
@administrators
def second(request: HttpRequest, number: int) -> HttpResponseBase:
    try:
        administration.second(access.actor_of(request), number)
    except Invalid as error:
        language = get_language() or "zh-hans"
        words = [error.message.say(language), *(f.message.say(language) for f in error.faults)]
        return render(request, "stewardship/approvals.html", _context(request, wrong=words), status=400)
    messages.success(request, _("Seconded and done."))
    return redirect("stewardship:approvals")


@require_POST
@administrators
def refuse(request: HttpRequest, number: int) -> HttpResponseBase:
    try:
        administration.refuse_proposal(access.actor_of(request), number, request.POST.get("why", ""))
    except Invalid:
        wrong = [_("Say why in a few words.")]
        return render(request, "stewardship/approvals.html", _context(request, wrong=wrong), status=400)
    messages.success(request, _("Refused; nothing was changed."))
    return redirect("stewardship:approvals")
