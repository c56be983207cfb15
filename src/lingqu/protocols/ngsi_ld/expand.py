"""An entity as it comes (normalized, concise or simplified; CIM 009 4.5) to the store form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from lingqu.centre.entities.door import Draft
from lingqu.protocols.ngsi_ld import checking
from lingqu.protocols.ngsi_ld.checking import KINDS, NULL, PLACES, SEALED, is_uri, wrong
from lingqu.protocols.ngsi_ld.terms import Terms

_KIND_OF = {key: kind for kind, key in KINDS.items() if kind != "GeoProperty"}
GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
"""Not a set: what is looked for may be anything that JSON holds."""
OWN = frozenset(
    {"id", "@id", "type", "@type", "scope", "@context", "expiresAt", "createdAt", "modifiedAt", "deletedAt"}
)
_GIVEN_OUT = frozenset({"createdAt", "modifiedAt", "deletedAt", "instanceId"})
_VERBATIM = frozenset(
    {"unitCode", "observedAt", "datasetId", "lang", "valueType", "expiresAt", "ngsildproof", "entityIdSealed"}
)


def draft(document: Any, terms: Terms, *, entity_id: str = "", partial: bool = False) -> Draft:
    """``partial``: a fragment for merging, which needs neither id nor type. Raises Invalid (``ngsi_ld.entity``)."""
    if not isinstance(document, Mapping):
        raise wrong("实体须是 JSON 对象", "an entity must be a JSON object")
    own_id = document.get("id", document.get("@id", ""))
    if entity_id and own_id not in ("", entity_id):
        raise wrong("正文中的 id 与地址不符", "the id in the body differs from the address", "id")
    found_id = entity_id or own_id
    if not is_uri(found_id):
        raise wrong("id 须是 URI", "the id must be a URI", "id")
    types = _types(document, terms, partial)
    bare = partial and document.get("scope") == NULL
    endless = partial and document.get("expiresAt") == NULL
    return Draft(
        id=found_id,
        type=types[0] if types else "",
        types=tuple(types[1:]),
        attrs=attributes(document, terms, merging=partial),
        scopes=() if bare else checking.scopes(document.get("scope")),
        scopeless=bare,
        expires_at=checking.time(document["expiresAt"], "expiresAt")
        if document.get("expiresAt") and not endless
        else None,
        endless=endless,
    )


def _types(document: Mapping[str, Any], terms: Terms, partial: bool) -> list[str]:
    given = document.get("type", document.get("@type"))
    if given is None and partial:
        return []
    named = given if isinstance(given, list) else [given]
    if not named or not all(isinstance(t, str) and t for t in named):
        raise wrong("须给出 type", "the type must be named", "type")
    if "type" in named or "@type" in named:
        raise wrong("type 不是类型名", "type is no name of a type", "type")
    return list(dict.fromkeys(terms.stored(checking.name(t, terms.knows(t))) for t in named))


def attributes(document: Mapping[str, Any], terms: Terms, *, merging: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, given in document.items():
        if name not in OWN:
            checking.attribute_name(name, terms.knows(name))
            result[terms.stored(name)] = attribute(name, given, terms, merging=merging)
    return result


def attribute(name: str, given: Any, terms: Terms, *, merging: bool) -> Any:
    """One attribute: an instance, or a list of them for several datasetIds."""
    if isinstance(given, list) and given and all(is_instance(g) for g in given):
        instances = [_instance(name, g, terms, merging) for g in given]
        datasets = [i.get("datasetId", "") for i in instances]
        if len(set(datasets)) < len(datasets):
            raise wrong("同一 datasetId 出现两次", "a datasetId occurs twice, or two instances have none", name)
        return instances[0] if len(instances) == 1 else instances
    return _instance(name, given, terms, merging)


def is_instance(given: Any) -> bool:
    return isinstance(given, Mapping) and (_named(given) in KINDS or any(key in given for key in _KIND_OF))


def _named(given: Mapping[str, Any]) -> str:
    """The type where it is a name: in a body it may be anything."""
    named = given.get("type")
    return named if isinstance(named, str) else ""


def _instance(name: str, given: Any, terms: Terms, merging: bool) -> dict[str, Any]:
    if given is None:
        raise wrong("属性不能是 null", "an attribute cannot be null", name)
    if not isinstance(given, Mapping):
        return {"type": "Property", "value": given}
    if _named(given) in GEOMETRIES and "coordinates" in given:
        return {"type": "GeoProperty", "value": dict(given)}
    kind = given.get("type")
    key = KINDS.get(kind) if isinstance(kind, str) else None
    if kind is not None and key is None and any(k in given for k in _KIND_OF):
        raise wrong(f"未知的属性类型 {kind}", f"{kind!r} is no kind of attribute", name)
    if key is None:
        key = next((k for k in _KIND_OF if k in given), None)
        if key is None:
            return _without_value(name, given, terms, merging)
        kind = "GeoProperty" if key == "value" and _is_geometry(given["value"]) else _KIND_OF[key]
    return _filled(name, str(kind), key, given, terms, merging)


def _without_value(name: str, given: Mapping[str, Any], terms: Terms, merging: bool) -> dict[str, Any]:
    """A fragment of an attribute when merging (only its sub-attributes); else a plain object as value."""
    if merging and given and all(k in _VERBATIM or is_instance(v) for k, v in given.items()):
        return _members(name, given, terms, merging)
    return {"type": "Property", "value": dict(given)}


def _filled(name: str, kind: str, key: str, given: Mapping[str, Any], terms: Terms, merging: bool) -> dict[str, Any]:
    if key not in given and not merging:
        raise wrong(f"缺少 {key}", f"has no {key}", name)
    checking.members(name, kind, given)
    result: dict[str, Any] = {"type": kind}
    if key in given:
        checking.value(name, kind, given[key], merging)
        result[key] = _valued(name, kind, given[key], terms)
    if kind == "Property" and name in PLACES and result.get("value") != NULL:
        raise wrong("须是 GeoProperty", "must be a GeoProperty", name)
    rest = {k: v for k, v in given.items() if k not in (key, "type")}
    return result | _members(name, rest, terms, merging)


def _valued(name: str, kind: str, value: Any, terms: Terms) -> Any:
    if kind == "VocabProperty":
        return _vocab(value, terms)
    if kind == "ListRelationship" and isinstance(value, list):
        return [{"object": o} if isinstance(o, str) else o for o in value]
    if kind == "GeoProperty" and value != NULL:
        return _geometry(name, value)
    return value


def _geometry(name: str, value: Any) -> Any:
    """A geometry, or the text of one (4.7.2); a collection of geometries is none (4.7.1)."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise wrong("不是 GeoJSON 几何", "is no GeoJSON geometry", name) from error
    if isinstance(value, Mapping) and value.get("type") == "GeometryCollection":
        raise wrong("不接受 GeometryCollection", "a GeometryCollection is not taken", name)
    return value


def _members(name: str, given: Mapping[str, Any], terms: Terms, merging: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for member, value in given.items():
        if member in _GIVEN_OUT or (member == "datasetId" and value == "@none"):
            continue
        if member == "objectType" or (member in SEALED and member != "entityIdSealed"):
            result[member] = _vocab(value, terms)
        elif member in _VERBATIM:
            result[member] = _checked(name, member, value)
        else:
            result[terms.stored(member)] = attribute(member, value, terms, merging=merging)
    return result


def _checked(name: str, member: str, value: Any) -> Any:
    if value == NULL:
        return value
    if member in ("observedAt", "expiresAt"):
        checking.time(value, f"{name}.{member}")
    if member == "datasetId" and not is_uri(value):
        raise wrong("datasetId 须是 URI", "a datasetId must be a URI", name)
    if member == "unitCode" and not isinstance(value, str):
        raise wrong("unitCode 须是文本", "a unitCode must be text", name)
    return value


def _vocab(value: Any, terms: Terms) -> Any:
    if isinstance(value, list):
        return [_vocab(v, terms) for v in value]
    return terms.iri(value) if isinstance(value, str) and value != NULL else value


def _is_geometry(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("type") in GEOMETRIES and "coordinates" in value
