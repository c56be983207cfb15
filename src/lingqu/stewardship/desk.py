"""What the desk's pages have in common: the right they need, and the way between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from lingqu.centre.access import door as access
from lingqu.kernel.text import Text

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def stewards(page: Page[P]) -> Page[P]:
    """Only for actors who may steward; who is not signed in is asked to."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        access.require(access.actor_of(request), "steward")
        return page(request, *args, **kwargs)

    return guarded


def administrators(page: Page[P]) -> Page[P]:
    """Only for actors who administer accounts; who is not signed in is asked to."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        access.require(access.actor_of(request), "administer")
        return page(request, *args, **kwargs)

    return guarded


_NEEDS = {"cases": "handle", "ratings": "handle", "accounts": "administer", "approvals": "administer"}
"""Tab → the right that opens it; the others are for who stewards."""


def tabs(here: str) -> list[dict[str, Any]]:
    named = [
        ("overview", _("Overview")),
        ("cases", _("Cases")),
        ("ratings", _("Ratings")),
        ("catalogue", _("Catalogue")),
        ("sharing", _("Data sharing")),
        ("deliveries", _("Deliveries")),
        ("outgoing", _("Deliveries out")),
        ("subscriptions:list", _("Subscriptions")),
        ("upload", _("Hand in a file")),
        ("sources", _("Sources")),
        ("fusion", _("Fusion")),
        ("disputes", _("Disputes")),
        ("corrections", _("Corrections")),
        ("objections", _("Objections")),
        ("ledger", _("Ledger")),
        ("blueprint", _("Blueprint")),
        ("design:list", _("Designers")),
        ("accounts", _("Accounts")),
        ("approvals", _("Approvals")),
    ]
    return [
        {
            "href": reverse(name if ":" in name else f"stewardship:{name}"),
            "title": title,
            "here": name == here,
            "name": name,
            "needs": _NEEDS.get(name, "steward"),
        }
        for name, title in named
    ]


def frame(here: str, *crumbs: tuple[str, str], **context: Any) -> dict[str, Any]:
    """A page's context with the desk's tabs and the way back."""
    desk = (_("Data stewardship"), reverse("stewardship:overview"))
    return {"tabs": tabs(here), "crumbs": [desk, *crumbs] if crumbs else [(desk[0], "")], **context}


def require_over(request: HttpRequest, department: str) -> access.Actor:
    """The actor, who must have the right to steward what this department provides. Raises Refused."""
    actor = access.actor_of(request)
    access.require(actor, "steward", owner=department)
    return actor


def whole(text: str) -> int | None:
    """A number in an address, or None: what else stands there is no fault worth a page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def said(words: Mapping[str, Text], language: str) -> dict[str, str]:
    """Words of the catalogue in one language."""
    return {code: text.say(language) for code, text in words.items()}
