"""The registered sources that are asked, kept in memory: which of them speaks for which entities and attributes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max

from lingqu.centre.access import door as access
from lingqu.centre.entities.door import Window
from lingqu.protocols.models import Source
from lingqu.protocols.ngsi_ld.sources import form, operations, sealing

LOOK_EVERY = 0.5  # seconds until what another process registered is known here
TIMEOUT = 5.0  # seconds
LONGEST = 30.0


@dataclass(frozen=True)
class Selector:
    """An EntityInfo (5.2.8)."""

    types: frozenset[str]
    id: str = ""
    id_pattern: str = ""

    def speaks(self, kinds: Sequence[frozenset[str]], ids: Sequence[str], id_pattern: str) -> bool:
        """``kinds``: alternatives, each a set of types that all are wanted; none for any type."""
        if kinds and not any(kind & self.types for kind in kinds):
            return False
        if self.id:
            return self.id in ids if ids else not id_pattern or bool(_pattern(id_pattern).search(self.id))
        if self.id_pattern and ids:
            return any(_pattern(self.id_pattern).search(each) for each in ids)
        return True


@dataclass(frozen=True)
class Information:
    """A RegistrationInfo (5.2.10). Without entities it speaks for any, without attributes for all."""

    entities: tuple[Selector, ...]
    attributes: frozenset[str]

    def matching(self, kinds: Sequence[frozenset[str]], ids: Sequence[str], id_pattern: str) -> list[Selector] | None:
        """The selectors that speak for what is asked, or None where none does."""
        found = [s for s in self.entities if s.speaks(kinds, ids, id_pattern)]
        return found if found or not self.entities else None


@dataclass(frozen=True)
class Known:
    """A source that is asked."""

    id: str
    mode: str
    operations: frozenset[str]
    endpoint: str
    informations: tuple[Information, ...]
    department: str = ""
    tenant: str = ""
    alias: str = ""
    local_only: bool = False
    timeout: float = TIMEOUT
    headers: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    document: Mapping[str, Any] = field(default_factory=dict, hash=False, repr=False)
    until: datetime | None = None
    intervals: Mapping[str, tuple[datetime, datetime | None]] = field(default_factory=dict, hash=False)
    """Of what time it tells, by the names of ``form.INTERVALS``."""

    @property
    def proxied(self) -> bool:
        """Whether what it speaks for is held there and not here."""
        return self.mode in ("exclusive", "redirect")


def of(row: Source) -> Known:
    document = row.document
    management = document.get("management", {})
    return Known(
        id=row.pk,
        mode=document.get("mode", "inclusive"),
        operations=operations.spread(document.get("operations", operations.DEFAULT)),
        endpoint=document["endpoint"].rstrip("/").removesuffix("/ngsi-ld/v1"),
        informations=informations(document),
        department=row.department,
        tenant=document.get("tenant", ""),
        alias=document.get("contextSourceAlias", ""),
        local_only=management.get("localOnly", document.get("localOnly", False)),
        timeout=min(management.get("timeout", TIMEOUT * 1000) / 1000, LONGEST),
        headers=sealing.opened(row.sealed),
        document=document,
        until=row.expires_at,
        intervals={name: _interval(document[name]) for name in form.INTERVALS if name in document},
    )


def _interval(given: Mapping[str, str]) -> tuple[datetime, datetime | None]:
    end = given.get("endAt")
    return datetime.fromisoformat(given["startAt"]), datetime.fromisoformat(end) if end else None


def informations(document: Mapping[str, Any]) -> tuple[Information, ...]:
    return tuple(
        Information(tuple(_selector(e) for e in each.get("entities", ())), form.attributes(each))
        for each in document["information"]
    )


def _selector(entity: Mapping[str, Any]) -> Selector:
    named = entity["type"] if isinstance(entity["type"], list) else [entity["type"]]
    return Selector(frozenset(named), entity.get("id", ""), entity.get("idPattern", ""))


@lru_cache(1024)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@dataclass
class _Shelf:
    looked: float = -LOOK_EVERY
    sign: Any = None
    known: tuple[Known, ...] = ()


_shelves: dict[str, _Shelf] = {}
"""By tenant."""


def living() -> tuple[Known, ...]:
    """Those that are neither paused nor over, and that tell the latest state: one with an interval tells of the past
    (5.10.2)."""
    return tuple(known for known in _registered() if not known.intervals)


def through_time(window: Window, operation: str) -> tuple[Known, ...]:
    """Those that are neither paused nor over, and that tell of the past: within an interval of theirs that meets the
    window (5.2.9, 5.10.2), or as they were registered for that very operation."""
    return tuple(known for known in _registered() if _tells(known, window, operation))


def _tells(known: Known, window: Window, operation: str) -> bool:
    named = "operations" in known.document
    if named and operation not in known.operations:
        return False
    if not known.intervals:
        return named
    if not window.axis:
        return True
    interval = known.intervals.get("observationInterval" if window.axis == "observedAt" else "managementInterval")
    if interval is None:
        return False
    begins, ends = interval
    return (window.before is None or begins < window.before) and not (ends and window.since and ends <= window.since)


def _registered() -> tuple[Known, ...]:
    now, shelf = time.monotonic(), _shelves.setdefault(access.tenancy.current(), _Shelf())
    if now - shelf.looked >= LOOK_EVERY:
        sign = tuple(Source.objects.aggregate(n=Count("pk"), at=Max("modified_at")).values())
        if sign != shelf.sign:
            rows = Source.objects.filter(paused=False).order_by("created_at", "id") if sign[0] else ()
            shelf.known = tuple(of(row) for row in rows)
        shelf.looked, shelf.sign = now, sign
    moment = datetime.now(UTC)
    return tuple(known for known in shelf.known if known.until is None or known.until > moment)


def forget() -> None:
    """Look anew at once."""
    _shelves.pop(access.tenancy.current(), None)


def able(sources: Iterable[Known], *named: str) -> list[Known]:
    """Those that support one of the operations."""
    return [known for known in sources if known.operations & frozenset(named)]
