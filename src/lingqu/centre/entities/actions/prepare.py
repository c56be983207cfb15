"""Drafts checked and turned into rows for COPY. The hot loop of every import: plain and without copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings

from lingqu.centre.entities import geometry
from lingqu.centre.entities.faults import SHOWN, fault
from lingqu.centre.entities.schema import LONGEST_LABEL, Schema, fold
from lingqu.centre.entities.shapes import VALUE_KEYS, Draft, plain
from lingqu.centre.entities.values import moment, typed
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

COLUMNS = (
    "id, type, types, owner, region, scopes, label, search, attrs, geo, prov, bounds, geom, true_from, true_to, "
    "expires_at, facets"
)
KIND_OF = {
    "value": "Property",
    "object": "Relationship",
    "languageMap": "LanguageProperty",
    "json": "JsonProperty",
    "vocab": "VocabProperty",
    "valueList": "ListProperty",
    "objectList": "ListRelationship",
}
KINDS = frozenset(KIND_OF.values()) | {"GeoProperty"}
NULL = "urn:ngsi-ld:null"
LOCATION = "location"  # the GeoProperty that NGSI-LD queries by default
_DECLARE = Text(
    zh="在城市蓝图 types/ 下用一个 YAML 文件声明此类型后应用蓝图",
    en="Declare the type by one YAML file under the city's types/ and apply the blueprint",
)


@dataclass
class Prepared:
    """Rows in the order of COLUMNS, and what is wrong (``total`` counts what was not kept too)."""

    rows: list[list[Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    total: int = 0

    def wrong(self, rule: str, zh: str, en: str, place: str, step: Text | None = None) -> None:
        self.total += 1
        if len(self.faults) < SHOWN:
            self.faults.append(fault(rule, zh, en, place, step))


def prepare(drafts: Iterable[Draft], schemas: Mapping[str, Schema], schema_free: bool) -> Prepared:
    """``schema_free``: types that the drawing does not declare are taken as they come."""
    out = Prepared()
    shapes: list[tuple[list[Any], str, Any, bool]] = []
    for draft in drafts:
        schema = schemas.get(draft.type)
        if schema is None and not schema_free:
            out.wrong("type", f"未声明的类型“{draft.type}”", f"unknown type {draft.type!r}", draft.id, _DECLARE)
            continue
        if ":" not in draft.id or any(c <= " " for c in draft.id) or not draft.type:
            out.wrong("id", "编号须是 URI，类型不能为空", "the id must be a URI and the type must be named", draft.id)
            continue
        attrs, geo = _attributes(draft, schema, out)
        row = _row(draft, schema, attrs, geo, out)
        out.rows.append(row)
        mapped = schema.definition.geometry if schema else LOCATION
        shapes.extend((row, name, value, name == mapped) for name, value in _geometries(geo))
    _place(shapes, out)
    return out


def _attributes(draft: Draft, schema: Schema | None, out: Prepared) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes in store form, GeoProperties apart."""
    attrs: dict[str, Any] = {}
    geo: dict[str, Any] = {}
    kinds: Mapping[str, str] = schema.kinds if schema else {}
    checks = schema.checks if schema else {}
    for name, given in draft.attrs.items():
        wanted = kinds.get(name)
        if wanted is None and schema is not None and schema.definition.personal:
            out.wrong(
                "attribute",
                "个人信息类型不接受未声明的属性",
                "a personal type takes declared attributes only",
                _at(draft, name),
            )
            continue
        kind, check = wanted or "Property", checks.get(name)
        for instance in given if isinstance(given, list) else (given,):
            kind = _instance(draft, name, instance, wanted, out)
            if check is not None and (problem := check(instance.get("value"))) is not None:
                out.wrong("value", problem.zh, problem.en, _at(draft, name))
        (geo if kind == "GeoProperty" else attrs)[name] = given
    if schema is not None:
        for name in schema.required:
            if name not in draft.attrs:
                out.wrong("required", "必填属性缺失", "required and missing", _at(draft, name))
    return attrs, geo


def _at(draft: Draft, name: str) -> str:
    return f"{draft.id} {name}"


def _instance(draft: Draft, name: str, instance: Any, wanted: str | None, out: Prepared) -> str:
    """The kind of one instance; tells what is wrong with its form."""
    if not isinstance(instance, dict):
        out.wrong("form", "须是 NGSI-LD 属性对象", "must be an NGSI-LD attribute", _at(draft, name))
        return "Property"
    kind = instance.get("type")
    if kind is None:
        key = next((k for k in VALUE_KEYS if k in instance), "value")
        kind = instance["type"] = wanted or KIND_OF[key]
    if kind == "Property" and "value" in instance and wanted in ("Property", None):
        return "Property"
    if not isinstance(kind, str) or kind not in KINDS or (wanted is not None and kind != wanted):
        out.wrong(
            "kind",
            f"应为 {wanted or '、'.join(sorted(KINDS))}",
            f"must be {wanted or 'an NGSI-LD attribute type'}",
            _at(draft, name),
        )
    elif (problem := _content(kind, instance)) is not None:
        out.wrong("value", problem.zh, problem.en, _at(draft, name))
    return str(kind)


