"""/entities and /entities/{id} and its attributes (CIM 009 6.4 to 6.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Entity
from lingqu.kernel.errors import Conflict
from lingqu.protocols.ngsi_ld import checking, expand, http, params, querying
from lingqu.protocols.ngsi_ld.sources import dividing, writing
from lingqu.protocols.ngsi_ld.terms import Terms, terms, whole


@http.endpoint
def collection(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    if request.method == "DELETE":
        return querying.purge(request)
    if request.method in ("PUT", "PATCH"):
        raise http.bad_data("the address names no entity")
    return querying.query(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(_COLLECTION)


_COLLECTION = ["GET", "POST", "DELETE"]


def _create(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    http.only(request, "local", "options")
    if b"".join(request.body[:100].split()) in (b"{}", b"[]"):
        raise http.invalid_request("the body is empty")
    document, context = http.body(request)
    draft = expand.draft(document, terms(context))
    response = HttpResponse(status=201)
    response["Location"] = f"{http.BASE}/entities/{quote(draft.id, safe=':')}"

    def act(left: Draft) -> None:
        created(actor, left)

    return _entity(request, actor, draft, "createEntity", act, response, context)


def created(actor: Actor, draft: Draft) -> None:
    """An id is free again when the time of who bore it is over (4.22)."""
    try:
        door.write(actor, [draft], mode="create", cause="ngsi-ld")
    except Conflict:
        if not door.reap([draft.id]):
            raise
        door.write(actor, [draft], mode="create", cause="ngsi-ld")


_OPERATIONS = {"PUT": "replaceEntity", "PATCH": "mergeEntity", "DELETE": "deleteEntity"}


def _entity(
    request: HttpRequest,
    actor: Actor,
    draft: Draft,
    operation: str,
    act: Callable[[Draft], Any],
    done: HttpResponse,
    context: Any,
) -> HttpResponse:
    """Here, and at the sources that hold a part of it."""
    whole = operation == "deleteEntity"
    parts = writing.division(request, actor, request.GET.dict(), draft, operation, whole)
    if parts is not None:
        return writing.entity(request, parts, context, str(request.method), act, done)
    act(draft)
    return done


@http.endpoint
def single(request: HttpRequest, entity_id: str) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return querying.retrieve(request, entity_id)
    if request.method == "DELETE":
        return _delete(request, entity_id)
    if request.method not in ("PUT", "PATCH"):
        return HttpResponseNotAllowed(["GET", "PUT", "PATCH", "DELETE"])
    actor, merging = http.writer(request), request.method == "PATCH"
    given = http.only(request, "type", "local", "options", "format", "observedAt", "lang")
    document, context = http.body(request, merge=merging)
    used = terms(context)
    draft = expand.draft(document, used, entity_id=querying.valid_id(entity_id), partial=merging)

    def act(left: Draft) -> None:
        _target(actor, entity_id, used, given)
        door.write(actor, [left], mode="merge" if merging else "replace", cause="ngsi-ld")

    operation = _OPERATIONS[request.method]
    return _entity(request, actor, draft, operation, act, HttpResponse(status=204), context)


def _delete(request: HttpRequest, entity_id: str) -> HttpResponse:
    actor, context = http.writer(request), http.context_of(request)
    used, given = terms(context), http.only(request, "type", "local")

    def act(_: Draft) -> None:
        _target(actor, entity_id, used, given)
        door.delete(actor, [entity_id], cause="ngsi-ld")

    draft = Draft(querying.valid_id(entity_id), "", {})
    return _entity(request, actor, draft, "deleteEntity", act, HttpResponse(status=204), context)


def _target(actor: Any, entity_id: str, used: Terms, given: Mapping[str, str]) -> None:
    """Raises Invalid for what is no id, NotFound where a type selected (``type=``) is not the entity's."""
    querying.valid_id(entity_id)
    if given.get("type"):
        querying.of_type(door.get(actor, entity_id), given["type"], used)


