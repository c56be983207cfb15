"""A matter narrowed down by answers: which services, in which waves, with which papers, how long at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lingqu.centre.drawing import door as drawing
from lingqu.centre.guides.definitions import Material, Needed, Service, ServiceBundle
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Place:
    """A service of a matter. ``wave``: 1 is what can be begun at once. ``sure``: false where a question that decides
    it was not answered. ``after``: services of this plan that come before."""

    service: Service
    wave: int
    sure: bool
    after: tuple[Service, ...]
    note: Text | None


@dataclass(frozen=True)
class Plan:
    """``waves`` in order, what stands in one can be done side by side. ``materials``: each thing once, with the
    services that ask for it. ``days``: working days along the longest way, none where a promise is missing."""

    bundle: ServiceBundle
    waves: tuple[tuple[Place, ...], ...]
    materials: tuple[tuple[Material, tuple[Service, ...]], ...]
    asked: int
    days: int | None
    yuan: float | None

    @property
    def services(self) -> list[Service]:
        return [place.service for wave in self.waves for place in wave]


def plan(bundle: ServiceBundle, answers: Mapping[str, bool]) -> Plan:
    services = drawing.every(Service)
    needed = [part for part in bundle.services if part.service in services and _fits(part, answers) is not False]
    there = {part.service for part in needed}
    wave: dict[str, int] = {}
    for part in in_order(needed):
        wave[part.service] = 1 + max((wave[code] for code in part.after if code in there and code in wave), default=0)
    places = [
        Place(
            services[part.service],
            wave[part.service],
            _fits(part, answers) is True,
            tuple(services[code] for code in part.after if code in there),
            part.note,
        )
        for part in needed
        if part.service in wave
    ]
    waves = tuple(
        tuple(place for place in places if place.wave == number) for number in sorted({p.wave for p in places})
    )
    chosen = [place.service for place in places]
    return Plan(bundle, waves, _materials(chosen), sum(len(s.materials) for s in chosen), _days(places), _yuan(chosen))


def _fits(part: Needed, answers: Mapping[str, bool]) -> bool | None:
    """None where it hangs on what was not answered."""
    if any(code in answers and answers[code] != wanted for code, wanted in part.when.items()):
        return False
    return True if all(code in answers for code in part.when) else None


def in_order(parts: Iterable[Needed]) -> list[Needed]:
    """Each after what it comes after; parts of a ring are left out (``blueprint check`` refuses them)."""
    left, done, found = list(parts), set[str](), list[Needed]()
    there = {part.service for part in left}
    while ready := [part for part in left if not (set(part.after) & there) - done]:
        found += ready
        done |= {part.service for part in ready}
        left = [part for part in left if part.service not in done]
    return found


def _materials(services: Iterable[Service]) -> tuple[tuple[Material, tuple[Service, ...]], ...]:
    """The same thing once: by its title."""
    found: dict[str, tuple[Material, list[Service]]] = {}
    for service in services:
        for material in service.materials:
            found.setdefault(material.title.zh, (material, []))[1].append(service)
    return tuple((material, tuple(asking)) for material, asking in found.values())


def _days(places: Iterable[Place]) -> int | None:
    ends: dict[str, int] = {}
    for place in sorted(places, key=lambda p: p.wave):
        days = promised(place.service)
        if days is None:
            return None
        ends[place.service.code] = days + max((ends[s.code] for s in place.after), default=0)
    return max(ends.values(), default=0)


def _yuan(services: Iterable[Service]) -> float | None:
    sums = [cost.yuan for service in services for cost in service.costs]
    return None if None in sums else sum(s for s in sums if s is not None)


def promised(service: Service) -> int | None:
    """Working days: the department's promise, else its procedure's, else the law's term."""
    if service.promised_days is not None:
        return service.promised_days
    procedure = procedures.procedures().get(service.procedure) if service.procedure else None
    return procedure.days if procedure and procedure.days else service.legal_days
