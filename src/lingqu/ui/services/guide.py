"""The guide page of one service (办事指南), printable, and the same as data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.guides import door as guides
from lingqu.ui.services import words
from lingqu.ui.services.listing import platform


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    service = guides.service(code)
    language, forms = get_language() or "zh-hans", words.forms()
    audience = service.audience[0]
    promised = guides.promised(service)
    figures = guides.figures("procedure", service.procedure) if service.procedure else None
    front = reverse("enterprise:services" if audience == "firms" else "citizen:services")
    context: dict[str, Any] = {
        "crumbs": [platform(audience), (_("Public services"), front), (service.title.say(language), "")],
        "of": service,
        "department": catalogue.departments().get(service.department),
        "sort": words.sorts()[service.sort],
        "audiences": [words.audiences()[each] for each in service.audience],
        "online": words.online(service),
        "promised": words.days(promised if promised != service.legal_days else service.promised_days),
        "legal": words.days(service.legal_days),
        "bring": [(m, forms[m.form]) for m in service.materials if m.fetched is None],
        "fetched": [m for m in service.materials if m.fetched is not None],
        "steps": [(step, words.days(step.days)) for step in service.steps],
        "figures": figures,
        "median": words.days(figures.median) if figures else "",
        "bundles": guides.bundles_with(code),
    }
    return render(request, "ui/services/guide.html", context)


@require_safe
def data(request: HttpRequest, code: str) -> HttpResponse:
    """For programs: the guide as the city wrote it."""
    service = guides.service(code)
    told = {"kind": service.kind, **service.document()}
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
