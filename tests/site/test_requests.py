"""What is said of each request, and how it is answered by the handler that the web server calls."""

from __future__ import annotations

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from prometheus_client import REGISTRY

from lingqu.site.wsgi import Handler
from little_city import city  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")


def counted(method: str) -> float | None:
    labels = {"method": method, "route": "health/live", "status": "200"}
    return REGISTRY.get_sample_value("lingqu_requests_total", labels)


def test_methods_that_a_client_makes_up_are_one_figure() -> None:
    client = Client()
    assert client.get("/health/live").status_code == 200
    assert counted("GET")
    for made_up in ("LOOK", "SEEK"):
        client.generic(made_up, "/health/live")
        assert counted(made_up) is None
    labels = [sample.labels for metric in REGISTRY.collect() for sample in metric.samples if "method" in sample.labels]
    assert {each["method"] for each in labels} <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}


@pytest.mark.parametrize(
    "path", ["/", "/ngsi-ld/v1/entities?type=Car", "/nowhere", "/ngsi-ld/v1/types", "/developers/"]
)
def test_the_handler_answers_as_djangos_own(path: str) -> None:
    """But for what differs with each request."""
    answers = [asked(handler(), path) for handler in (Handler, WSGIHandler)]
    assert answers[0] == answers[1]


def asked(handler: Any, path: str) -> tuple[str, dict[str, str]]:
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ["PATH_INFO"], _, environ["QUERY_STRING"] = path.partition("?")
    environ["HTTP_HOST"] = "testserver"
    told: list[Any] = []
    body = handler(environ, lambda status, headers, *_: told.extend((status, headers)))
    list(body)
    if hasattr(body, "close"):
        body.close()
    names = ("X-Request-ID", "Set-Cookie", "Content-Length")
    return told[0], {name: value for name, value in told[1] if name not in names}
