"""What sources tell of copies of subscriptions, and how it gets to the subscriber (CIM 009 5.8.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Entity, Query
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.models import Forward, Notice, Subscription
from lingqu.protocols.ngsi_ld import http, subscription_form
from lingqu.protocols.ngsi_ld.notify import compose, rights
from lingqu.protocols.ngsi_ld.sources import ask, forwarding, known, reading, wire
from lingqu.protocols.ngsi_ld.sources.targets import Target

MOST = 1_000
"""Entities of one notification."""


def told(request: HttpRequest, tenant: str = "") -> HttpResponse:
    """``tenant`` is ours; that of the header is the source's."""
    request.META.pop("HTTP_NGSILD_TENANT", None)
    with access.tenancy.within(tenant) if tenant else nullcontext():
        return _told(request)


told.csrf_exempt = True  # type: ignore[attr-defined]  # nobody is signed in: what is told is believed by its copy's id


@http.endpoint
def _told(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    document, _ = http.body(request)
    if not isinstance(document, Mapping) or not isinstance(document.get("subscriptionId"), str):
        raise http.bad_data("a notification must be an object with a subscriptionId")
    data = document.get("data")
    if not isinstance(data, list) or not all(isinstance(each, Mapping) for each in data) or len(data) > MOST:
        raise http.bad_data(f"data must be a list of {MOST} entities at most")
    copy = Forward.objects.filter(pk=document["subscriptionId"], state__in=("wanted", "placed")).first()
    row = Subscription.objects.filter(pk=copy.subscription, state="active", version=copy.version) if copy else None
    found = row.first() if row is not None else None
    source = next((each for each in known.living() if copy and each.id == copy.source), None)
    target = forwarding.matching(found, source) if found and source else None
    if found is None or target is None:
        raise NotFound(
            "ngsi_ld.subscription",
            Text(zh="没有这个转发的订阅", en="There is no such copy of a subscription"),
            place=document["subscriptionId"][:200],
        )
    actor = rights.actors([found])[rights.key(found)]
    if actor is not None and rights.refusal(found, actor) is None:
        access.carry(actor)
        if ready := _ready(request, found, actor, target, document, data):
            Notice.objects.create(subscription=found, data=ready)
    return HttpResponse(status=200)


def _ready(
    request: HttpRequest, row: Subscription, actor: Actor, target: Target, document: Any, data: Sequence[Any]
) -> list[Any]:
    """As the subscriber gets it: what the actor may see of what the source was registered for."""
    how, used = compose.manner(row), wire.of(target.source, row.context)
    standing = [each for each in data if "deletedAt" not in each]
    reply = ask.Reply(ask.Call(target.source, used, "GET", ""), 200, document, dict(request.headers))
    answers = reading.Answers([target])
    answers.take(actor, target, reply, standing, Query())
    split = bool(row.document.get("splitEntities"))
    here = door.find(actor, Query(ids=tuple(answers.pieces), limit=MOST)).entities if split and answers.pieces else []
    entities = answers.merged(here)
    if split:
        entities = _filtered(row, actor, [each for each in entities if each.id in answers.pieces])
    return compose.standing(entities, how, actor) + _gone(actor, target, used, data, how)


def _filtered(row: Subscription, actor: Actor, entities: list[Entity]) -> list[Entity]:
    """By the filters of the subscription, held to the whole entities."""
    asked = subscription_form.query(row.document, (), actor, row.context)
    return reading.refiltered(actor, entities, Query(q=asked.q, geo=asked.geo, scope_q=row.document.get("scopeQ", "")))


def _gone(actor: Actor, target: Target, used: wire.Wire, data: Sequence[Any], how: compose.Manner) -> list[Any]:
    """That an entity is no more (5.8.6): its id, its type, and when."""
    found = []
    for each in data:
        if "deletedAt" not in each or not isinstance(each.get("type"), str) or not isinstance(each.get("id"), str):
            continue
        kind = used.terms.stored(each["type"])
        if target.holds(each["id"], [kind]) and access.may(actor, "read", kind, owner=target.source.department):
            said = {"id": each["id"], "type": how.shape.terms.said(kind), "deletedAt": str(each["deletedAt"])[:40]}
            found.append(said)
    return found
