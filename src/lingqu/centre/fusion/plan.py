"""A register's rules together with what its type and data elements say: the resolved object the steps work from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lingqu.centre.entities.definitions import AttributeType, EntityType
from lingqu.centre.fusion.definitions import RegisterRules, Survivorship
from lingqu.kernel.elements import CodeList, DataElement

Normal = Literal["text", "name", "identifier", "phone", "date", "number", "address", "geometry"]
"""How values are made comparable."""

ENGINE = "1"
"""Part of every digest: raised when the engine's results change, so that registers are fused anew."""


@dataclass(frozen=True)
class Attribute:
    name: str
    kind: str  # Property | GeoProperty | Relationship | LanguageProperty
    value_type: str  # of the data element
    normal: Normal
    scheme: str = ""  # of lingqu.kernel.identifiers
    many: bool = False
    unit: str = ""
    required: bool = False
    kin: tuple[tuple[str, str], ...] = ()
    """(wider, narrower) codes: 20 married and 21 first married do not contradict each other."""

    @property
    def written(self) -> bool:
        return not self.name.startswith("_")


@dataclass(frozen=True)
class Plan:
    rules: RegisterRules
    attributes: Mapping[str, Attribute]
    label: str = ""
    region: str = ""

    @property
    def code(self) -> str:
        return self.rules.code

    def contributed(self) -> list[Attribute]:
        """Attributes that some resource gives, in a fixed order."""
        given = {a for c in self.rules.contributions for a in (*c.attributes, *c.constants)}
        return [self.attributes[a] for a in sorted(given)]

    def survivorship(self, attribute: str) -> Survivorship:
        rules = self.rules.survivorship
        return rules.get(attribute) or rules.get("*") or Survivorship()

    def digest(self) -> str:
        """Changes when the rules, or what the type and elements say, change."""
        said = [ENGINE, self.rules.document(), [repr(self.attributes[a]) for a in sorted(self.attributes)], self.label]
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]


def resolve(
    rules: RegisterRules,
    of: EntityType,
    elements: Mapping[str, DataElement],
    code_lists: Mapping[str, CodeList] | None = None,
) -> Plan:
    """The plan of a register. Attributes the type does not have are working attributes and start with ``_``."""
    used = {a for c in rules.contributions for a in (*c.attributes, *c.constants)}
    names = sorted(used | set(of.attributes))
    attributes = {a: _attribute(a, of.attributes.get(a), rules, elements, code_lists or {}) for a in names}
    return Plan(rules, attributes, label=of.label, region=of.region or "")


def _attribute(
    name: str,
    attribute: AttributeType | None,
    rules: RegisterRules,
    elements: Mapping[str, DataElement],
    code_lists: Mapping[str, CodeList],
) -> Attribute:
    element = elements.get(attribute.element) if attribute and attribute.element else None
    kind = attribute.kind if attribute else "Property"
    return Attribute(
        name=name,
        kind=kind,
        value_type="geometry" if kind == "GeoProperty" else element.type if element else "string",
        normal=_normal(name, kind, rules, element),
        scheme=(element.identifier or "") if element else "",
        many=bool(attribute and attribute.many),
        unit=(element.unit or "") if element else "",
        required=bool(attribute and attribute.required),
        kin=_kin(code_lists.get(element.code_list or "")) if element else (),
    )


def _kin(codes: CodeList | None) -> tuple[tuple[str, str], ...]:
    if codes is None:
        return ()
    parents = {item.code: item.parent for item in codes.items if item.parent}
    pairs = []
    for code in parents:
        above: str | None = code
        while above := parents.get(above or ""):
            pairs.append((above, code))
            if len(pairs) > len(parents) * 10:  # a list whose parents go in a circle
                return ()
    return tuple(pairs)


def _normal(name: str, kind: str, rules: RegisterRules, element: DataElement | None) -> Normal:
    if kind == "GeoProperty":
        return "geometry"
    if name in rules.addresses:
        return "address"
    if element is None:
        return "text"
    if element.identifier:
        return "phone" if element.identifier == "phone" else "identifier"
    if rules.match.compare.get(name) == "name" or element.mask == "name":
        return "name"
    by_type: dict[str, Normal] = {"date": "date", "number": "number", "integer": "number"}
    return by_type.get(element.type, "text")
