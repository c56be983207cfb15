"""The catalogue of information resources: search, facets, and an entry with its 13 core metadata elements."""

from __future__ import annotations

from collections import Counter
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
from lingqu.stewardship.desk import frame, stewards
from lingqu.stewardship.freshness import Standing, cycles, standing, standings, states
from lingqu.ui import charts


def sharing() -> dict[str, str]:
    return {"unconditional": _("shared freely"), "conditional": _("shared on conditions"), "refused": _("not shared")}


def opening() -> dict[str, str]:
    return {"unconditional": _("open"), "conditional": _("open on conditions"), "closed": _("not open")}


def formats() -> dict[str, str]:
    return {
        "document": _("document"),
        "spreadsheet": _("spreadsheet"),
        "database": _("database"),
        "image": _("image"),
        "media": _("media"),
        "self_described": _("own format"),
        "interface": _("interface"),
    }


@require_safe
@stewards
def listing(request: HttpRequest) -> HttpResponseBase:
    language = get_language() or "zh-hans"
    everything = standings()
    words = request.GET.get("words", "").strip().lower()
    chosen = {
        name: request.GET[name] for name in ("department", "sharing", "opening", "cycle") if request.GET.get(name)
    }
    found = [s for s in everything if _matches(s, words, chosen)]
    context = frame(
        "catalogue",
        (_("Catalogue"), ""),
        found=found,
        words=words,
        chosen=_chosen(chosen, language),
        facets=_facets(found, chosen, language),
        sharing=sharing(),
        opening=opening(),
        cycles=cycles(),
    )
    return render(request, "stewardship/catalogue.html", context)


def _value(standing: Standing, facet: str) -> str:
    resource = standing.resource
    return {
        "department": resource.department,
        "sharing": resource.sharing.type,
        "opening": resource.opening.type,
        "cycle": resource.update_cycle,
    }[facet]


def _matches(standing: Standing, words: str, chosen: dict[str, str]) -> bool:
    resource = standing.resource
    held = [resource.title, resource.abstract, *(i.title for i in resource.items if i.title)]
    text = " ".join([resource.code, *(f"{t.zh} {t.en}" for t in held)]).lower()
    return all(w in text for w in words.split()) and all(_value(standing, n) == v for n, v in chosen.items())


def _titles(facet: str, language: str) -> dict[str, str]:
    if facet == "department":
        return {code: d.title.say(language) for code, d in catalogue.departments().items()}
    return {"sharing": sharing, "opening": opening, "cycle": cycles}[facet]()


def _names() -> dict[str, str]:
    return {
        "department": _("Department"),
        "sharing": _("Sharing"),
        "opening": _("Opening"),
        "cycle": _("Update cycle"),
    }


def _facets(found: list[Standing], chosen: dict[str, str], language: str) -> list[dict[str, Any]]:
    facets = []
    for name, title in _names().items():
        if name in chosen:
            continue
        titles = _titles(name, language)
        counted = Counter(_value(s, name) for s in found).most_common()
        choices = [{"value": v, "title": titles.get(v, v), "count": n} for v, n in counted]
        facets.append({"name": name, "title": title, "choices": choices})
    return facets


def _chosen(chosen: dict[str, str], language: str) -> list[dict[str, str]]:
    names = _names()
    return [
        {"name": name, "title": names[name], "value": _titles(name, language).get(value, value)}
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
        items=_items(resource),
        elements=_elements(resource, language),
        trend=trend,
        trend_values=[t.score for t in trend],
        trend_words=", ".join(f"{t.score * 100:.1f}%" for t in trend[-5:]),
        deliveries=exchange.deliveries(resource=code, limit=10),
        states=states(),
        sources=[s for s in exchange.sources().values() if s.resource == code],
        lineage=_lineage(resource, language),
        related=[r for r in (catalogue.resources().get(c) for c in resource.related) if r],
    )
    return render(request, "stewardship/resource.html", context)


def _elements(resource: catalogue.InformationResource, language: str) -> list[tuple[str, str]]:
    """The core metadata elements of 发改高技〔2017〕1272号 in their order; items (8) have a table of their own."""
    department = catalogue.departments().get(resource.department)
    share, open_ = resource.sharing, resource.opening
    shared = [sharing()[share.type], *(t.say(language) for t in (share.condition, share.basis) if t)]
    opened = [opening()[open_.type], *(t.say(language) for t in (open_.condition,) if t)]
    titles = catalogue.resources()
    return [
        (_("Classification"), " / ".join(resource.classification)),
        (_("Name of the resource"), resource.title.say(language)),
        (_("Resource code"), resource.resource_code),
        (_("Provider"), department.title.say(language) if department else resource.department),
        (_("Provider's credit code"), (department.uscc if department else None) or "—"),
        (_("Abstract"), resource.abstract.say(language)),
        (_("Format"), formats()[resource.format]),
        (_("Items"), str(len(resource.items))),
        (_("Sharing"), " · ".join(shared)),
        (_("Opening"), " · ".join(opened)),
        (_("Update cycle"), cycles()[resource.update_cycle]),
        (_("Published"), resource.published),
        (
            _("Related resources"),
            ", ".join(titles[c].title.say(language) for c in resource.related if c in titles) or "—",
        ),
    ]


def _items(resource: catalogue.InformationResource) -> list[dict[str, Any]]:
    elements, lists = catalogue.data_elements(), catalogue.code_lists()
    items = []
    for item in resource.items:
        element = elements.get(item.element)
        items.append(
            {
                "item": item,
                "element": element,
                "title": item.title or (element.title if element else None),
                "code_list": lists.get(element.code_list or "") if element else None,
                "key": item.code in resource.key,
            }
        )
    return items


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
