"""Retrieving and querying entities (CIM 009 5.7.1, 5.7.2), and purging what a query finds (5.6.21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Entity, Query
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import EntityMap
from lingqu.protocols.ngsi_ld import (
    answers,
    checking,
    entity_maps,
    expand,
    http,
    linkedq,
    params,
    projection,
    snapshot_header,
)
from lingqu.protocols.ngsi_ld.compact import Shape
from lingqu.protocols.ngsi_ld.sources import batches, reading
from lingqu.protocols.ngsi_ld.terms import Terms, terms

ALL = (http.JSON, http.LD, http.GEO)
_PURGE = frozenset({"id", "type", "idPattern", "q", "attrs", "scopeQ", "csf", "local", "keep", "drop"}) | frozenset(
    {"georel", "geometry", "coordinates", "geoproperty", "expandValues", "datasetId"}
)
_CHUNK = 1000


def query(request: HttpRequest) -> HttpResponse:
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(given)
    context = http.context_of(request)
    used = terms(context)
    media = http.accepted(request, ALL)
    asked, shape = params.query(given, used), params.shape(given, used, media)
    return answered(request, given, asked, shape, media, context)


def answered(
    request: HttpRequest, given: Mapping[str, str], asked: Query, shape: Shape, media: str, context: Any
) -> HttpResponse:
    actor = http.actor(request)
    if snapshot := snapshot_header.asked(request, actor):
        if entity_maps.wanted(request, given):
            raise http.bad_data("a query of a snapshot needs no entity map: nothing changes while it is paged through")
        asked, shape = replace(asked, frozen=snapshot), replace(shape, frozen=snapshot)
    local = replace(asked, q=linkedq.resolved(actor, asked, shape.terms))
    mapped, created = _mapped(request, actor, given, local, shape, context)
    if mapped is not None and not created:
        local, count = _of_map(actor, mapped, local)
        found = replace(_asked(request, actor, given, local, shape, context), count=count)
        found = replace(found, more=asked.offset + asked.limit < count)
    else:
        found = _asked(request, actor, given, local, shape, context)
    documents = answers.written(actor, found.entities, shape, media, found.times)
    whole = {"type": "FeatureCollection", "features": documents} if media == http.GEO else documents
    response = http.answer(whole, media, context, embed=http.embeds(request))
    path = request.path.removeprefix(f"{http.BASE}/").rstrip("/")
    if asked.offset:
        before = max(asked.offset - asked.limit, 0)
        http.add_link(response, path, given, asked.limit, before, "prev", media)
    if found.more:
        http.add_link(response, path, given, asked.limit, asked.offset + asked.limit, "next", media)
    if params.wants_count(given):
        response["NGSILD-Results-Count"] = str(door.count(actor, local) if found.count < 0 else found.count)
    snapshot_header.tell(response, snapshot)
    if mapped is not None:
        entity_maps.tell(response, mapped)
        response.status_code = 201 if created and request.method != "POST" else response.status_code
    return response


def _asked(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], asked: Query, shape: Shape, context: Any
) -> reading.Found:
    spread = None if asked.frozen else reading.queried(request, actor, given, asked, shape, context)
    return _found(actor, asked) if spread is None else spread


def _mapped(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], asked: Query, shape: Shape, context: Any
) -> tuple[EntityMap | None, bool]:
    """(map, whether it was made now)"""
    if not entity_maps.wanted(request, given):
        return None, False
    if (known := entity_maps.named(request, actor)) is not None:
        return known, False
    return _map(request, actor, given, asked, shape, context), True


def _map(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], asked: Query, shape: Shape, context: Any
) -> EntityMap:
    """Of persons it is a reading of all of them, and stands in the ledger as one."""
    every = replace(asked, limit=entity_maps.MOST, offset=0)
    found = _asked(request, actor, given, every, shape, context)
    over: entity_maps.Found = [("", [])] if found.more else []
    return entity_maps.make(actor, [(e.id, found.origins.get(e.id, ["@none"])) for e in found.entities] + over, given)


def _of_map(actor: Actor, mapped: EntityMap, asked: Query) -> tuple[Query, int]:
    """The page of a map, and how many are left in it: its entities here may have changed, and are looked at again."""
    ids = [pair[0] for pair in mapped.entities]
    here = {pair[0] for pair in mapped.entities if "@none" in pair[1]}
    again = replace(asked, ids=tuple(sorted(here)) or ("",), limit=entity_maps.MOST, offset=0, sorts=())
    left = {entity_id for entity_id, _ in door.versions(actor, again, limit=entity_maps.MOST)}
    entity_maps.prune(mapped, (set(ids) - here) | left)
    kept = [pair[0] for pair in mapped.entities]
    page = kept[asked.offset : asked.offset + asked.limit]
    return replace(asked, ids=tuple(page) or ("",), offset=0), len(kept)


@http.endpoint
def entity_map(request: HttpRequest) -> HttpResponse:
    """/entityMaps: the map of a query, without its entities (6.34)."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(given)
    entity_maps.lifetime(given)
    context, media = http.context_of(request), http.accepted(request)
    used, actor = terms(context), http.actor(request)
    asked, shape = params.query(given, used), params.shape(given, used, media)
    asked = replace(asked, q=linkedq.resolved(actor, asked, used))
    return entity_maps.made(request, _map(request, actor, given, asked, shape, context), media)


