"""/csourceRegistrations and /csourceRegistrations/{id} (CIM 009 5.9, 5.10, 6.8, 6.9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.kernel.errors import Conflict, NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import Source, SourceState
from lingqu.protocols.ngsi_ld import http, subscription_form
from lingqu.protocols.ngsi_ld.sources import conflicts, form, found, known, said, sealing, seeing, telling
from lingqu.protocols.ngsi_ld.terms import terms

MOST = 1_000
"""Registrations of one instance: each is looked at for each request."""


@http.endpoint
def collection(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    if request.method in ("PATCH", "DELETE"):
        return HttpResponseNotAllowed(["GET", "POST"])
    return _listed(request) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "POST"])


def _create(request: HttpRequest) -> HttpResponse:
    actor = http.writer(request)
    http.only(request)
    document, context = http.body(request)
    given = form.fresh(document, terms(context))
    if "id" in given:
        subscription_form.require_uri(given["id"])
    given.setdefault("id", f"urn:ngsi-ld:ContextSourceRegistration:{uuid4()}")
    seeing.require(actor, given)
    if Source.objects.count() >= MOST:
        raise http.Problem("TooComplexQuery", 403, f"登记已达 {MOST} 个", f"there are {MOST} registrations already")
    row = Source(id=given["id"], context=context, account=actor.account_id, maker=actor.name)
    row.department = actor.department
    _fill(row, given)
    conflicts.require_none(given, row.pk)
    access.carry(actor)
    Source.objects.filter(expires_at__lte=timezone.now()).delete()  # 5.9.2.4: nobody finds them any more
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            SourceState.objects.create(source=row)
            telling.changed(None, row)
            record(actor, row, "created")
    except IntegrityError as error:
        raise Conflict(
            "ngsi_ld.source_exists",
            Text(zh=f"登记 {row.pk} 已存在", en=f"There is a registration {row.pk} already"),
            place=row.pk,
            next_step=Text(zh="换一个 id，或省去 id", en="Take another id, or leave it out"),
        ) from error
    known.forget()
    response = HttpResponse(status=201)
    response["Location"] = f"{http.BASE}/csourceRegistrations/{quote(row.pk, safe=':')}"
    return response


def _fill(row: Source, given: dict[str, Any]) -> None:
    shown, row.sealed = sealing.parted(given.get("contextSourceInfo", ()), row.sealed)
    row.document = given | ({"contextSourceInfo": shown} if shown else {})
    row.expires_at = datetime.fromisoformat(given["expiresAt"]) if "expiresAt" in given else None
    row.modified_at = timezone.now()


def record(actor: Actor, row: Source, what: str) -> None:
    """What is sent along with requests is not in the ledger."""
    host = urlsplit(row.document["endpoint"]).netloc.rpartition("@")[2]
    detail = {"source": row.pk, "what": what, "types": seeing.kinds(row.document), "to": host}
    access.record(actor, "grant", detail=detail | {"mode": row.document.get("mode", "inclusive")})


@http.endpoint
def single(request: HttpRequest, source_id: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["GET", "PATCH", "DELETE"])
    subscription_form.require_uri(source_id)
    if request.method in ("GET", "HEAD"):
        context, media = http.context_of(request), http.accepted(request)
        row = _known(http.actor(request), source_id)
        return http.answer(said.document(row, terms(context), _sys_attrs(request)), media, context)
    actor = http.writer(request)
    return _patched(request, actor, source_id) if request.method == "PATCH" else _deleted(actor, source_id)


def _known(actor: Actor, source_id: str, lock: bool = False) -> Source:
    rows = Source.objects.select_for_update() if lock else Source.objects
    row = rows.filter(pk=source_id).first()
    over = row is not None and row.expires_at is not None and row.expires_at <= timezone.now()
    if row is None or over or not seeing.may(actor, row):
        raise NotFound(
            "ngsi_ld.source",
            Text(zh=f"没有登记 {source_id}", en=f"There is no registration {source_id}"),
            place=source_id[:200],
        )
    return row


def _patched(request: HttpRequest, actor: Actor, source_id: str) -> HttpResponse:
    document, context = http.body(request, merge=True)
    with transaction.atomic():
        row = _known(actor, source_id, lock=True)
        before = Source(id=row.pk, document=row.document, expires_at=row.expires_at, paused=row.paused)
        given = form.patched(row.document, document, terms(context))
        if given.get("id", row.pk) != row.pk:
            raise http.bad_data("the id of a registration cannot be changed", "登记的 id 不能更改")
        seeing.require(actor, row.document)
        seeing.require(actor, given)
        conflicts.require_none(given, row.pk)
        access.carry(actor)
        _fill(row, given)
        row.save()
        telling.changed(before, row)
        record(actor, row, "changed")
    known.forget()
    return HttpResponse(status=204)


def _deleted(actor: Actor, source_id: str) -> HttpResponse:
    with transaction.atomic():
        row = _known(actor, source_id, lock=True)
        seeing.require(actor, row.document)
        record(actor, row, "deleted")
        telling.changed(row, None)
        access.carry(actor)
        row.delete()
    known.forget()
    return HttpResponse(status=204)


def _sys_attrs(request: HttpRequest) -> bool:
    return "sysAttrs" in request.GET.get("options", "").split(",")


def _listed(request: HttpRequest) -> HttpResponse:
    given: dict[str, str] = request.GET.dict()  # type: ignore[assignment]
    context, media = http.context_of(request), http.accepted(request)
    used = terms(context)
    asked = found.asked(given, used)
    limit, offset = http.number(given, "limit", 20), http.number(given, "offset", 0)
    counted = given.get("count") == "true" or "count" in given.get("options", "").split(",")
    if limit > http.LARGEST_PAGE or (limit == 0 and not counted):
        raise http.bad_data(f"limit must lie between 1 and {http.LARGEST_PAGE}, or be 0 together with count=true")
    actor = http.actor(request)
    matching = [pair for pair in found.matching(asked) if seeing.may(actor, pair[0])]
    page = matching[offset : offset + limit]
    documents = [said.document(row, used, _sys_attrs(request)) for row, _ in page]
    response = http.answer(documents, media, context)
    paged = {k: v for k, v in given.items() if k not in ("limit", "offset")}
    if offset and limit:
        http.add_link(
            response, "csourceRegistrations", paged, limit, max(offset - limit, 0), "prev", http.LD, behind=True
        )
    if len(matching) > offset + limit and limit:
        http.add_link(response, "csourceRegistrations", paged, limit, offset + limit, "next", http.LD, behind=True)
    if counted:
        response["NGSILD-Results-Count"] = str(len(matching))
    return response
