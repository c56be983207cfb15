"""/subscriptions and /csourceSubscriptions, and one of them (CIM 009 5.8.1 to 5.8.5, 5.11, 6.10 to 6.13).

The two differ in what they tell of (``kind``): changes of entities, or of registrations of context sources."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.kernel.errors import Conflict, NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import Notice, Subscription
from lingqu.protocols.ngsi_ld import hosting, http, subscription_form, subscription_said
from lingqu.protocols.ngsi_ld.sources import ask, telling
from lingqu.protocols.ngsi_ld.terms import terms

MOST_OF_ONE = 1_000
"""Subscriptions of one account."""
_PARAMETERS = {"limit", "offset", "count", "options", "format"}


@http.endpoint
def collection(request: HttpRequest, kind: str = "entities") -> HttpResponse:
    if request.method == "POST":
        return _create(request, kind)
    return _listed(request, kind) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "POST"])


PATHS = {"entities": "subscriptions", "sources": "csourceSubscriptions"}


def _create(request: HttpRequest, kind: str) -> HttpResponse:
    actor = http.writer(request)
    http.only(request)
    if ask.alias() in ask.passed(request):
        raise http.Problem("LoopDetected", 508, "订阅正是从这里转出的", "the subscription came from here")
    document, context = http.body(request)
    given = subscription_form.fresh(document, terms(context))
    if "id" in given:
        subscription_form.require_uri(given["id"])
    given.setdefault("id", f"urn:ngsi-ld:Subscription:{uuid4()}")
    if kind == "entities":
        subscription_form.allowed(actor, given)
    _few_enough(actor)
    if "jsonldContext" not in given and hosting.is_unnamed(context):
        implicit = hosting.implicit(actor, context)
        given["jsonldContext"] = request.build_absolute_uri(implicit.url)
    row = Subscription(
        id=given["id"],
        kind=kind,
        document=given,
        context=context,
        account=actor.account_id,
        maker=actor.name,
        department=actor.department,
        purpose=actor.purpose,
        agreement=actor.agreement,
        via=request.headers.get("Via", "")[:2000],
        begins=door.head(),
        **_promoted(given),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(actor, row, "created")
            if kind == "sources":
                telling.begun(row)
    except IntegrityError as error:
        raise Conflict(
            "ngsi_ld.subscription_exists",
            Text(zh=f"订阅 {row.pk} 已存在", en=f"There is a subscription {row.pk} already"),
            place=row.pk,
            next_step=Text(zh="换一个 id，或省去 id", en="Take another id, or leave it out"),
        ) from error
    response = HttpResponse(status=201)
    response["Location"] = f"{http.BASE}/{PATHS[kind]}/{quote(row.pk, safe=':')}"
    return response


def _few_enough(actor: Actor) -> None:
    if Subscription.objects.filter(account=actor.account_id).count() >= MOST_OF_ONE:
        raise http.Problem(
            "TooComplexQuery",
            403,
            f"一个账号最多 {MOST_OF_ONE} 个订阅，请先删除不用的",
            f"an account has {MOST_OF_ONE} subscriptions at most; delete some first",
        )


def _promoted(given: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that follow from the document."""
    now = timezone.now()
    return {
        "state": "active" if given.get("isActive", True) else "paused",
        "expires_at": datetime.fromisoformat(given["expiresAt"]) if "expiresAt" in given else None,
        "interval_at": now + timedelta(seconds=given["timeInterval"]) if "timeInterval" in given else None,
    }


def _record(actor: Actor, row: Subscription, what: str) -> None:
    named = [s["type"] for s in row.document.get("entities", ()) if "type" in s]
    access.record(
        actor,
        "grant",
        entity_type=named[0] if len(named) == 1 and access.is_personal(named[0]) else "",
        detail={
            "subscription": row.pk,
            "what": what,
            "types": named,
            "to": urlsplit(row.document["notification"]["endpoint"]["uri"]).netloc.rpartition("@")[2],
        },
    )


@http.endpoint
def single(request: HttpRequest, subscription_id: str, kind: str = "entities") -> HttpResponse:
    if request.method not in ("GET", "HEAD", "PATCH", "DELETE"):
        return HttpResponseNotAllowed(["GET", "PATCH", "DELETE"])
    subscription_form.require_uri(subscription_id)
    if request.method in ("GET", "HEAD"):
        return _retrieved(request, subscription_id, kind)
    actor = http.writer(request)
    if request.method == "DELETE":
        with transaction.atomic():
            row = _own(actor, subscription_id, kind, lock=True)
            _record(actor, row, "deleted")
            row.delete()
            _forget_context(row)
        return HttpResponse(status=204)
    return _patched(request, actor, subscription_id, kind)


