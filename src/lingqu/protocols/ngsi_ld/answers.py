"""Entities as an answer: with the times of their attributes, and with the entities that they are linked to (4.5.23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Entity, Query
from lingqu.protocols.ngsi_ld import compact, http
from lingqu.protocols.ngsi_ld.compact import Shape

MOST = 1000
"""Entities that one answer may be joined with."""


def written(
    actor: Actor, entities: Sequence[Entity], shape: Shape, media: str, elsewhere: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The entities as asked for; with ``join=flat`` those that they are linked to stand behind them. What nothing was
    wanted of is left out. ``elsewhere``: id → attribute → its times, of what other systems hold."""
    seen = {e.id for e in entities} | set(shape.contained)
    behind: dict[str, tuple[Entity, Shape]] = {}
    first = _level(actor, list(entities), shape, media, seen, behind, elsewhere or {})
    if shape.join == "flat":
        first += _flat(actor, behind, media, seen)
    return [document for document in first if document]


def _flat(actor: Actor, behind: dict[str, tuple[Entity, Shape]], media: str, seen: set[str]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    while behind:
        level, behind = behind, {}
        for found, shape in level.values():
            result += _level(actor, [found], shape, media, seen, behind)
    return result


def _level(
    actor: Actor,
    entities: list[Entity],
    shape: Shape,
    media: str,
    seen: set[str],
    behind: dict[str, tuple[Entity, Shape]],
    elsewhere: Mapping[str, Any] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    times = _times(entities, shape) if shape.sys_attrs else {}
    times = {pk: by | elsewhere.get(pk, {}) for pk, by in times.items()} if elsewhere else times
    linked = _linked(actor, entities, shape, seen) if shape.join and shape.level > 0 else {}
    write = compact.feature if media == http.GEO else compact.entity
    if shape.join == "flat":
        for name, found in linked.items():
            behind |= {i: (e, shape.behind(name)) for i, e in found.items() if i not in behind}
            seen |= found.keys()
        return [write(e, shape, times.get(e.id)) for e in entities]
    inner = {
        name: {i: _inline(actor, e, shape.behind(name), seen | {i}) for i, e in found.items()}
        for name, found in linked.items()
    }
    return [write(e, shape, times.get(e.id), inner) for e in entities]


def _times(entities: list[Entity], shape: Shape) -> dict[str, dict[str, tuple[datetime, datetime]]]:
    """Of their attributes. Of copies only the times of the whole are known: what came since must not show."""
    if not shape.frozen:
        return door.attribute_times(entities)
    return {e.id: dict.fromkeys(e.attrs, (e.created_at, e.modified_at)) for e in entities}


def _inline(actor: Actor, found: Entity, shape: Shape, seen: set[str]) -> dict[str, Any]:
    [document] = _level(actor, [found], shape, http.JSON, seen, {})
    return document


def _linked(actor: Actor, entities: list[Entity], shape: Shape, seen: set[str]) -> dict[str, dict[str, Entity]]:
    """Attribute → id → entity that it points to, which the actor may see and which is not there already."""
    wanted: dict[str, set[str]] = {}
    for e in entities:
        for name, instances in e.attrs.items():
            if shape.wants_attribute(name):
                each = instances if isinstance(instances, list) else [instances]
                ids = {i for instance in each for i in compact.targets(instance)} - seen
                wanted.setdefault(name, set()).update(ids)
    every = sorted(set().union(*wanted.values()))[:MOST] if wanted else []
    if not every:
        return {}
    found = {e.id: e for e in door.find(actor, Query(ids=tuple(every), limit=MOST, frozen=shape.frozen)).entities}
    return {name: {i: found[i] for i in sorted(ids) if i in found} for name, ids in wanted.items()}