@http.endpoint
def attributes(request: HttpRequest, entity_id: str) -> HttpResponse:
    """POST appends (``options=noOverwrite`` leaves what stands); PATCH updates what is there and adds what is not."""
    if request.method not in ("POST", "PATCH"):
        return HttpResponseNotAllowed(["POST", "PATCH"])
    actor = http.writer(request)
    given = http.only(request, "type", "local", "options", "format")
    document, context = http.body(request, merge=True)
    used = terms(context)
    named = {k: v for k, v in document.items() if k not in ("id", "@id")} if isinstance(document, Mapping) else document
    draft = expand.draft(named, used, entity_id=querying.valid_id(entity_id), partial=True)
    adding = request.method == "POST" and "noOverwrite" in params.options(given)

    def act(left: Draft) -> dict[str, str]:
        left, missed = _over_what_stands(request, actor, left, given, used)
        door.write(actor, [left], mode="append", cause="ngsi-ld")
        return {_full(name): reason for name, reason in missed.items()}

    operation = "appendAttrs" if request.method == "POST" else "updateEntity"
    parts = writing.division(request, actor, given, draft, operation)
    if parts is not None:
        more = (("options", "noOverwrite"),) if adding else ()
        return writing.attributes(request, parts, context, str(request.method), act, more)
    missed = act(draft)
    if not missed:
        return HttpResponse(status=204)
    not_updated = [{"attributeName": name, "reason": reason} for name, reason in missed.items()]
    updated = [_full(name) for name in draft.attrs if _full(name) not in missed]
    return http.answer({"updated": updated, "notUpdated": not_updated}, http.JSON, context, 207)


def _over_what_stands(
    request: HttpRequest, actor: Any, draft: Draft, given: Mapping[str, str], used: Terms
) -> tuple[Draft, dict[str, str]]:
    """What is to be written, and what of it not and why; the entity is read only where that depends on it."""
    sparing = request.method == "POST" and "noOverwrite" in params.options(given)
    scoping = request.method == "PATCH" and bool(draft.scopes)
    if not (sparing or scoping or given.get("type")):
        return draft, {}
    standing = door.get(actor, draft.id)
    querying.of_type(standing, given.get("type", ""), used)
    if sparing:
        return beside(draft, standing)
    if scoping and not standing.scopes:
        return replace(draft, scopes=()), {"scope": "the entity has no scope"}
    return draft, {}


def _full(name: str) -> str:
    return name if name in ("scope", "type") else whole(name)


def beside(draft: Draft, standing: Entity) -> tuple[Draft, dict[str, str]]:
    """What of a draft overwrites nothing, and the attributes of which it is not so. Scopes are added to those there."""
    taken: dict[str, Any] = {}
    missed: dict[str, str] = {}
    for name, instances in draft.attrs.items():
        held = {i.get("datasetId", "") for i in _listed(standing.attrs.get(name, []))}
        new = [i for i in _listed(instances) if i.get("datasetId", "") not in held]
        if new:
            taken[name] = new[0] if len(new) == 1 else new
        if len(new) < len(_listed(instances)):
            missed[name] = "the attribute exists"
    scopes = tuple(dict.fromkeys([*standing.scopes, *draft.scopes])) if draft.scopes else ()
    return replace(draft, attrs=taken, scopes=scopes), missed


def _listed(instances: Any) -> list[Any]:
    return instances if isinstance(instances, list) else [instances]


