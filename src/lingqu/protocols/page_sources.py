"""The page of context sources: which systems answer for what, how that goes, and which are paused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import Forward, Source
from lingqu.protocols.ngsi_ld.sources import known, registrations, said, seeing
from lingqu.protocols.ngsi_ld.terms import CORE

PAGE = 50


def modes() -> dict[str, str]:
    return {
        "inclusive": _("adds to ours"),
        "auxiliary": _("fills gaps in ours"),
        "redirect": _("holds it instead of us"),
        "exclusive": _("alone holds these attributes"),
    }


def _may(actor: Actor, row: Source) -> bool:
    """Who may register what it speaks for, made it, or stewards the department that answers for it."""
    return seeing.may(actor, row) or access.may(actor, "steward", owner=row.department or "*")


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    actor = access.actor_of(request)
    after = request.GET.get("after", "")[:2000]
    every = Source.objects.filter(pk__gt=after).select_related("state").order_by("pk")
    rows = [row for row in every if _may(actor, row)][: PAGE + 1]
    desk = [(_("Data stewardship"), reverse("stewardship:overview"))] if access.may(actor, "steward") else []
    copies = _copies([row.pk for row in rows])
    context = {
        "crumbs": [*desk, (_("Subscriptions"), reverse("subscriptions:list")), (_("Context sources"), "")],
        "rows": [_shown(row, copies.get(row.pk, {})) for row in rows[:PAGE]],
        "after": after,
        "last": rows[PAGE - 1].pk if len(rows) > PAGE else "",
    }
    return render(request, "protocols/sources.html", context)


def _copies(sources: list[str]) -> dict[str, dict[str, int]]:
    """Of each source how many copies of subscriptions stand there, and how many it has not taken yet."""
    found: dict[str, dict[str, int]] = {}
    counted = Forward.objects.filter(source__in=sources, state__in=("placed", "wanted"))
    for source, state, n in counted.values_list("source", "state").annotate(n=Count("pk")):
        found.setdefault(source, {})[state] = n
    return found


def _shown(row: Source, copies: dict[str, int]) -> dict[str, Any]:
    document, state = row.document, row.state
    over = row.expires_at is not None and row.expires_at <= timezone.now()
    failing = said.failing(state)
    words, look = _state(over, row.paused, failing, bool(state.times_sent))
    return {
        "row": row,
        "state": state,
        "title": document.get("registrationName") or document.get("description") or row.pk,
        "about": ", ".join(CORE.said(kind) for kind in seeing.kinds(document)) or _("entities of any type"),
        "mode": modes()[document.get("mode", "inclusive")],
        "host": urlsplit(document["endpoint"]).netloc.rpartition("@")[2],
        "words": words,
        "look": look,
        "why": state.why if failing and state.why else None,
        "copies": copies,
        "may_pause": not row.paused and not over,
    }


def _state(over: bool, paused: bool, failing: bool, asked: bool) -> tuple[str, str]:
    if over:
        return _("expired"), "none"
    if paused:
        return _("paused"), "none"
    if failing:
        return _("failing"), "bad"
    return (_("answers"), "ok") if asked else (_("not asked yet"), "none")


@require_POST
def act(request: HttpRequest) -> HttpResponseBase:
    """Pause a source (nothing is asked of it), or ask it again."""
    if not request.user.is_authenticated:
        return redirect(reverse("account_login"))
    actor = access.actor_of(request)
    with transaction.atomic():
        row = Source.objects.select_for_update().filter(pk=request.POST.get("source", "")[:2000]).first()
        if row is None or not _may(actor, row):
            raise NotFound(
                "ngsi_ld.source",
                Text(zh="没有这个数据源，或不归您管理", en="There is no such source, or it is not yours to look after"),
                next_step=Text(zh="在列表中查找", en="Look it up in the list of sources"),
            )
        paused = request.POST.get("act") == "pause"
        access.carry(actor)
        Source.objects.filter(pk=row.pk).update(paused=paused, modified_at=timezone.now())
        registrations.record(actor, row, "paused" if paused else "resumed")
    known.forget()
    messages.success(request, _("Done."))
    return redirect("subscriptions:sources")
