"""Sources and their check of themselves."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.exchange import door as exchange
from lingqu.centre.quality import door as quality
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.freshness import states


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    resources, departments = catalogue.resources(), catalogue.departments()
    newest: dict[str, exchange.Delivery] = {}
    for delivery in exchange.deliveries(limit=500):
        newest.setdefault(delivery.source, delivery)
    rows = [
        {
            "source": s,
            "resource": r,
            "department": departments.get(r.department) if r else None,
            "newest": newest.get(c),
        }
        for c, s in exchange.sources().items()
        for r in [resources.get(s.resource)]
    ]
    return render(request, "stewardship/sources.html", frame("sources", (_("Sources"), ""), rows=rows, states=states()))


@require_http_methods(["GET", "POST"])
@stewards
def entry(request: HttpRequest, code: str) -> HttpResponseBase:
    """POST runs the connector's check of itself: it may reach out to the department's system."""
    source = drawing.one(exchange.Source, code)
    language = get_language() or "zh-hans"
    context = frame(
        "sources",
        (_("Sources"), reverse("stewardship:sources")),
        (source.title.say(language), ""),
        source=source,
        resource=catalogue.resources().get(source.resource),
        findings=exchange.self_check(code) if request.method == "POST" else None,
        deliveries=exchange.deliveries(source=code, limit=10),
        states=states(),
        statement=quality.statement(source.resource, code),
    )
    return render(request, "stewardship/source.html", context)
