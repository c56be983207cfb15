"""Which registrations answer a query for sources (CIM 009 5.10.2, 5.12), and a subscription to them (5.11.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Foreign, GeoQuery, Query
from lingqu.protocols.models import Source
from lingqu.protocols.ngsi_ld import checking, expand, http, params, subscription_form
from lingqu.protocols.ngsi_ld.sources import form, known
from lingqu.protocols.ngsi_ld.terms import CORE, Terms

_NAMES = frozenset(
    {
        *("id", "type", "idPattern", "attrs", "q", "csf", "scopeQ", "georel", "geometry", "coordinates"),
        *("geoproperty", "timeproperty", "timerel", "timeAt", "endTimeAt", "limit", "offset", "count", "options"),
    }
)
_RELATIONS = ("before", "after", "between")


@dataclass(frozen=True)
class Wanted:
    """One kind of entities that sources are sought for."""

    kinds: tuple[frozenset[str], ...] = ()
    ids: tuple[str, ...] = ()
    id_pattern: str = ""


@dataclass(frozen=True)
class Asked:
    """``when``: (relation, from, to) in the time of ``interval``; without it sources of the latest state are sought.
    ``csf``: filters over what a source says of itself, with the names of the store."""

    wanted: tuple[Wanted, ...] = (Wanted(),)
    attributes: frozenset[str] = frozenset()
    csf: tuple[str, ...] = ()
    scope_q: str = ""
    geo: GeoQuery | None = None
    when: tuple[str, datetime, datetime | None] | None = None
    interval: str = "observationInterval"
    also: Mapping[str, Any] = field(default_factory=dict)


def asked(given: Mapping[str, str], used: Terms) -> Asked:
    """Raises Problem (InvalidRequest, BadRequestData)."""
    for name in given:
        if name not in _NAMES:
            raise http.invalid_request(f"unknown query parameter {name!r}")
    ids = tuple(i for i in given.get("id", "").split(",") if i)
    if not all(checking.is_uri(i) for i in ids):
        raise http.bad_data("every id must be a URI", "id 须是 URI")
    kinds = tuple(frozenset(kind) for kind in params.types(given.get("type", ""), used))
    attributes = params.names(given, "attrs", used) if given.get("attrs") else frozenset()
    filters = tuple(door.renamed_q(given[n], lambda x: named(x, used)) for n in ("q", "csf") if given.get(n))
    geo = params.geo({k: v for k, v in given.items() if v}, used)
    when, interval = _when(given)
    if not (kinds or attributes or ids or filters or geo or given.get("scopeQ") or when):
        raise http.bad_data(
            "at least one of type, attrs, id, q, csf, georel, scopeQ or timerel must be given",
            "请至少给出 type、attrs、id、q、csf、georel、scopeQ 或 timerel",
        )
    wanted = Wanted(kinds, ids, given.get("idPattern", ""))
    if wanted.id_pattern:
        subscription_form.pattern(wanted.id_pattern)
    return Asked((wanted,), attributes, filters, given.get("scopeQ", ""), geo, when, interval)


def named(name: str, used: Terms) -> str:
    return name if name in form.KNOWN else used.stored(name)


def _when(given: Mapping[str, str]) -> tuple[tuple[str, datetime, datetime | None] | None, str]:
    return when({k: v for k, v in given.items() if k in ("timerel", "timeAt", "endTimeAt", "timeproperty") and v})


def when(given: Mapping[str, Any]) -> tuple[tuple[str, datetime, datetime | None] | None, str]:
    """A temporal query (4.11) as an interval that is looked at."""
    named = given.get("timeproperty", "observedAt")
    if named not in ("observedAt", "createdAt", "modifiedAt", "deletedAt"):
        raise http.bad_data("timeproperty must be observedAt, createdAt, modifiedAt or deletedAt")
    interval = "observationInterval" if named == "observedAt" else "managementInterval"
    if not given.keys() & {"timerel", "timeAt", "endTimeAt"}:
        return None, interval
    if given.get("timerel") not in _RELATIONS or "timeAt" not in given:
        raise http.bad_data(f"timerel must be one of {', '.join(_RELATIONS)}, and timeAt be given")
    if (given["timerel"] == "between") != ("endTimeAt" in given):
        raise http.bad_data("endTimeAt goes with timerel=between, and only with it")
    end = checking.time(given["endTimeAt"], "endTimeAt") if "endTimeAt" in given else None
    return (given["timerel"], checking.time(given["timeAt"], "timeAt"), end), interval


def matching(asked: Asked, rows: Iterable[Source] | None = None) -> list[tuple[Source, list[Any]]]:
    """(registration, the part of its information that answers), oldest first."""
    if rows is None:
        over = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        rows = Source.objects.filter(over).order_by("created_at", "id")
    found = [(row, part) for row in rows if _in_time(row.document, asked) and (part := _part(row.document, asked))]
    return _filtered(found, asked)


def _part(document: Mapping[str, Any], asked: Asked) -> list[Any]:
    found = []
    for stored, information in zip(document["information"], known.informations(document), strict=True):
        if asked.attributes and information.attributes and not asked.attributes & information.attributes:
            continue
        if any(information.matching(w.kinds, w.ids, w.id_pattern) is not None for w in asked.wanted):
            found.append(stored)
    return found


def _in_time(document: Mapping[str, Any], asked: Asked) -> bool:
    if asked.when is None:
        return not set(form.INTERVALS) & document.keys()
    interval = document.get(asked.interval)
    if interval is None:
        return False
    begins = datetime.fromisoformat(interval["startAt"])
    ends = datetime.fromisoformat(interval["endAt"]) if "endAt" in interval else datetime.max.replace(tzinfo=UTC)
    relation, at, end = asked.when
    if relation == "before":
        return begins < at
    return ends > at and (end is None or begins < end)


def _filtered(found: list[tuple[Source, list[Any]]], asked: Asked) -> list[tuple[Source, list[Any]]]:
    """As entities are filtered: by what a source says of itself, its scope and its place."""
    if not found or not (asked.csf or asked.scope_q or asked.geo):
        return found
    drafts = [_as_entity(row) for row, _ in found]
    held = {row.pk for row, _ in found}
    for q in asked.csf or ("",):
        query = Query(q=q, scope_q=asked.scope_q, geo=asked.geo)
        held &= {entity.id for entity in door.foreign(SYSTEM, drafts, query)}
    return [pair for pair in found if pair[0].pk in held]


def _as_entity(row: Source) -> Foreign:
    """A registration in the form of an entity, so that one query language serves both."""
    attrs: dict[str, Any] = {}
    for name, value in row.document.items():
        if name in form.PLACES:
            place = value["value"] if value.get("type") == "GeoProperty" else value
            attrs[name] = {"type": "GeoProperty", "value": place}
        elif name not in form.KNOWN:
            attrs[name] = expand.attribute(name, value, CORE, merging=False)
        elif name not in ("information", "scope", "contextSourceInfo"):
            attrs[name] = {"type": "Property", "value": value}
    scopes = checking.scopes(row.document.get("scope"))
    return Foreign(Draft(row.pk, "ContextSourceRegistration", attrs, scopes=scopes))


def by_csf(sources: Sequence[known.Known], q: str) -> list[known.Known]:
    """Those that a filter of sources (``csf``, 4.9) leaves."""
    rows = [Source(id=each.id, document=each.document) for each in sources]
    drafts = [_as_entity(row) for row in rows]
    held = {entity.id for entity in door.foreign(SYSTEM, drafts, Query(q=q))} if drafts else set()
    return [each for each in sources if each.id in held]
