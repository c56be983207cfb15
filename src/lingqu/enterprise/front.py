"""The enterprises' front page: find an organisation by its public facts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.papers import door as papers
from lingqu.ui.values import Wording


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    actor, language = access.actor_of(request), get_language() or "zh-hans"
    kind = next((t for t in entities.entity_types().values() if t.register_of == "legal" and t.public), None)
    context: dict[str, Any] = {"crumbs": [(_("For enterprises"), "")], "kind": kind}
    context["situations"] = [each for each in papers.situations().values() if each.audience == "enterprise"]
    if kind is not None:
        query = entities.Query(types=(kind.code,))
        context["count"] = entities.count(actor, query)
        context["facets"] = _facets(actor, kind, query, language)
    return render(request, "enterprise/front.html", context)


def _facets(actor: access.Actor, kind: EntityType, query: entities.Query, language: str) -> list[dict[str, Any]]:
    """The most frequent values of each filter but the region, as ways into the list."""
    wording = Wording(language)
    names = [n for n, a in kind.attributes.items() if a.facet and n != kind.region][:3]
    counted = entities.facet_counts(actor, query, names, limit=8)
    return [
        {
            "name": name,
            "title": wording.title(kind.attributes[name], name),
            "choices": [
                {
                    "value": v,
                    "count": n,
                    "title": wording.plain(wording.elements.get(kind.attributes[name].element or ""), v).text,
                }
                for v, n in counted.get(name, [])
            ],
        }
        for name in names
        if counted.get(name)
    ]
