"""Figures for Prometheus. Counters of several processes are joined; states are asked of the database when scraped."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

REQUESTS = Counter("lingqu_requests_total", "Answered requests", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("lingqu_request_seconds", "Time to answer a request, seconds", ["route"])
JOB_SECONDS = Histogram(
    "lingqu_job_seconds", "Time of background work, seconds", ["task"], buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800)
)

_STATES = {
    "lingqu_deliveries": ("Deliveries by state", "select state, count(*) from exchange_delivery group by 1"),
    "lingqu_jobs": ("Jobs in the queue by status", "select status::text, count(*) from procrastinate_jobs group by 1"),
}


def page(request: HttpRequest) -> HttpResponse:
    """``/metrics``: for this machine, or for whoever knows the token in ``secrets/metrics``."""
    _require_scraper(request)
    shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    registry = REGISTRY
    if shared and Path(shared).is_dir():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry) + generate_latest(_states()), content_type=CONTENT_TYPE_LATEST)


def _states() -> CollectorRegistry:
    registry = CollectorRegistry()
    for name, (what, question) in _STATES.items():
        gauge = Gauge(name, what, ["state"], registry=registry)
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass(%s) is not null", [question.split(" from ")[1].split()[0]])
            if cursor.fetchone() != (True,):
                continue
            cursor.execute(question)
            for state, count in cursor.fetchall():
                gauge.labels(state).set(count)
    return registry


def _require_scraper(request: HttpRequest) -> None:
    near = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "HTTP_X_FORWARDED_FOR" not in request.META
    token = settings.LINGQU_SECRETS / "metrics"
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not near and not (token.exists() and given and given == token.read_text().strip()):
        raise Refused(
            "metrics.scraper",
            Text(zh="指标只供本机或持令牌者读取", en="Metrics are for this machine or for who has the token"),
            next_step=Text(zh="把令牌写进 secrets/metrics", en="Put a token into secrets/metrics"),
        )
