"""A code list has items, each once, and names only its own."""

from __future__ import annotations

from collections.abc import Iterator

from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    for entry, code_list in blueprint.pairs(CodeList):
        from_file = (*entry.base, "items_file") in entry.page.lines
        if not code_list.items and not code_list.open and not from_file:
            yield entry.fault(
                "code_list.empty",
                Text(zh="代码集没有代码项", en="The code list has no items"),
                Text(zh="补上 items 或 items_file", en="Add items or items_file"),
                ("items",),
            )
        yield from _items(entry, code_list)


def _items(entry: Entry, code_list: CodeList) -> Iterator[Fault]:
    codes = [item.code for item in code_list.items]
    known = set(codes)
    seen: set[str] = set()
    for index, item in enumerate(code_list.items):
        if item.code in seen:
            yield entry.fault(
                "code_list.duplicate",
                Text(zh=f"代码“{item.code}”重复", en=f"The code {item.code!r} stands twice"),
                Text(zh="删去一处", en="Take one away"),
                ("items", index, "code"),
            )
        seen.add(item.code)
        for key in ("parent", "successor"):
            named = getattr(item, key)
            if named and named not in known:
                yield entry.fault(
                    "code_list.unknown_item",
                    Text(zh=f"{key} 所指的“{named}”不在本代码集", en=f"{key} {named!r} is not in this list"),
                    suggest(named, known, Text(zh="改正或补上该代码", en="Correct it or add the item")),
                    ("items", index, key),
                )
