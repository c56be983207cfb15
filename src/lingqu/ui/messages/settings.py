"""Which ways one wants to be told of what."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.notices import door as notices
from lingqu.kernel.errors import Invalid
from lingqu.ui.my.rights import to_sign_in


def way_names() -> dict[str, str]:
    return {"mail": _("E-mail"), "hook": _("Call of my system (webhook)")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, faults = access.actor_of(request), {}
    if request.method == "POST":
        faults = _keep(request, actor)
        if not faults:
            return redirect("messages:settings")
    return render(request, "ui/messages/settings.html", _context(request, actor, faults), status=400 if faults else 200)


def _keep(request: HttpRequest, actor: access.Actor) -> dict[str, str]:
    """Faults by field. What this instance does not offer stays as it was."""
    given, before = request.POST, notices.preferences(actor)
    ways = {
        kind: tuple(
            way
            for way in notices.WAYS
            if (f"{kind}-{way}" in given if way in notices.ways() else way in before.ways.get(kind, ()))
        )
        for kind in notices.KINDS
    }
    language = get_language() or "zh-hans"
    try:
        kept = notices.keep_preferences(
            actor,
            language=language,
            mail=given.get("mail", before.mail).replace("\0", "")[:254],
            hook=given.get("hook", before.hook).replace("\0", "")[:501],
            ways=ways,
            new_key="new_key" in given,
        )
    except Invalid as error:
        return {f.column: f.message.say(language) for f in error.faults} or {"mail": error.message.say(language)}
    messages.success(request, _("Kept."))
    if kept.mail and kept.mail != before.mail:
        messages.info(request, _("A link was sent to the new address. Open it, signed in, to confirm the address."))
    return {}


def _context(request: HttpRequest, actor: access.Actor, faults: dict[str, str]) -> dict[str, Any]:
    kept, posted, names = notices.preferences(actor), request.method == "POST", way_names()
    offered = [(way, names[way]) for way in notices.ways()]
    rows = [
        (
            kind,
            title,
            [
                (way, name, f"{kind}-{way}" in request.POST if posted else way in kept.ways.get(kind, ()))
                for way, name in offered
            ],
        )
        for kind, title in notices.KINDS.items()
    ]
    return {
        "crumbs": [(_("Messages"), reverse("messages:list")), (_("How I am told"), "")],
        "kept": kept,
        "mail": request.POST.get("mail", "") if posted else kept.mail,
        "hook": request.POST.get("hook", "") if posted else kept.hook,
        "offered": dict(offered),
        "rows": rows,
        "faults": faults,
        "sendings": [(each, names[each.way]) for each in notices.sendings(actor)],
    }


@never_cache
@require_safe
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if notices.confirm_mail(access.actor_of(request), token):
        messages.success(request, _("The e-mail address is confirmed."))
    else:
        messages.error(request, _("This link is too old, or for another account or address. Enter the address again."))
    return redirect("messages:settings")


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    notices.send_again(access.actor_of(request), number)
    messages.success(request, _("It is tried again."))
    return redirect("messages:settings")
