"""/jsonldContexts (CIM 009 5.13): contexts that are hosted here, and those that were had from elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import KeptContext
from lingqu.protocols.ngsi_ld import compact, contexts_store, http, terms

KINDS = ("Hosted", "Cached", "ImplicitlyCreated")
LISTED = 10_000
"""Contexts that one answer lists."""


@http.endpoint
def collection(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _add(request)
    return _list(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "POST"])


def _add(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    if access.tenancy.current() and not access.may(actor, "write"):
        raise access.refusal(actor, "write", "*", place=access.tenancy.current())
    http.only(request)
    if len(request.body) > contexts_store.LARGEST:
        raise http.bad_data("the context is too large")
    try:
        document = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise http.invalid_request(f"the body is no JSON: {error}", "正文不是 JSON") from error
    if not isinstance(document, Mapping) or "@context" not in document:
        raise http.invalid_request("the body must be an object with an @context")
    terms.checked(document["@context"])
    row = host(actor, document, "Hosted")
    response = HttpResponse(status=201)
    del response["Content-Type"]
    response["Location"] = row.url
    return response


def host(actor: Actor, document: Any, kind: str) -> KeptContext:
    """Keep a context; it is ledgered, as what a term means to whoever uses it."""
    if KeptContext.objects.filter(department=actor.department).exclude(kind="Cached").count() >= contexts_store.MOST:
        raise http.bad_data("your department hosts too many contexts; delete some", "贵部门托管的上下文过多，请先删除")
    local = uuid.uuid4().hex
    url = f"{contexts_store.HOSTED}{local}"
    text = orjson.dumps(document).decode()
    row = KeptContext(id=local, kind=kind, url=url, text=text, maker=actor.name, department=actor.department)
    row.tenant = access.tenancy.current() if kind == "Hosted" else ""  # who is told of an implicit one names no tenant
    row.save(force_insert=True)
    access.record(actor, "write", count=1, detail={"context": local, "kind": kind})
    return row


def is_unnamed(context: Any) -> bool:
    """Whether a context has no one address that could stand for it."""
    return isinstance(context, Mapping) or (isinstance(context, list) and len(context) > 1)


def implicit(actor: Actor, context: Any) -> KeptContext:
    """A context that came in a body, under an address of its own; the same of a department is kept once (5.13.1)."""
    document = {"@context": context}
    text = orjson.dumps(document).decode()
    known = KeptContext.objects.filter(kind="ImplicitlyCreated", department=actor.department, text=text).first()
    return known or host(actor, document, "ImplicitlyCreated")


def forget_implicit(url: str) -> None:
    """Delete a context that was made implicitly, by its address."""
    row = contexts_store.kept(url)
    if row is not None and row.kind == "ImplicitlyCreated":
        row.delete()
        terms.forget()


def _list(request: HttpRequest) -> HttpResponse:
    given = http.only(request, "details", "kind")
    kind = given.get("kind", "")
    if kind and kind not in KINDS:
        raise http.bad_data(f"kind must be one of {', '.join(KINDS)}")
    details = _truth(given, "details")
    http.actor(request)
    found = [_described(request, *each) for each in _every(kind)]
    return _json(found if details else [each["URL"] for each in found])


def _every(kind: str) -> Iterator[tuple[str, str, str, datetime]]:
    """(address, id, kind, since when)"""
    rows = KeptContext.objects.filter(tenant__in={"", access.tenancy.current()}, **({"kind": kind} if kind else {}))
    rows = rows.order_by("created_at", "id")[:LISTED]
    yield from ((row.url, row.id, row.kind, row.created_at) for row in rows)
    if kind in ("", "Cached"):
        for url, file in contexts_store.preloaded().items():
            if file.exists():
                yield url, url, "Cached", _since(file)
        yield contexts_store.CORE_URL, contexts_store.CORE_URL, "Cached", _since(contexts_store.CORE_FILE)


def _since(file: Any) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _described(request: HttpRequest, url: str, local: str, kind: str, since: datetime) -> dict[str, Any]:
    whole = request.build_absolute_uri(url) if url.startswith("/") else url
    return {"URL": whole, "localId": local, "kind": kind, "createdAt": compact.moment(since)}


@http.endpoint
def single(request: HttpRequest, name: str) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return _serve(request, name)
    return _delete(request, name) if request.method == "DELETE" else HttpResponseNotAllowed(["GET", "DELETE"])


def _serve(request: HttpRequest, name: str) -> HttpResponse:
    details = _truth(http.only(request, "details"), "details")
    http.actor(request)
    row, files = contexts_store.kept(name), contexts_store.preloaded()
    if row is None and name not in files and not contexts_store.is_core(name):
        raise _absent(name)
    if details:
        since = row.created_at if row else _since(files.get(name, contexts_store.CORE_FILE))
        return _json(_described(request, *((row.url, row.id, row.kind) if row else (name, name, "Cached")), since))
    if row is None or row.kind == "Cached":
        raise http.Problem(
            "OperationNotSupported", 422, "只提供托管于此的上下文", "only contexts that are hosted here are served"
        )
    return _json(orjson.loads(row.text))


def _delete(request: HttpRequest, name: str) -> HttpResponse:
    """``reload``: a context that was had from elsewhere is had anew; where that fails, the old one stays."""
    actor = http.writer(request)
    again = _truth(http.only(request, "reload"), "reload")
    if contexts_store.is_core(name):
        if not again:
            raise http.bad_data("the core context cannot be deleted")
        return HttpResponse(status=204)
    row = contexts_store.kept(name)
    if row is None:
        return _delete_preloaded(name, again)
    if again and row.kind != "Cached":
        raise http.bad_data("only a cached context can be had anew")
    if row.kind != "Cached" and not _may(actor, row):
        raise access.refusal(actor, "write", "*", place=row.url)
    if again:
        row.text = contexts_store.had(row.url)
        row.save(update_fields=["text"])
    else:
        row.delete()
    access.record(actor, "write", count=1, detail={"context": row.id or name, "reload" if again else "deleted": True})
    terms.forget()
    return HttpResponse(status=204)


def _delete_preloaded(name: str, again: bool) -> HttpResponse:
    """The operator's folder is the operator's: only what was read of it is dropped, to be read again."""
    if name not in contexts_store.preloaded():
        if again:
            raise http.bad_data("there is no such context to be had anew")
        raise _absent(name)
    terms.forget()
    return HttpResponse(status=204)


def _may(actor: Actor, row: KeptContext) -> bool:
    own = bool(actor.department) and actor.department == row.department
    return own or row.maker == actor.name or access.may(actor, "write", "*")


def _truth(given: Mapping[str, str], name: str) -> bool:
    if given.get(name, "false") not in ("true", "false"):
        raise http.bad_data(f"{name} must be true or false")
    return given.get(name) == "true"


def _absent(name: str) -> NotFound:
    return NotFound("ngsi_ld.context", Text(zh="没有这个上下文", en="There is no such context"), place=name[:200])


def _json(document: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(document), content_type=http.JSON)
