"""Requests and agreements as lists: mine, what waits for me, all that I may see."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.sharing import words
from lingqu.ui.registers.export import guarded

PAGE = 50
MOST = 5000
FACETS = ("state", "provider", "consumer", "method")


def asked(request: HttpRequest, tabs: tuple[str, ...]) -> dict[str, Any]:
    """What the address asks for; what it does not know is left out."""
    tab = request.GET.get("tab", "")
    return {
        "tab": tab if tab in tabs else tabs[0],
        "words": " ".join(request.GET.get("words", "").split())[:100],
        "chosen": {name: request.GET[name] for name in FACETS if request.GET.get(name)},
        "order": "due" if request.GET.get("order") == "due" else "newest",
        "before": request.GET.get("before", "")[:20],
    }


def sections(here: str) -> list[dict[str, Any]]:
    named = [
        ("requests", "sharing", _("Requests")),
        ("agreements", "sharing_agreements", _("Agreements")),
        ("monitoring", "sharing_monitoring", _("Execution")),
        ("bulletins", "sharing_bulletins", _("Bulletins")),
    ]
    return [{"href": reverse(f"stewardship:{name}"), "title": t, "here": code == here} for code, name, t in named]


def crumb(here: str = "") -> tuple[str, str]:
    return _("Data sharing"), reverse("stewardship:sharing") if here else ""


@require_safe
@stewards
def requests(request: HttpRequest) -> HttpResponseBase:
    actor = access.actor_of(request)
    tabs = ("to_decide", "mine", "all")
    want = asked(request, tabs)
    found = _requests(actor, want, PAGE)
    context = frame(
        "sharing",
        crumb(),
        sections=sections("requests"),
        rows=[request_row(r) for r in found],
        tabs_of=_tabs({"to_decide": _("To do"), "mine": _("Requested by us"), "all": _("All")}, want["tab"]),
        want=want,
        facets=facets(found, want["chosen"]),
        chosen=_chosen(want["chosen"]),
        counts=catalogue.counts(actor),
        news=[{**words.step(s), "number": s.number} for s in catalogue.news(actor, 5)],
        last=found[-1].number if len(found) == PAGE and want["order"] == "newest" else None,
        csv=reverse("stewardship:sharing_csv"),
    )
    return render(request, "stewardship/sharing/requests.html", context)


def _requests(actor: access.Actor, want: dict[str, Any], limit: int) -> list[catalogue.Request]:
    tab: Any = "" if want["tab"] == "all" else want["tab"]
    kept = {k: want[k] for k in ("words", "chosen", "order", "before")}
    return catalogue.requests(actor, tab=tab, limit=limit, **kept)


def request_row(r: catalogue.Request) -> dict[str, Any]:
    return {
        "number": r.number,
        "href": reverse("stewardship:sharing_record", args=[r.number]),
        "resource": words.resource(r.resource),
        "consumer": words.department(r.consumer),
        "provider": words.department(r.provider),
        "state": words.state(r.state),
        "clock": words.clock(r),
        "matter": r.wish.matter,
        "method": words.methods().get(r.wish.method, r.wish.method),
        "at": r.submitted_at or r.created_at,
    }


@require_safe
@stewards
def agreements(request: HttpRequest) -> HttpResponseBase:
    actor = access.actor_of(request)
    want = asked(request, ("all", "mine", "provided"))
    found = _agreements(actor, want, PAGE)
    context = frame(
        "sharing",
        crumb("agreements"),
        (_("Agreements"), ""),
        sections=sections("agreements"),
        rows=[agreement_row(a) for a in found],
        tabs_of=_tabs({"all": _("All"), "mine": _("We use"), "provided": _("We provide")}, want["tab"]),
        want=want,
        facets=facets(found, want["chosen"]),
        chosen=_chosen(want["chosen"]),
        last=found[-1].number if len(found) == PAGE else None,
        csv=reverse("stewardship:sharing_agreements_csv"),
    )
    return render(request, "stewardship/sharing/agreements.html", context)


def _agreements(actor: access.Actor, want: dict[str, Any], limit: int) -> list[catalogue.Agreement]:
    tab: Any = "" if want["tab"] == "all" else want["tab"]
    kept = {k: want[k] for k in ("words", "chosen", "before")}
    return catalogue.agreements(actor, tab=tab, limit=limit, **kept)


def agreement_row(a: catalogue.Agreement) -> dict[str, Any]:
    return {
        "number": a.number,
        "href": reverse("stewardship:sharing_record", args=[a.number]),
        "resource": words.resource(a.resource),
        "consumer": words.department(a.consumer),
        "provider": words.department(a.provider),
        "state": words.state(a.state),
        "method": words.methods().get(a.method, a.method),
        "matter": a.matter,
        "begins": a.begins,
        "last_day": a.last_day,
        "soon": a.state == "living" and (a.last_day - timezone.localdate()).days <= catalogue.sharing_rules().warn,
    }


def _tabs(named: dict[str, str], here: str) -> list[dict[str, Any]]:
    return [{"code": code, "title": title, "here": code == here} for code, title in named.items()]


def _name(facet: str, value: str) -> str:
    if facet == "state":
        return words.state(value)["words"]
    if facet == "method":
        return words.methods().get(value, value)
    return words.department(value)


def titles() -> dict[str, str]:
    return {"state": _("State"), "provider": _("Provided by"), "consumer": _("Consumer"), "method": _("Method")}


def facets(found: Iterable[Any], chosen: dict[str, str]) -> list[dict[str, Any]]:
    """Counts over what this page of the list shows."""
    told = []
    for name in FACETS:
        if name in chosen:
            continue
        counts = Counter(getattr(getattr(r, "wish", r), name) if name == "method" else getattr(r, name) for r in found)
        choices = [{"value": v, "title": _name(name, v), "count": n} for v, n in counts.most_common(12)]
        if len(choices) > 1:
            told.append({"name": name, "title": titles()[name], "choices": choices})
    return told


def _chosen(chosen: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": n, "title": titles()[n], "value": _name(n, v)} for n, v in chosen.items()]


@require_safe
@stewards
def requests_csv(request: HttpRequest) -> HttpResponseBase:
    actor, want = access.actor_of(request), asked(request, ("all", "mine", "to_decide"))
    head = [_("Number"), _("State"), _("Consumer"), _("Provided by"), _("Resource"), _("Matter"), _("Method"), _("Due")]
    rows = []
    for r in _requests(actor, want, MOST):
        row = request_row(r)
        due = f"{r.due_day:%Y-%m-%d}" if r.due_day else ""
        rows.append([r.number, row["state"]["words"], row["consumer"], row["provider"], row["resource"], row["matter"]])
        rows[-1] += [row["method"], due]
    return as_csv(actor, "requests", head, rows)


@require_safe
@stewards
def agreements_csv(request: HttpRequest) -> HttpResponseBase:
    actor, want = access.actor_of(request), asked(request, ("all", "mine", "provided"))
    head = [
        _("Number"),
        _("State"),
        _("Consumer"),
        _("Provided by"),
        _("Resource"),
        _("Method"),
        _("Begins"),
        _("Ends"),
    ]
    rows = []
    for a in _agreements(actor, want, MOST):
        row = agreement_row(a)
        begins = f"{timezone.localdate(a.begins):%Y-%m-%d}"
        rows.append([a.number, row["state"]["words"], row["consumer"], row["provider"], row["resource"], row["method"]])
        rows[-1] += [begins, f"{a.last_day:%Y-%m-%d}"]
    return as_csv(actor, "agreements", head, rows)


def as_csv(actor: access.Actor, name: str, head: list[str], rows: list[list[Any]]) -> HttpResponse:
    """UTF-8 with byte order mark; what a spreadsheet would run as a formula is quoted. The ledger has the export."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in [head, *rows]:
        writer.writerow(["" if cell is None else guarded(str(cell)) for cell in row])
    access.record(actor, "export", entity_type="Sharing", count=len(rows), detail={"list": name})
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sharing-{name}.csv"'
    return answer
