"""The list of one entity type: facets, search, columns, keyset paging, map, export."""

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
from lingqu.centre.entities.definitions import EntityType
from lingqu.ui import purpose, regions
from lingqu.ui.registers import asked as asking
from lingqu.ui.registers.asked import Asked
from lingqu.ui.values import Shown, Wording

COUNTED = 5_000
"""Behind this what is found is not counted further: the list says that there are more."""

SAMPLE = 5_000
"""Of so many the shares of values are told where more are found."""


@require_safe
def page(request: HttpRequest, kind: str) -> HttpResponse:
    types = entities.entity_types()
    shown = types.get(kind) or entities.entity_type(kind)
    actor = access.actor_of(request)
    if purpose.missing(request, shown.personal):
        return purpose.ask(request, request.get_full_path())
    access.require(actor, "read", kind)
    asked = asking.read(request, shown)
    wording = Wording(get_language() or "zh-hans")
    query = asked.query(shown)
    found = entities.find(actor, query)
    count = entities.count(actor, query, most=COUNTED)
    context = {
        "kind": shown,
        "asked": asked,
        "crumbs": [(_("Registers"), reverse("registers:front")), (_plural(shown, wording), "")],
        "title": _plural(shown, wording),
        "columns": _columns(shown, wording),
        "rows": _rows(shown, found.entities, wording),
        "next": found.next,
        "count": count,
        "more_than": COUNTED if asked.narrowed and count > COUNTED else None,
        "facets": _facets(actor, shown, asked, wording, sampled=count > SAMPLE),
        "sample": SAMPLE if count > SAMPLE else None,
        "chosen": _chosen(actor, shown, asked, wording),
        "bounds": _view(asked),
        "forms": ["csv", "xlsx", "json"] + (["geojson"] if shown.geometry else []),
        "mapped": bool(shown.geometry and shown.public and shown.map),
    }
    return render(request, "ui/list.html", context)


def _plural(kind: EntityType, wording: Wording) -> str:
    return (kind.plural or kind.title).say(wording.language)


def _columns(kind: EntityType, wording: Wording) -> list[dict[str, Any]]:
    columns = []
    for name in asking.columns_of(kind):
        attribute = kind.attributes[name]
        element = wording.elements.get(attribute.element or "")
        numeric = bool(element and element.type in ("integer", "number") and not element.code_list)
        columns.append({"name": name, "title": wording.title(attribute, name), "numeric": numeric})
    return columns


def _rows(kind: EntityType, found: list[entities.Entity], wording: Wording) -> list[dict[str, Any]]:
    numeric = {c["name"]: c["numeric"] for c in _columns(kind, wording)}
    titles = {c["name"]: c["title"] for c in _columns(kind, wording)}
    rows = []
    for entity in found:
        cells = [
            {"items": wording.show(kind.attributes[n], entity.attrs.get(n)), "numeric": numeric[n], "title": titles[n]}
            for n in asking.columns_of(kind)[1:]
        ]
        href = reverse("registers:record", args=[kind.code, entity.id])
        rows.append({"label": wording.label(kind, entity), "href": href, "cells": cells})
    return rows


def _facets(
    actor: access.Actor, kind: EntityType, asked: Asked, wording: Wording, *, sampled: bool
) -> list[dict[str, Any]]:
    """Values with their counts; with their ``share`` where they are those of a sample."""
    names = [n for n in asking.facets_of(kind) if n not in asked.facets]
    if not names:
        return []
    counts = entities.facet_counts(actor, asked.query(kind), names, limit=12, most=SAMPLE)
    places = regions.names(actor, (value for value, _n in counts.get(kind.region or "", [])))
    facets = []
    for name in names:
        attribute = kind.attributes[name]
        element = wording.elements.get(attribute.element or "")
        values = [
            {
                "value": v,
                "count": n,
                "share": n / SAMPLE if sampled else None,
                "title": places.get(v) or wording.plain(element, v).text,
            }
            for v, n in counts.get(name, [])
        ]
        if len(values) > 1:
            title = _("Area") if name == kind.region and places else wording.title(attribute, name)
            facets.append({"name": name, "title": title, "choices": values})
    return facets


def _chosen(actor: access.Actor, kind: EntityType, asked: Asked, wording: Wording) -> list[dict[str, str]]:
    """What narrows the list now, each to be taken away by one click."""
    chosen = []
    for name, value in asked.facets.items():
        attribute = kind.attributes[name]
        shown: Shown = wording.plain(wording.elements.get(attribute.element or ""), value)
        place = regions.names(actor, [value]).get(value) if name == kind.region else None
        title = _("Area") if place else wording.title(attribute, name)
        chosen.append({"name": name, "title": title, "value": place or shown.text})
    if asked.words:
        chosen.append({"name": "words", "title": _("Words"), "value": asked.words})
    if asked.bounds:
        chosen.append({"name": "bounds", "title": _("Map"), "value": _("part of the map")})
    return chosen


def _view(asked: Asked) -> str:
    city = drawing.city()
    box = asked.bounds or (city.bounds if city else None)
    return ",".join(str(n) for n in box) if box else ""
