"""The one store of entities and its only write path (law 1).

Store form of attributes
------------------------
``attrs`` maps an attribute's *store name* to an instance, or to a list of instances when there are several
datasetIds. A store name is the attribute's expanded IRI as NGSI-LD's core context says it: terms of the core context
by their term (``https://uri.etsi.org/ngsi-ld/location`` → ``location``), what stands in the default context by its last
part (``https://uri.etsi.org/ngsi-ld/default-context/name`` → ``name``); every other IRI stands whole. One to one.
Entity types likewise. An instance without ``type`` is given the declared one, or what its members say.
An instance is an NGSI-LD normalized attribute, values verbatim, e.g.
``{"type": "Property", "value": 3, "unitCode": "MTR"}``; ``{"type": "Relationship", "object": "urn:…"}``;
``{"type": "LanguageProperty", "languageMap": {...}}``; ``{"type": "GeoProperty", "value": {GeoJSON, WGS-84}}``.

GeoProperties are held apart from the indexed rest but given back together with it.

``prov`` (facts have sources, law 5) maps an attribute to
``{"s": resource code, "d": delivery id, "r": row, "t": ISO time, "lost": [{"s":…, "d":…, "r":…, "v": value}, …]}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lingqu.centre.access.door import Actor, steady
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import analyst, maps, ordering, qlang, reads, representing
from lingqu.centre.entities import claims as claims_
from lingqu.centre.entities import evolution as _evolution
from lingqu.centre.entities import frozen as _frozen
from lingqu.centre.entities import history as _history
from lingqu.centre.entities import verify as _verify
from lingqu.centre.entities import versions as _versions
from lingqu.centre.entities.actions.contest import contest as _contest
from lingqu.centre.entities.actions.delete import delete as _delete
from lingqu.centre.entities.actions.evolve import correct as _correct
from lingqu.centre.entities.actions.evolve import evolve as _evolve
from lingqu.centre.entities.actions.evolve import strike as _strike
from lingqu.centre.entities.actions.reap import reap as _reap
from lingqu.centre.entities.actions.write import write as _write
from lingqu.centre.entities.claims import Answer, Claim, Verified
from lingqu.centre.entities.conditions import condition, grams
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.entities.foreign import Foreign, ForeignPast
from lingqu.centre.entities.foreign import evolutions as _foreign_evolutions
from lingqu.centre.entities.foreign import foreign as _foreign
from lingqu.centre.entities.news import News
from lingqu.centre.entities.schema import fold
from lingqu.centre.entities.shapes import (
    Aggregated,
    Aggregation,
    Axis,
    Change,
    Draft,
    Entity,
    Evolution,
    Evolutions,
    Evolved,
    GeoQuery,
    Instance,
    Method,
    Mode,
    Page,
    Past,
    Query,
    Selector,
    Sort,
    Told,
    Touched,
    Window,
    Written,
    plain,
)
from lingqu.centre.entities.times import attribute_times as _attribute_times
from lingqu.centre.entities.used import Used
from lingqu.centre.entities.used import used as _used


def analyst_views() -> list[str]:
    """Make the views of the schema ``analyst`` anew out of the drawing; gives their names. For the database's owner."""
    return analyst.make_views()


def entity_types() -> dict[str, EntityType]:
    """Every entity type of the drawing by code."""
    return drawing.every(EntityType)


def entity_type(code: str) -> EntityType:
    """Raises NotFound (``drawing.unknown``)."""
    return drawing.one(EntityType, code)


@steady
def write(actor: Actor, drafts: Iterable[Draft], *, mode: Mode = "upsert", cause: str = "") -> Written:
    """Write many entities in one transaction, set-based: schema and data standards of the type checked, permission
    asked, history kept, change recorded, ledger row left.

    ``create`` refuses ids that exist, ``replace``/``merge``/``append``/``update`` refuse those that don't; ``upsert``
    replaces or creates. ``merge`` patches in depth (CIM 009 5.5.12: ``urn:ngsi-ld:null`` takes away); ``append`` sets
    the given attributes and leaves the others; ``update`` sets the given members of their instances (5.5.8). Types
    that the drawing does not declare are taken from actors who may write ``*``.
    An entity that would stay as it is is left untouched; where only ``prov`` differs it is brought up to date quietly.
    Raises ``Invalid`` with a Fault per broken attribute
    (nothing is written), ``Conflict``, ``NotFound``, ``Refused``.
    """
    return _write(actor, drafts, mode, cause)


