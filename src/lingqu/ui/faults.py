"""What a person or a program sees when something is refused or breaks: what happened, by which rule, what was kept,
what to do next, and a number to quote. Programs get ProblemDetails (RFC 9457)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.kernel.errors import LingquError, Refused
from lingqu.kernel.text import Text
from lingqu.ui import purpose

log = structlog.get_logger(__name__)
PROGRAMS = ("/ngsi-ld/", "/tiles/", "/api/")


@dataclass(frozen=True)
class Told:
    """What the page says."""

    status: int
    number: str
    heading: str
    message: str
    kept: str
    next_step: str
    rule: str = ""
    place: str = ""
    owner: str = ""
    faults: tuple[tuple[str, str], ...] = ()


class Faults:
    """Renders ``LingquError`` raised by any page; everything else goes on to Django's handlers below.

    Ends purposes whose time is over before any page reads with them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)  # no text of ours holds it, and PostgreSQL takes none that does
        purpose.expire(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LingquError):
            return None
        if isinstance(error, Refused):
            access.tell(_actor(request), error, request.path)
        number = _number()
        log.info("refused", number=number, rule=error.rule, path=request.path, status=error.status)
        return _answer(request, _of(error, number))


def _actor(request: HttpRequest) -> access.Actor:
    try:
        return access.actor_of(request)
    except (Refused, AttributeError):  # a key that opens nothing, or a request that got no session
        return access.ANONYMOUS


def answer(request: HttpRequest, error: LingquError) -> HttpResponse:
    """What is said of a refusal that no page raised."""
    return _answer(request, _of(error, _number()))


def _number() -> str:
    return secrets.token_hex(4).upper()


def _of(error: LingquError, number: str) -> Told:
    language, departments = get_language() or "zh-hans", access.administration.departments() if error.owner else {}
    return Told(
        status=error.status,
        number=number,
        heading=_heading(error.status),
        message=error.message.say(language),
        kept=_("Nothing was changed."),
        next_step=error.next_step.say(language) or _default_step(error.status),
        rule=error.rule,
        place=error.place,
        owner=departments[error.owner].say(language) if error.owner in departments else error.owner,
        faults=tuple((f.place, f.message.say(language)) for f in error.faults[:50]),
    )


def _heading(status: int) -> str:
    return {
        400: _("This cannot be done as it was asked"),
        401: _("This key opens nothing"),
        403: _("You may not do this"),
        404: _("There is nothing here"),
        409: _("Somebody else was faster"),
        503: _("Not reachable at the moment"),
    }.get(status, _("Something went wrong on our side"))


def _default_step(status: int) -> str:
    return {
        400: _("Check what you entered, then try again."),
        403: _("Sign in with an account that has the right, or ask the city information centre."),
        404: _("Check the address, or search for it."),
        503: _("Try again in a few minutes."),
    }.get(status, _("Try again. If it happens again, tell the city information centre the number below."))


def _answer(request: HttpRequest, told: Told) -> HttpResponse:
    if request.path.startswith(PROGRAMS) or request.headers.get("Accept", "").startswith("application/json"):
        problem = {
            "type": f"urn:lingqu:rule:{told.rule or told.status}",
            "title": told.heading,
            "status": told.status,
            "detail": told.message,
            "instance": f"urn:lingqu:fault:{told.number}",
            "nextStep": told.next_step,
        }
        return JsonResponse(problem, status=told.status, content_type="application/problem+json")
    return render(request, "ui/fault.html", {"told": told}, status=told.status)


def _plain(request: HttpRequest, status: int, message: str, kept: str) -> HttpResponse:
    number = _number()
    log.info("fault", number=number, path=request.path, status=status)
    return _answer(request, Told(status, number, _heading(status), message, kept, _default_step(status)))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, 400, _("The request could not be read."), _("Nothing was changed."))


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Also Django's CSRF failure view (``reason``)."""
    rule, said = "http.csrf" if reason else "http.forbidden", Text(zh="请求被拒绝", en="The request was refused")
    access.tell(_actor(request), Refused(rule, said), request.path)
    message = _("The form was too old to be trusted.") if reason else _("Your account does not have this right.")
    return _plain(request, 403, message, _("Nothing was changed."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, 404, _("There is no page at this address."), _("Nothing was changed."))


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler500. Touches no database."""
    number = _number()
    log.error("broken", number=number, path=request.path)
    told = Told(
        500,
        number,
        _heading(500),
        _("The page could not be made. The fault was written down under the number below."),
        _("What you sent last may not have been kept; everything before it was."),
        _default_step(500),
    )
    if request.path.startswith(PROGRAMS):
        return _answer(request, told)
    return render(request, "ui/fault_plain.html", {"told": told}, status=500)
