"""``GET /ngsi-ld/v1/openapi.json``: the interface as OpenAPI 3.1. Query parameters are those that the code takes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from lingqu.protocols.ngsi_ld import http, params, temporal_params

_STRING = {"type": "string"}
_URI = {"type": "string", "format": "uri"}
_NUMBERS = {"limit", "offset", "maxDistance", "joinLevel", "lastN"}
_SWITCHES = {"count", "local", "details", "reload", "deleteAll", "splitEntities", "expandValues"}
WORDS = {
    "id": "URIs, separated by commas",
    "type": "types; `,` or, `;` and",
    "idPattern": "regular expression that ids match",
    "attrs": "attributes that entities have and that are shown",
    "q": 'filter by values, e.g. `aqi>20;name=="香坊"`',
    "scopeQ": "filter by scopes, e.g. `/Heilongjiang/#`",
    "csf": "filter of context sources",
    "georel": "`near;maxDistance==500`, `within`, `contains`, `intersects`, `equals`, `disjoint`, `overlaps`",
    "geometry": "kind of the geometry asked with: `Point`, `Polygon` …",
    "coordinates": "its coordinates, as GeoJSON (WGS-84)",
    "geoproperty": "the attribute it is about; without it `location`",
    "geometryProperty": "the attribute that becomes a GeoJSON feature's geometry",
    "lang": "language of texts that are in several",
    "options": "`keyValues`, `concise`, `sysAttrs`, `noOverwrite`, `update`, `replace` …",
    "format": "`simplified`, `concise`, `normalized`, `temporalValues`, `aggregatedValues`",
    "pick": "members to be shown",
    "omit": "members not to be shown",
    "limit": "entries on a page",
    "offset": "entries before the page; the last page costs more than with `after`",
    "after": "of the link to the next page",
    "count": "whether the header NGSILD-Results-Count tells how many there are",
    "orderBy": "members to order by; `;desc` turns one round",
    "collation": "how texts are ordered",
    "orderFrom": "point that `orderBy` distance counts from, as GeoJSON coordinates",
    "orderGeometry": "kind of that geometry",
    "datasetId": "instances of attributes with this datasetId; `@none` for those without",
    "local": "whether only this store is asked",
    "join": "`inline` or `flat`: bring entities that relationships point to",
    "joinLevel": "how far",
    "containedBy": "ids not to be joined again",
    "splitEntities": "whether filters are held to the whole entity, whose parts several sources hold",
    "expandValues": "attributes whose values are terms of the context",
    "jsonKeys": "attributes whose values are plain JSON",
    "entityMap": "whether what is found is kept as an entity map, to page through it",
    "entityMapLifetime": "how long it is kept, ISO 8601 duration",
    "timerel": "`before`, `after` or `between`",
    "timeAt": "moment, ISO 8601",
    "endTimeAt": "end of `between`",
    "timeproperty": "`observedAt`, `createdAt`, `modifiedAt`, `deletedAt`",
    "lastN": "the last instances of each attribute",
    "aggrMethods": "`totalCount`, `distinctCount`, `sum`, `avg`, `min`, `max`, `stddev`, `sumsq`",
    "aggrPeriodDuration": "ISO 8601 duration, e.g. `PT1H`",
    "observedAt": "moment given to attributes that name none",
    "deleteAll": "whether all instances of the attribute go",
    "details": "whether more than names is told",
    "kind": "`Cached`, `Hosted` or `ImplicitlyCreated`",
    "reload": "whether the context is fetched anew",
    "keep": "attributes that stay",
    "drop": "attributes that go",
    "entityId": "URI of the entity",
    "attrId": "name of the attribute",
    "instanceId": "URI of the instance",
    "subscriptionId": "URI of the subscription",
    "registrationId": "URI of the registration",
    "contextId": "id or address of the context",
    "mapId": "URI of the entity map",
    "snapshotId": "URI of the snapshot",
    "name": "type or attribute",
}
_ENTITY = {
    "type": "object",
    "properties": {"id": _URI, "type": {"anyOf": [_STRING, {"type": "array", "items": _STRING}]}},
    "required": ["id", "type"],
}
SCHEMAS: dict[str, Any] = {
    "Entity": _ENTITY,
    "Fragment": {"type": "object", "description": "attributes of an entity"},
    "Entities": {"type": "array", "items": {"$ref": "#/components/schemas/Entity"}, "minItems": 1},
    "Ids": {"type": "array", "items": _URI, "minItems": 1},
    "Query": {
        "type": "object",
        "properties": {
            "type": {"const": "Query"},
            "entities": {"type": "array", "items": {"type": "object"}},
            "attrs": {"type": "array", "items": _STRING},
            "q": _STRING,
            "geoQ": {"type": "object"},
            "scopeQ": _STRING,
            "temporalQ": {"type": "object"},
        },
        "required": ["type"],
    },
    "Subscription": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": {"const": "Subscription"},
            "entities": {"type": "array", "items": {"type": "object"}},
            "watchedAttributes": {"type": "array", "items": _STRING},
            "q": _STRING,
            "notification": {
                "type": "object",
                "properties": {"endpoint": {"type": "object", "properties": {"uri": _URI}, "required": ["uri"]}},
                "required": ["endpoint"],
            },
        },
        "required": ["type", "notification"],
    },
    "Registration": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": {"const": "ContextSourceRegistration"},
            "information": {"type": "array", "items": {"type": "object"}, "minItems": 1},
            "endpoint": _URI,
            "mode": {"enum": ["inclusive", "exclusive", "redirect", "auxiliary"]},
            "operations": {"type": "array", "items": _STRING},
        },
        "required": ["type", "information", "endpoint"],
    },
    "Context": {"type": "object", "properties": {"@context": {}}, "required": ["@context"]},
    "Snapshot": {
        "type": "object",
        "properties": {
            "id": _URI,
            "type": {"const": "Snapshot"},
            "snapshotQueries": {"type": "array", "items": {"$ref": "#/components/schemas/Query"}, "minItems": 1},
            "snapshotTemporalQueries": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Query"},
                "minItems": 1,
            },
            "snapshotPriority": {"type": "integer", "minimum": 1, "maximum": 10},
            "snapshotLifetime": {**_STRING, "description": "ISO 8601 duration, e.g. `PT2H`"},
            "expiresAt": {**_STRING, "format": "date-time"},
        },
        "required": ["type"],
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457, with the rule and the next step",
        "properties": {
            "type": _URI,
            "title": _STRING,
            "status": {"type": "integer"},
            "detail": _STRING,
            "rule": _STRING,
            "place": _STRING,
            "nextStep": _STRING,
        },
        "required": ["type", "title"],
    },
}
_SELECTING = ("id", "type", "idPattern", "q", "attrs", "scopeQ", "georel", "geometry", "coordinates", "geoproperty")
_BATCH = ("local", "options")


def _rows() -> Iterable[tuple[str, str, str, Iterable[str], str, str]]:
    """Address, method, words, parameters, schema of the body, status."""
    entity, attribute = "/entities/{entityId}", "/entities/{entityId}/attrs/{attrId}"
    yield "/entities", "get", "Query entities", params.QUERY, "", "200"
    yield "/entities", "post", "Create an entity", ("local",), "Entity", "201"
    yield "/entities", "delete", "Purge what a filter finds", (*_SELECTING, "keep", "drop", "local"), "", "204"
    yield entity, "get", "Retrieve an entity", params.RETRIEVE, "", "200"
    yield entity, "patch", "Merge into an entity", ("type", "local", "observedAt", "lang"), "Fragment", "204"
    yield entity, "put", "Replace an entity", ("type", "local"), "Entity", "204"
    yield entity, "delete", "Delete an entity", ("type", "local"), "", "204"
    yield f"{entity}/attrs", "post", "Append attributes", ("type", "local", "options"), "Fragment", "204"
    yield f"{entity}/attrs", "patch", "Update attributes", ("type", "local"), "Fragment", "204"
    yield attribute, "patch", "Update a part of an attribute", ("type", "local"), "Fragment", "204"
    yield attribute, "put", "Replace an attribute", ("type", "local"), "Fragment", "204"
    yield attribute, "delete", "Delete an attribute", ("type", "local", "datasetId", "deleteAll"), "", "204"
    for name in ("create", "upsert", "update", "merge"):
        words = f"{name.capitalize()} many"
        yield f"/entityOperations/{name}", "post", words, _BATCH, "Entities", "201" if name == "create" else "204"
    yield "/entityOperations/delete", "post", "Delete many", ("local",), "Ids", "204"
    yield (
        "/entityOperations/query",
        "post",
        "Query by a document",
        ("limit", "offset", "count", "options"),
        "Query",
        "200",
    )
    temporal = "/temporal/entities/{entityId}"
    yield "/temporal/entities", "get", "Query through time", temporal_params.QUERY, "", "200"
    yield "/temporal/entities", "post", "Bring what was", ("local",), "Entity", "201"
    yield temporal, "get", "An entity through time", temporal_params.RETRIEVE, "", "200"
    yield temporal, "delete", "Delete an entity's past", ("local",), "", "204"
    yield (
        "/temporal/entityOperations/query",
        "post",
        "Query through time by a document",
        ("limit", "count"),
        "Query",
        "200",
    )
    yield "/subscriptions", "get", "My subscriptions", ("limit", "offset", "count"), "", "200"
    yield "/subscriptions", "post", "Subscribe", (), "Subscription", "201"
    yield "/subscriptions/{subscriptionId}", "get", "One subscription", (), "", "200"
    yield "/subscriptions/{subscriptionId}", "patch", "Change a subscription", (), "Fragment", "204"
    yield "/subscriptions/{subscriptionId}", "delete", "End a subscription", (), "", "204"
    yield (
        "/csourceRegistrations",
        "get",
        "Context sources",
        ("id", "type", "attrs", "limit", "offset", "count"),
        "",
        "200",
    )
    yield "/csourceRegistrations", "post", "Register a context source", (), "Registration", "201"
    yield "/csourceRegistrations/{registrationId}", "get", "One context source", (), "", "200"
    yield "/csourceRegistrations/{registrationId}", "delete", "Unregister a source", (), "", "204"
    sources = "/csourceSubscriptions/{subscriptionId}"
    yield "/csourceSubscriptions", "get", "My subscriptions to registrations", ("limit", "offset", "count"), "", "200"
    yield "/csourceSubscriptions", "post", "Subscribe to registrations", (), "Subscription", "201"
    yield sources, "get", "One subscription to registrations", (), "", "200"
    yield sources, "patch", "Change a subscription to registrations", (), "Fragment", "204"
    yield sources, "delete", "End a subscription to registrations", (), "", "204"
    yield "/entityMaps", "get", "Fix what a query finds, to page through it", params.QUERY, "", "200"
    yield "/entityMaps/{mapId}", "get", "One entity map", (), "", "200"
    yield "/entityMaps/{mapId}", "delete", "Delete an entity map", (), "", "204"
    yield "/snapshots", "post", "Keep what queries find as it is", (), "Snapshot", "201"
    yield "/snapshots", "delete", "Delete my snapshots that a filter finds", ("q",), "", "204"
    yield "/snapshots/{snapshotId}", "get", "One snapshot", (), "", "200"
    yield "/snapshots/{snapshotId}", "patch", "Change how long a snapshot lives", (), "Fragment", "200"
    yield "/snapshots/{snapshotId}", "delete", "Delete a snapshot", (), "", "204"
    yield "/snapshots/{snapshotId}/clone", "post", "Copy a snapshot", (), "Fragment", "201"
    yield "/types", "get", "Types of entities", ("details", "local"), "", "200"
    yield "/types/{name}", "get", "One type", ("local",), "", "200"
    yield "/attributes", "get", "Attributes", ("details", "local"), "", "200"
    yield "/attributes/{name}", "get", "One attribute", ("local",), "", "200"
    yield "/jsonldContexts", "get", "Contexts", ("details", "kind"), "", "200"
    yield "/jsonldContexts", "post", "Host a context", (), "Context", "201"
    yield "/jsonldContexts/{contextId}", "get", "One context", ("details",), "", "200"
    yield "/jsonldContexts/{contextId}", "delete", "Delete a context", ("reload",), "", "204"


@cache
def document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for address, method, words, names, body, status in _rows():
        paths.setdefault(address, {})[method] = _operation(address, words, names, body, status)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lingqu NGSI-LD",
            "version": "1.9.1",
            "description": "ETSI GS CIM 009 V1.9.1: entities of the city, for departments, devices and neighbours. "
            "What is personal is read for a stated purpose and leaves a row in the ledger.",
        },
        "servers": [{"url": http.BASE}],
        "security": [{"key": []}, {}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "lq_…"}},
        },
    }


def _operation(address: str, words: str, names: Iterable[str], body: str, status: str) -> dict[str, Any]:
    inside = [part[1:-1] for part in address.split("/") if part.startswith("{")]
    told: dict[str, Any] = {
        "summary": words,
        "tags": [address.split("/")[1]],
        "parameters": [
            *(_parameter(name, "path") for name in inside),
            *(_parameter(name, "query") for name in sorted(names)),
            {
                "name": "Lingqu-Purpose",
                "in": "header",
                "description": "why personal data is read: a purpose's code",
                "schema": _STRING,
            },
            {
                "name": "NGSILD-Tenant",
                "in": "header",
                "description": "the tenant whose data it is about; without it, the city's own",
                "schema": {**_STRING, "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$"},
            },
            *([_FROZEN] if _reads(address, status) else []),
        ],
        "responses": {
            status: {"description": words},
            "default": {
                "description": "Refused, by RFC 9457",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if status == "200":
        told["responses"][status]["content"] = {http.JSON: {"schema": {}}, http.LD: {"schema": {}}}
    if body:
        schema = {"$ref": f"#/components/schemas/{body}"}
        told["requestBody"] = {
            "required": True,
            "content": {http.JSON: {"schema": schema}, http.LD: {"schema": schema}},
        }
    return told


_FROZEN = {
    "name": "NGSILD-Snapshot",
    "in": "header",
    "description": "the snapshot that is asked in place of the store",
    "schema": _URI,
}


def _reads(address: str, status: str) -> bool:
    """Whether it may be asked of a snapshot."""
    path = address.removeprefix("/temporal")
    return status == "200" and path in ("/entities", "/entities/{entityId}", "/entityOperations/query")


def _parameter(name: str, place: str) -> dict[str, Any]:
    schema: dict[str, Any] = _STRING
    if name in _NUMBERS:
        schema = {"type": "integer", "minimum": 0}
    elif name in _SWITCHES:
        schema = {"type": "boolean"}
    found = {"name": name, "in": place, "description": WORDS.get(name, ""), "schema": schema}
    return found | {"required": True} if place == "path" else found


@http.endpoint
def endpoint(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET"])
    http.only(request)
    return HttpResponse(orjson.dumps(document()), content_type=http.JSON)
