"""/types and /types/{type} (CIM 009 5.7.5 to 5.7.7): what the actor may see of the store, and what the drawing says."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.centre.entities import door
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text
from lingqu.protocols.ngsi_ld import http
from lingqu.protocols.ngsi_ld.terms import Terms, terms, whole


@http.endpoint
def types(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    context, media = http.context_of(request), http.accepted(request)
    used, counts = terms(context), door.type_counts(http.actor(request))
    if request.GET.get("details") == "true":
        return http.answer([_brief(name, used) for name in counts], media, context)
    names = sorted(counts)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:20]
    document = {
        "id": f"urn:ngsi-ld:EntityTypeList:{digest}",
        "type": "EntityTypeList",
        "typeList": [used.said(n) for n in names],
    }
    return http.answer(document, media, context)


def _brief(name: str, used: Terms) -> dict[str, object]:
    declared = door.entity_types().get(name)
    attributes = sorted(declared.attributes) if declared else []
    return {
        "id": whole(name),
        "type": "EntityType",
        "typeName": used.said(name),
        "attributeNames": [used.said(a) for a in attributes],
    }


@http.endpoint
def one_type(request: HttpRequest, name: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    context, media = http.context_of(request), http.accepted(request)
    used = terms(context)
    stored = used.stored(name)
    count = door.type_counts(http.actor(request)).get(stored)
    if count is None:
        raise NotFound("ngsi_ld.type", Text(zh=f"没有类型 {name}", en=f"There is no type {name}"), place=name)
    declared = door.entity_types().get(stored)
    details = [
        {"id": whole(a), "type": "Attribute", "attributeName": used.said(a), "attributeTypes": [d.kind]}
        for a, d in (declared.attributes.items() if declared else ())
    ]
    document = {
        "id": whole(stored),
        "type": "EntityTypeInfo",
        "typeName": used.said(stored),
        "entityCount": count,
        "attributeDetails": details,
    }
    return http.answer(document, media, context)
