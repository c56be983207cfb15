"""What is due, for oneself or whom one acts for: as a list, and as a file for one's calendar."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.centre.procedures import door as procedures
from lingqu.ui import selves
from lingqu.ui.my.rights import to_sign_in
from lingqu.ui.own.calendars import Entry, ics

DAYS = 400
"""Ahead; more than a year, so that what comes once a year is always there."""


def _found(request: HttpRequest) -> tuple[access.Actor, list[procedures.Dated]]:
    actor, today = selves.actor(request), timezone.localdate()
    if not actor.subject:
        return actor, []
    return actor, procedures.dues(entities.get(actor, actor.subject), today, today + timedelta(days=DAYS))


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    actor, found = _found(request)
    today = timezone.localdate()
    groups: list[tuple[str, list[procedures.Dated]]] = []
    for each in found:
        month = f"{each.day:%Y-%m}"
        if not groups or groups[-1][0] != month:
            groups.append((month, []))
        groups[-1][1].append(each)
    context = {
        "crumbs": [(_("What is due"), "")],
        "whose": actor.behalf.label if actor.behalf else _("myself"),
        "groups": groups,
        "today": today,
        "linked": bool(actor.subject),
    }
    return render(request, "ui/own/dues.html", context)


@never_cache
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    language = get_language() or "zh-hans"
    _actor, found = _found(request)
    entries = [
        Entry(
            key=f"due-{each.of.code}-{each.day:%Y%m%d}",
            title=each.of.title.say(language),
            words="\n".join(t.say(language) for t in (each.of.office, each.of.note, each.of.basis) if t),
            begins=each.day,
        )
        for each in found
    ]
    told = ics(request.get_host(), _("What is due"), entries)
    response = HttpResponse(told, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="dues.ics"'
    return response
