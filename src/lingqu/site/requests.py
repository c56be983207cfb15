"""One log line and one measurement for each request; its number is in the answer's header ``X-Request-ID``."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.site.metrics import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger("lingqu.request")


def journal(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. What was searched for is not logged: the query may name a person."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        number = uuid.uuid4().hex[:12]
        structlog.contextvars.bind_contextvars(request=number)
        try:
            with drawing.held(), access.held(), access.working_for(lambda: access.actor_of(request)):
                response = answer(request)
        finally:
            structlog.contextvars.unbind_contextvars("request")
        seconds = time.perf_counter() - began
        route = request.resolver_match.route if request.resolver_match else ""
        REQUESTS.labels(request.method or "", route, response.status_code).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        response["X-Request-ID"] = number
        log.info(
            "request",
            request=number,
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        return response

    return middleware
