"""Guides: public services as people find, read and rate them; matters that bundle services; progress by number.

A service is told of before anybody asks for it, and may be asked for elsewhere: it stands above the procedures that it
names (ADR 21).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lingqu.centre.guides import bundles as _bundles
from lingqu.centre.guides import reads as _reads
from lingqu.centre.guides.bundles import Place, Plan
from lingqu.centre.guides.definitions import (
    GROUPS,
    Cost,
    Counter,
    Law,
    Material,
    Needed,
    Question,
    Result,
    SearchWords,
    Service,
    ServiceBundle,
    Step,
)
from lingqu.centre.guides.reads import FACETS, Found, Group


def services() -> dict[str, Service]:
    """Those of the drawing, by code."""
    return _reads.services()


def service(code: str) -> Service:
    """Raises ``NotFound``."""
    return _reads.service(code)


def bundle(code: str) -> ServiceBundle:
    """Raises ``NotFound``."""
    return _reads.bundle(code)


def bundles_for(audience: str) -> list[ServiceBundle]:
    return _reads.bundles_for(audience)


def bundles_with(code: str) -> list[ServiceBundle]:
    """Matters that a service is part of."""
    return _reads.bundles_with(code)


def search(words: str = "", chosen: Mapping[str, str] | None = None) -> Found:
    """What people mean by these words, the best first; ``chosen``: values of ``FACETS``, which narrow the services."""
    return _reads.search(words, chosen or {})


def facets(found: Iterable[Service]) -> dict[str, list[tuple[str, int]]]:
    """Facet → (value, how many), the most frequent first."""
    return _reads.facets(found)


def groups(kind: str, audience: str) -> list[Group]:
    """``fields``, ``events`` or ``stages`` with what is in them for ``citizens`` or ``firms``; empty ones left out."""
    return _reads.groups(kind, audience)


def plan(bundle: ServiceBundle, answers: Mapping[str, bool]) -> Plan:
    """Which services it takes, in waves; what hangs on a question nobody answered is there, as not sure."""
    return _bundles.plan(bundle, answers)


def promised(service: Service) -> int | None:
    """Working days: the department's promise, else the law's term, else none."""
    return _bundles.promised(service)


__all__ = [
    "FACETS",
    "GROUPS",
    "Cost",
    "Counter",
    "Found",
    "Group",
    "Law",
    "Material",
    "Needed",
    "Place",
    "Plan",
    "Question",
    "Result",
    "SearchWords",
    "Service",
    "ServiceBundle",
    "Step",
    "bundle",
    "bundles_for",
    "bundles_with",
    "facets",
    "groups",
    "plan",
    "promised",
    "search",
    "service",
    "services",
]
