"""Evolutions of entities here and at the sources that tell of the past (CIM 009 5.7.3.4, 5.7.4.4, 4.3.6).

Each system gives the first instances of its part; these are put together by attribute and dataset, in the order of
their times, and cut as one page is. What two systems aggregate cannot be put together: what is held here stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Aggregated, Draft, Evolutions, Evolved, ForeignPast, Instance, Query, Window
from lingqu.protocols.ngsi_ld import checking, expand, http, params, temporal_forms
from lingqu.protocols.ngsi_ld import temporal_params as said
from lingqu.protocols.ngsi_ld.sources import ask, known, questions, reading, targets, wire
from lingqu.protocols.ngsi_ld.sources.ask import Call, Reply
from lingqu.protocols.ngsi_ld.sources.targets import Target
from lingqu.protocols.ngsi_ld.temporal_params import Asked
from lingqu.protocols.ngsi_ld.terms import Terms

_TIMES = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN")
_AGGREGATED = ("aggrMethods", "aggrPeriodDuration")
_SYSTEM = ("createdAt", "modifiedAt", "deletedAt")
_PATH = "temporal/entities"


@dataclass(frozen=True)
class Found:
    """``count`` is that of all systems, as far as they say; -1 where nobody else was asked."""

    evolutions: Evolutions
    more: bool = False
    count: int = -1


@dataclass
class _Told:
    """What systems told. ``reach``: how far each that told only a part of its window went."""

    asked: Asked
    parts: dict[str, list[tuple[Target | None, Evolved]]] = field(default_factory=dict)
    reach: list[datetime] = field(default_factory=list)
    count: int = 0

    def take(self, target: Target | None, found: Sequence[Evolved], cut: bool) -> None:
        times = [i.at for each in found for i in each.instances]
        if cut and times:
            self.reach.append(min(times) if self.asked.window.last else max(times))
        for each in found:
            self.parts.setdefault(each.entity.id, []).append((target, each))

    def read(self, actor: Actor, target: Target, reply: Reply, documents: Sequence[Any], filters: Query) -> None:
        """Raises LingquError for what is no NGSI-LD."""
        used = wire.read(reply.call.wire, reply.document, http.linked(reply.headers.get("Link", "")))
        pasts = [past for document in documents if (past := _past(document, used, target, self.asked)) is not None]
        note = {"source": target.source.id}
        found = door.foreign_evolutions(actor, pasts, filters, owner=target.source.department, note=note)
        self.take(target, found, reply.status == 206)


def retrieved(
    request: HttpRequest, actor: Actor, entity_id: str, given: Mapping[str, str], asked: Asked, context: Any, most: int
) -> Evolutions | None:
    """None where no source is asked, or none has it beside us."""
    among = _sources(given, asked, "retrieveTemporal")
    if not among:
        return None
    told = _Told(asked)
    held = next(iter(door.find(actor, Query(ids=(entity_id,), limit=1)).entities), None)
    if held is not None:
        local = door.evolution(actor, entity_id, asked.window, most=most, aggregation=asked.aggregation)
        told.take(None, local.found, local.cut)
    kinds = tuple(frozenset({kind}) for kind in (held.type, *held.types)) if held else ()
    chosen = targets.those(actor, request, kinds, (entity_id,), "", asked.named, among=among)
    calls = [_call(target, f"{_PATH}/{http.quoted(entity_id)}", given, asked, context, most) for target in chosen]
    for target, reply in zip(chosen, ask.questions(request, calls), strict=True):
        if reply.fine:
            with ask.believed(request, reply):
                told.read(actor, target, reply, [reply.document], Query())
    if not any(target for parts in told.parts.values() for target, _ in parts):
        return None
    return _cut(request, told, told.parts, most)


def queried(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], wanted: Query, asked: Asked, context: Any, most: int
) -> Found | None:
    """None where no source is asked. Every system gives its first entities up to the end of the page."""
    among = _sources(given, asked, "queryTemporal")
    kinds, ids, pattern = questions.selection(wanted)
    names = frozenset(wanted.has)
    csf = given.get("csf", "")
    chosen = targets.those(actor, request, kinds, ids, pattern, names, csf=csf, among=among) if among else []
    if not chosen:
        return None
    if wanted.after or wanted.sorts:
        raise http.bad_data(
            "over several systems pages are asked for by limit and offset, in the order of ids; or ask with local=true",
            "跨系统的时间查询按编号排序，用 limit 和 offset 翻页；或用 local=true 只查本市",
        )
    needed = reading.page_end(wanted)
    told, counted = _Told(asked), params.wants_count(given)
    if needed:
        first = replace(wanted, limit=needed, offset=0)
        here = door.evolutions(actor, first, asked.window, most=said.LARGEST, aggregation=asked.aggregation)
        told.take(None, here.found, here.cut)
    told.count = door.count_evolutions(actor, wanted, asked.window) if counted else 0
    paging = {"limit": str(min(needed, http.LARGEST_PAGE))} | ({"count": "true"} if counted else {})
    calls = []
    for target in chosen:
        how = wire.of(target.source, context)
        more = questions.parameters(target, how, given, wanted, asked.shape) | paging
        calls.append(_call(target, _PATH, given, asked, context, said.LARGEST, more))
    for target, reply in zip(chosen, ask.questions(request, calls), strict=True):
        if reply.fine:
            told.count += reading.counted(reply)
            with ask.believed(request, reply):
                told.read(actor, target, reply, questions.listed(reply.document or []), reading.selecting(wanted))
    ids_found = sorted(told.parts)
    page = {pk: told.parts[pk] for pk in ids_found[wanted.offset : wanted.offset + wanted.limit]}
    found = _cut(request, told, page, most)
    return Found(found, len(ids_found) > wanted.offset + wanted.limit, max(told.count, len(ids_found)))


def _sources(given: Mapping[str, str], asked: Asked, operation: str) -> tuple[known.Known, ...]:
    return () if given.get("local") == "true" else known.through_time(asked.window, operation)


def _call(
    target: Target,
    path: str,
    given: Mapping[str, str],
    asked: Asked,
    context: Any,
    most: int,
    more: Mapping[str, str] | None = None,
) -> Call:
    how = wire.of(target.source, context)
    params = {name: given[name] for name in _TIMES if name in given} | dict(more or {})
    names = questions.narrowed(asked.named, target.attributes)
    if names and "attrs" not in params:
        params["attrs"] = ",".join(how.terms.said(n) for n in sorted(names))
    if "datasetId" in given:
        params["datasetId"] = given["datasetId"]
    if asked.aggregation is not None:
        params |= {"format": "aggregatedValues"} | {name: given[name] for name in _AGGREGATED if name in given}
    else:
        params["options"] = "sysAttrs"
    return Call(target.source, how, "GET", path, tuple(params.items()), prefer=f"maxpagesize={most}")


def _past(document: Any, used: Terms, target: Target, asked: Asked) -> ForeignPast | None:
    """One entity as a source told it; None where the source was not registered for it."""
    if not isinstance(document, Mapping):
        raise http.bad_data("an entity must be a JSON object")
    bare = {name: document[name] for name in ("id", "@id", "type", "@type") if name in document}
    draft = expand.draft(bare, used)
    held = target.holds(draft.id, (draft.type, *draft.types))
    if not held:
        return None
    only = frozenset().union(*(i.attributes for i in held)) if all(i.attributes for i in held) else frozenset()
    instances: list[Instance] = []
    aggregates: list[Aggregated] = []
    for name, value in document.items():
        stored = used.stored(name)
        if name in expand.OWN or name in _SYSTEM or (only and stored not in only):
            continue
        for each in value if isinstance(value, list) else [value]:
            if asked.aggregation is not None:
                aggregates.append(_aggregated(stored, each))
            elif (one := _instance(name, stored, each, used, asked.window)) is not None:
                instances.append(one)
    latest = {(i.attribute, i.dataset): i for i in sorted(instances, key=lambda i: i.at)}
    attrs: dict[str, Any] = {}
    for (name, _), one in latest.items():
        if one.deleted_at is None:
            attrs.setdefault(name, []).append(one.instance)
    attrs = {name: each[0] if len(each) == 1 else each for name, each in attrs.items()}
    times = [_moment(document.get(name)) for name in _SYSTEM]
    standing = Draft(draft.id, draft.type, attrs, types=draft.types)
    return ForeignPast(door.Foreign(standing, times[0], times[1]), instances, aggregates, times[2])


def _instance(name: str, stored: str, given: Any, used: Terms, window: Window) -> Instance | None:
    """None for one without a time on the axis, or outside of the window: it lies on no page."""
    if not isinstance(given, Mapping):
        raise http.bad_data("an instance must be a JSON object")
    plain = {key: value for key, value in given.items() if key not in ("instanceId", *_SYSTEM)}
    instance = temporal_forms.instance(name, plain, used)
    created, modified, deleted = (_moment(given.get(key)) for key in _SYSTEM)
    observed = _moment(given.get("observedAt"))
    by = {"observedAt": observed, "createdAt": created, "modifiedAt": modified, "deletedAt": deleted}
    at = by[window.axis] if window.axis else observed or deleted or modified
    if at is None and window.axis == "observedAt":
        at = deleted
    outside = at is not None and ((window.since and at < window.since) or (window.before and at >= window.before))
    if at is None or outside:
        return None
    pk = str(given.get("instanceId", "")).removeprefix(temporal_forms.INSTANCE)
    return Instance(stored, str(instance.get("datasetId", "")), instance, pk, at, created, modified, deleted)


def _aggregated(stored: str, given: Any) -> Aggregated:
    periods: dict[str, list[tuple[Any, datetime, datetime]]] = {}
    for method, each in given.items():
        if method not in ("type", "datasetId"):
            periods[method] = [(v, checking.time(begin, method), checking.time(end, method)) for v, begin, end in each]
    return Aggregated(stored, str(given.get("datasetId", "")), str(given.get("type", "Property")), periods)


def _moment(text: Any) -> datetime | None:
    return checking.time(text, "") if text else None


def _cut(
    request: HttpRequest, told: _Told, parts: Mapping[str, Sequence[tuple[Target | None, Evolved]]], most: int
) -> Evolutions:
    """One page of what all told: behind where somebody's part ended nothing is known."""
    last = bool(told.asked.window.last)
    merged = {pk: _merged(request, each, told.asked) for pk, each in parts.items()}
    times = sorted((i.at for each in merged.values() for i in each.instances), reverse=last)
    end = [times[most - 1]] if len(times) > most else []
    end += told.reach
    if not end:
        return Evolutions(list(merged.values()))
    bound = max(end) if last else min(end)
    kept = {
        pk: replace(each, instances=[i for i in each.instances if (i.at >= bound if last else i.at <= bound)])
        for pk, each in merged.items()
    }
    cut = bool(told.reach) or sum(len(e.instances) for e in kept.values()) < len(times)
    return Evolutions(list(kept.values()), cut)


