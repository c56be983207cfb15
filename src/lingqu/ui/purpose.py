"""Why somebody reads personal data: asked once, kept in the session for 30 minutes, shown in the header."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingqu.centre.access import door as access

LASTS = 30 * 60
"""Seconds for which a stated purpose holds."""

_KEY, _UNTIL = "purpose", "purpose_until"


@dataclass(frozen=True)
class Purpose:
    """``until`` in seconds since 1970."""

    code: str
    title: str
    text: str
    until: float

    @property
    def minutes_left(self) -> int:
        return max(1, round((self.until - time.time()) / 60))


def choices(request: HttpRequest) -> dict[str, str]:
    """The purposes of the city that a person may state, by code; those that are told later only to whom a grant names
    them."""
    language, known = get_language() or "zh-hans", access.purposes()
    delayed = {code for code, p in known.items() if p.delay_days and not p.choose}
    named = {p for each in access.holds(access.actor_of(request)) for p in each.grant.purposes} if delayed else set()
    return {code: p.title.say(language) for code, p in known.items() if p.choose or code in delayed & named}


def titles() -> dict[str, str]:
    """Every purpose by code, as people say it."""
    language = get_language() or "zh-hans"
    return {code: p.title.say(language) for code, p in access.purposes().items()}


def standing(request: HttpRequest) -> Purpose | None:
    """The purpose that holds now, or None."""
    session = getattr(request, "session", None)
    held = session.get(_KEY) if session is not None else None
    if not held or session is None or session.get(_UNTIL, 0) <= time.time():
        return None
    code, _colon, text = str(held).partition(": ")
    return Purpose(code, titles().get(code, code), text, float(session[_UNTIL]))


def expire(request: HttpRequest) -> None:
    """Take a purpose out of the session whose time is over, so that nobody reads on with it."""
    session = getattr(request, "session", None)
    if session is not None and _UNTIL in session and standing(request) is None:
        forget(request)


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)
    request.session.pop(_UNTIL, None)


def missing(request: HttpRequest, personal: bool) -> bool:
    """Whether somebody signed in is about to read personal data without having said why. Strangers are not asked: they
    are refused."""
    return personal and request.user.is_authenticated and standing(request) is None


def ask(request: HttpRequest, back: str) -> HttpResponse:
    """To the page that asks for a purpose; from there back to where one came from."""
    return redirect(f"{reverse('ui:purpose')}?{urlencode({'next': back})}")


@require_http_methods(["GET", "POST"])
def state(request: HttpRequest) -> HttpResponse:
    """The short form: purpose and a few words. ``end`` ends a purpose early."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    faults: dict[str, str] = {}
    if request.method == "POST":
        if "end" in request.POST:
            forget(request)
            return redirect("/")
        faults = _keep(request)
        if not faults:
            return redirect(back)
    given = {"code": request.POST.get("code", ""), "text": request.POST.get("text", "")}
    context = {"choices": choices(request), "faults": faults, "given": given, "next": back, "minutes": LASTS // 60}
    return render(request, "ui/purpose.html", context, status=400 if faults else 200)


def _keep(request: HttpRequest) -> dict[str, str]:
    code, text = request.POST.get("code", ""), " ".join(request.POST.get("text", "").split())[:160]
    faults = {}
    if code not in choices(request):
        faults["code"] = _("Choose a purpose.")
    if len(text) < 2:
        faults["text"] = _("Say in a few words what it is about, for example the case number.")
    if not faults:
        request.session[_KEY], request.session[_UNTIL] = f"{code}: {text}", time.time() + LASTS
    return faults
