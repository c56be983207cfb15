"""The execution of sharing: who supplies late, answers late, refuses, uses. Every figure opens to its rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.sharing import figures, listing, words

MONTHS = 12


def asked(request: HttpRequest) -> date:
    """The month in the address, this one where it names none that has begun."""
    this = timezone.localdate().replace(day=1)
    try:
        found = date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return this
    return found if date(2000, 1, 1) <= found <= this else this


def months() -> list[date]:
    found = [timezone.localdate().replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


@require_safe
@stewards
def page(request: HttpRequest) -> HttpResponseBase:
    month = figures.of(asked(request))
    context = frame(
        "sharing",
        listing.crumb("monitoring"),
        (_("Execution"), ""),
        sections=listing.sections("monitoring"),
        month=f"{month.first:%Y-%m}",
        until=month.ends,
        months=[f"{m:%Y-%m}" for m in months()],
        heads=figures.titles(),
        formulas=formulas(),
        rows=league(month.document()),
        csv=f"{reverse('stewardship:sharing_monitoring_csv')}?{urlencode({'month': f'{month.first:%Y-%m}'})}",
    )
    return render(request, "stewardship/sharing/monitoring.html", context)


def formulas() -> list[tuple[str, str]]:
    named = {**figures.titles(), "in_time": _("In time")}
    return [(named[code], told) for code, told in figures.formulas().items()]


def league(document: dict[str, Any], *, linked: bool = True) -> list[dict[str, Any]]:
    """One row a department, the least punctual first; ``cells`` in the order of ``figures.FIGURES``."""
    rows = []
    for code, told in document["departments"].items():
        cells = []
        for name in figures.FIGURES:
            n = len(told["figures"].get(name, ()))
            query = urlencode({"month": document["month"], "figure": name, "department": code})
            href = f"{reverse('stewardship:sharing_rows')}?{query}" if linked and n else ""
            cells.append({"name": name, "n": n, "href": href, "bad": n > 0 and name in figures.BAD})
        share = told["in_time"]
        rows.append(
            {
                "code": code,
                "title": words.department(code),
                "cells": cells,
                "in_time": share,
                "look": "none" if share is None else "ok" if share >= 0.95 else "notice" if share >= 0.8 else "bad",
                "records": told["records"],
                "late": len(told["figures"].get("late_supply", ())),
            }
        )
    return sorted(rows, key=lambda r: (2 if r["in_time"] is None else r["in_time"], -r["late"], r["code"]))


@require_safe
@stewards
def rows(request: HttpRequest) -> HttpResponseBase:
    """What was counted. Rows that the reader may not open are named by number only."""
    actor, month = access.actor_of(request), figures.of(asked(request))
    figure = request.GET.get("figure", "")
    figure = figure if figure in figures.FIGURES else figures.FIGURES[0]
    department = request.GET.get("department", "")[:80]
    counted = month.rows.get(department, {}).get(figure, [])
    context = frame(
        "sharing",
        listing.crumb("monitoring"),
        (_("Execution"), reverse("stewardship:sharing_monitoring")),
        (figures.titles()[figure], ""),
        month=f"{month.first:%Y-%m}",
        department=words.department(department),
        title=figures.titles()[figure],
        formula=figures.formulas()[figure],
        rows=opened(actor, counted, figure),
        count=len(counted),
    )
    return render(request, "stewardship/sharing/rows.html", context)


def opened(actor: access.Actor, counted: list[str], figure: str) -> list[dict[str, str]]:
    """A line for each row, with a way to it where the reader may go there."""
    if figure == "late_supply":
        return [
            {"title": words.resource(code), "code": code, "href": reverse("stewardship:resource", args=[code])}
            for code in counted
        ]
    mine = {r.number: r.resource for r in _known(actor, counted)}
    return [
        {
            "title": words.resource(mine[number]) if number in mine else _("of other departments"),
            "code": number,
            "href": reverse("stewardship:sharing_record", args=[number]) if number in mine else "",
        }
        for number in counted
    ]


def _known(actor: access.Actor, counted: list[str]) -> list[Any]:
    if not counted:
        return []
    of = catalogue.agreements_named if counted[0].startswith("A-") else catalogue.requests_named
    return of(actor, counted)


@require_safe
@stewards
def export(request: HttpRequest) -> HttpResponseBase:
    month = figures.of(asked(request))
    names = figures.titles()
    head = [_("Month"), _("Department"), *(names[f] for f in figures.FIGURES), _("In time"), _("Records read")]
    lines: list[list[Any]] = []
    for r in league(month.document()):
        share = "" if r["in_time"] is None else f"{r['in_time']:.4f}"
        lines.append([f"{month.first:%Y-%m}", r["title"], *(c["n"] for c in r["cells"]), share, r["records"]])
    return listing.as_csv(access.actor_of(request), f"execution-{month.first:%Y-%m}", head, lines)
