"""What goes in and out at the door. The store form of attributes is described there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Mode = Literal["create", "replace", "merge", "append", "update", "upsert"]
Axis = Literal["", "observedAt", "createdAt", "modifiedAt", "deletedAt"]
Method = Literal["totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"]
VALUE_KEYS = ("value", "object", "languageMap", "json", "vocab", "valueList", "objectList")


@dataclass(frozen=True)
class Draft:
    """An entity to be written. ``id`` is a URI. ``types`` names further types besides ``type``.

    An empty ``owner`` or ``region`` keeps what stands; a new entity is then owned by the actor's department, and its
    region is the value of the type's region attribute. ``prov=None`` keeps the provenance of attributes that stay.
    ``scopeless``: a change of what stands takes its scopes away; without scopes and without this it keeps them.
    ``endless`` likewise takes its ``expires_at`` away.
    """

    id: str
    type: str
    attrs: Mapping[str, Any]
    owner: str = ""
    region: str = ""
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    prov: Mapping[str, Any] | None = None
    expires_at: datetime | None = None
    scopeless: bool = False
    endless: bool = False


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
    expires_at: datetime | None = None
    contested: tuple[str, ...] = ()  # attributes that are shown and of which a correction is asked or sources disagree

    def value(self, attribute: str) -> Any:
        """The plain value of an attribute's default instance (object of a Relationship), or None."""
        return plain(self.attrs.get(attribute))


def plain(instances: Any) -> Any:
    """The plain value of an attribute in store form, of its default instance where there are several."""
    if isinstance(instances, list):
        instances = next((i for i in instances if "datasetId" not in i), instances[0] if instances else None)
    if not isinstance(instances, Mapping):
        return None
    return next((instances[key] for key in VALUE_KEYS if key in instances), None)


