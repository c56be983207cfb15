"""Services for other catalogues: one, or all of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from lingqu.centre.guides import door as guides
from lingqu.protocols.cpsv import translate


def _answer(document: dict[str, Any]) -> HttpResponse:
    answer = JsonResponse(document, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    return _answer(translate.document([guides.service(code)]))


@require_safe
def every(request: HttpRequest) -> HttpResponse:
    return _answer(translate.document(guides.services().values()))


app_name = "cpsv"
urlpatterns = [
    path("services/catalogue.jsonld", every, name="every"),
    path("services/guides/<str:code>.jsonld", one, name="one"),
]
