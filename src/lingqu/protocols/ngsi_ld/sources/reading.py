"""Retrieving and querying entities here and at the sources that hold some of them (CIM 009 5.7.1.4, 5.7.2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Entity, Foreign, Query
from lingqu.kernel.errors import LingquError
from lingqu.protocols.ngsi_ld import checking, compact, expand, http, projection
from lingqu.protocols.ngsi_ld.compact import Shape
from lingqu.protocols.ngsi_ld.sources import ask, known, merge, questions, targets, wire
from lingqu.protocols.ngsi_ld.sources.ask import Reply
from lingqu.protocols.ngsi_ld.sources.known import Information
from lingqu.protocols.ngsi_ld.sources.merge import Piece
from lingqu.protocols.ngsi_ld.sources.targets import Target


@dataclass
class Answers:
    """What sources answered, as the actor may see it."""

    targets: list[Target] = field(default_factory=list)
    pieces: dict[str, list[tuple[Target, Piece]]] = field(default_factory=dict)
    times: dict[str, dict[str, tuple[datetime, datetime]]] = field(default_factory=dict)
    count: int = 0
    more: bool = False

    def take(self, actor: Actor, target: Target, reply: Reply, documents: Sequence[Any], asked: Query) -> None:
        """Raises LingquError for what is no NGSI-LD."""
        used = wire.read(reply.call.wire, reply.document, http.linked(reply.headers.get("Link", "")))
        given: dict[str, Foreign] = {}
        changed: dict[str, dict[tuple[str, str], str]] = {}
        for document in documents:
            draft = expand.draft(_bare(document), used)
            held = target.holds(draft.id, (draft.type, *draft.types))
            if not held:
                continue
            names = _named(held)
            kept = {n: i for n, i in draft.attrs.items() if not names or n in names}
            since, at = _moment(document.get("createdAt")), _moment(document.get("modifiedAt"))
            given[draft.id] = Foreign(replace(draft, attrs=kept), since, at)
            changed[draft.id] = _changed(document, used)
            self.times.setdefault(draft.id, {}).update(_attribute_times(document, used))
        owner, note = target.source.department, {"source": target.source.id}
        for entity in door.foreign(actor, list(given.values()), asked, owner=owner, note=note):
            own = changed[entity.id]
            piece = Piece(entity, lambda own=own: own, target.source.mode == "auxiliary")  # type: ignore[misc]
            self.pieces.setdefault(entity.id, []).append((target, piece))

    def merged(self, local: Sequence[Entity]) -> list[Entity]:
        """With what is held here; of attributes that a source alone holds only what it says."""
        here = {entity.id: entity for entity in local}
        result = []
        for entity_id in [*here, *(pk for pk in self.pieces if pk not in here)]:
            pieces = [piece for _, piece in self.pieces.get(entity_id, ())]
            if entity_id in here and (own := self._unproxied(here[entity_id])) is not None:
                pieces.insert(0, own)
            if any(not piece.added for piece in pieces):
                result.append(merge.merged(pieces))
        return result

    def origins(self, entity_id: str, here: bool) -> list[str]:
        """The registrations of the sources that hold a part of it; ``@none`` is here (5.2.39)."""
        there = [target.source.id for target, _ in self.pieces.get(entity_id, ())]
        return ["@none", *there] if here else there

    def _unproxied(self, entity: Entity) -> Piece | None:
        types = (entity.type, *entity.types)
        alone = [t.holds(entity.id, types) for t in self.targets if t.source.proxied]
        gone = [information.attributes for each in alone for information in each]
        if any(not names for names in gone):
            return None
        if gone:
            taken = frozenset().union(*gone)
            entity = replace(entity, attrs={n: i for n, i in entity.attrs.items() if n not in taken})
        return Piece(entity, lambda: _local_times(entity))


def _local_times(entity: Entity) -> dict[tuple[str, str], str]:
    times = door.attribute_times([entity]).get(entity.id, {})
    return {
        (name, instance.get("datasetId", "")): compact.moment(times[name][1])
        for name, instances in entity.attrs.items()
        for instance in (instances if isinstance(instances, list) else [instances])
        if name in times
    }


def _bare(document: Any) -> Any:
    if not isinstance(document, Mapping):
        raise http.bad_data("an entity must be a JSON object")
    return {k: v for k, v in document.items() if k != "@context"}


def _named(held: Sequence[Information]) -> frozenset[str]:
    each = [information.attributes for information in held]
    return frozenset().union(*each) if all(each) else frozenset()


def _instances(document: Mapping[str, Any], used: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for name, value in document.items():
        for instance in value if isinstance(value, list) else [value]:
            if isinstance(instance, Mapping):
                yield used.stored(name), instance


def _changed(document: Mapping[str, Any], used: Any) -> dict[tuple[str, str], str]:
    return {
        (name, str(instance.get("datasetId", ""))): compact.moment(at)
        for name, instance in _instances(document, used)
        if (at := _moment(instance.get("modifiedAt"))) is not None
    }


def _attribute_times(document: Mapping[str, Any], used: Any) -> dict[str, tuple[datetime, datetime]]:
    found: dict[str, tuple[datetime, datetime]] = {}
    for name, instance in _instances(document, used):
        made, changed = _moment(instance.get("createdAt")), _moment(instance.get("modifiedAt"))
        if made and changed:
            found[name] = (made, changed)
    return found


def _moment(text: Any) -> datetime | None:
    with suppress(LingquError):
        return checking.time(text, "") if text else None
    return None


def retrieved(
    request: HttpRequest, actor: Actor, entity_id: str, given: Mapping[str, str], shape: Shape, context: Any
) -> tuple[Entity, dict[str, Any], list[str]] | None:
    """(entity, times of its attributes elsewhere, who holds a part of it); None where no source is asked, or none has
    it beside us."""
    if not known.living() or given.get("local") == "true":
        return None
    local = door.find(actor, Query(ids=(entity_id,), limit=1)).entities
    types = (local[0].type, *local[0].types) if local else ()
    kinds = tuple(frozenset({kind}) for kind in types)
    wanted = (shape.attrs | frozenset(shape.pick.members)) - projection.OWN
    asked = targets.those(
        actor, request, kinds, (entity_id,), "", wanted, "retrieveEntity", "queryEntity", "queryBatch"
    )
    if not asked:
        return None
    calls = [questions.retrieval(target, entity_id, wanted, context) for target in asked]
    answers = Answers(asked)
    for target, reply in zip(asked, ask.questions(request, calls), strict=True):
        if reply.fine:
            # Of one entity asked for by a query, some answer it by itself.
            documents = reply.document if isinstance(reply.document, list) else [reply.document]
            with ask.believed(request, reply):
                answers.take(actor, target, reply, questions.listed(documents), Query())
    entities = answers.merged(local)
    if not entities:
        return None
    return entities[0], answers.times.get(entity_id, {}), answers.origins(entity_id, bool(local))


def page_end(asked: Query) -> int:
    """Entities that each system must give, so that a page of them all is sure, and whether there are more. Raises
    Problem where these are too many."""
    needed = asked.offset + asked.limit + (1 if asked.limit else 0)
    if needed > http.LARGEST_PAGE + 1:
        raise http.Problem(
            "TooComplexQuery", 403, f"跨系统查询最多翻到第 {http.LARGEST_PAGE} 个，请缩小范围",
            f"a query over several systems pages through the first {http.LARGEST_PAGE}; narrow it down",
        )  # fmt: skip
    return needed


@dataclass(frozen=True)
class Found:
    entities: list[Entity]
    more: bool
    count: int
    times: Mapping[str, Any]
    origins: Mapping[str, list[str]] = field(default_factory=dict)


def queried(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], asked: Query, shape: Shape, context: Any
) -> Found | None:
    """None where no source is asked. Every system gives its first entities up to the end of the page; these are merged,
    put in the order of ids, and cut."""
    if not known.living() or given.get("local") == "true":
        return None
    kinds, ids, pattern = questions.selection(asked)
    wanted = frozenset(asked.has)
    chosen = targets.those(
        actor, request, kinds, ids, pattern, wanted, "queryEntity", "queryBatch", csf=given.get("csf", "")
    )
    if not chosen:
        return None
    if asked.sorts:
        raise http.bad_data(
            "over several systems nothing is ordered (4.23.1); ask with local=true", "跨系统查询不能排序"
        )
    split = given.get("splitEntities") == "true"
    needed = page_end(asked)
    local = _local(actor, asked, needed, split)
    ahead = min(needed, http.LARGEST_PAGE)
    calls = [questions.query(request, target, given, asked, shape, context, ahead, split) for target in chosen]
    answers = Answers(chosen, count=local.count)
    filters = replace(asked, limit=0, offset=0) if not split else _unfiltered(asked)
    for target, reply in zip(chosen, ask.questions(request, calls), strict=True):
        if reply.fine:
            answers.count += counted(reply)
            documents = reply.document if reply.document is not None else []
            with ask.believed(request, reply):
                answers.take(actor, target, reply, questions.listed(documents), selecting(filters))
    entities = answers.merged(local.entities)
    if split:
        entities = refiltered(actor, entities, asked)
    entities.sort(key=lambda e: e.id)
    whole = len(entities) < needed
    page = entities[asked.offset : asked.offset + asked.limit]
    count = len(entities) if whole and asked.limit else max(answers.count, len(entities))
    more = len(entities) > asked.offset + asked.limit and bool(asked.limit)
    here = {entity.id for entity in local.entities}
    origins = {e.id: answers.origins(e.id, e.id in here) for e in page}
    return Found(page, more, count, answers.times, origins)


def _local(actor: Actor, asked: Query, needed: int, split: bool) -> Found:
    first = replace(asked if not split else _unfiltered(asked), limit=needed, offset=0)
    entities = door.find(actor, first).entities if needed else []
    count = door.count(actor, first) if len(entities) >= needed else len(entities)
    return Found(entities, False, count, {})


def _unfiltered(asked: Query) -> Query:
    """Without what can only be told of the whole entity (5.7.2.4, splitEntities)."""
    return replace(asked, q="", geo=None, scope_q="", has=())


def selecting(asked: Query) -> Query:
    """What a source has filtered by already is not asked of the part of the entity that it holds."""
    return replace(asked, q="", geo=None, scope_q="", has=(), sorts=(), asked_elsewhere=asked.q)


def refiltered(actor: Actor, entities: list[Entity], asked: Query) -> list[Entity]:
    """The filters, held to the whole entities; what may be seen of them was looked at before."""
    filters = Query(q=asked.q, geo=asked.geo, scope_q=asked.scope_q, has=asked.has)
    given = [Foreign(Draft(e.id, e.type, e.attrs, types=e.types, scopes=e.scopes), e.created_at, e.modified_at) for e in entities]  # fmt: skip  # noqa: E501
    kept = {entity.id for entity in door.foreign(access.SYSTEM, given, filters)}
    return [entity for entity in entities if entity.id in kept]


def counted(reply: Reply) -> int:
    text = reply.headers.get("NGSILD-Results-Count", "")
    if text.isdigit():
        return int(text)
    return len(reply.document) if isinstance(reply.document, list) else 0
