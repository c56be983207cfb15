"""Quality rules name items that are there, and all that their kind of check needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lingqu.blueprint.lines import KeyPath
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.quality.definitions import Rule, RuleSet
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

_NEEDS = {
    "condition": ("then",),
    "unique": ("items",),
    "reference": ("item", "to_resource", "to_item"),
    "derived": ("item", "identifier_item", "part"),
}
Named = tuple[str, KeyPath]


def check(blueprint: Blueprint) -> Iterator[Fault]:
    resources = blueprint.every(InformationResource)
    sets: dict[str, str] = {}
    for entry, rules in blueprint.pairs(RuleSet):
        first = sets.setdefault(rules.resource, entry.code)
        if first != entry.code:
            yield entry.fault(
                "quality.two_sets",
                Text(
                    zh=f"{rules.resource} 已有规则集 {first}", en=f"{rules.resource} has the rule set {first} already"
                ),
                Text(zh="合并两个规则集", en="Make the two one"),
                ("resource",),
            )
        resource = resources.get(rules.resource)
        if resource is not None:
            yield from _items(entry, {item.code for item in resource.items}, resource.code, _named(rules))
        for index, rule in enumerate(rules.rules):
            yield from _rule(entry, rules, index, rule)
            other = resources.get(rule.to_resource or "")
            if other is not None and rule.to_item:
                named: list[Named] = [(rule.to_item, ("rules", index, "to_item"))]
                yield from _items(entry, {item.code for item in other.items}, other.code, named)


def _named(rules: RuleSet) -> list[Named]:
    """Every item of the resource that the rules name."""
    named: list[Named] = [(code, ("on_fail", code)) for code in rules.on_fail]
    for index, rule in enumerate(rules.rules):
        path = ("rules", index)
        named += [(code, (*path, "items")) for code in rule.items]
        named += [(code, (*path, key)) for key in ("item", "identifier_item") if (code := getattr(rule, key))]
        conditions = [*((c, (*path, "when", at)) for at, c in enumerate(rule.when)), (rule.then, (*path, "then"))]
        for condition, place in conditions:
            if condition is not None:
                named.append((condition.item, (*place, "item")))
                named += [(condition.to, (*place, "to"))] if condition.to else []
    return named


def _items(entry: Entry, items: set[str], resource: str, named: Sequence[Named]) -> Iterator[Fault]:
    for code, path in named:
        if code not in items:
            yield entry.fault(
                "quality.item",
                Text(zh=f"“{code}”不是 {resource} 的信息项", en=f"{code!r} is not an item of {resource}"),
                suggest(code, items, Text(zh="改正编码", en="Correct the code")),
                path,
            )


def _rule(entry: Entry, rules: RuleSet, index: int, rule: Rule) -> Iterator[Fault]:
    missing = [key for key in _NEEDS[rule.check] if not getattr(rule, key)]
    if missing:
        keys = ", ".join(missing)
        yield entry.fault(
            "quality.rule",
            Text(zh=f"{rule.check} 检查缺少 {keys}", en=f"A check of kind {rule.check} needs {keys}"),
            Text(zh=f"补上 {keys}", en=f"Add {keys}"),
            ("rules", index),
        )
    if any(other.code == rule.code for other in rules.rules[:index]):
        yield entry.fault(
            "quality.duplicate",
            Text(zh=f"规则“{rule.code}”重复", en=f"The rule {rule.code!r} stands twice"),
            Text(zh="改用另一个编码", en="Give it another code"),
            ("rules", index, "code"),
        )