@steady
def delete(actor: Actor, ids: Sequence[str], *, cause: str = "") -> Written:
    """Delete all or nothing. Raises ``NotFound`` for an id that does not exist, ``Refused``."""
    return _delete(actor, ids, cause)


def reap(ids: Sequence[str] | None = None) -> int:
    """Delete entities whose ``expires_at`` is over, at most a thousand (of these ids); their history stays. Gives how
    many there were."""
    return _reap(ids)


@steady
def get(actor: Actor, entity_id: str, *, frozen: str = "") -> Entity:
    """One entity as the actor may see it; ``frozen``: as a snapshot holds it. Raises NotFound where it does not exist
    or is not to be seen."""
    return reads.get(actor, entity_id, frozen)


@steady
def find(actor: Actor, query: Query) -> Page:
    """One page of entities the actor may see. Of persons it leaves a ledger row with the words, also where it finds
    none (ADR 4). ``order="label"`` is the order of ids where labels are masked for the actor."""
    return reads.find(actor, query)


@steady
def count(actor: Actor, query: Query, *, most: int | None = None) -> int:
    """How many entities a query finds. Counting stops behind ``most``: a result above it says that there are more.
    Whole types, and the entities of an owner or a region, are counted in any case, from a tally. Any other count of
    persons leaves a ledger row."""
    return reads.count(actor, query, most)


@steady
def types_found(actor: Actor, query: Query, *, most: int = 1000) -> set[str] | None:
    """The types of what a query finds, by one look; None where it finds ``most`` or more, so that any type may be
    among it."""
    return reads.types_found(actor, query, most)


@steady
def facet_counts(
    actor: Actor, query: Query, attributes: Sequence[str], limit: int = 20, *, most: int | None = None
) -> dict[str, list[tuple[str, int]]]:
    """For each attribute its most frequent values among what the query finds, with counts; none for attributes that
    are masked for the actor. ``most``: where the query finds more, counts are those of a sample of so many. Of persons
    who are picked out it leaves a ledger row."""
    return reads.facet_counts(actor, query, attributes, limit, most)


@steady
def type_counts(actor: Actor) -> dict[str, int]:
    """How many entities of each type the actor may see."""
    return reads.type_counts(actor)


@steady
def used(actor: Actor) -> dict[str, Used]:
    """The types that the actor may see entities of, with their attributes: those of the drawing, and those found on
    the first hundred thousand entities. What is masked as absent is left out; persons are not looked at."""
    return _used(actor)


@steady
def every(actor: Actor, query: Query, chunk: int = 5000) -> Iterator[Entity]:
    """All entities a query finds, streamed by a server-side cursor: for exports and fusion."""
    return reads.every(actor, query, chunk)


@steady
def versions(actor: Actor, query: Query, *, after: str = "", limit: int = 1000) -> list[tuple[str, datetime]]:
    """(id, modified) of the entities a query finds behind the id ``after``, in the order of ids: for comparing a copy.
    No attribute is read, so that neither the ledger nor a quota is touched; ids and times must not leave the city for
    who did not get the entities themselves."""
    return _versions.versions(actor, query, after, limit)


@steady
def freeze(actor: Actor, snapshot: str, query: Query, *, most: int) -> int:
    """Keep copies of what a query finds at this moment, for ``Query.frozen``; gives how many. They are the actor's
    alone, and of them only what the actor may see when they are read. It is a reading of them, with its ledger rows and
    quotas. Raises Invalid (``entity.frozen``) where there are more than ``most``, and what ``find`` raises; it is to be
    undone with the caller's transaction then."""
    return reads.freeze(actor, snapshot, query, most)


@steady
def keep_frozen(actor: Actor, snapshot: str, entities: Sequence[Entity]) -> int:
    """Like ``freeze``, of entities that another system holds a part of, as the actor sees them now."""
    return _frozen.keep(actor, snapshot, entities)


@steady
def keep_frozen_past(actor: Actor, snapshot: str, evolved: Sequence[Evolved]) -> int:
    """Keep evolutions with the instances that they hold, as the actor sees them now; ``evolutions`` with
    ``Query.frozen`` and ``evolution`` read them. Gives how many were not there yet."""
    return _frozen.keep_past(actor, snapshot, evolved)


@steady
def copy_frozen(actor: Actor, snapshot: str, to: str) -> int:
    """The same copies once more."""
    return _frozen.copy(actor, snapshot, to)


