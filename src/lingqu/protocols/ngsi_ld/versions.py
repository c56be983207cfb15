"""``Prefer: ngsi-ld=1.5``: answers in the form of an earlier version of the standard (CIM 009 4.3.6.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

_ENTITIES = re.compile(r"/ngsi-ld/v1/(?:temporal/)?(?:entities|entityOperations/query)(?:/|\Z)")
_PREFERENCE = re.compile(r'\s*([^=;,\s]+)\s*(?:=\s*(?:"([^"]*)"|([^;,\s]*)))?[^,]*')
_LATEST = (1, 9)
# Kind of attribute → the version that brought it, what it falls back to, where its value stood and then stands.
_KINDS = {
    "LanguageProperty": ((1, 4), "Property", "languageMap", "value"),
    "JsonProperty": ((1, 8), "Property", "json", "value"),
    "VocabProperty": ((1, 8), "Property", "vocab", "value"),
    "ListProperty": ((1, 8), "Property", "valueList", "value"),
    "ListRelationship": ((1, 8), "Relationship", "objectList", "object"),
}
_MEMBERS = {
    **dict.fromkeys(("datasetId", "observedAt", "unitCode"), (1, 3)),
    "objectType": (1, 8),
    **dict.fromkeys(("expiresAt", "valueType"), (1, 9)),
}
_OWN = {"scope": (1, 4), "expiresAt": (1, 9)}


def preferences(request: HttpRequest) -> dict[str, str]:
    """The preferences of a request (RFC 7240), names in lower case."""
    said = request.META.get("HTTP_PREFER", "")
    found = (_PREFERENCE.match(part) for part in said.split(",")) if said else ()
    return {each[1].lower(): each[2] or each[3] or "" for each in found if each}


def conform(request: HttpRequest, response: Any) -> None:
    """Amend an answer to the version that is preferred, if any; 203 says that something was amended."""
    said = preferences(request).get("ngsi-ld", "")
    version = tuple(int(part) for part in said.split(".")) if re.fullmatch(r"1\.\d", said) else ()
    if not version or version > _LATEST or not 200 <= response.status_code < 300:
        return
    response["Preference-Applied"] = f"ngsi-ld={said}"
    if request.method in ("GET", "POST") and isinstance(response, HttpResponse) and _ENTITIES.match(request.path):
        given = orjson.loads(response.content) if response.content else None
        if given is not None and (amended := _amended(given, version)) != given:
            response.content = orjson.dumps(amended)
            if response.status_code == 200:
                response.status_code = 203


def _amended(given: Any, version: tuple[int, ...]) -> Any:
    if isinstance(given, list):
        return [_amended(each, version) for each in given]
    if not isinstance(given, Mapping):
        return given
    if given.get("type") == "FeatureCollection":
        return {**given, "features": _amended(given.get("features", []), version)}
    if given.get("type") == "Feature":
        return {**given, "properties": _entity(given.get("properties", {}), version)}
    return _entity(given, version)


def _entity(given: Mapping[str, Any], version: tuple[int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if version < _OWN.get(name, (1, 0)):
            continue
        if name == "type" and isinstance(value, list) and version < (1, 3):
            value = value[0]
        found[name] = value if name in ("id", "type", "@context", "scope") else _attribute(value, version)
    return found


def _attribute(given: Any, version: tuple[int, ...]) -> Any:
    if isinstance(given, list) and given and all(isinstance(each, Mapping) and "type" in each for each in given):
        several = len({each.get("datasetId") for each in given}) > 1
        if version < (1, 3) and several:
            return _attribute(next((each for each in given if "datasetId" not in each), given[0]), version)
        return [_attribute(each, version) for each in given]
    if not isinstance(given, Mapping) or not isinstance(given.get("type"), str):
        return given
    since, kind, old, new = _KINDS.get(given["type"], ((1, 0), given["type"], "", ""))
    found: dict[str, Any] = {}
    for name, value in given.items():
        if version < _MEMBERS.get(name, (1, 0)):
            continue
        if name == "type":
            found[name] = kind if version < since else value
        elif name == old and version < since:
            found[new] = _plain(value)
        else:
            found[name] = _attribute(value, version) if name not in ("value", "object", "json") else value
    return found


def _plain(value: Any) -> Any:
    """The objects of a list of Relationships stand by themselves before 1.8."""
    listed = isinstance(value, list) and all(isinstance(each, Mapping) and set(each) == {"object"} for each in value)
    return [each["object"] for each in value] if listed else value