def _content(kind: str, instance: Mapping[str, Any]) -> Text | None:
    if kind in ("Relationship", "ListRelationship"):
        objects = instance.get("object", instance.get("objectList"))
        objects = objects if isinstance(objects, list) else [objects]
        objects = [o.get("object") if isinstance(o, Mapping) else o for o in objects]
        if objects and all(isinstance(o, str) and ":" in o for o in objects):
            return None
        return Text(zh="须指向一个实体的 URI", en="must name an entity by its URI")
    if kind == "LanguageProperty":
        texts = instance.get("languageMap")
        if isinstance(texts, dict) and all(isinstance(t, str | list) for t in texts.values()):
            return None
        return Text(zh="须按语言给出文本", en="must be text by language")
    key = next((k for k, v in KIND_OF.items() if v == kind), "value")
    return None if key in instance else Text(zh=f"缺少 {key}", en=f"has no {key}")


def _row(draft: Draft, schema: Schema | None, attrs: dict[str, Any], geo: dict[str, Any], out: Prepared) -> list[Any]:
    label, search, region = _label(draft, schema), "", draft.region or None
    since = until = None
    if schema is not None:
        d = schema.definition
        search = fold(
            " ".join(dict.fromkeys([label, *(schema.words(a, attrs) for a in schema.searched if a in attrs)]))
        )
        if region is None and d.region:
            region = str(plain(attrs.get(d.region)) or "")
        since = _moment(plain(attrs.get(d.observed_from or "")))
        until = _moment(plain(attrs.get(d.observed_to or "")))
    return [
        draft.id,
        draft.type,
        _array(draft.types),
        draft.owner or None,
        region,
        _array(draft.scopes),
        label,
        search or fold(label),
        _json(draft, attrs, out),
        _json(draft, geo, out) if geo else "{}",
        None if draft.prov is None else _json(draft, draft.prov, out),
        None,
        None,
        since,
        until,
        draft.expires_at,
        _facets(schema, attrs) if schema is not None and schema.facets else "{}",
    ]


def _facets(schema: Schema, attrs: Mapping[str, Any]) -> str:
    values = {name: plain(attrs[name]) for name in schema.facets if name in attrs}
    return orjson.dumps(values).decode()


def _label(draft: Draft, schema: Schema | None) -> str:
    if schema is not None:
        words = schema.words(schema.definition.label, draft.attrs)
    else:
        words = plain(draft.attrs.get("name")) or plain(draft.attrs.get("title")) or ""
        words = words if isinstance(words, str) else ""
    words = (words or draft.id.rsplit(":", 1)[-1])[:LONGEST_LABEL]
    return words.replace("\x00", "")


def _array(values: Sequence[str]) -> str:
    if not values:
        return "{}"
    quoted = (v.replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return "{" + ",".join(f'"{v}"' for v in quoted) + "}"


def _json(draft: Draft, value: Any, out: Prepared) -> str:
    try:
        text = orjson.dumps(value).decode()
    except TypeError as error:
        out.wrong("json", f"不能写成 JSON：{error}", f"is no JSON: {error}", draft.id)
        return "{}"
    if NULL in text and f'"{NULL}"' in text:
        out.wrong("null", f"{NULL} 只用于合并", f"{NULL} has a meaning in a merge only", draft.id)
    if "\\u0000" in text:
        out.wrong("json", "文本含有空字符", "text holds a NUL character", draft.id)
    return text


@lru_cache(100_000)
def _day(text: str) -> str:
    return f"{text}T00:00:00 {ZoneInfo(settings.TIME_ZONE).key}"


def _moment(value: Any) -> Any:
    """What PostgreSQL reads as timestamptz, or None; a date begins at midnight in the city."""
    value = typed(value)
    if not isinstance(value, str):
        return None
    return _day(value) if len(value) == 10 else moment(value)


def _geometries(geo: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, instances in geo.items():
        for instance in instances if isinstance(instances, list) else (instances,):
            yield name, instance.get("value")


def _place(shapes: list[tuple[list[Any], str, Any, bool]], out: Prepared) -> None:
    if not shapes:
        return
    for (row, name, _, mapped), placed in zip(shapes, geometry.read([s[2] for s in shapes]), strict=True):
        if placed is None:
            out.wrong(
                "geometry",
                "不是 WGS-84 经纬度的 GeoJSON 几何",
                "is no GeoJSON geometry in WGS-84 degrees",
                f"{row[0]} {name}",
                Text(zh="按来源的坐标系转换后再提交", en="Convert it from the datum of its source"),
            )
        elif mapped and row[12] is None:
            row[11], row[12] = placed.bounds, placed.wkb
