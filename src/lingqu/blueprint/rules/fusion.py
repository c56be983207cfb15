"""Registers: every attribute, item and register a fusion rule names is there, and they stand in an order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lingqu.blueprint.cycles import cycle
from lingqu.blueprint.lines import KeyPath
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.catalogue.definitions import InformationResource
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.fusion.definitions import Contribution, RegisterRules, Relation
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class _Register:
    entry: Entry
    rules: RegisterRules
    type: EntityType

    @property
    def attributes(self) -> set[str]:
        """The type's attributes and the register's own working ones, which begin with ``_``."""
        fed = (name for each in self.rules.contributions for name in (*each.attributes, *each.constants))
        working = (name for name in (*fed, *self.rules.relations) if name.startswith("_"))
        return {*self.type.attributes, *working}


def check(blueprint: Blueprint) -> Iterator[Fault]:
    types, resources = blueprint.every(EntityType), blueprint.every(InformationResource)
    elements = blueprint.every(DataElement)
    registers = {
        entry.code: _Register(entry, rules, types[rules.type])
        for entry, rules in blueprint.pairs(RegisterRules)
        if rules.type in types
    }
    for register in registers.values():
        for index, contribution in enumerate(register.rules.contributions):
            yield from _contribution(register, index, contribution, resources)
        yield from _attributes(register)
        yield from _survivors(register)
        yield from _required(register)
        yield from _identity(register, elements)
        for name, relations in register.rules.relations.items():
            for index, relation in enumerate(relations):
                yield from _relation(register, name, index, relation, registers)
    yield from _order(blueprint)


def _contribution(
    register: _Register, index: int, contribution: Contribution, resources: dict[str, InformationResource]
) -> Iterator[Fault]:
    path = ("contributions", index)
    for key in ("attributes", "constants"):
        for name in getattr(contribution, key):
            yield from _named(register, name, (*path, key, name))
    resource = resources.get(contribution.resource)
    if resource is None:
        return
    items = {item.code for item in resource.items}
    named: list[tuple[str, KeyPath]] = [
        *((code, (*path, "attributes", name)) for name, code in contribution.attributes.items()),
        *((code, (*path, "when", code)) for code in contribution.when),
    ]
    if contribution.newest:
        newest = contribution.newest
        named += [(code, (*path, "newest")) for code in (newest.by, *newest.per, *newest.having)]
    for code, place in named:
        if code not in items:
            yield register.entry.fault(
                "fusion.item",
                Text(zh=f"“{code}”不是 {resource.code} 的信息项", en=f"{code!r} is not an item of {resource.code}"),
                suggest(code, items, Text(zh="改正编码", en="Correct the code")),
                place,
            )


def _named(register: _Register, name: str, path: KeyPath) -> Iterator[Fault]:
    known = register.attributes
    if name not in known:
        yield register.entry.fault(
            "fusion.attribute",
            Text(zh=f"{register.type.code} 没有属性“{name}”", en=f"{register.type.code} has no attribute {name!r}"),
            suggest(name, known, Text(zh="改正属性名", en="Correct the name")),
            path,
        )


def _attributes(register: _Register) -> Iterator[Fault]:
    """What matching, survivorship and ids name."""
    rules, match = register.rules, register.rules.match
    named: list[tuple[str, KeyPath]] = [
        *((name, ("match", "exact", at)) for at, group in enumerate(match.exact) for name in group),
        *((name, ("match", "never")) for name in match.never),
        *((name, ("match", "compare", name)) for name in match.compare),
        *((_bare(block), ("match", "blocks", at)) for at, group in enumerate(match.blocks) for block in group),
        *((name, ("survivorship", name)) for name in rules.survivorship if name != "*"),
        *((name, ("id_from",)) for name in rules.id_from),
        *((name, ("addresses",)) for name in rules.addresses),
    ]
    if match.near:
        named.append((match.near.geometry, ("match", "near", "geometry")))
    if match.doubt:
        doubt = match.doubt
        named += [(name, ("match", "doubt")) for name in (doubt.identifier, doubt.born, *doubt.agree)]
    if rules.dissolve:
        named.append((rules.dissolve, ("dissolve",)))
    for name, path in named:
        yield from _named(register, name, path)


def _survivors(register: _Register) -> Iterator[Fault]:
    rules = register.rules
    resources = {contribution.resource for contribution in rules.contributions}
    for name, survivorship in rules.survivorship.items():
        for key, code in (*(("order", c) for c in survivorship.order), *(("without", c) for c in survivorship.without)):
            if code not in resources:
                yield register.entry.fault(
                    "fusion.order",
                    Text(zh=f"{code} 没有参与融合", en=f"{code} contributes nothing here"),
                    suggest(
                        code, resources, Text(zh="改正，或加为 contributions", en="Correct it, or let it contribute")
                    ),
                    ("survivorship", name, key),
                )


def _bare(block: str) -> str:
    """``name`` of ``name[:2]`` and ``address.road``."""
    found = re.match(r"\w+", block)
    return found.group() if found else block


def _required(register: _Register) -> Iterator[Fault]:
    fed = {name for each in register.rules.contributions for name in (*each.attributes, *each.constants)}
    fed |= set(register.rules.relations)
    for name, attribute in register.type.attributes.items():
        if attribute.required and name not in fed:
            yield register.entry.fault(
                "fusion.required",
                Text(zh=f"必填属性“{name}”没有来源", en=f"Nothing feeds the required attribute {name!r}"),
                Text(zh="在 contributions 中补上", en="Feed it in contributions"),
                ("contributions",),
            )


def _identity(register: _Register, elements: dict[str, DataElement]) -> Iterator[Fault]:
    for name in register.rules.id_from:
        attribute = register.type.attributes.get(name)
        element = elements.get(attribute.element or "") if attribute else None
        if element is not None and element.personal != "none":
            yield register.entry.fault(
                "fusion.personal_id",
                Text(zh=f"编号不得由个人信息“{name}”构成", en=f"An id must not be made of personal data: {name}"),
                Text(zh="去掉 id_from", en="Take id_from away"),
                ("id_from",),
            )


def _relation(
    register: _Register, name: str, index: int, relation: Relation, registers: dict[str, _Register]
) -> Iterator[Fault]:
    path = ("relations", name, index)
    yield from _named(register, name, path)
    yield from _named(register, relation.source, (*path, "from"))
    other = registers.get(relation.register_code)
    if other is None:
        return
    yield from _at(register, other, relation.match, (*path, "match"))
    if relation.take:
        yield from _at(register, other, relation.take, (*path, "take"))
        return
    attribute = register.type.attributes.get(name)
    if attribute is not None and other.type.code not in attribute.target:
        yield register.entry.fault(
            "fusion.target",
            Text(zh=f"“{name}”不能指向 {other.type.code}", en=f"{name!r} must not point to {other.type.code}"),
            Text(zh="改正关系，或在类型的 target 中补上", en="Correct the relation, or add it to the type's target"),
            (*path, "register"),
        )


def _at(register: _Register, other: _Register, name: str, path: KeyPath) -> Iterator[Fault]:
    if name not in other.attributes:
        yield register.entry.fault(
            "fusion.attribute",
            Text(zh=f"{other.type.code} 没有属性“{name}”", en=f"{other.type.code} has no attribute {name!r}"),
            suggest(name, other.attributes, Text(zh="改正属性名", en="Correct the name")),
            path,
        )


def _order(blueprint: Blueprint) -> Iterator[Fault]:
    ring = cycle({entry.code: rules.upstream() for entry, rules in blueprint.pairs(RegisterRules)})
    if ring:
        path = " → ".join(ring)
        yield blueprint.entries[("register", ring[0])].fault(
            "fusion.cycle",
            Text(zh=f"基础库互相等待：{path}", en=f"Registers wait for each other: {path}"),
            Text(zh="去掉其中一个 after 或关系", en="Take one after or relation away"),
            ("after",),
        )
