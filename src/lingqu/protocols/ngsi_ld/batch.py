"""/entityOperations (CIM 009 5.6.7 to 5.6.10): each entity stands or falls by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Mode, Query
from lingqu.kernel.errors import Conflict, LingquError
from lingqu.protocols.ngsi_ld import expand, http, params
from lingqu.protocols.ngsi_ld.terms import terms


@http.endpoint
def operation(request: HttpRequest, name: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = http.writer(request)
    document, context = http.body(request)
    if not isinstance(document, list) or not document:
        raise http.bad_data("the body must be a list that is not empty")
    done = _delete(actor, document) if name == "delete" else _write(request, actor, name, document, context)
    created, fine, errors = done
    if errors:
        return _json({"success": [*created, *fine], "errors": errors}, 207)
    return _json(created, 201) if created else HttpResponse(status=204)


Done = tuple[list[str], list[str], list[dict[str, Any]]]


def _write(request: HttpRequest, actor: Actor, name: str, documents: list[Any], context: Any) -> Done:
    named = params.options(request.GET.dict())
    drafts, errors = [], []
    for document in documents:
        try:
            own = document.get("@context", context) if isinstance(document, dict) else context
            drafts.append(expand.draft(document, terms(own), partial=name == "update"))
        except LingquError as error:
            errors.append(_error(document, error))
    standing = {e.id for e in door.every(actor, Query(ids=tuple(d.id for d in drafts)))} if drafts else set()
    created: list[str] = []
    fine: list[str] = []
    for draft in drafts:
        new = draft.id not in standing
        try:
            _one(actor, name, draft, new, named)
        except LingquError as error:
            errors.append(_error({"id": draft.id}, error))
        else:
            (created if new else fine).append(draft.id)
            standing.add(draft.id)
    return created, fine, errors


def _one(actor: Actor, name: str, draft: Draft, new: bool, named: list[str]) -> None:
    mode: Mode = "append"
    if name == "create" or (name == "upsert" and new):
        mode = "create"
    elif name == "upsert":
        mode = "append" if "update" in named else "replace"
    if mode == "append" and "noOverwrite" in named:
        held = door.get(actor, draft.id).attrs
        if held.keys() & draft.attrs.keys():
            raise Conflict("ngsi_ld.exists", "the attribute exists", place=draft.id)
    door.write(actor, [draft], mode=mode, cause="ngsi-ld")


def _delete(actor: Actor, ids: list[Any]) -> Done:
    return _each(ids, lambda entity_id: door.delete(actor, [str(entity_id)], cause="ngsi-ld"))


def _each(ids: list[Any], act: Callable[[Any], Any]) -> Done:
    fine, errors = [], []
    for entity_id in ids:
        try:
            act(entity_id)
        except LingquError as error:
            errors.append(_error({"id": entity_id}, error))
        else:
            fine.append(entity_id)
    return [], fine, errors


def _error(document: Any, error: LingquError) -> dict[str, Any]:
    entity_id = document.get("id", "") if isinstance(document, dict) else ""
    return {"entityId": entity_id, "error": http.problem_document(error)}


def _json(document: Any, status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(document), status=status, content_type=http.JSON)
