"""Software of others that signs people in here, and department systems with tokens; for who administers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingqu.centre.access import door as access
from lingqu.kernel.errors import Invalid
from lingqu.stewardship.desk import frame, stewards


def scopes() -> dict[str, str]:
    return {
        "openid": _("who it is"),
        "profile": _("name and user name"),
        "lingqu": _("department, district, roles"),
        "lingqu.read": _("read through the interfaces"),
        "lingqu.write": _("change through the interfaces"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    """The list, and below it the form for a new one. What comes back from it is told once and kept nowhere."""
    actor = access.actor_of(request)
    given, faults, told = _given(request), {}, None
    if request.method == "POST":
        try:
            client, secret = access.register_client(actor, **given)
            told, given = {"id": client, "secret": secret}, {}
        except Invalid as refused:
            language = get_language() or "zh-hans"
            faults = {f.column: f.message.say(language) for f in refused.faults}
    return _page(request, actor, told=told, faults=faults, given=given, status=400 if faults else 200)


def _given(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    return {
        "name": " ".join(sent.get("name", "").split()),
        "redirects": sent.get("redirects", "").split(),
        "scopes": sent.getlist("scopes") or (["openid", "profile"] if request.method != "POST" else []),
        "owner": sent.get("owner", "").strip(),
        "public": sent.get("public") == "1",
    }


def _page(request: HttpRequest, actor: access.Actor, status: int = 200, **more: Any) -> HttpResponseBase:
    context = frame("overview", (_("Systems that sign in here"), ""), clients=access.clients(actor), scopes=scopes())
    context["lines"] = "\n".join(more.get("given", {}).get("redirects", ()))
    return render(request, "stewardship/clients.html", context | {"faults": {}} | more, status=status)


@require_POST
@stewards
def rotate(request: HttpRequest, code: str) -> HttpResponseBase:
    actor = access.actor_of(request)
    secret = access.rotate_client(actor, code)
    return _page(request, actor, told={"id": code, "secret": secret}, given={"scopes": ["openid", "profile"]})


@require_POST
@stewards
def revoke(request: HttpRequest, code: str) -> HttpResponseBase:
    access.revoke_client(access.actor_of(request), code)
    messages.success(request, _("Taken away. Its tokens open nothing any more."))
    return redirect("stewardship:clients")