def _found(actor: Actor, asked: Query) -> reading.Found:
    page = door.find(actor, asked) if asked.limit else door.Page([])
    return reading.Found(page.entities, bool(page.next), -1, {})


def retrieve(request: HttpRequest, entity_id: str) -> HttpResponse:
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(given, params.RETRIEVE)
    context = http.context_of(request)
    media = http.accepted(request, ALL)
    used = terms(context)
    shape = params.shape(given, used, media)
    valid_id(entity_id)
    actor = http.actor(request)
    snapshot = snapshot_header.asked(request, actor)
    shape = replace(shape, frozen=snapshot) if snapshot else shape
    spread = None if snapshot else reading.retrieved(request, actor, entity_id, given, shape, context)
    found, times = spread[:2] if spread else (door.get(actor, entity_id, frozen=snapshot), {})
    of_type(found, given.get("type", ""), used)
    asked = shape.attrs - projection.OWN
    if asked and not asked & found.attrs.keys():
        raise absent(", ".join(sorted(asked)))
    documents = answers.written(actor, [found], shape, media, {entity_id: times})
    if not documents:
        raise absent(given.get("pick", given.get("omit", "")))
    document = documents if len(documents) > 1 else documents[0]
    response = snapshot_header.tell(http.answer(document, media, context, embed=http.embeds(request)), snapshot)
    if entity_maps.wanted(request, given):
        origins = spread[2] if spread else ["@none"]
        mapped = entity_maps.named(request, actor) or entity_maps.make(actor, [(entity_id, origins)], given)
        entity_maps.tell(response, mapped)
    return response


def valid_id(entity_id: str) -> str:
    if not checking.is_uri(entity_id):
        raise checking.wrong("id 须是 URI", "the id must be a URI", "id")
    return entity_id


def of_type(found: Entity, selection: str, used: Terms) -> None:
    """Raises NotFound where the entity is of none of the types selected (4.17)."""
    kinds = params.types(selection, used)
    if kinds and not any(set(kind) <= {found.type, *found.types} for kind in kinds):
        raise NotFound(
            "ngsi_ld.type",
            Text(zh=f"“{found.id}”不是所选类型", en=f"{found.id!r} is not of the type selected"),
            place=found.id,
        )


def absent(name: str) -> NotFound:
    return NotFound("ngsi_ld.attribute", Text(zh=f"没有属性 {name}", en=f"There is no attribute {name}"), place=name)


def purge(request: HttpRequest) -> HttpResponse:
    """Delete what is found, or of it the attributes named by ``drop``, or all but those named by ``keep``."""
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    actor = http.writer(request)
    params.known(given, _PURGE)
    context = http.context_of(request)
    used = terms(context)
    if "keep" in given and "drop" in given:
        raise http.bad_data("keep and drop exclude each other")
    if any("{" in given.get(name, "") for name in ("q", "keep", "drop")):
        raise http.bad_data("a purge does not reach into linked entities")
    keep, drop = params.names(given, "keep", used), params.names(given, "drop", used)
    asked = params.query(given, used)

    @transaction.atomic  # all of it or nothing
    def act() -> None:
        ids = [e.id for e in door.every(actor, asked)]
        for first in range(0, len(ids), _CHUNK):
            if keep or drop:
                _strip(actor, ids[first : first + _CHUNK], keep, drop)
            else:
                door.delete(actor, ids[first : first + _CHUNK], cause="ngsi-ld")

    return batches.purge(request, actor, given, asked, act, context)


def _strip(actor: Actor, ids: list[str], keep: frozenset[str], drop: frozenset[str]) -> None:
    drafts = []
    for found in door.every(actor, Query(ids=tuple(ids))):
        gone = [name for name in found.attrs if (name in drop if drop else name not in keep)]
        if gone:
            drafts.append(Draft(found.id, "", {name: nothing(found.attrs[name]) for name in gone}))
    door.write(actor, drafts, mode="merge", cause="ngsi-ld")


def nothing(instances: Any) -> list[dict[str, Any]]:
    """What takes these instances away in a merge."""
    each = instances if isinstance(instances, list) else [instances]
    return [{**{k: v for k, v in i.items() if k == "datasetId"}, "value": expand.NULL} for i in each]
