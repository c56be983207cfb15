"""Rows of the store as entities, masked for who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import frozen
from lingqu.centre.entities.schema import Schema, schemas
from lingqu.centre.entities.shapes import Entity
from lingqu.kernel.elements import Mask

COLUMNS = (
    "id, type, types, owner, region, scopes, label, attrs, geo, prov, bounds::text, created_at, modified_at, version, "
    "expires_at, contested"
)

STORED = COLUMNS.replace("::text", "")


@dataclass
class Reader:
    """Turns rows into entities for one actor; remembers the masks it has looked up."""

    actor: Actor
    _masks: dict[tuple[Any, ...], Mapping[str, Mask]] = field(default_factory=dict)
    _alike: dict[str, Mapping[str, Mask] | None] = field(default_factory=dict)
    _reached: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _plainly: dict[tuple[str, ...], bool] = field(default_factory=dict)
    _schemas: dict[str, Schema] | None = None
    frozen: str = ""
    """The snapshot whose copies these are."""
    past: bool = False
    """Whether they are its copies of evolutions."""

    def entities(self, rows: Sequence[Sequence[Any]]) -> list[Entity]:
        """``rows`` in the order of COLUMNS. What agreements opened is counted against them."""
        self.learn([row[0] for row in rows])
        self.count(rows)
        return [self.entity(row) for row in rows]

    def learn(self, ids: Sequence[str]) -> None:
        """Ask which grants by agreement or condition reach these entities; no query for who has no such grant."""
        column, parameters = access.reached(self.actor)
        if column is None or not ids:
            return
        before, more = frozen.over(self.frozen, self.past)
        statement = sql.SQL("select id, {} from entity where id = any(%(ids)s)").format(column)
        with connection.cursor() as cursor:
            cursor.execute(before + statement, {**parameters, **more, "ids": list(ids)})
            self._reached |= {entity_id: tuple(numbers) for entity_id, numbers in cursor.fetchall()}

    def know(self, reached: Mapping[str, tuple[int, ...]]) -> None:
        """What ``learn`` would find, where the caller has found it already."""
        self._reached |= reached

    def count(self, rows: Sequence[Sequence[Any]]) -> None:
        """Count what agreements opened against them. Raises Refused (``access.quota``)."""
        opened = [
            self._reached[row[0]]
            for row in rows
            if self._reached.get(row[0]) and not self._opened_plainly(row[1], row[3], row[4], row[0])
        ]
        if opened:
            access.use(self.actor, access.used_by(self.actor, opened))

    def _opened_plainly(self, kind: str, owner: str, region: str, entity_id: str) -> bool:
        key = (kind, owner, region, self._own(entity_id))
        if key not in self._plainly:
            self._plainly[key] = access.opens_plainly(self.actor, *key)
        return self._plainly[key]

    def _own(self, entity_id: str) -> str:
        return entity_id if entity_id in self.actor.selves else "-"

    def masks(self, kind: str, owner: str, region: str, entity_id: str) -> Mapping[str, Mask]:
        if self.actor.kind == "system":
            return {}
        if kind not in self._alike:
            self._alike[kind] = access.masks_of_all(self.actor, kind)
        if (alike := self._alike[kind]) is not None:
            return alike
        own = self._own(entity_id)
        key = (kind, owner, region, own, reached := self._reached.get(entity_id, ()))
        if key not in self._masks:
            self._masks[key] = access.masks(self.actor, kind, owner or "-", region or "-", own, reached)
        return self._masks[key]

    def entity(self, row: Sequence[Any], *, whole: bool = False) -> Entity:
        """``row`` in the order of COLUMNS. ``whole``: with the instances whose time is over."""
        entity_id, kind, types, owner, region, scopes, label, attrs, geo, prov, box, created, modified = row[:13]
        found = self.masks(kind, owner, region, entity_id)
        instances = orjson.loads(attrs)
        if geo != "{}":
            instances |= orjson.loads(geo)
        if not whole and ('"expiresAt"' in attrs or '"expiresAt"' in geo):
            instances = living(instances)
        sources = orjson.loads(prov) if prov != "{}" else {}
        shown = access.apply_masks(found, instances)
        return Entity(
            id=entity_id,
            type=kind,
            attrs=shown,
            owner=owner,
            region=region,
            label=self.label(kind, label, found),
            created_at=created,
            modified_at=modified,
            version=row[13],
            types=tuple(types),
            scopes=tuple(scopes),
            prov=masked_sources(found, sources),
            bounds=corners(box),
            expires_at=row[14],
            contested=_contested(row[15], sources, shown),
        )

    def label(self, kind: str, label: str, found: Mapping[str, Mask]) -> str:
        if not found:
            return label
        if self._schemas is None:
            self._schemas = schemas()
        schema = self._schemas.get(kind)
        named = schema.definition.label if schema else "name"
        return str(access.masked(found.get(named, found.get("*", "none")), label) or "")


def living(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Without the instances whose time is over (CIM 009 4.22)."""
    now = compact_now()
    found = {}
    for name, instances in attrs.items():
        each = instances if isinstance(instances, list) else [instances]
        left = [i for i in each if str(i.get("expiresAt", "~")) > now]
        if left:
            found[name] = left if isinstance(instances, list) and len(left) > 1 else left[0]
    return found


def compact_now() -> str:
    """This moment as attributes write theirs: UTC, which sorts as text."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _contested(marked: Sequence[str], sources: Mapping[str, Any], shown: Mapping[str, Any]) -> tuple[str, ...]:
    """Of what is shown: where a correction is asked, and where fusion kept what others said."""
    if not marked and not sources:
        return ()
    disputed = {name for name, source in sources.items() if isinstance(source, Mapping) and source.get("lost")}
    return tuple(sorted((disputed | set(marked)) & shown.keys()))


def masked_sources(found: Mapping[str, Mask], sources: Mapping[str, Any]) -> Mapping[str, Any]:
    """Provenance without the lost values of what is masked."""
    if not found or not sources:
        return sources
    shown = {}
    for name, source in sources.items():
        how = found.get(name, found.get("*", "none"))
        if how == "absent":
            continue
        if how != "none" and isinstance(source, Mapping) and source.get("lost"):
            source = {**source, "lost": [{**x, "v": access.masked(how, x.get("v"))} for x in source["lost"]]}
        shown[name] = source
    return shown


def corners(box: str | None) -> tuple[float, float, float, float] | None:
    """``(x2,y2),(x1,y1)`` as west, south, east, north."""
    if box is None:
        return None
    east, north, west, south = (float(part) for part in box.replace("(", "").replace(")", "").split(","))
    return west, south, east, north
