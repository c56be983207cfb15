"""The city's front page: what the city holds, what is new, and the way to the platforms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.exchange import door as exchange
from lingqu.ui import air
from lingqu.ui.registers.search import holdings

NEWEST = 6


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    actor, language = access.actor_of(request), get_language() or "zh-hans"
    city, resources = drawing.city(), catalogue.resources()
    departments = catalogue.departments()
    deliveries = []
    for code, delivery in _newest().items():
        if resource := resources.get(code):
            department = departments.get(resource.department)
            deliveries.append({"delivery": delivery, "resource": resource, "department": department})
    context = {
        "held": holdings(actor),
        "readings": air.now(actor, language)[:4],
        "deliveries": deliveries,
        "bounds": ",".join(map(str, city.bounds)) if city and city.bounds else "",
        "resources": len(resources),
        "departments": len(departments),
    }
    return render(request, "site/front.html", context)


def _newest() -> dict[str, exchange.Delivery]:
    """The resources delivered last, each with its newest delivery."""
    found: dict[str, exchange.Delivery] = {}
    for delivery in exchange.deliveries(state="checked", limit=NEWEST * 8):
        found.setdefault(delivery.resource, delivery)
    return dict(list(found.items())[:NEWEST])
