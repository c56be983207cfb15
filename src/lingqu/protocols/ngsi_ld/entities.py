"""/entities and /entities/{id} and its attributes (CIM 009 6.4 to 6.7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import compact, expand, http, params
from lingqu.protocols.ngsi_ld.terms import terms

_ALL = (http.JSON, http.LD, http.GEO)


@http.endpoint
def collection(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    return _query(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "POST"])


def _create(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    document, context = http.body(request)
    draft = expand.draft(document, terms(context))
    door.write(actor, [draft], mode="create", cause="ngsi-ld")
    response = HttpResponse(status=201)
    response["Location"] = f"{http.BASE}/entities/{quote(draft.id, safe=':')}"
    return response


def _query(request: HttpRequest) -> HttpResponse:
    given = request.GET.dict()
    context = http.context_of(request)
    used = terms(context)
    media = http.accepted(request, _ALL)
    asked, shape, actor = params.query(given, used), params.shape(given, used), http.actor(request)
    found = door.find(actor, asked) if asked.limit else door.Page([])
    response = http.answer(_listed(found.entities, shape, media), media, context)
    if asked.offset:
        before = max(asked.offset - asked.limit, 0)
        http.add_link(response, "entities", given, asked.limit, before, "prev", media)
    if found.next:
        http.add_link(response, "entities", given, asked.limit, asked.offset + asked.limit, "next", media)
    if params.wants_count(given):
        response["NGSILD-Results-Count"] = str(door.count(actor, asked))
    return response


def _listed(entities: list[door.Entity], shape: compact.Shape, media: str) -> Any:
    if media == http.GEO:
        return {"type": "FeatureCollection", "features": [compact.feature(e, shape) for e in entities]}
    return [compact.entity(e, shape) for e in entities]


@http.endpoint
def single(request: HttpRequest, entity_id: str) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return _retrieve(request, entity_id)
    if request.method == "DELETE":
        door.delete(http.writer(request), [entity_id], cause="ngsi-ld")
        return HttpResponse(status=204)
    if request.method not in ("PUT", "PATCH"):
        return HttpResponseNotAllowed(["GET", "PUT", "PATCH", "DELETE"])
    actor = http.writer(request)
    document, context = http.body(request, merge=request.method == "PATCH")
    draft = expand.draft(document, terms(context), entity_id=entity_id, partial=request.method == "PATCH")
    door.write(actor, [draft], mode="merge" if request.method == "PATCH" else "replace", cause="ngsi-ld")
    return HttpResponse(status=204)


def _retrieve(request: HttpRequest, entity_id: str) -> HttpResponse:
    given = request.GET.dict()
    params.known(given)
    context = http.context_of(request)
    media = http.accepted(request, _ALL)
    shape = params.shape(given, terms(context))
    found = door.get(http.actor(request), entity_id)
    asked = shape.pick - {"id", "type", "scope"}
    if asked and not asked & found.attrs.keys() and "attrs" in given:
        raise _absent(", ".join(sorted(asked)))
    document = compact.feature(found, shape) if media == http.GEO else compact.entity(found, shape)
    return http.answer(document, media, context)


def _absent(name: str) -> NotFound:
    return NotFound("ngsi_ld.attribute", Text(zh=f"没有属性 {name}", en=f"There is no attribute {name}"), place=name)


@http.endpoint
def attributes(request: HttpRequest, entity_id: str) -> HttpResponse:
    """POST appends (``options=noOverwrite`` leaves what stands); PATCH updates what is there."""
    if request.method not in ("POST", "PATCH"):
        return HttpResponseNotAllowed(["POST", "PATCH"])
    actor = http.writer(request)
    document, context = http.body(request, merge=True)
    used = terms(context)
    draft = expand.draft(document, used, entity_id=entity_id, partial=True)
    standing = door.get(actor, entity_id).attrs
    if request.method == "PATCH":
        skipped = {name: "there is no such attribute" for name in draft.attrs if name not in standing}
    else:
        keep = "noOverwrite" in params.options(request.GET.dict())
        skipped = {name: "the attribute exists" for name in draft.attrs if keep and name in standing}
    taken = {name: value for name, value in draft.attrs.items() if name not in skipped}
    if request.method == "PATCH" and not taken and skipped:
        raise _absent(", ".join(used.said(n) for n in skipped))
    door.write(actor, [replace(draft, attrs=taken)], mode="append", cause="ngsi-ld")
    if not skipped:
        return HttpResponse(status=204)
    missed = [{"attributeName": used.said(name), "reason": reason} for name, reason in skipped.items()]
    return http.answer({"updated": [used.said(n) for n in taken], "notUpdated": missed}, http.JSON, context, 207)


@http.endpoint
def attribute(request: HttpRequest, entity_id: str, name: str) -> HttpResponse:
    if request.method not in ("PUT", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["PUT", "PATCH", "DELETE"])
    actor = http.writer(request)
    if request.method == "DELETE":
        return _remove(request, actor, entity_id, terms(http.context_of(request)).stored(name))
    document, context = http.body(request, merge=True)
    used = terms(context)
    stored = used.stored(name)
    if stored not in door.get(actor, entity_id).attrs:
        raise _absent(name)
    merging = request.method == "PATCH"
    given = {k: v for k, v in document.items() if k != "@context"} if isinstance(document, dict) else document
    instance = expand.attribute(name, given, used, merging=merging)
    mode: door.Mode = "merge" if merging else "append"
    door.write(actor, [Draft(entity_id, "", {stored: instance})], mode=mode, cause="ngsi-ld")
    return HttpResponse(status=204)


def _remove(request: HttpRequest, actor: Any, entity_id: str, stored: str) -> HttpResponse:
    """The instance without a datasetId, the one named, or (``deleteAll=true``) all of them."""
    standing = door.get(actor, entity_id).attrs.get(stored)
    instances = standing if isinstance(standing, list) else [standing] if standing is not None else []
    wanted = request.GET.get("datasetId", "")
    if request.GET.get("deleteAll") != "true":
        instances = [i for i in instances if i.get("datasetId", "") == wanted]
    if not instances:
        raise _absent(stored)
    nothing = [{**{k: v for k, v in i.items() if k == "datasetId"}, "value": expand.NULL} for i in instances]
    door.write(actor, [Draft(entity_id, "", {stored: nothing})], mode="merge", cause="ngsi-ld")
    return HttpResponse(status=204)
