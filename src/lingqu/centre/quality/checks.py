"""Every rule of a plan as a SQL condition that is true where the rule is broken.

A condition speaks of ``t<n>`` (text of item n), ``v<n>`` (typed value), ``b<n>`` (broken rule of an identifier),
``g<n>`` (geometry), and, in rules across items, ``w<n>``: the typed value that kept its own item's rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lingqu.centre.quality import sql
from lingqu.centre.quality.conditions import condition, item_of
from lingqu.centre.quality.definitions import OnFail, Rule
from lingqu.centre.quality.plan import Item, Plan
from lingqu.centre.quality.values import ended_codes, ended_type, words_of, words_type
from lingqu.kernel.identifiers import scheme
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Check:
    """``level``: element (one item), cross (one row), set (needs all rows; ``items`` are unique, or ``reference``)."""

    rule: str
    items: tuple[Item, ...]
    on_fail: OnFail
    broken: str
    reason: Text
    level: str = "element"
    reference: tuple[str, str] | None = None  # resource, item

    @property
    def empties(self) -> bool:
        """Whether the value is left out when the rule is broken."""
        return self.on_fail != "note"


def checks_of(plan: Plan) -> list[Check]:
    found = [check for item in plan.items for check in _of_item(item, plan.today)]
    found += [_of_rule(rule, plan) for rule in plan.rules.rules]
    unique = [_codes(check) for check in found if check.level == "set" and not check.reference]
    if plan.resource.key and plan.resource.key not in unique:
        by_code = {item.code: item for item in plan.items}
        keys = tuple(item_of(by_code, code, "key") for code in plan.resource.key)
        found.append(Check("key", keys, "note", "", _TWICE, "set"))
    return found


_TWICE = Text(zh="与其他行重复", en="occurs in another row too")


def _codes(check: Check) -> tuple[str, ...]:
    return tuple(item.code for item in check.items)


def _of_item(item: Item, today: date) -> Iterator[Check]:
    def check(rule: str, broken: str, zh: str, en: str, on_fail: OnFail | None = None) -> Check:
        return Check(rule, (item,), on_fail or item.on_fail, broken, Text(zh=zh, en=en))

    if item.required:
        yield check("required", f"t{item.at} IS NULL", "必填项为空", "A required value is missing", "row")
    if item.mapping is None:
        return
    yield from _type(item, check)
    yield from _element(item, check, today)


def _type(item: Item, check) -> Iterator[Check]:
    t, v, kind = f"t{item.at}", f"v{item.at}", item.element.type
    if kind == "geometry":
        g = f"g{item.at}"
        yield check("geometry", f"{g} = '!parse'", "不是有效的几何", "Not a valid geometry")
        yield check("geometry_range", f"{g} = '!range'", "坐标超出范围", "Coordinates are out of range")
        yield check("datum", f"{g} = '!datum'", "该行没有坐标系", "The row has no datum")
        yield check("geometry_mended", f"starts_with({g}, '~')", "图形自相交，已修复", "Crossed itself; mended", "note")
    elif item.codes is not None and kind == "code":
        yield from _codes_of(item, check)
    elif kind in ("integer", "number", "boolean", "date", "datetime"):
        said = {"integer": ("整数", "a whole number"), "number": ("数", "a number"), "boolean": ("是否值", "yes or no")}
        zh, en = said.get(kind, ("日期", "a date"))
        yield check("type", f"{t} IS NOT NULL AND {v} IS NULL", f"不是{zh}", f"Not {en}")
    elif kind == "json":
        yield check("type", f"NOT json_valid({t})", "不是 JSON", "Not JSON")
    elif kind == "identifier" and item.element.identifier:
        known = scheme(item.element.identifier)
        for number, (rule, reason) in enumerate(known.reasons.items(), 1):
            on_fail: OnFail | None = "note" if rule in known.warnings else None
            yield check(f"{known.code}.{rule}", f"b{item.at} = {number}", reason.zh, reason.en, on_fail)


def _codes_of(item: Item, check) -> Iterator[Check]:
    codes = item.codes
    assert codes is not None
    if words_of(item):
        unknown = f"t{item.at} IS NOT NULL AND try_cast(t{item.at} AS {words_type(item)}) IS NULL"
        zh, en = f"代码不在代码集 {codes.title.zh} 中", f"Not a code of {codes.title.en}"
        yield check("code_list", unknown, zh, en, "note" if codes.open else None)
    if ended_codes(item):
        yield check(
            "code_ended",
            f"try_cast(v{item.at} AS {ended_type(item)}) IS NOT NULL",
            "代码已停用",
            "The code is no longer given out",
            "note",
        )


def _element(item: Item, check, today: date) -> Iterator[Check]:
    element, v = item.element, f"v{item.at}"
    if element.max_length is not None:
        zh, en = f"长度超过 {element.max_length}", f"Longer than {element.max_length}"
        yield check("max_length", f"length({v}::VARCHAR) > {element.max_length}", zh, en)
    if element.min_length is not None:
        zh, en = f"长度不足 {element.min_length}", f"Shorter than {element.min_length}"
        yield check("min_length", f"length({v}::VARCHAR) < {element.min_length}", zh, en)
    if element.pattern is not None:
        broken = f"NOT regexp_matches({v}::VARCHAR, {sql.text(element.pattern)})"
        yield check("pattern", broken, f"不符合格式 {element.pattern}", f"Does not fit {element.pattern}")
    if element.minimum is not None:
        yield check("minimum", f"{v} < {element.minimum!r}", f"小于 {element.minimum:g}", f"Below {element.minimum:g}")
    if element.maximum is not None:
        yield check("maximum", f"{v} > {element.maximum!r}", f"大于 {element.maximum:g}", f"Above {element.maximum:g}")
    if element.earliest is not None:
        day = _day(element.earliest, today)
        yield check("earliest", f"{v}::DATE < DATE '{day}'", f"早于 {day}", f"Before {day}")
    if element.latest is not None:
        day = _day(element.latest, today)
        yield check("latest", f"{v}::DATE > DATE '{day}'", f"晚于 {day}", f"After {day}")


def _day(text: str, today: date) -> str:
    return today.isoformat() if text == "today" else date.fromisoformat(text).isoformat()


def _of_rule(rule: Rule, plan: Plan) -> Check:
    items = {item.code: item for item in plan.items}
    unkept = Text(zh=f"不符合：{rule.title.zh}", en=f"Does not hold: {rule.title.en}")

    def chosen(*codes: str | None) -> tuple[Item, ...]:
        return tuple(item_of(items, code or "", rule.code) for code in codes)

    if rule.check == "condition" and rule.then is not None:
        when = sql.all_of(condition(items, c, rule.code, plan.today) for c in rule.when)
        then = condition(items, rule.then, rule.code, plan.today)
        told = (rule.then.item, rule.then.to) if rule.then.to else (rule.then.item,)
        return Check(rule.code, chosen(*told), rule.on_fail, f"({when}) AND NOT ({then})", unkept, "cross")
    if rule.check == "derived":
        (item, identifier) = chosen(rule.item, rule.identifier_item)
        broken = _derived(rule.part or "birth_date", f"w{item.at}", f"w{identifier.at}")
        return Check(rule.code, (item,), rule.on_fail, broken, unkept, "cross")
    if rule.check == "reference":
        to = (rule.to_resource or "", rule.to_item or "")
        return Check(rule.code, chosen(rule.item), rule.on_fail, "", unkept, "set", to)
    return Check(rule.code, chosen(*rule.items), rule.on_fail, "", unkept, "set")


def _derived(part: str, value: str, number: str) -> str:
    """What a citizen ID says of its holder, GB 11643: date of birth, sex, region of first registration."""
    if part == "birth_date":
        return f"{value} <> try_strptime(substr({number}, 7, 8), '%Y%m%d')::DATE"
    if part == "sex":
        said = f"CASE WHEN try_cast(substr({number}, 17, 1) AS INTEGER) % 2 = 1 THEN '1' ELSE '2' END"
        return f"{value} IN ('1', '2') AND {number} IS NOT NULL AND {value} <> {said}"
    return f"left({value}, 6) <> left({number}, 6)"
