"""One log line and one measurement for each request, and the short way of programs to the interfaces."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import lru_cache

import structlog
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from prometheus_client import Counter, Histogram

from lingqu.centre.access import door as access
from lingqu.centre.access.door import KEY
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.errors import LingquError
from lingqu.site import logs
from lingqu.site.metrics import REQUEST_SECONDS, REQUESTS
from lingqu.ui import faults

_BEARER = f"bearer {KEY}"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Those that figures tell apart: a client may make up others without end."""
INTERFACES = ("/ngsi-ld/", "/api/")


def journal(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. What was searched for is not logged: the query may name a person. The request's number is in the
    answer's header ``X-Request-ID``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        number = f"{random.getrandbits(48):012x}"
        structlog.contextvars.bind_contextvars(request=number)
        try:
            with drawing.held(), access.held(), access.working_for(lambda: access.actor_of(request)):
                response = answer(request)
        finally:
            structlog.contextvars.unbind_contextvars("request")
        seconds = time.perf_counter() - began
        route = request.resolver_match.route if request.resolver_match else ""
        method = request.method if request.method in METHODS else "other"
        asked, took = _figures(str(method), route, response.status_code)
        asked.inc()
        took.observe(seconds)
        response["X-Request-ID"] = number
        logs.tell(
            "lingqu.request",
            "request",
            request=number,
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response

    return middleware


@lru_cache(2000)
def _figures(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), REQUEST_SECONDS.labels(route)


def direct(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. Whoever shows a key and no cookie has neither session nor form: what serves these is left out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _direct(request):
            return answer(request)
        translation.activate(_language(request.META.get("HTTP_ACCEPT_LANGUAGE", "")))
        request.user = AnonymousUser()
        request.resolver_match = match = resolve(request.path_info)
        try:
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except LingquError as error:
            response = faults.answer(request, error)
        if not response.streaming:
            response.headers["Content-Length"] = str(len(response.content))
        if response.status_code >= 400:
            response.headers["Content-Language"] = translation.get_language()
            patch_vary_headers(response, ("Accept-Language",))
        return response

    return middleware


def _direct(request: HttpRequest) -> bool:
    meta, path = request.META, request.path_info
    shown = meta.get("HTTP_AUTHORIZATION", "")[: len(_BEARER)]
    plain = "\0" not in path and "%00" not in meta.get("QUERY_STRING", "")
    return shown.lower() == _BEARER and "HTTP_COOKIE" not in meta and path.startswith(INTERFACES) and plain


@lru_cache(1000)
def _language(accepted: str) -> str:
    asking = HttpRequest()
    asking.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return translation.get_language_from_request(asking)
