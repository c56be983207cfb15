"""/temporal/entities, their attributes and instances, and /temporal/entityOperations/query (CIM 009 6.18 to 6.24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Evolutions, Query
from lingqu.protocols.models import EntityMap
from lingqu.protocols.ngsi_ld import (
    checking,
    compact,
    entity_maps,
    http,
    params,
    querying,
    snapshot_header,
    temporal_forms,
)
from lingqu.protocols.ngsi_ld import temporal_params as said
from lingqu.protocols.ngsi_ld.sources import through_time
from lingqu.protocols.ngsi_ld.temporal_params import Asked
from lingqu.protocols.ngsi_ld.terms import Terms, terms

_PATH = "temporal/entities"
_CAUSE = "ngsi-ld temporal"


@http.endpoint
def collection(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _upsert(request)
    return _query(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "POST"])


def _upsert(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    http.only(request, "local")
    document, context = http.body(request)
    if document in ({}, []):
        raise http.invalid_request("the body is empty")
    evolution = temporal_forms.evolution(document, terms(context))
    door.reap([evolution.id])  # 4.22: an id is free again when the time of who bore it is over
    if not door.evolve(actor, evolution, cause=_CAUSE):
        return HttpResponse(status=204)
    response = HttpResponse(status=201)
    response["Location"] = f"{http.BASE}/{_PATH}/{quote(evolution.id, safe=':')}"
    return response


def _query(request: HttpRequest) -> HttpResponse:
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(given, said.QUERY)
    context = http.context_of(request)
    used = terms(context)
    media = http.accepted(request)
    return _answered(request, given, said.query(given, used), said.asked(given, used), media, context)


@http.endpoint
def query(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    document, context = http.body(request)
    media = http.accepted(request)
    paging: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(paging, said.QUERY)
    given, wanted, asked = said.in_body(document, terms(context), paging)
    return _answered(request, given, wanted, asked, media, context)


def _answered(
    request: HttpRequest, given: Mapping[str, str], wanted: Query, asked: Asked, media: str, context: Any
) -> HttpResponse:
    actor, most = http.actor(request), said.page(request)
    if snapshot := snapshot_header.asked(request, actor):
        wanted = replace(wanted, frozen=snapshot)
        if entity_maps.wanted(request, given):
            raise http.bad_data("a query of a snapshot needs no entity map: nothing changes while it is paged through")
    mapped, created = _mapped(request, actor, given, wanted, asked)
    spread = None
    if mapped is not None:
        wanted = replace(wanted, ids=tuple(pair[0] for pair in mapped.entities) or ("",))
    elif not snapshot:
        spread = through_time.queried(request, actor, given, wanted, asked, context, most)
    found = spread.evolutions if spread else _here(actor, wanted, asked, most)
    _eligible(found, asked)
    documents = [temporal_forms.document(each, asked) for each in found.found]
    response = http.answer([d for d in documents if d], media, context)
    paging: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    path = request.path.removeprefix(f"{http.BASE}/").rstrip("/")
    if wanted.offset:
        http.add_link(response, path, paging, wanted.limit, max(wanted.offset - wanted.limit, 0), "prev", media)
    if spread and spread.more:
        http.add_link(response, path, paging, wanted.limit, wanted.offset + wanted.limit, "next", media)
    if found.next:
        _next(response, path, paging, wanted.limit, found.next, media)
    if params.wants_count(given):
        count = spread.count if spread else door.count_evolutions(actor, wanted, asked.window)
        response["NGSILD-Results-Count"] = str(count)
    if mapped is not None:
        entity_maps.tell(response, mapped)
        response.status_code = 201 if created and request.method == "GET" else 200
    return _partial(snapshot_header.tell(response, snapshot), found, asked)


def _here(actor: Actor, wanted: Query, asked: Asked, most: int) -> Evolutions:
    if not wanted.limit:
        return Evolutions([])
    return door.evolutions(actor, wanted, asked.window, most=most, aggregation=asked.aggregation)


def _mapped(
    request: HttpRequest, actor: Actor, given: Mapping[str, str], wanted: Query, asked: Asked
) -> tuple[EntityMap | None, bool]:
    """The map that is named, or one of all that the query finds, and whether it was made now (5.7.4.4). Of persons it
    is a reading of all of them, and stands in the ledger as one."""
    if not entity_maps.wanted(request, given):
        return None, False
    if (known := entity_maps.named(request, actor)) is not None:
        return known, False
    every = replace(wanted, limit=entity_maps.MOST, offset=0, after="")
    page = door.evolutions(actor, every, replace(asked.window, attributes=("@none",)), most=1)
    over: entity_maps.Found = [("", [])] if page.next else []
    found: entity_maps.Found = [(each.entity.id, [entity_maps.HERE]) for each in page.found]
    return entity_maps.make(actor, found + over, given), True


def _next(response: HttpResponse, path: str, paging: Mapping[str, str], limit: int, after: str, media: str) -> None:
    """By the last id, so that the last page costs what the first costs."""
    named = {**paging, "limit": str(limit), "after": after}
    named.pop("offset", None)
    address = f"{http.BASE}/{path}?{urlencode(sorted(named.items()), safe=':,;/*()')}"
    before = f"{response['Link']}, " if response.has_header("Link") else ""
    response["Link"] = f'{before}<{address}>;rel="next";type="{media}"'


def _partial(response: HttpResponse, found: Evolutions, asked: Asked) -> HttpResponse:
    """6.3.10: what an answer holds is the range of time that it names, from the side that was asked for."""
    times = [i.at for each in found.found for i in each.instances if i.attribute != "@scope"]
    if not found.cut or not times:
        return response
    window = asked.window
    start, end = (window.before or max(times), min(times)) if window.last else (window.since or min(times), max(times))
    response.status_code = 206
    size = str(window.last) if window.last else "*"
    response["Content-Range"] = f"date-time {_said(start)}-{_said(end)}/{size}"
    return response


def _said(at: datetime) -> str:
    return compact.moment(at)


def _eligible(found: Evolutions, asked: Asked) -> None:
    """5.7.4.4: an attribute asked for by name must be eligible for one of the methods."""
    for each in found.found:
        for one in each.aggregates:
            values = (value for periods in one.periods.values() for value, _, _ in periods)
            if one.attribute in asked.named and all(value is None for value in values):
                raise http.invalid_request(f"{asked.shape.terms.said(one.attribute)} cannot be aggregated so")


@http.endpoint
def entity_map(request: HttpRequest) -> HttpResponse:
    """/temporal/entityMaps (6.35)."""
    if request.method not in ("GET", "HEAD"):
        return _not("GET")
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(given, said.QUERY | {"entityMapLifetime"})
    if "timerel" not in given:
        raise http.bad_data("a temporal query (timerel, timeAt) must be given", "请给出 timerel 和 timeAt")
    used, media, actor = terms(http.context_of(request)), http.accepted(request), http.actor(request)
    asked, wanted = said.asked(given, used), replace(said.query(given, used), limit=entity_maps.MOST, offset=0)
    found = door.evolutions(actor, wanted, asked.window, most=1)
    over: entity_maps.Found = [("", [])] if found.next else []
    row = entity_maps.make(actor, [(each.entity.id, ["@none"]) for each in found.found] + over, given)
    return entity_maps.made(request, row, media)


@http.endpoint
def single(request: HttpRequest, entity_id: str) -> HttpResponse:
    if request.method == "DELETE":
        actor = http.writer(request)
        http.only(request, "local")
        door.strike(actor, querying.valid_id(entity_id), cause=_CAUSE)
        return HttpResponse(status=204)
    return _retrieve(request, entity_id) if request.method in ("GET", "HEAD") else _not("GET", "DELETE")


def _not(*allowed: str) -> HttpResponse:
    return HttpResponseNotAllowed(allowed)


def _retrieve(request: HttpRequest, entity_id: str) -> HttpResponse:
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    params.known(given, said.RETRIEVE)
    context = http.context_of(request)
    media = http.accepted(request)
    used = terms(context)
    asked = said.asked(given, used)
    most = said.page(request)
    querying.valid_id(entity_id)
    actor = http.actor(request)
    snapshot = snapshot_header.asked(request, actor)
    found = None
    if not snapshot:
        found = through_time.retrieved(request, actor, entity_id, given, asked, context, most)
    if found is None:
        found = door.evolution(
            actor, entity_id, asked.window, most=most, aggregation=asked.aggregation, frozen=snapshot
        )
    [each] = found.found
    querying.of_type(each.entity, given.get("type", ""), used)
    _eligible(found, asked)
    document = temporal_forms.document(each, asked)
    empty = not (each.attributes or each.aggregates)
    if not document or (empty and ("attrs" in given or "timerel" in given)):
        raise querying.absent(given.get("attrs", given.get("pick", given.get("omit", entity_id))))
    response = http.answer(document, media, context)
    if entity_maps.wanted(request, given):
        own: entity_maps.Found = [(entity_id, [entity_maps.HERE])]
        entity_maps.tell(response, entity_maps.named(request, actor) or entity_maps.make(actor, own, given))
    return _partial(snapshot_header.tell(response, snapshot), found, asked)


@http.endpoint
def attributes(request: HttpRequest, entity_id: str) -> HttpResponse:
    """POST adds instances to what is told of an entity."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = http.writer(request)
    http.only(request, "local")
    document, context = http.body(request)
    evolution = temporal_forms.evolution(document, terms(context), entity_id=querying.valid_id(entity_id))
    door.get(actor, entity_id)
    if not evolution.attrs and not evolution.scopes:
        raise http.invalid_request("the body holds no attribute")
    door.evolve(actor, replace(evolution, type="", types=()), cause=_CAUSE)
    return HttpResponse(status=204)