def thaw(snapshots: Sequence[str]) -> int:
    """Delete the copies of snapshots; gives how many there were."""
    return _frozen.thaw(snapshots)


def attribute_times(entities: Sequence[Entity]) -> dict[str, dict[str, tuple[datetime, datetime]]]:
    """Of entities as read: id → attribute → when it came to be, when it was last changed. Of an attribute with several
    instances these are the times of all of them together."""
    return _attribute_times(entities)


@steady
def history(actor: Actor, entity_id: str) -> list[Past]:
    """Newest first."""
    return _history.history(actor, entity_id)


@steady
def as_known_at(actor: Actor, entity_id: str, at: datetime) -> Entity:
    """The entity as the city knew it then."""
    return _history.as_known_at(actor, entity_id, at)


@steady
def evolve(actor: Actor, evolution: Evolution, *, cause: str = "") -> bool:
    """Bring instances into the history of an entity, which is made where there is none; gives whether it was.

    Of each attribute and dataset the latest instance becomes what stands, where it is newer than that (by
    ``observedAt``, else by when it was written); others are kept with the time when they became known. One that was
    observed at the same time as one that is told already corrects it. Everything is checked, granted and ledgered as by
    ``write``; at most 10,000 instances. Raises Invalid, Refused.
    """
    return _evolve(actor, evolution, cause)


@steady
def correct(
    actor: Actor, entity_id: str, attribute: str, instance_id: str, instance: Mapping[str, Any], *, cause: str = ""
) -> None:
    """Replace an instance of the history; what was told before stays in the store. What stands follows. Raises NotFound
    (``entity.instance``, ``entity.unknown``), Invalid, Refused."""
    _correct(actor, entity_id, attribute, instance_id, instance, cause)


@steady
def strike(
    actor: Actor,
    entity_id: str,
    attribute: str = "",
    *,
    dataset: str | None = None,
    instance_id: str = "",
    cause: str = "",
) -> None:
    """Tell no more of an entity's history: all of it, which deletes the entity, an attribute (of a dataset; empty text
    is the default one, None are all), or one instance. What stood by what is struck stands no more. Nothing is removed
    from the store. Raises NotFound (``entity.instance``, ``entity.unknown``), Refused."""
    _strike(actor, entity_id, attribute, dataset, instance_id, cause)


@steady
def evolution(
    actor: Actor,
    entity_id: str,
    window: Window,
    *,
    most: int = 1000,
    aggregation: Aggregation | None = None,
    frozen: str = "",
) -> Evolutions:
    """One entity through time, also when it was deleted. ``most`` instances, and all that have the time of the last.
    ``frozen``: as a snapshot holds it. Raises NotFound where it does not exist or is not to be seen; an empty window is
    none."""
    return _evolution.evolution(actor, entity_id, window, most, aggregation, frozen)


@steady
def evolutions(
    actor: Actor, query: Query, window: Window, *, most: int = 1000, aggregation: Aggregation | None = None
) -> Evolutions:
    """Entities through time that have an instance in the window, of the attributes ``query.has`` if there are such.
    ``q``, ``geo`` and ``scope_q`` are held to what lies in the window (CIM 009 5.7.4.4); ``query.after`` is an id; the
    only sort is by id. What was deleted is found by ``deletedAt`` only. Leaves a ledger row of persons."""
    return _evolution.evolutions(actor, query, window, most, aggregation)


@steady
def count_evolutions(actor: Actor, query: Query, window: Window) -> int:
    """How many entities ``evolutions`` finds in all."""
    return _evolution.count(actor, query, window)


@steady
def referring(actor: Actor, entity_id: str, limit: int = 50) -> list[Entity]:
    """Entities with a Relationship to this one."""
    return maps.referring(actor, entity_id, limit)


def changes(after: str = "", limit: int = 1000) -> list[Change]:
    """The change log after a cursor. A change is shown only when no transaction that began before it is still open,
    so that what was committed late is never missed (law 4). The caller's own open transaction counts: what it wrote is
    shown after its commit."""
    return _history.changes(after, limit)


def news(changes: Sequence[Change]) -> News:
    """What a batch of the change log made of entities, for telling others. A context manager: one transaction."""
    return News(changes)


@steady
def foreign(
    actor: Actor, given: Sequence[Foreign], query: Query, *, owner: str = "", note: Mapping[str, Any] | None = None
) -> list[Entity]:
    """What another system holds, as the actor may see it here, as far as the query finds it: rights, purposes,
    quotas and masks are those of entities that the department ``owner`` owns. Of persons it leaves a ledger row with
    ``note`` in its detail. Raises what ``find`` raises."""
    return _foreign(actor, given, query, owner, note or {})


