"""How often one may ask the interfaces: a bucket of tokens for each actor, and a smaller one for each unnamed address.

The buckets are in the memory of one process, so that a request costs no query: each of the web workers gives its share
(rate and burst divided by ``WEB_WORKERS``). A client that keeps one connection meets one worker, and so its share
alone; all together never give more than the whole. Where no rate is set, nothing is limited.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import structlog
from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)
MOST = 20_000
"""Buckets held; the one that was idle longest goes first."""

SHOWN = "_lingqu_credential"
"""Where access keeps on a request the account whose key or token was shown."""


@dataclass(frozen=True)
class Rate:
    """``per_second`` tokens come back, up to ``burst``."""

    per_second: float
    burst: float


@lru_cache
def read(text: str) -> Rate | None:
    """``20:400`` is twenty a second, four hundred at once; an empty text is none."""
    rate, _colon, burst = text.partition(":")
    return Rate(float(rate), float(burst or rate)) if text else None


class Buckets:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock, self._clock = threading.Lock(), clock

    def take(self, key: str, rate: Rate, share: int = 1) -> float:
        """Take a token; gives 0, or the seconds until there is one again."""
        per_second, burst = rate.per_second / share, max(1.0, rate.burst / share)
        with self._lock:
            now = self._clock()
            level, at = self._held.pop(key, (burst, now))
            level = min(burst, level + (now - at) * per_second)
            wait = 0.0 if level >= 1 else (1 - level) / per_second
            self._held[key] = (level - 1 if not wait else level, now)
            if len(self._held) > MOST:
                self._held.popitem(last=False)
        return wait


class Rates:
    """Before everything that costs. A key or session counts as its owner once an answer proved it good; until then, and
    where it proves false, its address pays, so that made-up keys open no new bucket."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.buckets = Buckets()
        self.good: OrderedDict[str, None] = OrderedDict()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith(settings.LIMITED_PATHS):
            return self.get_response(request)
        shown = _shown(request)
        kind = "tiles" if path.startswith("/tiles/") else "named" if shown in self.good else "anonymous"
        rate = read(settings.RATES.get(kind, ""))
        if rate is None:
            return self._answered(request, shown)
        key = shown if shown in self.good else get_ip(request)
        if wait := self.buckets.take(f"{kind} {key}", rate, settings.WEB_WORKERS):
            return _too_many(kind, wait)
        return self._answered(request, shown)

    def _answered(self, request: HttpRequest, shown: str) -> HttpResponse:
        response = self.get_response(request)
        if shown and shown not in self.good and _proved(request):
            self.good[shown] = None
            if len(self.good) > MOST:
                self.good.popitem(last=False)
        elif shown and response.status_code == 401:
            self.good.pop(shown, None)
        return response


def _shown(request: HttpRequest) -> str:
    """Digest of what the caller shows, or an empty text."""
    told = request.META.get("HTTP_AUTHORIZATION") or request.COOKIES.get(settings.SESSION_COOKIE_NAME) or ""
    return hashlib.sha256(told.encode()).hexdigest() if told else ""


def _proved(request: HttpRequest) -> bool:
    if "HTTP_AUTHORIZATION" in request.META:
        return getattr(request, SHOWN, None) is not None
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _too_many(kind: str, wait: float) -> HttpResponse:
    seconds = max(1, round(wait + 0.5))
    log.info("too many requests", kind=kind, wait=seconds)
    problem = {
        "type": "urn:lingqu:rule:limits.rate",
        "title": _("Too many requests"),
        "status": 429,
        "detail": _("You ask more often than the limit allows."),
        "nextStep": _("Wait %(seconds)d s, then go on more slowly.") % {"seconds": seconds},
    }
    response = JsonResponse(problem, status=429, content_type="application/problem+json")
    response["Retry-After"] = str(seconds)
    return response
