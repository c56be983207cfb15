"""Entity types: names of NGSI-LD, a standard for every attribute, no personal data in the open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.entities.definitions import AttributeType, EntityType
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

RESERVED = {
    "id", "type", "scope", "value", "object", "languageMap", "vocab", "json", "datasetId", "unitCode", "observedAt",
    "createdAt", "modifiedAt", "deletedAt", "expiresAt", "instanceId", "lang", "entity", "entityList", "objectType",
    "valueList", "objectList", "previousValue", "previousObject", "ngsildproof",
}  # fmt: skip
"""Terms of the NGSI-LD core context (CIM 009 annex B) that mean something else on an attribute."""


def check(blueprint: Blueprint) -> Iterator[Fault]:
    elements = blueprint.every(DataElement)
    for entry, of in blueprint.pairs(EntityType):
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", of.code):
            yield _name(entry, of.code, "类型名应为 UpperCamelCase", "Types are written UpperCamelCase", ("code",))
        if of.public and of.personal:
            yield _open(entry, "personal", ("public",))
        if of.geometry and of.attributes[of.geometry].kind != "GeoProperty":
            yield entry.fault(
                "type.geometry",
                Text(zh=f"“{of.geometry}”不是 GeoProperty", en=f"{of.geometry!r} is not a GeoProperty"),
                Text(zh="geometry 应指几何属性", en="geometry names a GeoProperty"),
                ("geometry",),
            )
        for name, attribute in of.attributes.items():
            yield from _attribute(entry, of, name, attribute, elements)


def _attribute(
    entry: Entry, of: EntityType, name: str, attribute: AttributeType, elements: Mapping[str, DataElement]
) -> Iterator[Fault]:
    path = ("attributes", name)
    if not re.fullmatch(r"[a-z][A-Za-z0-9]*", name):
        severity = "warning" if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) else "error"
        yield _name(entry, name, "属性名应为 lowerCamelCase", "Attributes are written lowerCamelCase", path, severity)
    if name in RESERVED:
        zh, en = "这是 NGSI-LD 的保留词", "This is a word of NGSI-LD itself"
        yield _name(entry, name, zh, en, path)
    if attribute.group and attribute.group not in of.groups:
        yield entry.fault(
            "type.group",
            Text(zh=f"没有分组“{attribute.group}”", en=f"There is no group {attribute.group!r}"),
            suggest(attribute.group, of.groups, Text(zh="在 groups 中定义它", en="Define it in groups")),
            (*path, "group"),
        )
    element = elements.get(attribute.element or "")
    yield from _standard(entry, path, attribute, element)
    if element and element.personal == "sensitive" and of.public:
        yield _open(entry, name, path)


def _standard(
    entry: Entry, path: tuple[str, ...], attribute: AttributeType, element: DataElement | None
) -> Iterator[Fault]:
    if attribute.kind == "Relationship":
        if not attribute.target:
            zh, en = "关系没有写明 target，可以指向任何实体", "A Relationship names no target: it may point to anything"
            yield _kind(entry, path, zh, en, "warning")
    elif attribute.element is None:
        yield _kind(entry, path, "属性没有数据元", "The attribute names no data element")
    elif element and (attribute.kind == "GeoProperty") != (element.type == "geometry"):
        yield _kind(
            entry,
            path,
            f"{attribute.kind} 与数据元类型 {element.type} 不符",
            f"A {attribute.kind} does not hold values of type {element.type}",
        )


def _name(entry: Entry, name: str, zh: str, en: str, path: tuple[str, ...], severity: str = "error") -> Fault:
    message = Text(zh=f"“{name}”：{zh}", en=f"{name}: {en}")
    return entry.fault("type.name", message, Text(zh="改名", en="Give it another name"), path, severity)


def _kind(entry: Entry, path: tuple[str, ...], zh: str, en: str, severity: str = "error") -> Fault:
    step = Text(zh="改正 kind、element 或 target", en="Correct kind, element or target")
    return entry.fault("type.attribute", Text(zh=zh, en=en), step, path, severity)


def _open(entry: Entry, what: str, path: tuple[str, ...]) -> Fault:
    return entry.fault(
        "type.public_personal",
        Text(zh=f"公开的类型不能含个人信息（{what}）", en=f"A public type must not hold personal data ({what})"),
        Text(zh="去掉 public，或移走该属性", en="Take public away, or move the attribute"),
        path,
    )
