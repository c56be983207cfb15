"""Entities as they go out: normalized, concise, simplified, and as GeoJSON features (CIM 009 4.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from lingqu.centre.entities.door import Entity, plain
from lingqu.protocols.ngsi_ld.expand import KINDS
from lingqu.protocols.ngsi_ld.terms import Terms, stored

_VERBATIM = frozenset({"type", "unitCode", "observedAt", "datasetId", "lang", "valueType", "expiresAt", "ngsildproof"})
_VALUES = frozenset(KINDS.values())


@dataclass(frozen=True)
class Shape:
    """How an answer is written. ``pick``/``omit`` are store names; ``pick`` empty is all."""

    terms: Terms
    form: Literal["normalized", "concise", "simplified"] = "normalized"
    sys_attrs: bool = False
    pick: frozenset[str] = field(default_factory=frozenset)
    omit: frozenset[str] = field(default_factory=frozenset)
    lang: str = ""
    geometry: str = "location"


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def entity(found: Entity, shape: Shape) -> dict[str, Any]:
    wanted = _wanted(shape)
    types = [shape.terms.said(t) for t in (found.type, *found.types)]
    result: dict[str, Any] = {}
    if wanted("id"):
        result["id"] = found.id
    if wanted("type"):
        result["type"] = types[0] if len(types) == 1 else types
    if found.scopes and wanted("scope"):
        result["scope"] = found.scopes[0] if len(found.scopes) == 1 else list(found.scopes)
    if shape.sys_attrs:
        result |= {"createdAt": moment(found.created_at), "modifiedAt": moment(found.modified_at)}
    if found.expires_at is not None:
        result["expiresAt"] = moment(found.expires_at)
    for name, instances in found.attrs.items():
        if wanted(name):
            marked = _contested(instances) if name in found.contested else instances
            result[shape.terms.said(name)] = attribute(marked, shape)
    return result


def _contested(instances: Any) -> Any:
    """With the sub-property that says that the value is in dispute, or a correction of it asked for."""
    if isinstance(instances, list):
        return [_contested(each) for each in instances]
    return {**instances, "contested": {"type": "Property", "value": True}}


def _wanted(shape: Shape) -> Callable[[str], bool]:
    return lambda name: (not shape.pick or name in shape.pick) and name not in shape.omit


def attribute(instances: Any, shape: Shape) -> Any:
    if not isinstance(instances, list):
        return _instance(instances, shape)
    if shape.form == "simplified":
        return {"dataset": {i.get("datasetId", "@none"): _simple(i, shape) for i in instances}}
    return [_instance(i, shape) for i in instances]


def _instance(instance: Mapping[str, Any], shape: Shape) -> Any:
    if shape.form == "simplified":
        return _simple(instance, shape)
    if shape.lang and instance.get("type") == "LanguageProperty":
        instance = _in_language(instance, shape.lang)
    result: dict[str, Any] = {}
    for name, value in instance.items():
        if name in _VERBATIM:
            result[name] = value
        elif name in _VALUES or name == "objectType":
            result[name] = _words(value, shape.terms) if name in ("vocab", "objectType") else value
        else:
            result[shape.terms.said(name)] = attribute(value, shape)
    if shape.form == "concise":
        result.pop("type", None)
        if set(result) == {"value"} and (
            instance.get("type") == "GeoProperty" or not isinstance(result["value"], Mapping)
        ):
            return result["value"]
    return result


def _simple(instance: Mapping[str, Any], shape: Shape) -> Any:
    if instance.get("type") == "LanguageProperty":
        return _in_language(instance, shape.lang)["value"] if shape.lang else {"languageMap": instance["languageMap"]}
    if instance.get("type") == "JsonProperty":
        return {"json": instance.get("json")}
    if instance.get("type") == "VocabProperty":
        return {"vocab": _words(instance.get("vocab"), shape.terms)}
    return plain(instance)


def _in_language(instance: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """A LanguageProperty as a Property in the best of the languages asked for (RFC 5646 lookup)."""
    texts = instance["languageMap"]
    wanted = [part.split(";")[0].strip() for part in lang.split(",")]
    tag = next((found for w in wanted if (found := _lookup(w, texts))), None) or next(iter(texts), "")
    rest = {k: v for k, v in instance.items() if k not in ("type", "languageMap")}
    return {"type": "Property", "value": texts.get(tag), "lang": tag, **rest}


def _lookup(wanted: str, texts: Mapping[str, Any]) -> str | None:
    known = {tag.lower(): tag for tag in texts}
    parts = wanted.lower().split("-")
    while parts:
        if (tag := "-".join(parts)) in known:
            return known[tag]
        parts.pop()
    return None


def _words(value: Any, terms: Terms) -> Any:
    if isinstance(value, list):
        return [_words(v, terms) for v in value]
    return terms.said(stored(value)) if isinstance(value, str) else value


def feature(found: Entity, shape: Shape) -> dict[str, Any]:
    """A GeoJSON Feature; its geometry is null where the entity has none."""
    properties = entity(found, shape)
    return {
        "id": properties.pop("id", found.id),
        "type": "Feature",
        "geometry": plain(found.attrs.get(shape.geometry)),
        "properties": properties,
    }
