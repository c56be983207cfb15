"""City operations: the map, the stations with the age of their figures, what changed last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.ui import air
from lingqu.ui.values import Wording

CHANGES = 10


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``?theme=day`` leaves the night mode that a control room likes."""
    actor, language = access.actor_of(request), get_language() or "zh-hans"
    city, stations = drawing.city(), air.kind()
    context = {
        "crumbs": [(_("City operations"), "")],
        "night": request.GET.get("theme") != "day",
        "readings": air.now(actor, language),
        "stations": stations,
        "changes": _changes(actor, language),
        "bounds": ",".join(map(str, city.bounds)) if city and city.bounds else "",
        "timezone": city.timezone if city else "Asia/Shanghai",
    }
    return render(request, "operations/front.html", context)


def _changes(actor: access.Actor, language: str) -> list[dict[str, Any]]:
    """The public things that changed last."""
    types, wording = entities.entity_types(), Wording(language)
    public = tuple(code for code, t in types.items() if t.public)
    if not public:
        return []
    found = entities.find(actor, entities.Query(types=public, order="-modified", limit=CHANGES))
    return [
        {
            "label": wording.label(types.get(e.type), e),
            "kind": types[e.type].title.say(language),
            "href": reverse("registers:record", args=[e.type, e.id]),
            "at": e.modified_at,
        }
        for e in found.entities
    ]
