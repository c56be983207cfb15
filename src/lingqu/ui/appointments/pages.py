"""Appointments at counters: choose a counter, a day and a time; move, cancel, and take it into one's calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.offers import door as offers
from lingqu.kernel.errors import Conflict, Refused
from lingqu.ui.my.rights import to_sign_in
from lingqu.ui.own.calendars import Entry, ics


def signed_in(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return page(request, access.actor_of(request), *args, **kwargs)

    return guarded


def states() -> dict[str, tuple[str, str]]:
    return {
        "booked": (_("booked"), "ok"),
        "cancelled": (_("cancelled"), ""),
        "came": (_("came"), ""),
        "missed": (_("not come"), "notice"),
    }


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Counters at which one makes appointments; for everybody."""
    counters = sorted(offers.counters().values(), key=lambda each: each.code)
    context = {"crumbs": [(_("Appointments"), "")], "counters": counters}
    return render(request, "ui/appointments/list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def counter(request: HttpRequest, actor: access.Actor, code: str) -> HttpResponse:
    """A day's slots; ``move`` is the number of the appointment that is moved."""
    of, given = offers.counter(code), request.POST if request.method == "POST" else request.GET
    text = given.get("move", "")
    moving = offers.booking(actor, int(text)) if text.isascii() and text.isdigit() and len(text) < 18 else None
    fault = ""
    if request.method == "POST":
        fault = _book(request, actor, of, moving)
        if not fault:
            return redirect("appointments:mine")
    days = offers.days(of)
    day = _day(given.get("day", ""), days)
    context = {
        "crumbs": [(_("Appointments"), reverse("appointments:list")), (of.title.say(get_language() or "zh-hans"), "")],
        "of": of,
        "days": days[:15],
        "day": day,
        "slots": offers.slots(of, day) if day else [],
        "moving": moving,
        "fault": fault,
        "matter": given.get("matter", ""),
    }
    return render(request, "ui/appointments/counter.html", context, status=409 if fault else 200)


def _day(text: str, days: list[date]) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return found if found in days else (days[0] if days else None)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _book(request: HttpRequest, actor: access.Actor, of: offers.Counter, moving: offers.Booking | None) -> str:
    """What is wrong, in words; empty where it is booked."""
    begins = _moment(request.POST.get("begins", "")[:40])
    if begins is None:
        return _("Choose a time.")
    name = actor.behalf.label if actor.behalf else str(request.user)
    try:
        if moving is not None and moving.counter == of.code:
            offers.move(actor, moving.number, begins)
            messages.success(request, _("Moved."))
        else:
            offers.book(actor, of, begins, matter=request.POST.get("matter", "")[:200], name=name)
            messages.success(request, _("Booked. You will be reminded the day before."))
    except (Conflict, Refused) as error:
        return error.message.say(get_language() or "zh-hans")
    return ""


@never_cache
@require_safe
@signed_in
def mine(request: HttpRequest, actor: access.Actor) -> HttpResponse:
    marks, found = states(), offers.mine(actor)
    context = {
        "crumbs": [(_("My appointments"), "")],
        "coming": sorted((each for each in found if each.open), key=lambda each: each.begins),
        "past": [(each, marks[each.state]) for each in found if not each.open],
        "whose": actor.behalf.label if actor.behalf else "",
    }
    return render(request, "ui/appointments/mine.html", context)


@require_POST
@signed_in
def cancel(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponse:
    try:
        offers.cancel(actor, number)
    except Conflict as error:
        messages.error(request, error.message.say(get_language() or "zh-hans"))
    else:
        messages.success(request, _("Cancelled; the place is free for others."))
    return redirect("appointments:mine")


@never_cache
@require_safe
@signed_in
def file(request: HttpRequest, actor: access.Actor, number: int) -> HttpResponse:
    found, language = offers.booking(actor, number), get_language() or "zh-hans"
    entry = Entry(
        key=f"appointment-{found.number}",
        title=found.title.say(language),
        words=found.matter,
        begins=found.begins,
        ends=found.ends,
        place=found.place.say(language),
    )
    told = ics(request.get_host(), _("My appointments"), [entry])
    response = HttpResponse(told, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="appointment-{found.number}.ics"'
    return response
