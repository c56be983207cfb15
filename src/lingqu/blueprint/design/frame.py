"""What the designers' pages have in common."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Invalid, LingquError, Refused
from lingqu.kernel.text import Text

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, access.Actor, P], HttpResponseBase]
MOST_BYTES = 3_000_000
"""Of what an editor posts."""


def designers(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for who stewards some department, or may apply blueprints; who is not signed in is asked to."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        actor = access.actor_of(request)
        if not access.may(actor, "apply"):
            access.require(actor, "steward")
        return page(request, actor, *args, **kwargs)

    return guarded


def answered(page: Page[P]) -> Page[P]:
    """For editors: JSON in, JSON out, refusals too."""

    @wraps(page)
    def told(request: HttpRequest, actor: access.Actor, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return page(request, actor, *args, **kwargs)
        except LingquError as error:
            if isinstance(error, Refused):
                access.tell(actor, error, request.path)
            said = [error.message, *(fault.message for fault in error.faults)]
            body = {"rule": error.rule, "error": " ".join(map(say, said)), "next": say(error.next_step)}
            return JsonResponse(body, status=error.status)

    return told


def posted(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request. Raises Invalid (``blueprint.posted``)."""
    try:
        body = json.loads(request.body) if len(request.body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid(
            "blueprint.posted",
            Text(zh="内容过大，或不是 JSON", en="It is too large, or no JSON"),
            next_step=Text(zh="刷新页面后再试", en="Reload the page and try again"),
        )
    return body


def say(text: Text) -> str:
    return text.say(get_language() or "zh-hans")


def frame(*crumbs: tuple[str, str], **context: Any) -> dict[str, Any]:
    desk = (_("Data stewardship"), reverse("stewardship:overview"))
    home = (_("Designers"), reverse("design:list") if crumbs else "")
    return {"crumbs": [desk, home, *crumbs], **context}


def states() -> dict[str, tuple[str, str]]:
    """state → (words, class of the tag)"""
    return {
        "draft": (_("draft"), ""),
        "proposed": (_("waits for a second person"), "notice"),
        "approved": (_("seconded, being published"), "notice"),
        "published": (_("published"), "ok"),
        "dropped": (_("put aside"), ""),
    }
