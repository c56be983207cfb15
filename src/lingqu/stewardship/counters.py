"""The day list of a counter: who comes when, and who came."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.offers import door as offers
from lingqu.kernel.errors import Conflict
from lingqu.stewardship.case_words import handlers
from lingqu.stewardship.desk import frame
from lingqu.ui.appointments.pages import states


def _counters(actor: access.Actor) -> list[offers.Counter]:
    return [c for _code, c in sorted(offers.counters().items()) if access.may(actor, "handle", owner=c.department)]


@require_safe
@handlers
def page(request: HttpRequest, actor: access.Actor) -> HttpResponseBase:
    mine = _counters(actor)
    chosen = next((c for c in mine if c.code == request.GET.get("counter")), mine[0] if mine else None)
    try:
        day = parse_date(request.GET.get("day", "")) or timezone.localdate()
    except ValueError:
        day = timezone.localdate()
    marks = states()
    context = frame(
        "cases",
        (_("Cases"), reverse("stewardship:cases")),
        (_("Appointments"), ""),
        counters=mine,
        of=chosen,
        day=day,
        rows=[(each, marks[each.state]) for each in offers.day(actor, chosen, day)] if chosen else [],
        markable=day <= timezone.localdate(),
    )
    return render(request, "stewardship/counters.html", context)


@require_POST
@handlers
def mark(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponse:
    try:
        offers.mark(actor, number, came=request.POST.get("came") == "1")
    except Conflict as error:
        messages.error(request, error.message.say(get_language() or "zh-hans"))
    kept = {name: request.POST.get(name, "")[:80] for name in ("counter", "day")}
    return redirect(f"{reverse('stewardship:counters')}?{urlencode(kept)}")
