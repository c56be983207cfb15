"""The list of services: narrowed by facets, searched in people's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.guides import finding
from lingqu.centre.guides.definitions import GROUPS, Service, ServiceBundle
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

_BY_FACET: dict[str, Callable[[Service], tuple[str, ...]]] = {
    "audience": lambda s: s.audience,
    "field": lambda s: s.fields,
    "event": lambda s: s.events,
    "stage": lambda s: s.stages,
    "department": lambda s: (s.department,),
    "online": lambda s: ("yes" if s.online else "no",),
    "free": lambda s: ("yes" if not s.costs else "no",),
}
FACETS = tuple(_BY_FACET)


@dataclass(frozen=True)
class Group:
    """An item of a code list by which services are grouped: ``kind`` is field, event or stage."""

    kind: str
    code: str
    title: Text
    services: tuple[Service, ...]
    bundles: tuple[ServiceBundle, ...]


@dataclass(frozen=True)
class Found:
    bundles: list[ServiceBundle]
    services: list[Service]


def services() -> dict[str, Service]:
    return drawing.every(Service)


def service(code: str) -> Service:
    found = services().get(code)
    if found is None:
        raise _missing(code, Text(zh="没有这个事项", en="There is no such service"))
    return found


def bundle(code: str) -> ServiceBundle:
    found = drawing.every(ServiceBundle).get(code)
    if found is None:
        raise _missing(code, Text(zh="没有这件事", en="There is no such matter"))
    return found


def _missing(code: str, message: Text) -> NotFound:
    step = Text(zh="在办事服务里搜索", en="Search among the services")
    return NotFound("guides.unknown", message, place=code[:80], next_step=step)


def search(words: str, chosen: Mapping[str, str]) -> Found:
    """Those that have all chosen facet values, by how well they fit the words; without words by title."""
    picked = {name: value for name, value in chosen.items() if name in _BY_FACET and value}

    def fits(of: Service) -> bool:
        return all(value in _BY_FACET[name](of) for name, value in picked.items())

    if not words.strip():
        listed = sorted((s for s in services().values() if fits(s)), key=lambda s: s.code)
        return Found([], listed)
    keys, bundles = finding.find(words), drawing.every(ServiceBundle)
    audience = picked.get("audience")
    return Found(
        [
            bundles[code]
            for kind, code in keys
            if kind == "service_bundle" and (not audience or audience in bundles[code].audience)
        ][:6],
        [services()[code] for kind, code in keys if kind == "service" and fits(services()[code])],
    )


def facets(found: Iterable[Service]) -> dict[str, list[tuple[str, int]]]:
    """Facet → (value, how many), the most frequent first."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in _BY_FACET}
    for each in found:
        for name, values in _BY_FACET.items():
            counted[name].update(values(each))
    return {name: counts.most_common() for name, counts in counted.items()}


def groups(kind: str, audience: str) -> list[Group]:
    """The nine fields, the events of a life, or the stages of a firm, in the order of their list. Of services for
    this audience only; what holds nothing is left out."""
    code_list = catalogue.code_lists().get(GROUPS[kind])
    mine = [s for s in services().values() if audience in s.audience]
    bundles = [b for b in drawing.every(ServiceBundle).values() if audience in b.audience]
    found = [
        Group(
            kind.removesuffix("s"),
            item.code,
            item.title,
            tuple(s for s in mine if item.code in getattr(s, kind)),
            tuple(b for b in bundles if item.code in getattr(b, kind)),
        )
        for item in (code_list.items if code_list else ())
    ]
    return [group for group in found if group.services or group.bundles]


def bundles_for(audience: str) -> list[ServiceBundle]:
    return [b for b in drawing.every(ServiceBundle).values() if audience in b.audience]


def bundles_with(code: str) -> list[ServiceBundle]:
    """Matters that a service is part of."""
    return [b for b in drawing.every(ServiceBundle).values() if any(part.service == code for part in b.services)]