@http.endpoint
def attribute(request: HttpRequest, entity_id: str, name: str) -> HttpResponse:
    if request.method not in ("PUT", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["PUT", "PATCH", "DELETE"])
    actor = http.writer(request)
    given = http.only(request, "type", "local", "datasetId", "deleteAll")
    querying.valid_id(entity_id)
    if request.method == "DELETE":
        return _remove(request, actor, entity_id, name, given)
    document, context = http.body(request, merge=True)
    used = terms(context)
    fragment = {k: v for k, v in document.items() if k != "@context"} if isinstance(document, Mapping) else document
    if name in ("scope", "type", "id") or not fragment:
        raise http.bad_data(f"{name} cannot be changed by this fragment")
    stored = used.stored(checking.attribute_name(name, used.knows(name)))
    partial = request.method == "PATCH"

    def act(left: Draft) -> dict[str, str]:
        standing = door.get(actor, entity_id)
        querying.of_type(standing, given.get("type", ""), used)
        if stored not in standing.attrs:
            raise querying.absent(name)
        whole = _same_kind(fragment, _listed(standing.attrs[stored]), name, partial)
        changed = replace(left, attrs={stored: expand.attribute(name, whole, used, merging=partial)})
        door.write(actor, [changed], mode="update" if partial else "append", cause="ngsi-ld")
        return {}

    if not dividing.spread(given):
        act(Draft(entity_id, "", {}))
        return HttpResponse(status=204)
    draft = Draft(entity_id, "", {stored: expand.attribute(name, fragment, used, merging=partial)})
    operation = "updateAttrs" if partial else "replaceAttrs"
    return _attribute(request, actor, draft, operation, act, context, given)


def _attribute(
    request: HttpRequest,
    actor: Actor,
    draft: Draft,
    operation: str,
    act: Callable[[Draft], dict[str, str]],
    context: Any,
    given: Mapping[str, str],
) -> HttpResponse:
    parts = writing.division(request, actor, given, draft, operation)
    if parts is None:
        act(draft)
        return HttpResponse(status=204)
    more = tuple((name, given[name]) for name in ("datasetId", "deleteAll") if name in given)
    return writing.attribute(request, parts, context, str(request.method), act, more)


def _same_kind(fragment: Any, standing: list[Any], name: str, partial: bool) -> Any:
    """The fragment of the instance that it names (5.5.8), with its kind, or the instance in its place (5.6.19). Raises
    NotFound, Problem."""
    if not isinstance(fragment, Mapping):
        return fragment
    wanted = fragment.get("datasetId", "@none")
    if wanted == expand.NULL:
        raise http.bad_data("a datasetId cannot be taken away")
    found = next((i for i in standing if i.get("datasetId", "@none") == wanted), None)
    if found is None:
        raise querying.absent(f"{name} {wanted}")
    if not partial:
        return fragment
    if fragment.get("type", found["type"]) != found["type"]:
        raise http.bad_data(f"{name} is a {found['type']}")
    return {"type": found["type"], **fragment}


def _remove(request: HttpRequest, actor: Actor, entity_id: str, name: str, given: Mapping[str, str]) -> HttpResponse:
    """The instance without a datasetId, the one named, or (``deleteAll=true``) all of them."""
    context = http.context_of(request)
    used = terms(context)
    if name == "scope":
        return _unscope(actor, entity_id, used, given)
    stored = used.stored(checking.attribute_name(name, used.knows(name)))

    def act(_: Draft) -> dict[str, str]:
        standing = door.get(actor, entity_id)
        querying.of_type(standing, given.get("type", ""), used)
        instances = _listed(standing.attrs.get(stored, []))
        wanted = given.get("datasetId", "@none")
        if given.get("deleteAll") != "true":
            instances = [i for i in instances if i.get("datasetId", "@none") == wanted]
        if not instances:
            raise querying.absent(stored)
        door.write(actor, [Draft(entity_id, "", {stored: querying.nothing(instances)})], mode="merge", cause="ngsi-ld")
        return {}

    draft = Draft(entity_id, "", {stored: {"type": "Property", "value": expand.NULL}})
    return _attribute(request, actor, draft, "deleteAttrs", act, context, given)


def _unscope(actor: Actor, entity_id: str, used: Terms, given: Mapping[str, str]) -> HttpResponse:
    standing = door.get(actor, entity_id)
    querying.of_type(standing, given.get("type", ""), used)
    if not standing.scopes:
        raise querying.absent("scope")
    door.write(actor, [Draft(entity_id, "", {}, scopeless=True)], mode="append", cause="ngsi-ld")
    return HttpResponse(status=204)
