"""Information resources: items, key and code of the catalogue guide (发改高技〔2017〕1272号)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from lingqu.blueprint.lines import KeyPath
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

_CLASSES = {"1": "基础", "2": "主题", "3": "部门"}
_LONGEST_TITLE = 50  # characters, element 2 of the guide


def check(blueprint: Blueprint) -> Iterator[Fault]:
    titles: dict[str, Entry] = {}
    codes: dict[str, Entry] = {}
    for entry, resource in blueprint.pairs(InformationResource):
        yield from _items(entry, resource)
        yield from _guide(entry, resource)
        if first := codes.setdefault(resource.resource_code, entry):
            yield from _twice(entry, first, "resource.code", resource.resource_code, ("resource_code",))
        if first := titles.setdefault(normal(resource.title.zh), entry):
            yield from _twice(entry, first, "resource.title", resource.title.zh, ("title",))


def normal(title: str) -> str:
    """A title without what makes equal ones look different: width, blanks, punctuation, case."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "".join(character for character in plain if unicodedata.category(character)[0] in "LN")


def _twice(entry: Entry, first: Entry, rule: str, what: str, path: KeyPath) -> Iterator[Fault]:
    if first is not entry:
        yield entry.fault(
            rule,
            Text(zh=f"“{what}”与 {first.code} 相同", en=f"{what!r} is that of {first.code} already"),
            Text(zh="改用另一个，或合并两个资源", en="Use another, or make the two resources one"),
            path,
        )


def _items(entry: Entry, resource: InformationResource) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, item in enumerate(resource.items):
        if item.code in seen:
            yield entry.fault(
                "resource.item",
                Text(zh=f"信息项“{item.code}”重复", en=f"The item {item.code!r} stands twice"),
                Text(zh="改用另一个编码", en="Give it another code"),
                ("items", index, "code"),
            )
        seen.add(item.code)
    for index, code in enumerate(resource.key):
        if code not in seen:
            yield entry.fault(
                "resource.key",
                Text(zh=f"key 中的“{code}”不是信息项", en=f"{code!r} in key is not an item"),
                suggest(code, seen, Text(zh="补上该信息项", en="Add the item")),
                ("key", index),
            )


def _guide(entry: Entry, resource: InformationResource) -> Iterator[Fault]:
    if not resource.classification[0].startswith(_CLASSES[resource.resource_code[0]]):
        yield entry.fault(
            "resource.classification",
            Text(
                zh=f"代码以 {resource.resource_code[0]} 开头，分类却是“{resource.classification[0]}”",
                en=f"The code begins with {resource.resource_code[0]}, yet the class is {resource.classification[0]}",
            ),
            Text(zh="1 基础 2 主题 3 部门", en="1 is 基础, 2 主题, 3 部门"),
            ("classification",),
        )
    if len(resource.title.zh) > _LONGEST_TITLE:
        yield entry.fault(
            "resource.title",
            Text(zh="名称超过 50 个字", en="The title is longer than 50 characters"),
            Text(zh="缩短名称", en="Shorten it"),
            ("title",),
            "warning",
        )
    if resource.sharing.method == "database" and resource.format != "database":
        yield entry.fault(
            "resource.method",
            Text(
                zh=f"格式为 {resource.format}，不能以数据库方式共享",
                en=f"A {resource.format} is not shared as database",
            ),
            Text(zh="改正 format 或 sharing.method", en="Correct format or sharing.method"),
            ("sharing", "method"),
        )
    try:
        date.fromisoformat(resource.published)
    except ValueError:
        yield entry.fault(
            "resource.published",
            Text(zh=f"“{resource.published}”不是日期", en=f"{resource.published!r} is not a date"),
            Text(zh="写作 2026-01-31", en="Write 2026-01-31"),
            ("published",),
        )
