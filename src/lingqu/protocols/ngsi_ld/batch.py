"""/entityOperations (CIM 009 5.6.7 to 5.6.10): each entity stands or falls by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Mode, Query
from lingqu.kernel.errors import Conflict, LingquError
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import checking, entities, expand, http, params, querying
from lingqu.protocols.ngsi_ld.sources import batches, dividing
from lingqu.protocols.ngsi_ld.terms import terms


@http.endpoint
def operation(request: HttpRequest, name: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = http.writer(request)
    http.only(request, "local", "options", "format")
    document, context = http.body(request)
    if not isinstance(document, list) or not document:
        raise http.bad_data("the body must be a list that is not empty")
    if any(member is None for member in document):
        raise http.bad_data("null stands in the list")
    act = _delete(request, actor, document, context) if name == "delete" else None
    done = act or _write(request, actor, name, document, context)
    created, fine, errors = done
    if errors:
        return _json({"success": [*created, *fine], "errors": errors}, 207)
    return _json(created, 201) if created else HttpResponse(status=204)


Done = tuple[list[str], list[str], list[dict[str, Any]]]


def _write(request: HttpRequest, actor: Actor, name: str, documents: list[Any], context: Any) -> Done:
    named = params.options(request.GET.dict())
    drafts, errors = [], []
    contexts: dict[str, Any] = {}
    for document in documents:
        try:
            own = http.of_batch(request, document, context)
            drafts.append(expand.draft(document, terms(own), partial=name in ("update", "merge")))
            contexts[drafts[-1].id] = own
        except LingquError as error:
            errors.append(_error(document, error))
    if dividing.spread(request.GET.dict()):
        done = batches.spread(request, actor, name, drafts, lambda left: _written(actor, name, left, named), contexts)
        return done[0], done[1], [*errors, *done[2]]
    created, fine, failed = _written(actor, name, drafts, named)
    return created, fine, [*errors, *failed]


def _written(actor: Actor, name: str, drafts: list[Draft], named: list[str]) -> Done:
    errors: list[dict[str, Any]] = []
    standing = {e.id: e for e in door.every(actor, Query(ids=tuple(d.id for d in drafts)))} if drafts else {}
    created: list[str] = []
    fine: list[str] = []
    known = set(standing)
    if "noOverwrite" not in named and _together(actor, name, drafts, known, named):
        return [d.id for d in drafts if d.id not in known], [d.id for d in drafts if d.id in known], errors
    for draft in drafts:
        new = draft.id not in known
        try:
            _one(actor, name, draft, new, named, standing)
        except LingquError as error:
            errors.append(_error({"id": draft.id}, error))
        else:
            (created if new else fine).append(draft.id)
            known.add(draft.id)
    return created, fine, errors


def _together(actor: Actor, name: str, drafts: list[Draft], known: set[str], named: list[str]) -> bool:
    """Write all in one transaction, which is many times faster; False where one of them stands in the way of that."""
    if len({d.id for d in drafts}) < len(drafts):
        return False
    by_mode: dict[Mode, list[Draft]] = {}
    for draft in drafts:
        by_mode.setdefault(_mode(name, draft.id not in known, named), []).append(draft)
    try:
        with transaction.atomic():
            for mode, same in by_mode.items():
                door.write(actor, same, mode=mode, cause="ngsi-ld")
    except LingquError:
        return False
    return True


def _one(
    actor: Actor, name: str, draft: Draft, new: bool, named: list[str], standing: Mapping[str, door.Entity]
) -> None:
    missed: dict[str, str] = {}
    if "noOverwrite" in named and draft.id in standing:
        draft, missed = entities.beside(draft, standing[draft.id])
    if (mode := _mode(name, new, named)) == "create":
        entities.created(actor, draft)
    else:
        door.write(actor, [draft], mode=mode, cause="ngsi-ld")
    if missed:
        raise Conflict(
            "ngsi_ld.exists", Text(zh="已有的属性未改写", en="attributes that exist were left: " + ", ".join(missed))
        )


def _mode(name: str, new: bool, named: list[str]) -> Mode:
    if name == "create" or (name == "upsert" and new):
        return "create"
    if name == "upsert" and "update" not in named:
        return "replace"
    return "merge" if name == "merge" else "append"


def _delete(request: HttpRequest, actor: Actor, ids: list[Any], context: Any) -> Done:
    if not dividing.spread(request.GET.dict()):
        return _deleted(actor, ids)
    good = [i for i in ids if checking.is_uri(i)]
    _, _, errors = _deleted(actor, [i for i in ids if i not in good])
    drafts = [Draft(i, "", {}) for i in good]
    _, fine, failed = batches.spread(
        request,
        actor,
        "delete",
        drafts,
        lambda left: _deleted(actor, [d.id for d in left]),
        dict.fromkeys(good, context),
    )
    return [], fine, [*errors, *failed]


def _deleted(actor: Actor, ids: list[Any]) -> Done:
    return _each(ids, lambda entity_id: door.delete(actor, [querying.valid_id(entity_id)], cause="ngsi-ld"))


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
