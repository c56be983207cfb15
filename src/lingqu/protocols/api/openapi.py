"""``GET /api/openapi.json``: what the API takes and gives (OpenAPI 3.1). Forms come from what reads them; answers are
written here, and the tests hold real answers to them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest
from pydantic import BaseModel

from lingqu.protocols.api import forms, http

_STRING, _BOOLEAN, _DATETIME = {"type": "string"}, {"type": "boolean"}, {"type": "string", "format": "date-time"}
_STRINGS = {"type": "array", "items": _STRING}


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


ANSWERS: dict[str, dict[str, Any]] = {
    "Problem": _object(
        "type title status detail rule",
        type=_STRING,
        title=_STRING,
        status={"type": "integer"},
        detail=_STRING,
        rule=_STRING,
        place=_STRING,
        owner=_STRING,
        nextStep=_STRING,
        faults={"type": "array", "items": _object("place detail", place=_STRING, detail=_STRING)},
    ),
    "WhoAmI": _object(
        "name kind department region roles purpose basis grants",
        name=_STRING,
        kind={"enum": ["person", "client", "device", "anonymous"]},
        department=_STRING,
        region=_STRING,
        roles=_STRINGS,
        purpose=_STRING,
        basis=_STRING,
        grants={"type": "array", "items": {"$ref": "#/components/schemas/Granted"}},
    ),
    "Granted": _object(
        "actions types rows attributes masks unmasked purposes until",
        **{
            "role": _STRING,
            "agreement": _STRING,
            "state": {"enum": ["living", "ended", "not_begun"]},
            "consent": {**_BOOLEAN, "description": "only of persons who consented"},
            "basis": _STRING,
            "actions": _STRINGS,
            "types": _STRINGS,
            "rows": {"enum": ["all", "own_department", "own_region", "self", "public"]},
            "attributes": _STRINGS,
            "masks": {"type": "object", "additionalProperties": _STRING},
            "unmasked": _BOOLEAN,
            "purposes": _STRINGS,
            "owners": _STRINGS,
            "regions": _STRINGS,
            "where": {"type": "object", "additionalProperties": {"type": "array"}},
            "quota": {"type": "integer", "description": "entities a day"},
            "from": _DATETIME,
            "until": {"type": ["string", "null"]},
        },
    ),
    "Verified": _object(
        "state items",
        state={
            "enum": [
                "answered",
                "no_authorisation",
                "consent_asked",
                "consent_refused",
                "consent_withdrawn",
                "consent_over",
                "too_many_values",
            ],
            "description": "no_authorisation: there is no such person, or nothing lets you ask; which is not told",
        },
        reference=_STRING,
        since={"type": "string", "format": "date", "description": "of consent refused, withdrawn or ended"},
        items={"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Answer"}},
    ),
    "Answer": _object(
        "result",
        result={"enum": ["match", "no_match", "cannot_say"]},
        source={"type": "string", "description": "department"},
        asOf={"type": "string", "format": "date"},
        reason={"enum": ["no_value", "disputed", "not_comparable"]},
    ),
    "Records": _object(
        "agreement type records next",
        agreement=_STRING,
        type=_STRING,
        records={
            "type": "array",
            "items": _object(
                "id attributes modifiedAt",
                id=_STRING,
                attributes={"type": "object"},
                modifiedAt=_DATETIME,
                contested={
                    **_STRINGS,
                    "description": "a correction is asked, or departments disagree",
                },
            ),
        },
        next={"type": ["string", "null"], "description": "for the parameter after"},
    ),
    "Dispatch": _object(
        "number agreement channel state rowsSent rowsReceived createdAt endedAt files",
        number={"type": "integer"},
        agreement=_STRING,
        channel={"enum": ["file", "database", "push", "subscription"]},
        state={
            "enum": [
                "waiting",
                "running",
                "delivered",
                "acknowledged",
                "differs",
                "parked",
                "withdrawn",
                "failed",
            ]
        },
        rowsSent={"type": "integer"},
        rowsReceived={"type": ["integer", "null"]},
        createdAt=_DATETIME,
        endedAt={"type": ["string", "null"]},
        files={
            "type": "array",
            "items": _object(
                "name rows bytes sha256",
                name=_STRING,
                rows={"type": "integer"},
                bytes={"type": "integer"},
                sha256=_STRING,
            ),
        },
    ),
    "Dispatches": _object(
        "agreement dispatches next",
        agreement=_STRING,
        dispatches={"type": "array", "items": {"$ref": "#/components/schemas/Dispatch"}},
        next={"type": ["integer", "null"], "description": "for the parameter before"},
    ),
    "Asked": _object(
        "agreement asked",
        agreement=_STRING,
        asked={
            "type": "array",
            "items": _object("number state", number={"type": "integer"}, state={"const": "asked"}),
        },
    ),
    "Consent": _object(
        "number state items matter askedAt",
        number={"type": "integer"},
        state={"enum": ["asked", "given", "refused", "withdrawn", "over"]},
        items=_STRINGS,
        matter=_STRING,
        askedAt=_DATETIME,
        givenAt=_DATETIME,
        refusedAt=_DATETIME,
        withdrawnAt=_DATETIME,
        until=_DATETIME,
    ),
    "Received": _object(
        "case state",
        case={"type": "integer"},
        state={
            "enum": ["taken", "kept", "known"],
            "description": "a step went on; one ahead will take it; it came before by the same key",
        },
    ),
    "Consents": _object(
        "agreement consents next",
        agreement=_STRING,
        consents={"type": "array", "items": {"$ref": "#/components/schemas/Consent"}},
        next={"type": ["integer", "null"], "description": "for the parameter before"},
    ),
}


@cache
def document() -> dict[str, Any]:
    schemas = dict(ANSWERS)
    for form in (forms.VerifyForm, forms.ConsentForm, forms.PaperForm, forms.ReceiptForm, forms.MessageForm):
        schemas |= _schemas_of(form)
    schemas["Answers"] = _object(
        "answers", answers={"type": "array", "items": {"$ref": "#/components/schemas/Verified"}}
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lingqu",
            "version": "1",
            "description": "Data between departments by agreement. Every answer about a person leaves a row in "
            "the ledger that this person can read.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}],
        "paths": _paths(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "lq_…"}},
        },
    }


def _schemas_of(form: type[BaseModel]) -> dict[str, Any]:
    made = form.model_json_schema(ref_template="#/components/schemas/{model}")
    inner = made.pop("$defs", {})
    return {**inner, form.__name__: made}


def _paths() -> dict[str, Any]:
    purpose = _parameter("Lingqu-Purpose", "header", "why personal data is asked for: a purpose's code")
    agreement = _parameter("Lingqu-Agreement", "header", "narrows what agreements grant to this one")
    number = {**_parameter("number", "path", "of the agreement"), "required": True}
    limit = _parameter("limit", "query", "entries on a page")
    records = [number, purpose, limit, _parameter("after", "query", "next of the last page")]
    records += [
        _parameter("type", "query", "where an agreement grants several"),
        {
            "name": "who",
            "in": "query",
            "style": "form",
            "explode": True,
            "description": "identifiers, e.g. idNumber=…: the record of one person",
            "schema": {"type": "object", "additionalProperties": _STRING},
        },
    ]
    consents = [
        {**_parameter("agreement", "query", "its number"), "required": True},
        limit,
        _parameter("before", "query", "next of the last page"),
    ]
    name = {**_parameter("name", "path", "of the file"), "required": True}
    paper = [{"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}]
    return {
        "/openapi.json": {"get": _operation("This document", {"type": "object"})},
        "/whoami": {"get": _operation("Who I am, and what is granted to me", _ref("WhoAmI"), [purpose, agreement])},
        "/verify": {
            "post": _operation(
                "Whether what is claimed is so; never the value",
                {"anyOf": [_ref("Verified"), _ref("Answers")]},
                [purpose, agreement],
                "VerifyForm",
            )
        },
        "/agreements/{number}/records": {"get": _operation("A page of records", _ref("Records"), records)},
        "/agreements/{number}/dispatches": {
            "get": _operation("Deliveries under an agreement", _ref("Dispatches"), [number, consents[-1]])
        },
        "/dispatches/{number}": {"get": _operation("One delivery", _ref("Dispatch"), paper)},
        "/dispatches/{number}/files/{name}": {"get": _operation("A file of it", {}, [*paper, name])},
        "/dispatches/{number}/receipt": {
            "post": _operation("What was received", _ref("Dispatch"), paper, "ReceiptForm")
        },
        "/cases/{number}/messages": {
            "post": _operation("What a case waits for has come", _ref("Received"), paper, "MessageForm")
        },
        "/consents": {
            "get": _operation("Consents under an agreement", _ref("Consents"), consents),
            "post": _operation("Ask persons for consent", _ref("Asked"), [purpose], "ConsentForm", "201"),
        },
        "/consents/{number}/paper": {"post": _operation("Enter a signed paper", _ref("Consent"), paper, "PaperForm")},
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(name: str, place: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": place, "description": description, "schema": _STRING}


def _operation(
    summary: str, answer: Any, parameters: list[Any] | None = None, form: str = "", status: str = "200"
) -> dict[str, Any]:
    told: dict[str, Any] = {"summary": summary, "parameters": parameters or []}
    if form:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(form)}}}
    problem = {"description": "Refused, by RFC 9457", "content": {http.PROBLEM: {"schema": _ref("Problem")}}}
    told["responses"] = {
        status: {"description": summary, "content": {"application/json": {"schema": answer}}},
        "default": problem,
    }
    return told


def described(request: HttpRequest) -> Any:
    http.parameters(request)
    return document()


endpoint = http.endpoint(GET=described)
