"""Sharing and opening: refusing needs a basis, a condition its words, and what is open holds no personal data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lingqu.blueprint.model import Blueprint, Entry
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

_OPEN_LEVELS = {"general1", "general2"}


def check(blueprint: Blueprint) -> Iterator[Fault]:
    elements = blueprint.every(DataElement)
    for entry, resource in blueprint.pairs(InformationResource):
        yield from _sharing(entry, resource)
        yield from _opening(entry, resource, elements)


def _sharing(entry: Entry, resource: InformationResource) -> Iterator[Fault]:
    sharing = resource.sharing
    if sharing.type == "refused" and not sharing.basis:
        yield entry.fault(
            "sharing.basis",
            Text(
                zh="不予共享须有法律法规或政策依据", en="Refusing to share needs a basis in law, regulation or policy"
            ),
            Text(zh="补上 sharing.basis，或改为有条件共享", en="Add sharing.basis, or share conditionally"),
            ("sharing",),
        )
    if sharing.type == "conditional" and not sharing.condition:
        yield _condition(entry, "sharing", "有条件共享没有写明条件", "Conditional sharing says no condition")


def _opening(entry: Entry, resource: InformationResource, elements: Mapping[str, DataElement]) -> Iterator[Fault]:
    opening = resource.opening.type
    if opening == "closed":
        return
    if opening == "conditional" and not resource.opening.condition:
        yield _condition(entry, "opening", "有条件开放没有写明条件", "Conditional opening says no condition")
    if opening == "unconditional" and resource.level not in _OPEN_LEVELS:
        yield entry.fault(
            "opening.level",
            Text(zh=f"{resource.level} 级数据不能无条件开放", en=f"Data of level {resource.level} must not be open"),
            Text(zh="改正 level 或 opening", en="Correct level or opening"),
            ("opening",),
        )
    barred = {"sensitive"} if opening == "conditional" else {"personal", "sensitive"}
    for index, item in enumerate(resource.items):
        element = elements.get(item.element)
        if element and element.personal in barred:
            yield entry.fault(
                "opening.personal",
                Text(zh=f"开放的资源含个人信息“{item.code}”", en=f"An open resource holds personal data: {item.code}"),
                Text(zh="改为不开放，或另编不含该项的资源", en="Close it, or make a resource without this item"),
                ("items", index),
            )


def _condition(entry: Entry, key: str, zh: str, en: str) -> Fault:
    step = Text(zh=f"补上 {key}.condition", en=f"Add {key}.condition")
    return entry.fault(f"{key}.condition", Text(zh=zh, en=en), step, (key,))