@dataclass
class Written:
    """What a write did. ``unchanged`` entities left no history and no change."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0


@dataclass(frozen=True)
class GeoQuery:
    """``geometry`` is GeoJSON in WGS-84; distances in metres. ``attribute`` is a GeoProperty's store name, by default
    the geometry on maps."""

    relation: Literal["near", "within", "intersects", "contains", "disjoint", "overlaps", "equals"]
    geometry: Mapping[str, Any]
    max_distance: float | None = None
    min_distance: float | None = None
    attribute: str = ""


@dataclass(frozen=True)
class Sort:
    """One key of an order: an attribute (with sub-attributes, and members inside its value), or ``id``, ``type``,
    ``createdAt``, ``modifiedAt``. ``near``: by the distance of the geometry on maps from (longitude, latitude)."""

    names: tuple[str, ...]
    members: tuple[str, ...] = ()
    descending: bool = False
    near: tuple[float, float] | None = None


@dataclass(frozen=True)
class Selector:
    """``kinds`` are alternatives, each a set of types that an entity must all have (none: any); with ids, the pattern
    says nothing more (CIM 009 5.2.33)."""

    kinds: tuple[tuple[str, ...], ...] = ()
    ids: tuple[str, ...] = ()
    id_pattern: str = ""


@dataclass(frozen=True)
class Query:
    """What is asked for. ``q`` is NGSI-LD query language (CIM 009 4.9) with attribute names in store form.
    ``words`` searches labels, identifiers and search attributes. ``facets`` are exact attribute values.
    ``has`` are attributes of which an entity must have at least one. ``region`` finds a division and what lies in it.
    ``after`` is the opaque cursor of the last page; ``order`` is ``id``, ``label``, ``modified`` or ``-modified``.
    ``selectors``: an entity must meet one of them; ``types`` then names every type that they name, if each names some.
    ``scope_q`` is a scope query (4.19). ``sorts`` goes before ``order`` and pages by ``offset`` only; ``collation``, a
    language tag, orders text by its base letters, else it is ordered by code point.
    ``common``: the words are known to be in very many entities, so the first of these are looked through before the
    index of words is asked; what is found is the same. ``asked_elsewhere``: query language that another system has
    filtered by; it is held to the masks as ``q`` is, and to nothing else. ``frozen``: the copies of a snapshot are
    asked in place of the store."""

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
    common: bool = False
    asked_elsewhere: str = ""
    selectors: tuple[Selector, ...] = ()
    scope_q: str = ""
    sorts: tuple[Sort, ...] = ()
    collation: str = ""
    frozen: str = ""


@dataclass(frozen=True)
class Page:
    entities: list[Entity]
    next: str = ""  # cursor, empty on the last page


@dataclass(frozen=True)
class Change:
    """One entry of the durable, ordered change log. ``cursor`` is where a subscriber stands after it.
    ``attributes`` is empty for ``created`` and ``deleted``: it is all of them."""

    cursor: str
    entity_id: str
    type: str
    operation: Literal["created", "changed", "deleted"]
    attributes: tuple[str, ...]
    at: datetime
    actor: str


@dataclass(frozen=True)
class Touched:
    """What a change touched. ``types`` and ``scopes`` are those of the entity after it (of a deletion: before it), the
    first type being the principal one. An attribute that lost one of several instances is among ``deleted``."""

    change: Change
    types: tuple[str, ...]
    scopes: tuple[str, ...]
    created: frozenset[str]
    updated: frozenset[str]
    deleted: frozenset[str]


@dataclass(frozen=True)
class Told:
    """A change as an actor may see it: the entity after it (of a deletion: before it), masked, and of the attributes
    that it touched what was before (None: there was none)."""

    change: Change
    entity: Entity
    before: Mapping[str, Any]
    touched: Touched


@dataclass(frozen=True)
class Past:
    """What the attributes that a change touched were before it (None: there was none). ``known_from``/``known_to``:
    when the city held that version; ``true_from``/``true_to``: when it was so, where the type says (law 6)."""

    version: int
    was: Mapping[str, Any]
    known_from: datetime
    known_to: datetime
    actor: str
    cause: str
    true_from: datetime | None = None
    true_to: datetime | None = None


@dataclass(frozen=True)
class Window:
    """Which instances of an evolution are asked for (CIM 009 4.11). ``axis`` is the time that they are looked at by;
    empty: when each was observed, else when it was gone or last written. ``since`` belongs to the window, ``before``
    does not. ``last``: so many of each attribute, the latest (0: all). ``attributes`` (none: all), ``without`` and
    ``datasets`` (none: all; empty text is the default one) narrow further; ``@scope`` is the scope."""

    axis: Axis = ""
    since: datetime | None = None
    before: datetime | None = None
    last: int = 0
    attributes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Aggregation:
    """``months`` and ``seconds`` make a period; both 0 is the whole window (CIM 009 4.5.19). Standard deviations are
    those of a population."""

    methods: tuple[Method, ...]
    months: int = 0
    seconds: float = 0


@dataclass(frozen=True)
class Instance:
    """One value that an attribute had. ``at`` is its time on the window's axis. A deletion has ``deleted_at`` and
    neither of the other times."""

    attribute: str
    dataset: str
    instance: Mapping[str, Any]
    id: str
    at: datetime
    created_at: datetime | None
    modified_at: datetime | None
    deleted_at: datetime | None


@dataclass(frozen=True)
class Aggregated:
    """``periods``: method → (value or None, begin, end) of every period that holds an instance."""

    attribute: str
    dataset: str
    kind: str
    periods: Mapping[str, list[tuple[Any, datetime, datetime]]]


@dataclass(frozen=True)
class Evolved:
    """An entity through time, masked for the actor who asked. ``attributes`` are all that have instances in the
    window, with their kind; ``instances`` those that this page holds, in their order."""

    entity: Entity
    instances: list[Instance]
    attributes: Mapping[str, str] = field(default_factory=dict)
    aggregates: list[Aggregated] = field(default_factory=list)
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class Evolutions:
    """``cut``: there are more instances in the window than were asked for. ``next``: the id to go on after."""

    found: list[Evolved]
    cut: bool = False
    next: str = ""


@dataclass(frozen=True)
class Evolution:
    """Instances of an entity to be brought into its history: attribute → instances in store form, of the same dataset
    as often as one likes. ``scopes``: (scopes, since when, if that is said)."""

    id: str
    type: str
    attrs: Mapping[str, list[Mapping[str, Any]]]
    types: tuple[str, ...] = ()
    scopes: tuple[tuple[tuple[str, ...], datetime | None], ...] = ()
