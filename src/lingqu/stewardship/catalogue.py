"""The catalogue of information resources: search, facets, and an entry with its 13 core metadata elements."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality
from lingqu.stewardship.desk import frame, said, stewards
from lingqu.stewardship.freshness import standing, standings, states
from lingqu.ui import charts

_FACETS = ("department", "sharing", "opening", "cycle")


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    language = get_language() or "zh-hans"
    words = " ".join(request.GET.get("words", "").split())[:100]
    chosen = {name: request.GET[name] for name in _FACETS if request.GET.get(name)}
    found = catalogue.search(words, chosen)
    facets = catalogue.facets(found)
    context = frame(
        "catalogue",
        (_("Catalogue"), ""),
        found=standings(found),
        words=words,
        chosen=_chosen(chosen, language),
        facets=[_facet(name, facets[name], language) for name in _FACETS if name not in chosen],
        sharing=said(catalogue.wording.SHARING, language),
        opening=said(catalogue.wording.OPENING, language),
        cycles=said(catalogue.wording.CYCLE, language),
    )
    return render(request, "stewardship/catalogue.html", context)


def _facet(name: str, choices: list[catalogue.Choice], language: str) -> dict[str, Any]:
    told = [{"value": c.value, "title": c.title.say(language), "count": c.count} for c in choices]
    return {"name": name, "title": catalogue.wording.FACETS[name].say(language), "choices": told}


def _chosen(chosen: dict[str, str], language: str) -> list[dict[str, str]]:
    """What narrows the list; a value that nothing has is said as it stands."""
    titles = {(name, c.value): c.title for name, cs in catalogue.facets(catalogue.search()).items() for c in cs}
    return [
        {
            "name": name,
            "title": catalogue.wording.FACETS[name].say(language),
            "value": titles[name, value].say(language) if (name, value) in titles else value,
        }
        for name, value in chosen.items()
    ]


@require_safe
@stewards
def entry(request: HttpRequest, code: str) -> HttpResponseBase:
    resource = catalogue.resource(code)
    language = get_language() or "zh-hans"
    trend = list(reversed(quality.trend(code)))
    context = frame(
        "catalogue",
        (_("Catalogue"), reverse("stewardship:catalogue")),
        (resource.title.say(language), ""),
        resource=resource,
        standing=standing(resource),
        items=catalogue.entry(code).items,
        elements=_elements(code, language),
        trend=trend,
        trend_values=[t.score for t in trend],
        trend_words=", ".join(f"{t.score * 100:.1f}%" for t in trend[-5:]),
        deliveries=exchange.deliveries(resource=code, limit=10),
        states=states(),
        sources=[s for s in exchange.sources().values() if s.resource == code],
        lineage=_lineage(resource, language),
    )
    return render(request, "stewardship/resource.html", context)


def _elements(code: str, language: str) -> list[tuple[str, str]]:
    """The core metadata elements; items (8) have a table of their own on the page."""
    items = str(len(catalogue.resource(code).items))
    return [
        (each.title.say(language), items if each.number == 8 else each.value.say(language) or "—")
        for each in catalogue.metadata(code)
    ]


def _lineage(resource: catalogue.InformationResource, language: str) -> str:
    """Sources → this resource → registers → entity types."""
    types = entities.entity_types()
    fed = {c: r for c, r in fusion.registers().items() if any(p.resource == resource.code for p in r.contributions)}
    sources = [s for s in exchange.sources().values() if s.resource == resource.code]
    columns = [
        [(f"s:{s.code}", s.title.say(language), reverse("stewardship:source", args=[s.code])) for s in sources],
        [(f"r:{resource.code}", resource.title.say(language), reverse("stewardship:resource", args=[resource.code]))],
        [(f"f:{c}", r.title.say(language), reverse("stewardship:register", args=[c])) for c, r in fed.items()],
        [
            (f"t:{t}", types[t].title.say(language), reverse("registers:list", args=[t]))
            for t in dict.fromkeys(r.type for r in fed.values())
            if t in types
        ],
    ]
    links = [(f"s:{s.code}", f"r:{resource.code}") for s in sources]
    links += [(f"r:{resource.code}", f"f:{c}") for c in fed]
    links += [(f"f:{c}", f"t:{r.type}") for c, r in fed.items()]
    return charts.lineage([c for c in columns if c], links, _("Where the data comes from and where it goes"))
