"""/types and /attributes (CIM 009 5.7.5 to 5.7.10): what the actor may see of the store, and what the drawing says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.entities import door
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.sources import discovering
from lingqu.protocols.ngsi_ld.terms import Terms, terms, whole


def _asked(request: HttpRequest, *names: str) -> tuple[dict[str, str], Any, str, Terms]:
    """(parameters, context, media type, terms)"""
    given = http.only(request, "local", *names)
    if given.get("details", "false") not in ("true", "false"):
        raise http.bad_data("details must be true or false")
    context, media = http.context_of(request), http.accepted(request)
    return given, context, media, terms(context)


@http.endpoint
def types(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    given, context, media, named = _asked(request, "details")
    actor = http.actor(request)
    found = door.used(actor)
    if given.get("details") == "true":
        return http.answer([_type(n, found[n], named) for n in sorted(found)], media, context)
    every = found.keys() | discovering.types(request, actor, given, context)
    return http.answer(_listed("EntityTypeList", "typeList", every, named), media, context)


def _listed(kind: str, member: str, found: Iterable[str], named: Terms) -> dict[str, Any]:
    names = sorted(found)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:20]
    return {"id": f"urn:ngsi-ld:{kind}:{digest}", "type": kind, member: [named.said(n) for n in names]}


def _type(name: str, held: door.Used, named: Terms) -> dict[str, Any]:
    return {
        "id": whole(name),
        "type": "EntityType",
        "typeName": named.said(name),
        "attributeNames": [named.said(a) for a in sorted(held.attributes)],
    }


@http.endpoint
def one_type(request: HttpRequest, name: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    _, context, media, named = _asked(request)
    stored = named.stored(name)
    held = door.used(http.actor(request)).get(stored)
    if held is None:
        raise NotFound("ngsi_ld.type", Text(zh=f"没有类型 {name}", en=f"There is no type {name}"), place=name)
    details = [
        {"id": whole(a), "type": "Attribute", "attributeName": named.said(a), "attributeTypes": sorted(kinds)}
        for a, kinds in sorted(held.attributes.items())
    ]
    document = {
        "id": whole(stored),
        "type": "EntityTypeInfo",
        "typeName": named.said(stored),
        "entityCount": held.entities,
        "attributeDetails": details,
    }
    return http.answer(document, media, context)


@http.endpoint
def attributes(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    given, context, media, named = _asked(request, "details")
    actor = http.actor(request)
    found = door.used(actor)
    names = sorted({a for held in found.values() for a in held.attributes})
    if given.get("details") != "true":
        every = {*names, *discovering.attributes(request, actor, given, context)}
        return http.answer(_listed("AttributeList", "attributeList", every, named), media, context)
    return http.answer([_attribute(name, found, named) for name in names], media, context)


def _attribute(name: str, found: dict[str, door.Used], named: Terms) -> dict[str, Any]:
    kinds = sorted(kind for kind, held in found.items() if name in held.attributes)
    return {
        "id": whole(name),
        "type": "Attribute",
        "attributeName": named.said(name),
        "typeNames": [named.said(kind) for kind in kinds],
    }


@http.endpoint
def one_attribute(request: HttpRequest, name: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    _, context, media, named = _asked(request)
    stored = named.stored(name)
    found = door.used(http.actor(request))
    having = [held for held in found.values() if stored in held.attributes]
    if not having:
        raise NotFound("ngsi_ld.attribute", Text(zh=f"没有属性 {name}", en=f"There is no attribute {name}"), place=name)
    document = {
        **_attribute(stored, found, named),
        "attributeCount": sum(held.counts.get(stored, 0) for held in having),
        "attributeTypes": sorted({kind for held in having for kind in held.attributes[stored]}),
    }
    return http.answer(document, media, context)
