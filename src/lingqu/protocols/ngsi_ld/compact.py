"""Entities as they go out: normalized, concise, simplified, and as GeoJSON features (CIM 009 4.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from lingqu.centre.entities.door import Entity, plain
from lingqu.protocols.ngsi_ld.checking import VALUES
from lingqu.protocols.ngsi_ld.expand import GEOMETRIES
from lingqu.protocols.ngsi_ld.projection import NOTHING, Projection
from lingqu.protocols.ngsi_ld.terms import Terms, stored

_VERBATIM = frozenset(
    {
        *("type", "unitCode", "observedAt", "datasetId", "lang", "valueType", "expiresAt", "ngsildproof"),
        *("entityIdSealed", "createdAt", "modifiedAt", "entity", "entityList"),
    }
)
_WORDS = frozenset({"vocab", "objectType", "entityTypeSealed"})
_PLAIN = (_VERBATIM | VALUES) - _WORDS - {"expiresAt"}
"""What a normalized instance has with most; one that has nothing else goes out as it stands."""
Times = Mapping[str, tuple[datetime, datetime]]
Linked = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Shape:
    """How an answer is written. ``pick`` and ``omit`` are by store names, ``pick`` empty is all; ``attrs`` are the
    attributes wanted, with all that is not an attribute. ``level``: links that ``join`` follows."""

    terms: Terms
    form: Literal["normalized", "concise", "simplified"] = "normalized"
    sys_attrs: bool = False
    pick: Projection = NOTHING
    omit: Projection = NOTHING
    attrs: frozenset[str] = field(default_factory=frozenset)
    lang: str = ""
    geometry: str = "location"
    datasets: frozenset[str] = field(default_factory=frozenset)
    join: str = ""
    level: int = 0
    contained: tuple[str, ...] = ()
    frozen: str = ""
    """The snapshot that linked entities are taken from."""

    def wants(self, name: str) -> bool:
        omitted = name in self.omit.members and self.omit.members[name] is None
        return (not self.pick or name in self.pick.members) and not omitted

    def wants_attribute(self, name: str) -> bool:
        return (not self.attrs or name in self.attrs) and self.wants(name)

    def behind(self, name: str) -> Shape:
        """The shape of the entities that a Relationship points to."""
        inner = {"pick": self.pick.within(name), "omit": self.omit.within(name), "attrs": frozenset[str]()}
        return replace(self, level=self.level - 1, **inner)  # type: ignore[arg-type]


def moment(at: datetime) -> str:
    said = at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
    return said.removesuffix(".000000") + "Z"


def entity(found: Entity, shape: Shape, times: Times | None = None, linked: Linked | None = None) -> dict[str, Any]:
    """``times``: of its attributes, for ``sysAttrs``. ``linked``: attribute → id → what is put into its place."""
    types = [shape.terms.said(t) for t in (found.type, *found.types)]
    scopes = list(found.scopes)
    own: dict[str, Any] = {"id": found.id, "type": types[0] if len(types) == 1 else types}
    if scopes:
        own["scope"] = scopes[0] if len(scopes) == 1 else scopes
    if shape.sys_attrs:
        own |= {"createdAt": moment(found.created_at), "modifiedAt": moment(found.modified_at)}
        if found.expires_at is not None:
            own["expiresAt"] = moment(found.expires_at)
    all_of_it = not (shape.pick or shape.omit or shape.attrs or shape.datasets)
    result = own if all_of_it else {name: value for name, value in own.items() if shape.wants(name)}
    as_it_stands = all_of_it and shape.form == "normalized" and not (shape.lang or shape.sys_attrs or linked)
    said, disputed = shape.terms.said, found.contested
    for name, instances in found.attrs.items():
        if as_it_stands and type(instances) is dict and _PLAIN.issuperset(instances) and name not in disputed:
            result[said(name)] = instances
            continue
        if not shape.wants_attribute(name):
            continue
        kept = _of_datasets(instances, shape.datasets)
        if kept is None:
            continue
        kept = _contested(kept) if name in found.contested else kept
        if shape.sys_attrs and times and name in times and shape.form != "simplified":
            kept = _timed(kept, times[name])
        result[shape.terms.said(name)] = attribute(kept, shape, (linked or {}).get(name))
    return result


def _of_datasets(instances: Any, wanted: frozenset[str]) -> Any:
    """The instances of the datasets wanted (``@none`` is the one without), or None."""
    if not wanted:
        return instances
    each = instances if isinstance(instances, list) else [instances]
    kept = [i for i in each if i.get("datasetId", "@none") in wanted]
    return (kept[0] if len(kept) == 1 else kept) if kept else None


def _timed(instances: Any, times: tuple[datetime, datetime]) -> Any:
    if isinstance(instances, list):
        return [_timed(each, times) for each in instances]
    return {**instances, "createdAt": moment(times[0]), "modifiedAt": moment(times[1])}


def _contested(instances: Any) -> Any:
    """With the sub-property that says that the value is in dispute, or a correction of it asked for."""
    if isinstance(instances, list):
        return [_contested(each) for each in instances]
    return {**instances, "contested": {"type": "Property", "value": True}}


def attribute(instances: Any, shape: Shape, linked: Mapping[str, Any] | None = None) -> Any:
    if not isinstance(instances, list):
        return _instance(instances, shape, linked)
    if shape.form == "simplified":
        return {"dataset": {i.get("datasetId", "@none"): _simple(i, shape, linked) for i in instances}}
    return [_instance(i, shape, linked) for i in instances]


def _instance(instance: Mapping[str, Any], shape: Shape, linked: Mapping[str, Any] | None = None) -> Any:
    if shape.form == "simplified":
        return _simple(instance, shape, linked)
    if linked:
        instance = _with_linked(instance, linked)
    if shape.lang and instance.get("type") == "LanguageProperty":
        instance = in_language(instance, shape.lang)
    result = dict(_member(name, value, shape) for name, value in instance.items())
    if not shape.sys_attrs:
        result.pop("expiresAt", None)
    if shape.form == "concise":
        result.pop("type", None)
        if set(result) == {"value"} and (
            instance.get("type") == "GeoProperty" or not isinstance(result["value"], Mapping)
        ):
            return result["value"]
    return result


def _member(name: str, value: Any, shape: Shape) -> tuple[str, Any]:
    if name in _WORDS:
        return name, words(value, shape.terms)
    if name in _VERBATIM or name in VALUES:
        return name, value
    return shape.terms.said(name), attribute(value, shape)


def targets(instance: Mapping[str, Any]) -> list[str]:
    """The ids that an instance of a Relationship points to."""
    objects = instance.get("object", instance.get("objectList", []))
    objects = objects if isinstance(objects, list) else [objects]
    ids = (o.get("object") if isinstance(o, Mapping) else o for o in objects)
    return [i for i in ids if isinstance(i, str)]


def _with_linked(instance: Mapping[str, Any], linked: Mapping[str, Any]) -> Mapping[str, Any]:
    found = [linked[i] for i in targets(instance) if i in linked]
    if not found:
        return instance
    if "objectList" in instance or isinstance(instance.get("object"), list):
        return {**instance, "entityList" if "objectList" in instance else "entity": found}
    return {**instance, "entity": found[0]}


def _simple(instance: Mapping[str, Any], shape: Shape, linked: Mapping[str, Any] | None = None) -> Any:
    if linked and (ids := targets(instance)):
        found = [linked.get(i, i) for i in ids]
        return found if "objectList" in instance or isinstance(instance.get("object"), list) else found[0]
    if instance.get("type") == "LanguageProperty":
        return in_language(instance, shape.lang)["value"] if shape.lang else {"languageMap": instance["languageMap"]}
    if instance.get("type") == "ListRelationship":
        return targets(instance)
    if instance.get("type") == "JsonProperty":
        return {"json": instance.get("json")}
    if instance.get("type") == "VocabProperty":
        return {"vocab": words(instance.get("vocab"), shape.terms)}
    return plain(instance)


def in_language(instance: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """A LanguageProperty as a Property in the best of the languages asked for (4.15; RFC 4647 lookup)."""
    texts = instance["languageMap"]
    tag = next((found for w in _ranges(lang) if (found := _lookup(w, texts)) is not None), None)
    if tag is None:
        tag = "@none" if "@none" in texts else next(iter(texts), "")
    rest = {k: v for k, v in instance.items() if k not in ("type", "languageMap")}
    return {"type": "Property", "value": texts.get(tag), "lang": tag, **rest}


def _ranges(lang: str) -> list[str]:
    """Language ranges, best first; of equal weight in the order given."""
    weighed = []
    for part in lang.split(","):
        name, _, more = part.partition(";")
        weight = more.replace(" ", "").removeprefix("q=")
        weighed.append((float(weight) if re.fullmatch(r"[01](\.\d{0,3})?", weight) else 1.0, name.strip()))
    return [name for weight, name in sorted(weighed, key=lambda w: -w[0]) if weight > 0]


def _lookup(wanted: str, texts: Mapping[str, Any]) -> str | None:
    """The tag itself, a shorter one, or one that the range is the beginning of."""
    known = {tag.lower(): tag for tag in texts}
    if wanted == "*":
        return next(iter(texts), None)
    parts = wanted.lower().split("-")
    while parts:
        if (tag := "-".join(parts)) in known:
            return known[tag]
        parts.pop()
    return next((tag for low, tag in known.items() if low.startswith(wanted.lower() + "-")), None)


def words(value: Any, terms: Terms) -> Any:
    if isinstance(value, list):
        return [words(v, terms) for v in value]
    return terms.said(stored(value)) if isinstance(value, str) else value


def feature(found: Entity, shape: Shape, times: Times | None = None, linked: Linked | None = None) -> dict[str, Any]:
    """A GeoJSON Feature; its geometry is null where the entity has none."""
    properties = entity(found, shape, times, linked)
    geometry = plain(found.attrs.get(shape.geometry))
    placed = isinstance(geometry, Mapping) and geometry.get("type") in GEOMETRIES
    properties.pop("id", None)
    return {"id": found.id, "type": "Feature", "geometry": geometry if placed else None, "properties": properties}
