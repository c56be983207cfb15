"""The one store of entities and its only write path (law 1).

Store form of attributes
------------------------
``attrs`` maps an attribute's *store name* to an instance, or to a list of instances when there are several
datasetIds. A store name is the attribute's expanded IRI, written short when it stands in NGSI-LD's default context
(``https://uri.etsi.org/ngsi-ld/default-context/name`` → ``name``); every other IRI stands whole. Entity types
likewise. An instance is an NGSI-LD normalized attribute, values verbatim, e.g.
``{"type": "Property", "value": 3, "unitCode": "MTR"}``; ``{"type": "Relationship", "object": "urn:…"}``;
``{"type": "LanguageProperty", "languageMap": {...}}``; ``{"type": "GeoProperty", "value": {GeoJSON, WGS-84}}``.

GeoProperties are held apart from the indexed rest but given back together with it.

``prov`` (facts have sources, law 5) maps an attribute to
``{"s": resource code, "d": delivery id, "r": row, "t": ISO time, "lost": [{"s":…, "d":…, "r":…, "v": value}, …]}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from lingqu.centre.access.door import Actor
from lingqu.centre.entities.definitions import EntityType

Mode = Literal["create", "replace", "merge", "upsert"]


@dataclass(frozen=True)
class Draft:
    """An entity to be written. ``id`` is a URI. ``types`` names further types besides ``type``."""

    id: str
    type: str
    attrs: Mapping[str, Any]
    owner: str = ""
    region: str = ""
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    prov: Mapping[str, Any] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Entity:
    """An entity as read, already masked for the actor who asked."""

    id: str
    type: str
    attrs: Mapping[str, Any]
    owner: str
    region: str
    label: str
    created_at: datetime
    modified_at: datetime
    version: int
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    prov: Mapping[str, Any] = field(default_factory=dict)
    bounds: tuple[float, float, float, float] | None = None  # west, south, east, north; degrees, WGS-84

    def value(self, attribute: str) -> Any:
        """The plain value of an attribute's default instance (object of a Relationship), or None."""
        instance = self.attrs.get(attribute)
        if isinstance(instance, list):
            instance = next((i for i in instance if "datasetId" not in i), instance[0])
        if not isinstance(instance, Mapping):
            return None
        for key in ("value", "object", "languageMap", "json", "vocab", "valueList", "objectList"):
            if key in instance:
                return instance[key]
        return None


@dataclass
class Written:
    """What a write did. ``unchanged`` entities left no history and no change."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class GeoQuery:
    """``geometry`` is GeoJSON in WGS-84; distances in metres."""

    relation: Literal["near", "within", "intersects", "contains", "disjoint", "overlaps", "equals"]
    geometry: Mapping[str, Any]
    max_distance: float | None = None
    min_distance: float | None = None
    attribute: str = ""


@dataclass(frozen=True)
class Query:
    """What is asked for. ``q`` is NGSI-LD query language (CIM 009 4.9) with attribute names in store form.
    ``words`` searches labels, identifiers and search attributes. ``facets`` are exact attribute values.
    ``after`` is the opaque cursor of the last page; ``order`` is ``id``, ``label``, ``modified`` or ``-modified``."""

    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    id_pattern: str = ""
    q: str = ""
    words: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    geo: GeoQuery | None = None
    bounds: tuple[float, float, float, float] | None = None
    owner: str = ""
    region: str = ""
    has: tuple[str, ...] = ()
    order: str = "id"
    limit: int = 20
    offset: int = 0
    after: str = ""


@dataclass(frozen=True)
class Page:
    entities: list[Entity]
    next: str = ""  # cursor, empty on the last page


@dataclass(frozen=True)
class Change:
    """One entry of the durable, ordered change log. ``cursor`` is where a subscriber stands after it."""

    cursor: str
    entity_id: str
    type: str
    operation: Literal["created", "changed", "deleted"]
    attributes: tuple[str, ...]
    at: datetime
    actor: str


@dataclass(frozen=True)
class Past:
    """What an entity's attributes were before a change. ``known_from``/``known_to``: when the city knew it;
    ``true_from``/``true_to``: when it was so, where the attribute said (law 6)."""

    version: int
    was: Mapping[str, Any]
    known_from: datetime
    known_to: datetime
    actor: str
    cause: str
    true_from: datetime | None = None
    true_to: datetime | None = None


def entity_types() -> dict[str, EntityType]:
    """Every entity type of the drawing by code."""
    raise NotImplementedError


def entity_type(code: str) -> EntityType:
    """Raises NotFound (``drawing.unknown``)."""
    raise NotImplementedError


def write(actor: Actor, drafts: Iterable[Draft], *, mode: Mode = "upsert", cause: str = "") -> Written:
    """Write many entities in one transaction, set-based: schema and data standards of the type checked, permission
    asked, history kept, change recorded, ledger row left.

    ``create`` refuses ids that exist, ``replace``/``merge`` refuse those that don't; ``upsert`` replaces or creates.
    An entity that would stay as it is is left untouched. Raises ``Invalid`` with a Fault per broken attribute
    (nothing is written), ``Conflict``, ``NotFound``, ``Refused``.
    """
    raise NotImplementedError


def delete(actor: Actor, ids: Sequence[str], *, cause: str = "") -> Written:
    raise NotImplementedError


def get(actor: Actor, entity_id: str) -> Entity:
    """One entity as the actor may see it. Raises NotFound where it does not exist or is not to be seen."""
    raise NotImplementedError


def find(actor: Actor, query: Query) -> Page:
    """One page of entities the actor may see."""
    raise NotImplementedError


def count(actor: Actor, query: Query) -> int:
    raise NotImplementedError


def facet_counts(
    actor: Actor, query: Query, attributes: Sequence[str], limit: int = 20
) -> dict[str, list[tuple[str, int]]]:
    """For each attribute its most frequent values among what the query finds, with counts."""
    raise NotImplementedError


def type_counts(actor: Actor) -> dict[str, int]:
    """How many entities of each type the actor may see."""
    raise NotImplementedError


def every(actor: Actor, query: Query, chunk: int = 5000) -> Iterator[Entity]:
    """All entities a query finds, streamed by a server-side cursor: for exports and fusion."""
    raise NotImplementedError


def history(actor: Actor, entity_id: str) -> list[Past]:
    """Newest first."""
    raise NotImplementedError


def as_known_at(actor: Actor, entity_id: str, at: datetime) -> Entity:
    """The entity as the city knew it then."""
    raise NotImplementedError


def referring(actor: Actor, entity_id: str, limit: int = 50) -> list[Entity]:
    """Entities with a Relationship to this one."""
    raise NotImplementedError


def changes(after: str = "", limit: int = 1000) -> list[Change]:
    """The change log after a cursor. A change is shown only when no transaction that began before it is still open,
    so that what was committed late is never missed (law 4)."""
    raise NotImplementedError


def subscriber_cursor(name: str) -> str:
    """Where a named subscriber stands; empty at the beginning."""
    raise NotImplementedError


def advance_subscriber(name: str, cursor: str) -> None:
    raise NotImplementedError


def tile_features(
    actor: Actor,
    entity_type: str,
    bounds: tuple[float, float, float, float],
    *,
    limit: int,
    with_attributes: Sequence[str] = (),
) -> list[tuple[str, str, bytes, dict[str, Any]]]:
    """(id, label, WKB in WGS-84, plain attribute values) of the entities whose bounds meet a box: for maps."""
    raise NotImplementedError


__all__ = ["Change", "Draft", "Entity", "EntityType", "GeoQuery", "Page", "Past", "Query", "Written"]
