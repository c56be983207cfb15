"""Monthly bulletins of the execution of sharing: kept as they were issued, with the rows their figures count."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.text import Text
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.sharing import figures, listing, monitoring


def last_month(now: datetime | None = None) -> date:
    return (timezone.localdate(now).replace(day=1) - timedelta(days=1)).replace(day=1)


def issue_due(now: datetime | None = None) -> bool:
    """Issue the bulletin of the month that ended last, once; False where it stands or nothing was ever requested."""
    month = last_month(now)
    if any(b.month == month for b in catalogue.bulletins()):
        return False
    found = figures.of(month)
    if not any(any(rows[f] for f in figures.FIGURES if f != "late_supply") for rows in found.rows.values()):
        return False
    catalogue.issue_bulletin(access.SYSTEM, month, found.document())
    return True


@require_safe
@stewards
def listing_page(request: HttpRequest) -> HttpResponseBase:
    issued = catalogue.bulletins()
    there = {b.month for b in issued}
    open_months = [m for m in monitoring.months()[1:] if m not in there]
    context = frame(
        "sharing",
        listing.crumb("bulletins"),
        (_("Bulletins"), ""),
        sections=listing.sections("bulletins"),
        rows=issued,
        may_issue=catalogue.oversees(access.actor_of(request)),
        months=[f"{m:%Y-%m}" for m in open_months],
    )
    return render(request, "stewardship/sharing/bulletins.html", context)


@require_POST
@stewards
def issue(request: HttpRequest) -> HttpResponseBase:
    try:
        month = date.fromisoformat(f"{request.POST.get('month', '')}-01")
    except ValueError:
        month = last_month()
    if not date(2000, 1, 1) <= month <= last_month():
        raise Invalid(
            "sharing.month",
            Text(zh="只能为已结束的月份出通报", en="A bulletin is issued for a month that is over"),
            place=f"{month:%Y-%m}",
            next_step=Text(zh="选择上月或更早的月份", en="Choose last month or an earlier one"),
        )
    made = catalogue.issue_bulletin(access.actor_of(request), month, figures.of(month).document())
    messages.success(request, _("Issued; its figures stay as they are."))
    return redirect("stewardship:sharing_bulletin", made.month.year, made.month.month)


@require_safe
@stewards
def page(request: HttpRequest, year: int, month: int) -> HttpResponseBase:
    found = next((b for b in catalogue.bulletins() if (b.month.year, b.month.month) == (year, month)), None)
    if found is None:
        raise NotFound(
            "sharing.unknown",
            Text(zh="这个月还没有通报", en="There is no bulletin of this month yet"),
            place=f"{year}-{month:02d}",
            next_step=Text(zh="在通报列表中查看已发布的月份", en="See the list of bulletins"),
        )
    name = f"{found.month:%Y-%m}"
    rows = monitoring.league(dict(found.figures), linked=False)
    context = frame(
        "sharing",
        listing.crumb("bulletins"),
        (_("Bulletins"), reverse("stewardship:sharing_bulletins")),
        (name, ""),
        bulletin=found,
        month=name,
        rows=rows,
        totals=_totals(rows),
        heads=figures.titles(),
        formulas=monitoring.formulas(),
        receipts=_receipts(access.actor_of(request), dict(found.figures)),
    )
    return render(request, "stewardship/sharing/bulletin.html", context)


def _totals(rows: list[dict[str, Any]]) -> list[tuple[str, int, bool]]:
    names = figures.titles()
    sums = {f: sum(c["n"] for r in rows for c in r["cells"] if c["name"] == f) for f in figures.FIGURES}
    return [(names[f], n, f in figures.BAD and n > 0) for f, n in sums.items()]


def _receipts(actor: access.Actor, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Department and figure → the rows that were counted when the bulletin was issued."""
    names, found = figures.titles(), []
    for row in monitoring.league(document, linked=False):
        counted = document["departments"][row["code"]]["figures"]
        for figure in figures.FIGURES:
            if counted.get(figure):
                lines = monitoring.opened(actor, counted[figure], figure)
                found.append({"department": row["title"], "figure": names[figure], "rows": lines})
    return found
