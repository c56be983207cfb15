"""The page of subscriptions: what becomes of each, what waits, and what may be done about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import Subscription
from lingqu.protocols.ngsi_ld.notify import acts
from lingqu.protocols.ngsi_ld.subscription_said import status

PAGE = 50


def states() -> dict[str, tuple[str, str]]:
    """States as (words, look)."""
    return {
        "active": (_("active"), "ok"),
        "failing": (_("failing, tried again"), "notice"),
        "parked": (_("parked"), "bad"),
        "paused": (_("paused"), "none"),
        "expired": (_("expired"), "none"),
        "withdrawn": (_("stopped: no right any more"), "bad"),
    }


def _known(actor: Actor) -> QuerySet[Subscription]:
    """The own ones; for who stewards a department those of its accounts, for who stewards everything all."""
    if access.may(actor, "steward", owner="*"):
        return Subscription.objects.all()
    own = Q(account=actor.account_id)
    if actor.department and access.may(actor, "steward", owner=actor.department):
        own |= Q(department=actor.department)
    return Subscription.objects.filter(own)


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    actor = access.actor_of(request)
    asked = request.GET.get("state", "")
    known = _known(actor)
    counts = dict(known.order_by().values_list("state").annotate(n=Count("pk")))
    if asked in counts:
        known = known.filter(state=asked)
    rows = list(known.filter(pk__gt=request.GET.get("after", "")[:2000]).order_by("pk")[: PAGE + 1])
    waiting = Subscription.objects.filter(pk__in=[r.pk for r in rows], notices__isnull=False)
    numbers = dict(waiting.order_by().values_list("pk").annotate(n=Count("notices")))
    desk = [(_("Data stewardship"), reverse("stewardship:overview"))] if access.may(actor, "steward") else []
    context = {
        "crumbs": [*desk, (_("Subscriptions"), "")],
        "rows": [_shown(row, numbers.get(row.pk, 0)) for row in rows[:PAGE]],
        "states": {code: words for code, words in states().items() if code in counts},
        "counts": counts,
        "asked": asked,
        "after": request.GET.get("after", ""),
        "last": rows[PAGE - 1].pk if len(rows) > PAGE else "",
    }
    return render(request, "protocols/subscriptions.html", context)


def _shown(row: Subscription, waiting: int) -> dict[str, Any]:
    state = "expired" if status(row) == "expired" else row.state
    if state == "active" and row.attempts:
        state = "failing"
    words, look = states()[state]
    document, why = row.document, row.why or {}
    named = [s.get("type") or s.get("id") or s.get("idPattern") for s in document.get("entities", ())]
    return {
        "row": row,
        "title": document.get("subscriptionName") or document.get("description") or row.pk,
        "about": ", ".join(str(n) for n in named),
        "host": urlsplit(document["notification"]["endpoint"]["uri"]).netloc.rpartition("@")[2],
        "state": words,
        "look": look,
        "why": why.get("message") if state in ("failing", "parked", "withdrawn", "paused") else None,
        "next_step": why.get("next_step") if state in ("parked", "withdrawn") else None,
        "waiting": waiting,
        "may_again": row.state in ("parked", "paused") or state == "failing",
        "may_pause": row.state in ("active", "parked") and state != "expired",
    }


@require_POST
def act(request: HttpRequest) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect(reverse("account_login"))
    actor, chosen = access.actor_of(request), acts.ACTS.get(request.POST.get("act", ""))
    with transaction.atomic():
        row = _known(actor).select_for_update().filter(pk=request.POST.get("subscription", "")).first()
        if row is None:
            raise NotFound(
                "ngsi_ld.subscription",
                Text(
                    zh="没有这个订阅，或不归您管理",
                    en="There is no such subscription, or it is not yours to look after",
                ),
                next_step=Text(zh="在订阅列表中查找", en="Look it up in the list of subscriptions"),
            )
        if chosen is not None:
            chosen(actor, row)
            messages.success(request, _("Done."))
    return redirect("subscriptions:list")