def _merged(request: HttpRequest, parts: Sequence[tuple[Target | None, Evolved]], asked: Asked) -> Evolved:
    """One entity. Of attributes that a source alone holds only what it says; an auxiliary source adds attributes that
    nobody else has."""
    parts = sorted(parts, key=lambda part: part[0] is not None and part[0].source.mode == "auxiliary")
    alone = _alone(parts)
    instances: dict[str, Instance] = {}
    aggregates: dict[tuple[str, str], Aggregated] = {}
    kinds: dict[str, str] = {}
    for target, each in parts:
        added = target is not None and target.source.mode == "auxiliary"
        mine = {i.attribute for i in each.instances} | set(each.attributes)
        mine -= {n for n in mine if (added and n in kinds) or (alone.get(n, alone.get("")) not in (None, target))}
        kinds |= {name: kind for name, kind in _kinds(each).items() if name in mine and name not in kinds}
        for n, one in enumerate(each.instances):
            if one.attribute in mine:
                instances.setdefault(one.id or f"{id(each)} {n}", one)
        for both in each.aggregates:
            key = (both.attribute, both.dataset)
            if alone.get(both.attribute, alone.get("")) not in (None, target):
                continue
            if key in aggregates and target is not None:
                agent, name = target.source.id, asked.shape.terms.said(both.attribute)
                http.warn(request, f'199 {agent} "{each.entity.id} {name} is aggregated without it"')
            aggregates.setdefault(key, both)
    ordered = sorted(instances.values(), key=lambda i: (i.at, i.id), reverse=bool(asked.window.last))
    if asked.window.last:
        ordered = _last(ordered, asked.window.last)
    entities = [each.entity for _, each in parts]
    types = dict.fromkeys(t for e in entities for t in (e.type, *e.types))
    entity = replace(
        entities[0],
        types=tuple(t for t in types if t != entities[0].type),
        created_at=min(e.created_at for e in entities),
        modified_at=max(e.modified_at for e in entities),
    )
    gone = [each.deleted_at for _, each in parts]
    deleted = None if None in gone else max(at for at in gone if at is not None)
    return Evolved(entity, ordered, dict(sorted(kinds.items())), list(aggregates.values()), deleted)


def _alone(parts: Sequence[tuple[Target | None, Evolved]]) -> dict[str, Target]:
    """Attribute (empty: all of them) → the source that alone holds it (4.3.6.3)."""
    found: dict[str, Target] = {}
    for target, each in parts:
        if target is not None and target.source.proxied:
            for information in target.holds(each.entity.id, (each.entity.type, *each.entity.types)):
                for name in information.attributes or ("",):
                    found.setdefault(name, target)
    return found


def _kinds(each: Evolved) -> dict[str, str]:
    return dict(each.attributes) or {i.attribute: str(i.instance.get("type", "Property")) for i in each.instances}


def _last(ordered: Sequence[Instance], most: int) -> list[Instance]:
    """The latest of each attribute, out of those in the order from the latest."""
    seen: dict[str, int] = {}
    kept = []
    for each in ordered:
        seen[each.attribute] = seen.get(each.attribute, 0) + 1
        if seen[each.attribute] <= most:
            kept.append(each)
    return kept
