"""Guides: public services as people find, read and rate them; matters that bundle services; progress by number.

A service is told of before anybody asks for it, and may be asked for elsewhere: it stands above the procedures that it
names (ADR 36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from lingqu.centre.access.door import Actor
from lingqu.centre.guides import bundles as _bundles
from lingqu.centre.guides import figures as _figures
from lingqu.centre.guides import ratings as _ratings
from lingqu.centre.guides import reads as _reads
from lingqu.centre.guides.actions import follow_up as _follow_up
from lingqu.centre.guides.actions import rate as _rate
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
from lingqu.centre.guides.figures import SMALLEST, Figures
from lingqu.centre.guides.ratings import Rating
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
    """Working days: the department's promise, else its procedure's, else the law's term, else none."""
    return _bundles.promised(service)


def rate(actor: Actor, case: int, stars: int, words: str = "") -> None:
    """Once, by the applicant of a case that ended; one or two stars need words, and an answer of the department within
    five working days. Raises ``NotFound``, ``Refused``, ``Conflict`` (``guides.not_ended``, ``guides.rated``),
    ``Invalid`` with ``faults``."""
    _rate.rate(actor, case, stars, words)


def follow_up(actor: Actor, case: int, words: str) -> None:
    """Answer a bad rating, by who handles cases of its department. Raises ``NotFound``, ``Conflict``, ``Invalid``."""
    _follow_up.follow_up(actor, case, words)


def rating(actor: Actor, case: int) -> Rating | None:
    """What the actor said of his own case."""
    return _ratings.mine(actor, case)


def ratings(
    actor: Actor, *, waiting: bool = False, before: int | None = None, limit: int = 30
) -> list[tuple[int, Rating]]:
    """(id, rating) of the actor's departments, newest first; ``waiting``: bad ones that nobody followed up yet."""
    return _ratings.of_departments(actor, waiting=waiting, before=before, limit=limit)


def figures(scope: Literal["procedure", "department"], code: str) -> Figures | None:
    """What everybody may know; None where there was no case in twelve months."""
    return _figures.of(scope, code)


def league() -> list[Figures]:
    """The departments' figures, who is in time most often first."""
    return _figures.league()


def renew_figures(now: datetime | None = None) -> int:
    """By the worker; gives how many there are."""
    return _figures.renew(now)


__all__ = [
    "FACETS",
    "GROUPS",
    "SMALLEST",
    "Cost",
    "Counter",
    "Figures",
    "Found",
    "Group",
    "Law",
    "Material",
    "Needed",
    "Place",
    "Plan",
    "Question",
    "Rating",
    "Result",
    "SearchWords",
    "Service",
    "ServiceBundle",
    "Step",
    "bundle",
    "bundles_for",
    "bundles_with",
    "facets",
    "figures",
    "follow_up",
    "groups",
    "league",
    "plan",
    "promised",
    "rate",
    "rating",
    "ratings",
    "renew_figures",
    "search",
    "service",
    "services",
]