@http.endpoint
def attribute(request: HttpRequest, entity_id: str, rest: str) -> HttpResponse:
    """An attribute, or one of its instances. Names may be IRIs, and hold slashes."""
    name, instance_id, of_instance = _named(rest.rstrip("/") if "/" not in rest.rstrip("/") else rest)
    if request.method not in ("PATCH", "DELETE"):
        return _not("PATCH", "DELETE") if of_instance else _not("DELETE")
    if request.method == "PATCH" and not (name and instance_id):
        return _not("DELETE")
    actor = http.writer(request)
    given = http.only(request, "local", "datasetId", "deleteAll")
    querying.valid_id(entity_id)
    if request.method == "PATCH":
        return _correct(request, actor, entity_id, name, instance_id)
    used = terms(http.context_of(request))
    stored = _stored(name, used)
    if of_instance:
        door.strike(actor, entity_id, stored, instance_id=_uuid(instance_id), cause=_CAUSE)
    else:
        dataset = None if given.get("deleteAll") == "true" else given.get("datasetId", "@none").replace("@none", "")
        door.strike(actor, entity_id, stored, dataset=dataset, cause=_CAUSE)
    return HttpResponse(status=204)


def _correct(request: HttpRequest, actor: Actor, entity_id: str, name: str, instance_id: str) -> HttpResponse:
    document, context = http.body(request, merge=True)
    used = terms(context)
    stored, wanted = _stored(name, used), _uuid(instance_id)
    fragment = {k: v for k, v in document.items() if k != "@context"} if isinstance(document, Mapping) else document
    if isinstance(fragment, Mapping) and set(fragment) == {name}:
        fragment = fragment[name]
    if isinstance(fragment, list) and len(fragment) == 1:
        fragment = fragment[0]
    if stored == "@scope" or not fragment:
        raise http.bad_data("the body must be one instance of the attribute")
    door.correct(actor, entity_id, stored, wanted, temporal_forms.instance(name, fragment, used), cause=_CAUSE)
    return HttpResponse(status=204)


def _named(rest: str) -> tuple[str, str, bool]:
    """(name, instance, whether one is addressed at all)"""
    before, slash, last = rest.rpartition("/")
    if not slash or ("://" in rest and not last.startswith("urn:")):
        return rest, "", False
    return before, last, True


def _stored(name: str, used: Terms) -> str:
    return "@scope" if name == "scope" else used.stored(checking.attribute_name(name, used.knows(name)))


def _uuid(instance_id: str) -> str:
    """The id as the store has it. What is no id of ours is none that is known."""
    if not checking.is_uri(instance_id):
        raise http.bad_data("the instance's id must be a URI")
    return instance_id.removeprefix(temporal_forms.INSTANCE)