def _forget_context(row: Subscription) -> None:
    """The context that was made for it goes with it, unless another subscription uses it."""
    named = row.document.get("jsonldContext", "")
    if named and not Subscription.objects.filter(document__jsonldContext=named).exists():
        hosting.forget_implicit(named)


def _mine(actor: Actor, kind: str) -> Any:
    """Everybody knows of the own ones only; who stewards everything sees all on the page for it."""
    return Subscription.objects.filter(account=actor.account_id, kind=kind)


def _own(actor: Actor, subscription_id: str, kind: str, lock: bool = False) -> Subscription:
    """``lock``: who changes it takes the subscription before its notices, as whoever notifies does."""
    known = _mine(actor, kind).select_for_update() if lock else _mine(actor, kind)
    found: Subscription | None = known.filter(pk=subscription_id).first()
    if found is None:
        raise NotFound(
            "ngsi_ld.subscription",
            Text(zh=f"没有订阅 {subscription_id}", en=f"There is no subscription {subscription_id}"),
            place=subscription_id,
        )
    return found


def _patched(request: HttpRequest, actor: Actor, subscription_id: str, kind: str) -> HttpResponse:
    """It acts from now on with the rights of who changes it, which is who made it; under the purpose that is stated."""
    document, context = http.body(request, merge=True)
    with transaction.atomic():
        row = _own(actor, subscription_id, kind, lock=True)
        fragment = document if isinstance(document, Mapping) else None
        found = subscription_form.patched(row.document, fragment, terms(context if context else None))
        if found.get("id", row.pk) != row.pk:
            raise http.bad_data("the id of a subscription cannot be changed", "订阅的 id 不能更改")
        if kind == "entities":
            subscription_form.allowed(actor, found)
        values = _promoted(found)
        again = values["state"] == "active" and row.state != "active"
        if values["state"] == "paused":
            Notice.objects.filter(subscription_id=row.pk).delete()
        if again and row.state != "parked":
            values["begins"] = door.head()
        if again:
            values |= {"attempts": 0, "next_at": None, "why": None}
        if "timeInterval" in row.document and "timeInterval" not in (fragment or {}) and not again:
            values["interval_at"] = row.interval_at
        Subscription.objects.filter(pk=row.pk).update(
            document=found,
            version=F("version") + 1,
            modified_at=timezone.now(),
            purpose=actor.purpose or row.purpose,
            agreement=actor.agreement or row.agreement,
            **values,
        )
        row.document = found
        _record(actor, row, "changed")
        if kind == "sources" and values["state"] == "active":
            telling.begun(row)
    return HttpResponse(status=204)


def _retrieved(request: HttpRequest, subscription_id: str, kind: str) -> HttpResponse:
    context, media = http.context_of(request), http.accepted(request)
    row = _own(http.actor(request), subscription_id, kind)
    return http.answer(subscription_said.document(row, terms(context), _sys_attrs(request)), media, context)


def _sys_attrs(request: HttpRequest) -> bool:
    return "sysAttrs" in request.GET.get("options", "").split(",")


def _listed(request: HttpRequest, kind: str) -> HttpResponse:
    given = request.GET.dict()
    if unknown := set(given) - _PARAMETERS:
        raise http.invalid_request(f"unknown query parameter {sorted(unknown)[0]!r}")
    context, media = http.context_of(request), http.accepted(request)
    limit, offset = http.number(given, "limit", 20), http.number(given, "offset", 0)
    counted = given.get("count") == "true" or "count" in given.get("options", "").split(",")
    if limit > http.LARGEST_PAGE or (limit == 0 and not counted):
        raise http.bad_data(f"limit must lie between 1 and {http.LARGEST_PAGE}, or be 0 together with count=true")
    known = _mine(http.actor(request), kind).order_by("created_at", "id")
    rows = list(known[offset : offset + limit + 1]) if limit else []
    used = terms(context)
    said = [subscription_said.document(row, used, _sys_attrs(request)) for row in rows[:limit]]
    response = http.answer(said, media, context)
    paged = {k: v for k, v in given.items() if k not in ("limit", "offset")}
    if offset and limit:
        http.add_link(response, PATHS[kind], paged, limit, max(offset - limit, 0), "prev", http.LD)
    if len(rows) > limit:
        http.add_link(response, PATHS[kind], paged, limit, offset + limit, "next", http.LD)
    if counted:
        response["NGSILD-Results-Count"] = str(known.count())
    return response