def foreign_evolutions(
    actor: Actor, given: Sequence[ForeignPast], query: Query, *, owner: str = "", note: Mapping[str, Any] | None = None
) -> list[Evolved]:
    """What another system tells of the past of its entities, by the same rights and masks as ``foreign``. The entities'
    latest instances are what conditions of grants are held to. Of persons it leaves a ledger row."""
    return _foreign_evolutions(actor, given, query, owner, note or {})


def require_query(actor: Actor, query: Query) -> None:
    """Raises what ``find`` would raise for such a query: Invalid for what makes no sense, Refused for what the actor
    may not read or filter by. Nothing is read."""
    condition(actor, query)


def head() -> str:
    """The cursor behind all that ``changes`` would show now; empty where nothing ever changed."""
    return _versions.head()


def subscriber_cursor(name: str) -> str:
    """Where a named subscriber stands; empty at the beginning."""
    return _history.subscriber_cursor(name)


def advance_subscriber(name: str, cursor: str) -> None:
    _history.advance_subscriber(name, cursor)


def follow_representations() -> int:
    """Who represents whom by the registers, brought up to the change log: all anew where the rules changed. Gives how
    many changes were looked at. By one worker at a time."""
    return representing.follow()


@steady
def tile_features(
    actor: Actor,
    entity_type: str,
    bounds: tuple[float, float, float, float],
    *,
    limit: int,
    with_attributes: Sequence[str] = (),
) -> list[tuple[str, str, bytes, dict[str, Any]]]:
    """(id, label, WKB in WGS-84, plain attribute values) of the entities whose bounds meet a box: for maps."""
    return maps.tile_features(actor, entity_type, bounds, limit, with_attributes)


@steady
def verify(actor: Actor, entity_type: str, claims: Sequence[Claim]) -> list[Verified]:
    """Whether what is claimed is so, in the order of the claims (1 to 1000), per item and never with the value.

    Takes a grant to ``verify`` and, for each person, a living consent or a basis in law. Values are brought into the
    form of their data element first. ``cannot_say`` where there is no value, where it is contested, or where
    departments disagree so that the answer would differ. Of one item of one person five different values a day are
    answered under an agreement; then ``too_many_values``, and an alert stands in the ledger. Raises ``Refused``,
    ``Invalid``: for what nobody may ask, never for what is so of a person.
    """
    return _verify.verify(actor, entity_type, claims)


def contest(entity_id: str, attribute: str, on: bool, cause: str) -> bool:
    """Mark an attribute as contested, or no more; gives whether that changed something. Subscribers are told, versions
    stay. For rooms that hold the contest itself (fusion): who may ask for it is theirs to say."""
    return _contest(entity_id, attribute, on, cause)


def same(entity_type: str, attribute: str, one: Any, other: Any) -> bool:
    """Whether two plain values are the same by the standard of the attribute's data element."""
    return claims_.same(entity_type, attribute, one, other)


@steady
def persons(actor: Actor, entity_type: str, who: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids by identifiers (attribute → value), for asking consent. Whom the register does not know gets an id of the
    same use, which nothing is behind: never tell anybody which it was."""
    return _verify.persons(actor, entity_type, who)


def renamed_q(q: str, rename: Callable[[str], str], revalue: Callable[[str, Any], Any] | None = None) -> str:
    """The query language with attribute names changed, e.g. expanded from a user's context to store names, and values
    by ``revalue`` of the old name and the value. Raises ``Invalid`` (``entity.q``)."""
    return qlang.renamed(q, rename, revalue) if revalue else qlang.renamed(q, rename)


def check_collation(tag: str) -> None:
    """Raises ``Invalid`` (``entity.order``) for what is no language tag."""
    ordering.check(tag)


__all__ = [
    "Aggregated",
    "Aggregation",
    "Answer",
    "Axis",
    "Change",
    "Claim",
    "Draft",
    "Entity",
    "EntityType",
    "Evolution",
    "Evolutions",
    "Evolved",
    "Foreign",
    "GeoQuery",
    "Instance",
    "Method",
    "Mode",
    "News",
    "Page",
    "Past",
    "Query",
    "Selector",
    "Sort",
    "Told",
    "Touched",
    "Used",
    "Verified",
    "Window",
    "Written",
    "fold",
    "grams",
    "plain",
]
