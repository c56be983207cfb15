"""The desk's front: how deliveries, quality, registers and disputes stand, and what to do next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.stewardship import alerts
from lingqu.stewardship.desk import frame, said, stewards
from lingqu.stewardship.freshness import Standing, standings

TARGET = 0.95


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """Who handles cases and stewards nothing has the inbox for a desk."""
    if request.user.is_authenticated:
        actor = access.actor_of(request)
        if not access.may(actor, "steward") and access.handled(actor):
            return redirect("stewardship:cases")
    return _overview(request)


@stewards
def _overview(request: HttpRequest) -> HttpResponseBase:
    standing = standings()
    counts = fusion.dispute_counts()
    actor = access.actor_of(request)
    context = frame(
        "overview",
        alerts=alerts.standing(actor),
        administers=access.may(actor, "administer"),
        standings=standing,
        cycles=said(catalogue.wording.CYCLE, get_language() or "zh-hans"),
        registers=registers(counts),
        disputes=sum(counts.values()),
        todo=_todo(standing, sum(counts.values()), _sharing(access.actor_of(request))),
        summary=_summary(standing),
        target=TARGET,
    )
    return render(request, "stewardship/overview.html", context)


def _summary(standing: list[Standing]) -> dict[str, Any]:
    scored = [s.newest for s in standing if s.newest and s.newest.score is not None]
    rows = sum(d.rows or 0 for d in scored)
    weighted = sum((d.score or 0) * (d.rows or 0) for d in scored)
    return {
        "resources": len(standing),
        "delivered": sum(1 for s in standing if s.newest),
        "fresh": sum(1 for s in standing if s.state == "ok"),
        "rows": rows,
        "score": weighted / rows if rows else None,
        "bad_rows": sum(d.bad_rows or 0 for d in scored),
    }


def registers(counts: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Each register with its last run."""
    types, language = entities.entity_types(), get_language() or "zh-hans"
    last: dict[str, fusion.Run] = {}
    for run in fusion.runs(limit=100):
        last.setdefault(run.register, run)
    due = set(fusion.due())
    return [
        {
            "code": code,
            "title": rules.title.say(language),
            "type": types.get(rules.type),
            "run": last.get(code),
            "due": code in due,
            "disputes": sum(n for (register, _attribute), n in counts.items() if register == code),
        }
        for code, rules in fusion.registers().items()
    ]


def _sharing(actor: access.Actor) -> list[dict[str, str]]:
    """Requests that wait for the reader."""
    counts = catalogue.counts(actor)
    if not counts["waiting"]:
        return []
    look = "bad" if counts["overdue"] else "notice"
    step = _("Check, decide or complete them; the clock runs")
    title, href = _("Requests for sharing"), reverse("stewardship:sharing")
    return [{"href": href, "title": title, "words": f"{counts['waiting']:,}", "step": step, "state": look}]


def _todo(standing: list[Standing], disputes: int, waiting: list[dict[str, str]]) -> list[dict[str, str]]:
    """What to do next, the worst first."""
    todo: list[dict[str, str]] = []
    language = get_language() or "zh-hans"
    for s in sorted(standing, key=lambda s: {"bad": 0, "notice": 1, "none": 2}.get(s.state, 3)):
        if s.next_step:
            href = reverse("stewardship:resource", args=[s.resource.code])
            if s.state == "bad" and s.newest:
                href = reverse("stewardship:delivery", args=[s.newest.id])
            title = s.resource.title.say(language)
            todo.append({"href": href, "title": title, "words": s.words, "step": s.next_step, "state": s.state})
    if disputes:
        step = _("Look at them with the departments concerned")
        href = reverse("stewardship:disputes")
        title = _("Disputes between departments")
        todo.append({"href": href, "title": title, "words": f"{disputes:,}", "step": step, "state": "notice"})
    return [*waiting, *todo][:8]
