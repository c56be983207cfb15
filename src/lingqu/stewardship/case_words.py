"""Words of cases, and who their pages are for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, access.Actor, P], HttpResponseBase]


def handlers(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for who handles cases of some department; who is not signed in is asked to."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        actor = access.actor_of(request)
        if not access.handled(actor):
            access.require(actor, "handle")
        return page(request, actor, *args, **kwargs)

    return guarded


def clocks() -> dict[str, tuple[str, str]]:
    """clock → (words, class of the tag)"""
    return {
        "overdue": (_("overdue"), "bad"),
        "soon": (_("due soon"), "notice"),
        "calm": (_("in time"), "ok"),
        "stopped": (_("waits for the applicant"), ""),
        "none": (_("no term"), ""),
    }


def acts() -> dict[str, str]:
    return {
        "start": _("application handed in"),
        "claim": _("taken on"),
        "release": _("put back"),
        "hand_over": _("handed over"),
        "pass": _("passed on"),
        "complete": _("done"),
        "return": _("sent back to the applicant"),
        "supplement": _("supplemented"),
        "suspend": _("suspended"),
        "resume": _("resumed"),
        "withdraw": _("withdrawn"),
        "timer": _("timer went off"),
        "message": _("message received"),
        "overdue": _("found overdue"),
        "supplement_overdue": _("supplement overdue"),
        "escalate": _("escalated"),
        "issue": _("certificate issued"),
        "migrate": _("goes on by a new version of its procedure"),
        "migrate_back": _("goes on by the version before"),
        "end": _("ended"),
        "stuck": _("stuck"),
        "involve": _("called in"),
        "told": _("told of the delay"),
        "file": _("file added"),
        "file_withdrawn": _("file taken back"),
        "appeal": _("appealed"),
        "reason": _("reason told to the applicant"),
    }


def states() -> dict[str, str]:
    return {
        "running": _("under way"),
        "suspended": _("suspended"),
        "ended": _("ended"),
        "withdrawn": _("withdrawn"),
        "stuck": _("stuck"),
        "open": _("not taken on"),
        "claimed": _("taken on"),
        "returned": _("sent back to the applicant"),
        "done": _("done"),
        "cancelled": _("cancelled"),
    }
