"""The list of services: searched in people's words, narrowed by facets; and the ways into it from both platforms."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.guides import door as guides
from lingqu.centre.procedures import door as procedures
from lingqu.ui.services import words

PAGE = 30
_LISTED = 12  # choices of a facet


def platform(audience: str) -> tuple[str, str]:
    if audience == "firms":
        return _("For enterprises"), reverse("enterprise:front")
    return _("For citizens"), reverse("citizen:front")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    given = request.GET
    asked = given.get("words", "").replace("\0", "").strip()[:80]
    chosen = {name: given.get(name, "")[:80] for name in guides.FACETS if given.get(name)}
    found = guides.search(asked, chosen)
    first = _number(given.get("from", ""))
    shown = found.services[first : first + PAGE]
    context = {
        "crumbs": [*([platform(chosen["audience"])] if "audience" in chosen else []), (_("Public services"), "")],
        "words": asked,
        "chosen": [
            {"name": n, "title": words.facet_titles()[n], "value": words.values(n).get(v, v)} for n, v in chosen.items()
        ],
        "kept": chosen,
        "bundles": found.bundles if not first else [],
        "rows": [row(service) for service in shown],
        "count": len(found.services),
        "next": first + PAGE if first + PAGE < len(found.services) else None,
        "first": first,
        "facets": _facets(found.services, chosen),
        "any": bool(guides.services()),
    }
    return render(request, "ui/services/list.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def row(service: guides.Service) -> dict[str, Any]:
    return {
        "of": service,
        "department": words.values("department").get(service.department, service.department),
        "days": words.days(guides.promised(service)),
        "online": bool(words.online(service)),
    }


def _facets(found: list[guides.Service], chosen: dict[str, str]) -> list[dict[str, Any]]:
    titles, made = words.facet_titles(), []
    for name, counted in guides.facets(found).items():
        if name in chosen or not counted:
            continue
        said = words.values(name)
        choices = [{"value": v, "title": said.get(v, v), "count": n} for v, n in counted[:_LISTED]]
        made.append({"name": name, "title": titles[name], "choices": choices})
    return made


@require_safe
def citizens(request: HttpRequest) -> HttpResponse:
    """Services for citizens: by event of a life, and by the nine fields of livelihood."""
    return _front(request, "citizens", (("events", _("By event of a life")), ("fields", _("By field of livelihood"))))


@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    """Services for firms, by the stage they are in."""
    return _front(request, "firms", (("stages", _("By stage of a firm")),))


def _front(request: HttpRequest, audience: str, kinds: tuple[tuple[str, str], ...]) -> HttpResponse:
    context = {
        "crumbs": [platform(audience), (_("Public services"), "")],
        "audience": audience,
        "asking": bool(procedures.asking()),
        "bundles": guides.bundles_for(audience),
        "parts": [(kind, title, guides.groups(kind, audience)) for kind, title in kinds],
    }
    return render(request, "ui/services/front.html", context)
