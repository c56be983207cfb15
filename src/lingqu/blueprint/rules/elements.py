"""A data element says enough to be checked: its code list, its identifier scheme, sound limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Fault
from lingqu.kernel.identifiers import SCHEMES
from lingqu.kernel.text import Text


def check(blueprint: Blueprint) -> Iterator[Fault]:
    for entry, element in blueprint.pairs(DataElement):
        yield from _scheme(entry, element)
        yield from _limits(entry, element)


def _scheme(entry: Entry, element: DataElement) -> Iterator[Fault]:
    if element.type == "code" and not element.code_list:
        yield entry.fault(
            "element.code_list",
            Text(zh="代码型数据元没有代码集", en="A data element of type code names no code list"),
            Text(zh="补上 code_list", en="Add code_list"),
            ("type",),
        )
    if (element.type == "identifier" or element.identifier) and element.identifier not in SCHEMES:
        known = "、".join(SCHEMES)
        yield entry.fault(
            "element.identifier",
            Text(
                zh=f"没有名为“{element.identifier}”的标识符规则",
                en=f"There is no identifier scheme {element.identifier!r}",
            ),
            suggest(
                element.identifier or "",
                SCHEMES,
                Text(zh=f"可用：{known}", en=f"Use one of {', '.join(SCHEMES)}"),
            ),
            ("identifier",),
        )


def _limits(entry: Entry, element: DataElement) -> Iterator[Fault]:
    pairs = (("minimum", "maximum"), ("min_length", "max_length"))
    for low, high in pairs:
        least, most = getattr(element, low), getattr(element, high)
        if least is not None and most is not None and least > most:
            yield _limit(entry, low, f"{low} 大于 {high}", f"{low} is above {high}")
    for name in ("earliest", "latest"):
        if not _is_day(getattr(element, name)):
            yield _limit(entry, name, "应为日期 2026-01-31 或 today", "Dates are written 2026-01-31, or today")
    if element.pattern is not None:
        try:
            re.compile(element.pattern)
        except re.error as error:
            yield _limit(entry, "pattern", f"正则表达式有误：{error}", f"Not a regular expression: {error}")


def _limit(entry: Entry, key: str, zh: str, en: str) -> Fault:
    step = Text(zh=f"改正 {key}", en=f"Correct {key}")
    return entry.fault("element.limits", Text(zh=zh, en=en), step, (key,))


def _is_day(text: str | None) -> bool:
    try:
        return text in (None, "today") or bool(date.fromisoformat(text or ""))
    except ValueError:
        return False
