"""Types of the public Smart Data Models (smartdatamodels.org) as files of a city: an entity type, its data elements,
its code lists, out of the JSON Schema of a model.

Descriptions begin with the kind of an attribute ("Property.", "Relationship.", "GeoProperty."). What a schema takes
from the programme's common schemas is known here as far as every model uses it; other references are followed into
files that are given beside it, and named where they lead nowhere: such an attribute takes any JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from lingqu.blueprint import writing
from lingqu.blueprint.rules.types import RESERVED
from lingqu.centre.entities.definitions import EntityType
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text

LARGEST = 5_000_000
_TEXT, _ADDRESS = {"type": "string"}, {"type": "object"}
_COMMON: dict[str, dict[str, Any]] = {
    "GSMA-Commons": {
        "name": {**_TEXT, "description": "Property. The name of this item"},
        "alternateName": {**_TEXT, "description": "Property. An alternative name for this item"},
        "description": {**_TEXT, "description": "Property. A description of this item"},
        "source": {**_TEXT, "description": "Property. Where the data originally comes from"},
        "dataProvider": {**_TEXT, "description": "Property. Who provides the data"},
        "owner": {"type": "array", "items": _TEXT, "description": "Property. Owners of this item"},
        "seeAlso": {"description": "Property. Addresses of further resources"},
        "dateCreated": {**_TEXT, "format": "date-time", "description": "Property. When the entity was created"},
        "dateModified": {**_TEXT, "format": "date-time", "description": "Property. When the entity was last modified"},
    },
    "Location-Commons": {
        "location": {"description": "GeoProperty. Where the item is"},
        "address": {**_ADDRESS, "description": "Property. The mailing address"},
        "areaServed": {**_TEXT, "description": "Property. The area where a service is offered"},
    },
    "PhysicalObject-Commons": {
        "color": {**_TEXT, "description": "Property. The colour of the item"},
        "image": {**_TEXT, "description": "Property. The address of an image of the item"},
        "annotations": {"type": "array", "items": _TEXT, "description": "Property. Annotations about the item"},
    },
}
_OWN = frozenset({"id", "type", "@context"})
_CORE = frozenset({"createdAt", "modifiedAt", "deletedAt", "observedAt", "scope"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}\Z")
_TYPE = re.compile(r"[A-Z][A-Za-z0-9]{0,79}\Z")
_ITEM = re.compile(r"[\w.\-+/ ()&':%]{1,120}\Z")


@dataclass
class Model:
    """What a schema became. ``lost``: of each attribute that takes any JSON, why."""

    type: EntityType
    elements: list[DataElement]
    lists: list[CodeList]
    lost: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> dict[str, Any]:
    """A schema file. Raises Invalid (``model.file``)."""
    if path.stat().st_size > LARGEST:
        raise _wrong("file", f"文件超过 {LARGEST} 字节", f"is larger than {LARGEST} bytes", str(path))
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise _wrong("file", f"不是 JSON：{error}", f"is no JSON: {error}", str(path)) from error
    if not isinstance(found, dict):
        raise _wrong("file", "不是 JSON Schema", "is no JSON Schema", str(path))
    return found


def model(schema: Mapping[str, Any], place: str, definitions: Mapping[str, Any], *, public: bool = False) -> Model:
    """``definitions``: name of a file → its schema, for references. Raises Invalid (``model.schema``)."""
    reader = _Reader({**definitions, "": schema})
    properties = dict(reader.properties(schema, 0))
    kind = _kind(schema, properties, place)
    title = str(schema.get("title", "")).rpartition(" - ")[2].removesuffix(" schema").strip() or kind
    elements: list[DataElement] = []
    lists: list[CodeList] = []
    lost = dict(reader.lost)
    attributes: dict[str, Any] = {}
    required = {name for name in _list(schema, "required") if isinstance(name, str)}
    try:
        for name, said in properties.items():
            if name in _OWN | _CORE:
                continue
            if name in RESERVED or not _NAME.match(name):
                lost[name] = "left out: no name of an attribute here"
                continue
            attributes[name] = _attribute(kind, name, said, name in required, elements, lists, lost)
        if not attributes:
            raise _wrong("schema", "没有属性", "has no attributes", place)
        label = "name" if "name" in attributes else next(iter(attributes))
        whole: dict[str, Any] = {"code": kind, "title": _both(title), "attributes": attributes, "label": label}
        whole["public"] = public
        if note := str(schema.get("description", "")).strip():
            whole["note"] = _both(note)
        if attributes.get("location", {}).get("kind") == "GeoProperty":
            whole["geometry"] = "location"
        made = Model(EntityType.model_validate(whole), elements, lists, lost)
    except ValidationError as error:
        raise _wrong("schema", f"无法转换：{error}", f"cannot be taken over: {error}", place) from error
    return made


def files(found: Model) -> dict[str, str]:
    """Path in the city → text."""
    name = found.type.code
    texts = {f"{EntityType.folder}/{name}.yaml": writing.text(found.type.document())}
    if found.elements:
        texts[f"{DataElement.folder}/{name}.yaml"] = writing.text([e.document() for e in found.elements])
    if found.lists:
        texts[f"{CodeList.folder}/{name}.yaml"] = writing.text([e.document() for e in found.lists])
    return texts


def write(found: Sequence[Model], folder: Path) -> list[Path]:
    """All files or none. Raises Conflict (``model.exists``) where one is there already."""
    texts = {folder / path: text for each in found for path, text in files(each).items()}
    if there := sorted(path for path in texts if path.exists()):
        raise Conflict(
            "model.exists",
            Text(zh="文件已存在", en="The file is there already"),
            place=str(there[0]),
            next_step=Text(
                zh="移走旧文件，或写入另一个文件夹", en="Move the old one away, or write into another folder"
            ),
        )
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(texts)


class _Reader:
    """Properties of a schema, with what it refers to."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions, self.lost = definitions, {}  # type: ignore[var-annotated]

    def properties(self, schema: Any, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        if not isinstance(schema, Mapping) or depth > 20:
            return
        if isinstance(schema.get("$ref"), str):
            yield from self._referred(schema["$ref"], depth)
        for part in _list(schema, "allOf"):
            yield from self.properties(part, depth + 1)
        inner = schema.get("properties", {})
        for name, said in inner.items() if isinstance(inner, Mapping) else ():
            if isinstance(said, Mapping):
                yield str(name), self._whole(str(name), said)

    def _referred(self, address: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
        last = address.removesuffix("/properties").rpartition("/")[2]
        found = self._found(address)
        if found is not None:
            whole = {"properties": found} if address.endswith("/properties") else found
            yield from self.properties(whole, depth + 1)
        elif last in _COMMON:
            yield from _COMMON[last].items()
        else:
            self.lost[last] = address

    def _whole(self, name: str, said: Mapping[str, Any]) -> Mapping[str, Any]:
        address = said.get("$ref")
        if not isinstance(address, str):
            return said
        found = self._found(address)
        if isinstance(found, Mapping):
            return found
        for known in _COMMON.values():
            if (last := address.rpartition("/")[2]) in known:
                return known[last]
        self.lost[name] = address
        return {}

    def _found(self, address: str) -> Any:
        file, _, inner = address.partition("#")
        found = self.definitions.get(file.rpartition("/")[2])
        for key in inner.strip("/").split("/") if inner.strip("/") else ():
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


def _list(schema: Mapping[str, Any], name: str) -> list[Any]:
    found = schema.get(name, [])
    return found if isinstance(found, list) else []


def _kind(schema: Mapping[str, Any], properties: Mapping[str, Any], place: str) -> str:
    named = properties.get("type", {}).get("enum")
    address = str(schema.get("$id", "")).removesuffix("/schema.json")
    kind = (str(named[0]) if isinstance(named, list) and named else address).rpartition("/")[2]
    if not _TYPE.match(
        kind
    ):  # some take their type from a schema that is not here: models stand in a folder of their name
        kind = Path(place).parent.name
    if not _TYPE.match(kind):
        raise _wrong(
            "schema", "没有说明实体类型（properties.type.enum）", "names no entity type (properties.type.enum)", place
        )
    return kind


def _attribute(
    kind: str,
    name: str,
    said: Mapping[str, Any],
    required: bool,
    elements: list[DataElement],
    lists: list[CodeList],
    lost: dict[str, str],
) -> dict[str, Any]:
    described = str(said.get("description", "")).strip()
    spoken, _, rest = described.partition(".")
    found: dict[str, Any] = {"required": True} if required else {}
    code = f"{_snake(kind)}.{_snake(name)}"
    if name == "location" or spoken == "GeoProperty":
        elements.append(DataElement.model_validate({"code": code, "title": _both(_words(name)), "type": "geometry"}))
        return {**found, "kind": "GeoProperty", "element": code}
    many = said.get("type") == "array"
    if spoken == "Relationship":
        return {**found, "kind": "Relationship", "many": many, "title": _both(_words(name))}
    inner = said.get("items", {}) if many else said
    inner = inner if isinstance(inner, Mapping) else {}
    whole = {"code": code, "title": _both(_words(name)), **_standard(inner, code, name, lists, lost)}
    if note := rest.strip():
        whole["note"] = _both(note[:500])
    elements.append(DataElement.model_validate(whole))
    return {**found, "element": code, "many": many, **({"facet": True} if whole["type"] == "code" else {})}


def _standard(
    said: Mapping[str, Any], code: str, name: str, lists: list[CodeList], lost: dict[str, str]
) -> dict[str, Any]:
    """Of a data element: its type and its bounds."""
    items = said.get("enum")
    if isinstance(items, list) and items and all(isinstance(i, str) and _ITEM.match(i) for i in items):
        each = [{"code": item, "title": _both(_words(item))} for item in dict.fromkeys(items)]
        lists.append(CodeList.model_validate({"code": code, "title": _both(_words(name)), "items": each}))
        return {"type": "code", "code_list": code}
    kind, form = said.get("type"), said.get("format")
    if kind == "string":
        return {"type": {"date-time": "datetime", "date": "date"}.get(str(form), "string")}
    if kind in ("number", "integer"):
        bounds = {n: said[n] for n in ("minimum", "maximum") if type(said.get(n)) in (int, float) and isfinite(said[n])}
        return {"type": kind, **bounds}
    if kind == "boolean":
        return {"type": "boolean"}
    if kind != "object":
        lost.setdefault(name, "anyOf" if "anyOf" in said else "oneOf" if "oneOf" in said else str(kind or "no type"))
    return {"type": "json"}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _words(name: str) -> str:
    """airQualityIndex → Air quality index"""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).strip()
    return (spaced[:1].upper() + spaced[1:].lower() if spaced != spaced.upper() else spaced) or name


def _both(text: str) -> dict[str, str]:
    """Models speak English; who wants Chinese writes it into the file."""
    return {"zh": text, "en": text}


def _wrong(rule: str, zh: str, en: str, place: str) -> Invalid:
    return Invalid(
        f"model.{rule}",
        Text(zh=zh, en=f"The schema {en}"),
        place=place,
        next_step=Text(
            zh="给出 smartdatamodels.org 某模型的 schema.json",
            en="Give the schema.json of a model of smartdatamodels.org",
        ),
    )
