"""Evolutions as they come in (CIM 009 5.2.20) and go out: normalized, concise, simplified (4.5.9), aggregated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lingqu.centre.entities.door import Aggregated, Evolution, Evolved, Instance
from lingqu.protocols.ngsi_ld import checking, compact, expand
from lingqu.protocols.ngsi_ld.checking import KINDS, NULL, VALUES, wrong
from lingqu.protocols.ngsi_ld.temporal_params import Asked
from lingqu.protocols.ngsi_ld.terms import Terms

INSTANCE = "urn:ngsi-ld:Instance:"
# What stands around a value in the simplified form, beside its time.
_WRAPPED = {"LanguageProperty": "languageMap", "JsonProperty": "json", "VocabProperty": "vocab"}
_PLURALS = {"object": "objects", "languageMap": "languageMaps", "json": "jsons", "vocab": "vocabs"}
_PLURALS |= {"value": "values", "valueList": "valueLists", "objectList": "objectLists"}
_SCOPE = "@scope"


def evolution(document: Any, terms: Terms, *, entity_id: str = "") -> Evolution:
    """``entity_id``: a fragment of that entity's, which needs no type. Raises Invalid (``ngsi_ld.entity``)."""
    if not isinstance(document, Mapping):
        raise wrong("实体须是 JSON 对象", "an entity must be a JSON object")
    own = {name: document[name] for name in ("id", "@id", "type", "@type") if name in document}
    if document.get("expiresAt") is not None:
        own["expiresAt"] = document["expiresAt"]
    draft = expand.draft(own, terms, entity_id=entity_id, partial=bool(entity_id))
    if draft.expires_at is not None:
        raise wrong("历史没有期限", "an evolution has no expiresAt", "expiresAt")
    attrs: dict[str, list[Mapping[str, Any]]] = {}
    for name, given in document.items():
        if name not in expand.OWN:
            checking.attribute_name(name, terms.knows(name))
            attrs[terms.stored(name)] = list(_instances(name, given, terms))
    return Evolution(draft.id, draft.type, attrs, draft.types, tuple(_scopes(document.get("scope"))))


def _instances(name: str, given: Any, terms: Terms) -> Iterable[Mapping[str, Any]]:
    if not isinstance(given, list) or not given or not all(expand.is_instance(each) for each in given):
        given = [given]
    for each in given:
        yield instance(name, each, terms)


def instance(name: str, given: Any, terms: Terms) -> Mapping[str, Any]:
    """One instance; it may be one that stands for the end of its attribute (5.5.4)."""
    ended = isinstance(given, Mapping) and any(given.get(key) in (NULL, {"@none": NULL}) for key in VALUES)
    found = expand.attribute(name, given, terms, merging=ended)
    if not isinstance(found, dict):
        raise wrong("须是一个实例", "must be one instance", name)
    return found


def _scopes(given: Any) -> Iterable[tuple[tuple[str, ...], datetime | None]]:
    each = given if isinstance(given, list) else [] if given is None else [given]
    if not any(isinstance(part, Mapping) for part in each):
        return [(checking.scopes(given), None)] if each else []
    found = []
    for part in each:
        if not isinstance(part, Mapping) or not part.keys() <= {"type", "value", "observedAt", *_SYSTEM}:
            raise wrong("scope 须是 Property", "scope must be instances of a Property", "scope")
        at = checking.time(part["observedAt"], "scope.observedAt") if "observedAt" in part else None
        found.append((checking.scopes(part.get("value")), at))
    return found


_SYSTEM = ("instanceId", "createdAt", "modifiedAt", "deletedAt")


