"""What a data element allows, as one function per element, made once per revision of the drawing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from lingqu.kernel import identifiers
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.text import Text

Check = Callable[[Any], Text | None]
"""Gives what is wrong with a plain value, or None."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")


def check_of(element: DataElement, lists: Mapping[str, CodeList]) -> Check | None:
    """None where everything goes."""
    if element.type in ("string", "text"):
        return _text(element)
    if element.type in ("integer", "number"):
        return _number(element)
    if element.type == "code" and element.code_list and element.code_list in lists:
        return _code(lists[element.code_list])
    if element.type == "identifier" and element.identifier:
        return _identifier(element.identifier)
    simple: dict[str, Callable[[DataElement], Check]] = {"date": _date, "datetime": _datetime, "boolean": _boolean}
    return simple[element.type](element) if element.type in simple else None


def typed(value: Any) -> Any:
    """The value of a JSON-LD typed value ``{"@type": "DateTime", "@value": …}``; others as they are."""
    return value["@value"] if isinstance(value, Mapping) and "@value" in value else value


_NOT_TEXT = Text(zh="应为文本", en="must be text")


def _text(element: DataElement) -> Check:
    shortest, longest = element.min_length or 0, element.max_length or 10**9
    pattern = re.compile(element.pattern) if element.pattern else None
    length = Text(zh=f"长度应为 {shortest}–{longest}", en=f"must have {shortest} to {longest} characters")
    form = Text(zh=f"不符合格式 {element.pattern}", en=f"does not match {element.pattern}")

    def check(value: Any) -> Text | None:
        if not isinstance(value, str):
            return _NOT_TEXT
        if not shortest <= len(value) <= longest:
            return length
        return form if pattern is not None and not pattern.search(value) else None

    return check


def _number(element: DataElement) -> Check:
    kinds = (int,) if element.type == "integer" else (int, float)
    low = -math.inf if element.minimum is None else element.minimum
    high = math.inf if element.maximum is None else element.maximum
    kind = Text(zh="应为整数" if kinds == (int,) else "应为数值", en=f"must be {element.type}")
    reach = Text(zh=f"应在 {low:g} 至 {high:g} 之间", en=f"must lie between {low:g} and {high:g}")

    def check(value: Any) -> Text | None:
        whole = isinstance(value, float) and value.is_integer()
        if isinstance(value, bool) or not (isinstance(value, kinds) or whole):
            return kind
        return None if low <= value <= high else reach

    return check


def _code(codes: CodeList) -> Check | None:
    if codes.open:
        return lambda value: None if isinstance(value, str) else _NOT_TEXT
    allowed = frozenset(item.code for item in codes.items)
    wrong = Text(zh=f"不在代码集“{codes.title.zh}”中", en=f"is not in the code list {codes.title.en!r}")
    return lambda value: None if isinstance(value, str) and value in allowed else wrong


def _identifier(name: str) -> Check:
    scheme = identifiers.scheme(name)
    today = date.today()

    def check(value: Any) -> Text | None:
        if not isinstance(value, str):
            return _NOT_TEXT
        rule = scheme.broken(value, today)
        return None if rule is None or rule in scheme.warnings else scheme.reasons[rule]

    return check


def _day(text: str | None, otherwise: str) -> str:
    return (date.today().isoformat() if text == "today" else text) or otherwise


def _date(element: DataElement) -> Check:
    first, last = _day(element.earliest, "0001-01-01"), _day(element.latest, "9999-12-31")
    reach = Text(zh=f"应在 {first} 至 {last} 之间", en=f"must lie between {first} and {last}")

    def check(value: Any) -> Text | None:
        value = typed(value)
        if not isinstance(value, str) or not _is_date(value):
            return Text(zh="应为日期 YYYY-MM-DD", en="must be a date YYYY-MM-DD")
        return None if first <= value <= last else reach

    return check


@lru_cache(100_000)
def _is_date(value: str) -> bool:
    if not _DATE.match(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def moment(value: Any) -> datetime | None:
    """A date and time with its zone (ISO 8601), or None."""
    if not isinstance(value, str) or len(value) < 16:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _datetime(element: DataElement) -> Check:
    wrong = Text(
        zh="应为带时区的时间，如 2026-01-02T03:04:05+08:00",
        en="must be a time with its zone, such as 2026-01-02T03:04:05Z",
    )
    return lambda value: None if moment(typed(value)) else wrong


def _boolean(element: DataElement) -> Check:
    return lambda value: None if isinstance(value, bool) else Text(zh="应为 true 或 false", en="must be true or false")
