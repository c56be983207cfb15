"""The inbox of whoever is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.notices import door as notices
from lingqu.ui.my.rights import to_sign_in

PAGE = 20


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, given = access.actor_of(request), request.GET
    words, kind = given.get("words", "").replace("\0", "")[:100], given.get("kind", "")
    before = given.get("before", "")
    found = notices.messages(
        actor,
        words=words,
        kind=kind if kind in notices.KINDS else "",
        unread=given.get("unread") == "1",
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=PAGE + 1,
    )
    context = {
        "crumbs": [(_("Messages"), "")],
        "rows": [(each, notices.KINDS.get(each.kind)) for each in found[:PAGE]],  # type: ignore[call-overload]
        "last": found[PAGE - 1].id if len(found) > PAGE else None,
        "kinds": notices.KINDS,
        "words": words,
        "kind": kind,
        "only_unread": given.get("unread") == "1",
        "unread": notices.unread(actor),
        "narrowed": bool(words or kind or given.get("unread") or before),
        "parked": any(each.state == "parked" for each in notices.sendings(actor)),
    }
    return render(request, "ui/messages/list.html", context)


@never_cache
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A message counts as read when it is opened."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor = access.actor_of(request)
    found = notices.message(actor, number)
    if request.method == "GET" and found.read_at is None:
        notices.mark_read(actor, number)
    language = get_language() or "zh-hans"
    crumbs = [(_("Messages"), reverse("messages:list")), (found.subject.say(language), "")]
    return render(request, "ui/messages/one.html", {"crumbs": crumbs, "found": found})


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    notices.mark_read(access.actor_of(request))
    messages.success(request, _("All messages are marked as read."))
    return redirect("messages:list")
