"""The citizens' front page: what is near me, and which data is open."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.papers import door as papers
from lingqu.ui import air
from lingqu.ui.values import Wording

NEAR = 800
"""Metres that people call near."""

SHOWN = 15


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    actor, language = access.actor_of(request), get_language() or "zh-hans"
    here = _here(request)
    context = {
        "crumbs": [(_("For citizens"), "")],
        "here": here,
        "situations": [each for each in papers.situations().values() if each.audience == "citizen"],
        "near": _near(actor, here, language) if here else [],
        "metres": NEAR,
        "open": _open(actor, language),
        "resources": [r for r in catalogue.resources().values() if r.opening.type == "unconditional"],
        "air": air.now(actor, language)[:3],
        "bounds": _bounds(here),
        "focus": ",".join(t.code for t in _points()),
    }
    return render(request, "citizen/front.html", context)


def _here(request: HttpRequest) -> tuple[float, float] | None:
    """Longitude and latitude (WGS-84, as browsers give them)."""
    try:
        latitude, longitude = float(request.GET["lat"]), float(request.GET["lon"])
    except (KeyError, ValueError):
        return None
    return (longitude, latitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _points() -> list[EntityType]:
    """Public types that stand on the map as points and are found by words: places to go to."""
    return [
        t
        for t in entities.entity_types().values()
        if t.public and t.map and t.map.layer == "circle" and t.register_of == "geospatial"
    ]


def _near(actor: access.Actor, here: tuple[float, float], language: str) -> list[dict[str, Any]]:
    wording, types = Wording(language), {t.code: t for t in _points()}
    circle = entities.GeoQuery("near", {"type": "Point", "coordinates": list(here)}, max_distance=NEAR)
    found = entities.find(actor, entities.Query(types=tuple(types), geo=circle, limit=200)).entities
    rows: list[dict[str, Any]] = [
        {
            "label": wording.label(types.get(e.type), e),
            "kind": types[e.type].title.say(language),
            "href": reverse("registers:record", args=[e.type, e.id]),
            "metres": round(_metres(here, e)),
        }
        for e in found
        if e.bounds
    ]
    return sorted(rows, key=lambda r: r["metres"])[:SHOWN]


def _metres(here: tuple[float, float], entity: entities.Entity) -> float:
    """Good to a percent over a kilometre."""
    west, south, east, north = entity.bounds or (0, 0, 0, 0)
    dx = ((west + east) / 2 - here[0]) * 111_320 * math.cos(math.radians(here[1]))
    dy = ((south + north) / 2 - here[1]) * 111_132
    return math.hypot(dx, dy)


def _bounds(here: tuple[float, float] | None) -> str:
    if here is None:
        city = drawing.city()
        return ",".join(map(str, city.bounds)) if city and city.bounds else ""
    return ",".join(f"{n:.5f}" for n in (here[0] - 0.01, here[1] - 0.007, here[0] + 0.01, here[1] + 0.007))


def _open(actor: access.Actor, language: str) -> list[dict[str, Any]]:
    counts = entities.type_counts(actor)
    return [
        {
            "title": (t.plural or t.title).say(language),
            "code": t.code,
            "count": counts.get(t.code, 0),
            "geo": bool(t.geometry),
        }
        for t in entities.entity_types().values()
        if t.public
    ]