def document(found: Evolved, asked: Asked) -> dict[str, Any]:
    """The entity with the instances of its attributes; empty where nothing of it is wanted."""
    shape, entity = asked.shape, found.entity
    types = [shape.terms.said(t) for t in (entity.type, *entity.types)]
    own: dict[str, Any] = {"id": entity.id, "type": types[0] if len(types) == 1 else types}
    if shape.sys_attrs:
        own |= {"createdAt": compact.moment(entity.created_at), "modifiedAt": compact.moment(entity.modified_at)}
    if found.deleted_at is not None:
        own["deletedAt"] = compact.moment(found.deleted_at)
    result = {name: value for name, value in own.items() if name == "deletedAt" or shape.wants(name)}
    if asked.form == "aggregated":
        return result | _aggregates(found.aggregates, asked)
    by_name: dict[str, list[Instance]] = {name: [] for name in found.attributes}
    for each in found.instances:
        by_name[each.attribute].append(each)
    for name, instances in by_name.items():
        said = "scope" if name == _SCOPE else shape.terms.said(name)
        if asked.form == "values":
            result[said] = _values(instances, asked) if instances else _nothing(found.attributes[name])
        else:
            result[said] = [_instance(each, asked) for each in instances]
    return result


def _nothing(kind: str) -> dict[str, Any]:
    """An attribute whose instances are all on another page."""
    return {"type": kind, _PLURALS[KINDS.get(kind, "value")]: []}


def _instance(found: Instance, asked: Asked) -> dict[str, Any]:
    written = compact.attribute(found.instance, asked.shape)
    result = dict(written) if isinstance(written, Mapping) and not _is_value(found, written) else {"value": written}
    if found.attribute != _SCOPE:
        result["instanceId"] = INSTANCE + found.id
    elif found.deleted_at is None:  # a change by the core API has no time but that of its writing (4.5.6)
        result.setdefault("observedAt", compact.moment(found.modified_at or found.at))
    shown = asked.shape.sys_attrs
    times = {"createdAt": found.created_at, "modifiedAt": found.modified_at, "deletedAt": found.deleted_at}
    for name, at in times.items():
        if at is not None and (shown or name in ("deletedAt", asked.window.axis)):
            result[name] = compact.moment(at)
    return result


def _is_value(found: Instance, written: Mapping[str, Any]) -> bool:
    """Whether the concise form left nothing but the value, which is a geometry."""
    return found.instance.get("type") == "GeoProperty" and "coordinates" in written


def _values(instances: list[Instance], asked: Asked) -> Any:
    """Pairs of value and time, apart for each dataset."""
    series: dict[str, dict[str, Any]] = {}
    for each in instances:
        key = KINDS.get(str(each.instance.get("type")), "value")
        kind, value = each.instance.get("type", "Property"), _value(each, key, asked)
        if kind == "LanguageProperty" and asked.shape.lang:
            kind, key = "Property", "value"
        named = {"datasetId": each.dataset} if each.dataset else {}
        one = series.setdefault(each.dataset, {"type": kind, **named})
        one.setdefault(_PLURALS[key], []).append([value, compact.moment(each.at)])
    found = list(series.values())
    return found[0] if len(found) == 1 else found


def _value(found: Instance, key: str, asked: Asked) -> Any:
    kind = found.instance.get("type")
    if kind == "LanguageProperty" and asked.shape.lang and found.deleted_at is None:
        return compact.in_language(found.instance, asked.shape.lang)["value"]
    value = found.instance.get(key)
    if kind == "VocabProperty":
        value = compact.words(value, asked.shape.terms)
    if kind == "ListRelationship" and isinstance(value, list):
        return compact.targets(found.instance)
    return {_WRAPPED[kind]: value} if kind in _WRAPPED else value


def _aggregates(found: list[Aggregated], asked: Asked) -> dict[str, Any]:
    by_name: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        said = {method: [_period(*each) for each in periods if each[0] is not None] for method, periods in _held(one)}
        named = {"datasetId": one.dataset} if one.dataset else {}
        by_name.setdefault(asked.shape.terms.said(one.attribute), []).append({"type": one.kind, **named, **said})
    return {name: each[0] if len(each) == 1 else each for name, each in by_name.items()}


def _held(one: Aggregated) -> Iterable[tuple[str, list[tuple[Any, datetime, datetime]]]]:
    """The methods that the attribute's values are eligible for."""
    return [(m, periods) for m, periods in one.periods.items() if any(each[0] is not None for each in periods)]


def _period(value: Any, begin: datetime, end: datetime) -> list[Any]:
    return [value, compact.moment(begin), compact.moment(end)]
