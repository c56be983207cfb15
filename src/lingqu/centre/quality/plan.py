"""What is to be done with the rows of one source for one resource, put together from its definitions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.catalogue.door import CodeList, DataElement, InformationResource
from lingqu.centre.drawing import door as drawing
from lingqu.centre.exchange import door as exchange
from lingqu.centre.exchange.definitions import Mapping, Source
from lingqu.centre.quality.definitions import OnFail, RuleSet
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

VERSION = 1
"""Grows when the statement changes its meaning, so that what was checked before is checked again."""


@dataclass(frozen=True)
class Item:
    """One item of the resource. ``mapping`` is None where the source does not give it. ``at`` numbers its columns."""

    at: int
    code: str
    element: DataElement
    title: Text
    required: bool
    mapping: Mapping | None
    codes: CodeList | None
    on_fail: OnFail
    datum: str | None

    @property
    def column(self) -> str:
        """The source's columns, for people."""
        return " + ".join(self.mapping.names()) if self.mapping else ""


@dataclass(frozen=True)
class Plan:
    resource: InformationResource
    source: Source
    rules: RuleSet
    items: tuple[Item, ...]
    today: date
    digest: str
    references: dict[str, str] = field(default_factory=dict)  # resource → digest of its content


def timezone() -> str:
    return settings.TIME_ZONE


def plan_of(resource: str, source: str, *, today: date | None = None, references: dict[str, str] | None = None) -> Plan:
    """Raises ``Invalid`` (``quality.unmapped``) when a required item is had from nowhere."""
    definition = catalogue.resource(resource)
    origin = drawing.one(Source, source)
    rules = rule_set(definition)
    items = tuple(_item(at, item, definition, origin, rules) for at, item in enumerate(definition.items))
    lacking = [item.code for item in items if item.required and item.mapping is None]
    if lacking:
        names = ", ".join(lacking)
        raise Invalid(
            "quality.unmapped",
            Text(zh=f"必填信息项没有映射：{names}", en=f"Required items have no mapping: {names}"),
            place=source,
            next_step=Text(zh="在来源的 mapping 中补上", en="Add them to the source's mapping"),
        )
    today = today or datetime.now(ZoneInfo(timezone())).date()
    found = references or {}
    return Plan(definition, origin, rules, items, today, _digest(definition, origin, rules, items, found), found)


def rule_set(resource: InformationResource) -> RuleSet:
    """All rule sets of the resource as one."""
    found = [rules for rules in drawing.every(RuleSet).values() if rules.resource == resource.code]
    if len(found) == 1:
        return found[0]
    return RuleSet(
        code=resource.code,
        title=resource.title,
        resource=resource.code,
        rules=tuple(rule for rules in found for rule in rules.rules),
        on_fail={item: what for rules in found for item, what in rules.on_fail.items()},
    )


def _item(at: int, item: catalogue.ResourceItem, resource: InformationResource, source: Source, rules: RuleSet) -> Item:
    element = catalogue.data_elements()[item.element]
    mapping = source.mapping.get(item.code)
    return Item(
        at=at,
        code=item.code,
        element=element,
        title=item.title or element.title,
        required=item.required,
        mapping=mapping,
        codes=catalogue.code_lists().get(element.code_list) if element.code_list else None,
        on_fail=rules.on_fail.get(item.code, "row" if item.required or item.code in resource.key else "value"),
        datum=(mapping.datum if mapping else None) or source.datum or _own_datum(source),
    )


def _own_datum(source: Source) -> str | None:
    """OpenStreetMap files are WGS-84 by definition."""
    return "WGS-84" if source.config.get("format") == "pbf" else None


def _digest(
    resource: InformationResource, source: Source, rules: RuleSet, items: tuple[Item, ...], references: dict[str, str]
) -> str:
    told = {
        "version": VERSION,
        "contract": exchange.contract_digest(source),
        "mapping": source.model_dump(mode="json", include={"mapping", "datum"}),
        "rules": rules.document(),
        "resource": [resource.key, [(i.code, i.required, i.element.document()) for i in items]],
        "codes": {i.codes.code: i.codes.document() for i in items if i.codes},
        "references": references,
        "zone": timezone(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
