"""Notifications as they go out (CIM 009 5.3.1): read when they are sent, with the rights that stand then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Entity, Told
from lingqu.protocols.models import Subscription
from lingqu.protocols.ngsi_ld import answers, compact, contexts_store, http
from lingqu.protocols.ngsi_ld.contexts_store import CORE_URL
from lingqu.protocols.ngsi_ld.expand import KINDS, NULL
from lingqu.protocols.ngsi_ld.projection import NOTHING, Projection
from lingqu.protocols.ngsi_ld.subscription_form import DEFAULT_TRIGGERS, FORMATS
from lingqu.protocols.ngsi_ld.terms import terms

_SPACE = UUID("b0a3f0de-93a5-4a06-9b0c-5f9a2f0c7c11")
_PREVIOUS = {
    "value": "previousValue",
    "object": "previousObject",
    "languageMap": "previousLanguageMap",
    "json": "previousJson",
    "vocab": "previousVocab",
    "valueList": "previousValueList",
    "objectList": "previousObjectList",
}


@dataclass(frozen=True)
class Message:
    """What is sent, and where to."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float  # seconds
    notifier: Mapping[str, str] = field(default_factory=dict)


Sign = tuple[Actor, str, bytes]


@dataclass(frozen=True)
class Manner:
    """How a subscription wants to be told. ``sign``: of all that an entity of it depends on."""

    document: Mapping[str, Any]
    shape: compact.Shape
    context: Any
    accept: str
    sign: bytes = b""

    @property
    def notification(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["notification"]
        return found


def manner(row: Subscription) -> Manner:
    document = row.document
    notification = document["notification"]
    context = _context(row)
    join = notification.get("join", "@none")
    shape = compact.Shape(
        terms=terms(context),
        form=FORMATS[notification.get("format", "normalized")],  # type: ignore[arg-type]
        sys_attrs=bool(notification.get("sysAttrs")),
        pick=Projection.of(notification.get("pick", ())),
        omit=Projection.of(notification.get("omit", ())),
        attrs=frozenset(notification.get("attributes", ())),
        lang=document.get("lang", ""),
        datasets=frozenset(document.get("datasetId", ())),
        join="" if join == "@none" else join,
        level=notification.get("joinLevel", 1) if join != "@none" else 0,
    )
    accept = notification["endpoint"].get("accept", http.JSON)
    said = {name: value for name, value in notification.items() if name != "endpoint"}
    more = [document.get(name) for name in ("notificationTrigger", "watchedAttributes", "lang", "datasetId")]
    return Manner(document, shape, _nameable(context), accept, orjson.dumps([said, accept, context, more]))


def _context(row: Subscription) -> Any:
    """What it came with, where a context that was hosted here for it was deleted."""
    named = row.document.get("jsonldContext")
    if named and contexts_store.HOSTED in named and contexts_store.kept(named) is None:
        return row.context
    return named or row.context


def _nameable(context: Any) -> Any:
    return context[0] if isinstance(context, list) and len(context) == 1 else context


def message(
    row: Subscription, how: Manner, number: int, data: Sequence[Any], kind: str = "Notification", **more: Any
) -> Message:
    """``number`` is the notice's: sent again it is the same notification, by which a receiver knows it. ``more``:
    further members of it."""
    endpoint = how.notification["endpoint"]
    listed: Any = list(data)
    if how.accept == http.GEO:
        listed = {"type": "FeatureCollection", "features": listed}
    document = {
        "id": f"urn:ngsi-ld:Notification:{uuid5(_SPACE, f'{row.pk} {row.created_at} {number}')}",
        "type": kind,
        "subscriptionId": row.pk,
        "notifiedAt": compact.moment(timezone.now()),
        "data": listed,
        **more,
    }
    context = how.context if how.context not in (None, [], {}) else CORE_URL
    headers = {"Content-Type": how.accept, "Accept": "application/json", "User-Agent": "Lingqu"}
    if tenant := access.tenancy.current():
        headers["NGSILD-Tenant"] = tenant
    if how.accept == http.LD:
        document["@context"] = context
        document["data"] = [{**entity, "@context": context} for entity in listed]
    else:
        url = context if isinstance(context, str) else CORE_URL
        headers["Link"] = f'<{url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    receiver = {pair["key"]: pair["value"] for pair in endpoint.get("receiverInfo", ())}
    timeout = min(endpoint.get("timeout", 10_000) / 1000, 30.0)
    if endpoint["uri"].startswith("mqtt"):
        told = ("Content-Type", "Link", "NGSILD-Tenant")
        metadata = {name: headers[name] for name in told if name in headers} | receiver
        notifier = {pair["key"]: pair["value"] for pair in endpoint.get("notifierInfo", ())}
        body = orjson.dumps({"metadata": metadata, "body": document})
        return Message(endpoint["uri"], {}, body, timeout, notifier)
    return Message(endpoint["uri"], headers | receiver, orjson.dumps(document), timeout)


def one_of_many(told: Told, how: Manner, actor: Actor, made: dict[Sign, list[Any]]) -> list[Any]:
    """``one``, made once for all subscriptions of an actor that want to be told alike. What is joined is read by
    each."""
    if how.shape.join:
        return one(told, how, actor)
    key = (actor, told.change.cursor, how.sign)
    if key not in made:
        made[key] = one(told, how, actor)
    return made[key]


def one(told: Told, how: Manner, actor: Actor) -> list[Any]:
    """An entity of a notification, and behind it those it is linked to where that is asked for; with what was before,
    and with what is gone."""
    if told.change.operation == "deleted":
        return [_gone(told, how)]
    found, *linked = answers.written(actor, [told.entity], how.shape, how.accept) or [{}]
    if how.accept == http.GEO:
        return [found, *linked]
    triggers = how.document.get("notificationTrigger", DEFAULT_TRIGGERS)
    ends = told.touched.deleted if {"attributeDeleted", "entityUpdated"} & set(triggers) else frozenset()
    for name, before in told.before.items():
        if before is None or not how.shape.wants_attribute(name):
            continue
        said = how.shape.terms.said(name)
        if name in ends:
            found[said] = _without(found.get(said), before, told.change.at, how)
        if how.notification.get("showChanges") and said in found:
            found[said] = _with_previous(found[said], before, how)
    return [each for each in (found, *linked) if each]


def standing(entities: Sequence[Entity], how: Manner, actor: Actor) -> list[Any]:
    """Entities of a notification that no change brings about."""
    return answers.written(actor, entities, how.shape, how.accept)


def _gone(told: Told, how: Manner) -> dict[str, Any]:
    """CIM 009 5.8.6: id, type and when; its attributes as far as their end is what is watched."""
    found = compact.entity(replace(told.entity, attrs={}, scopes=()), replace(how.shape, pick=NOTHING))
    found["deletedAt"] = compact.moment(told.change.at)
    triggers = how.document.get("notificationTrigger", DEFAULT_TRIGGERS)
    watched = frozenset(how.document.get("watchedAttributes", ()))
    times = door.attribute_times([told.entity]).get(told.entity.id, {}) if how.shape.sys_attrs else {}
    if "attributeDeleted" not in triggers and not how.notification.get("showChanges"):
        return found
    for name, before in told.before.items():
        if before is not None and how.shape.wants_attribute(name) and (not watched or name in watched):
            said = how.shape.terms.said(name)
            found[said] = _without(None, _timed(before, times.get(name)), told.change.at, how)
            if how.notification.get("showChanges"):
                found[said] = _with_previous(found[said], before, how)
    return found


def _timed(instances: Any, times: tuple[datetime, datetime] | None) -> Any:
    if times is None:
        return instances
    made, changed = (compact.moment(at) for at in times)
    return [{**instance, "createdAt": made, "modifiedAt": changed} for instance in _listed(instances)]


def _listed(instances: Any) -> list[Any]:
    return instances if isinstance(instances, list) else [instances]


def _dataset(instance: Any) -> str:
    return instance.get("datasetId", "") if isinstance(instance, Mapping) else ""


def _without(now: Any, before: Any, at: datetime, how: Manner) -> Any:
    """An attribute with what went away of it marked (``urn:ngsi-ld:null``). Of one that is gone altogether one instance
    says so, unless each has to say what it was."""
    if how.shape.form == "simplified":
        return _simply_without(now, before)
    left = _listed(now) if now is not None else []
    gone = [i for i in _listed(before) if _dataset(i) not in {_dataset(one) for one in left}]
    if not left and len(gone) > 1 and not how.notification.get("showChanges"):
        gone = [{k: v for k, v in gone[0].items() if k != "datasetId"}]
    every = [*left, *(_nothing(instance, at, how) for instance in gone)]
    return every[0] if len(every) == 1 else every


def _simply_without(now: Any, before: Any) -> Any:
    gone = dict.fromkeys((_dataset(i) or "@none" for i in _listed(before)), NULL)
    if now is None:
        return NULL
    if isinstance(now, Mapping) and "dataset" in now:
        return {"dataset": gone | now["dataset"]}
    return {"dataset": {**gone, "@none": now}} if set(gone) - {"@none"} else now


def _nothing(instance: Mapping[str, Any], at: datetime, how: Manner) -> dict[str, Any]:
    kind = instance.get("type", "Property")
    key = KINDS[kind]
    found: dict[str, Any] = {} if how.shape.form == "concise" else {"type": kind}
    found[key] = {"@none": NULL} if key == "languageMap" else NULL
    found |= {k: instance[k] for k in ("datasetId",) if k in instance}
    if how.shape.sys_attrs:
        found |= {k: instance[k] for k in ("createdAt", "modifiedAt") if k in instance}
        found["deletedAt"] = compact.moment(at)
    return found


def _with_previous(now: Any, before: Any, how: Manner) -> Any:
    old = {_dataset(i): i for i in _listed(before)}
    found = []
    for instance in _listed(now):
        shown = dict(instance) if isinstance(instance, Mapping) else {"value": instance}
        was = old.get(_dataset(instance))
        key = next((k for k in _PREVIOUS if was is not None and k in was), None)
        if was is not None and key is not None:
            value = compact.attribute({"type": was.get("type"), key: was[key]}, replace(how.shape, form="normalized"))
            shown[_PREVIOUS[key]] = value[key]
        found.append(shown)
    return found[0] if len(found) == 1 and not isinstance(now, list) else found
