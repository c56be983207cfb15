"""Values as people read them: by data element, in the reader's language, with unit, code and age."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import AttributeType, EntityType
from lingqu.kernel import units
from lingqu.kernel.elements import DataElement

_PLAIN_NUMBERS = {"year", "built_year", "period"}


@dataclass(frozen=True)
class Shown:
    """``code`` stands behind ``text``; ``exact`` is what hovering tells; ``href`` leads to the thing itself."""

    text: str
    unit: str = ""
    code: str = ""
    exact: str = ""
    href: str = ""
    number: bool = False
    masked: bool = False


NOTHING = Shown("")


def number(value: float, language: str, *, short: bool = False) -> str:
    """Thousands by comma in both languages; ``short`` gives 万 and 亿 (Chinese) or k and M from 100,000 on."""
    if short and abs(value) >= 100_000:
        steps = [(1e8, " 亿"), (1e4, " 万")] if language.startswith("zh") else [(1e9, " bn"), (1e6, " M"), (1e3, " k")]
        for size, word in steps:
            if abs(value) >= size:
                return f"{value / size:,.1f}".removesuffix(".0") + word
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def moment(value: str | datetime | date) -> datetime | date | None:
    if not isinstance(value, str):
        return value
    try:
        return (parse_datetime(value) if "T" in value else None) or parse_date(value[:10])
    except ValueError:
        return None


@dataclass
class Wording:
    """Shows values in one language. ``labels`` names entities that relationships point to (see ``learn``), ``places``
    division codes."""

    language: str
    elements: Mapping[str, DataElement] = field(default_factory=catalogue.data_elements)
    lists: Mapping[str, catalogue.CodeList] = field(default_factory=catalogue.code_lists)
    labels: dict[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def learn(self, found: Iterable[entities.Entity], types: Mapping[str, EntityType]) -> None:
        for entity in found:
            self.labels[entity.id] = self.label(types.get(entity.type), entity)

    def title(self, attribute: AttributeType | None, name: str) -> str:
        if attribute is None:
            return name
        if attribute.title:
            return attribute.title.say(self.language)
        element = self.elements.get(attribute.element or "")
        return element.title.say(self.language) if element else name

    def label(self, entity_type: EntityType | None, entity: entities.Entity) -> str:
        if entity_type is not None:
            attribute = entity_type.attributes[entity_type.label]
            element = self.elements.get(attribute.element or "")
            if element and element.code_list:
                shown = self.show(attribute, entity.attrs.get(entity_type.label))
                if shown:
                    return shown[0].text
            if entity.value(entity_type.label) is None:
                return self._unnamed(entity_type, entity)
        return entity.label or entity.id

    def _unnamed(self, entity_type: EntityType, entity: entities.Entity) -> str:
        """What stands beside the missing name, else the kind with the end of its number to tell it from others."""
        beside = entity_type.sublabel
        if beside and (shown := self.show(entity_type.attributes[beside], entity.attrs.get(beside))):
            return shown[0].text
        kind = entity_type.title.say(self.language)
        return _("%(kind)s without a name (…%(end)s)") % {"kind": kind, "end": entity.id[-4:]}

    def code_title(self, code_list: str, code: str) -> str:
        if code_list not in self._codes:
            found = self.lists.get(code_list)
            items = found.items if found else ()
            self._codes[code_list] = {item.code: item.title.say(self.language) for item in items}
        return self._codes[code_list].get(code, "")

    def show(self, attribute: AttributeType | None, instances: Any) -> list[Shown]:
        """Each instance of an attribute (store form) as something to read."""
        if instances is None:
            return []
        shown: list[Shown] = []
        for instance in instances if isinstance(instances, list) else [instances]:
            if isinstance(instance, Mapping):
                shown += self._instance(attribute, instance)
        return [s for s in shown if s.text]

    def _instance(self, attribute: AttributeType | None, instance: Mapping[str, Any]) -> list[Shown]:
        if "languageMap" in instance:
            words = instance["languageMap"]
            return [Shown(str(words.get(self.language[:2]) or next(iter(words.values()), "")))]
        if "object" in instance or "objectList" in instance:
            targets = instance.get("object", instance.get("objectList"))
            return [self._target(t) for t in (targets if isinstance(targets, list) else [targets])]
        value = instance.get("value", instance.get("vocab", instance.get("json")))
        element = self.elements.get((attribute.element if attribute else None) or "")
        unit = instance.get("unitCode") or (element.unit if element else None) or ""
        values = value if isinstance(value, list) else [value]
        return [self.plain(element, v, unit) for v in values]

    def _target(self, target: Any) -> Shown:
        kind = str(target).split(":")[2] if str(target).count(":") >= 3 else ""
        href = reverse("registers:record", args=[kind, target]) if kind else ""
        return Shown(self.labels.get(str(target)) or self._out_of_sight(str(target)), exact=str(target), href=href)

    def _out_of_sight(self, target: str) -> str:
        """What the reader may not look at is said by its kind; its number stands behind it."""
        parts = target.split(":")
        kind = entities.entity_types().get(parts[2]) if len(parts) > 3 else None
        return f"{kind.title.say(self.language)} …{target[-4:]}" if kind else target

    def plain(self, element: DataElement | None, value: Any, unit: str = "") -> Shown:
        """One plain value under its data element."""
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return Shown(_("yes") if value else _("no"))
        if isinstance(value, Mapping):
            return self._structured(value)
        unit_text = self.unit(unit)
        if isinstance(value, int | float):
            if element and element.code in _PLAIN_NUMBERS:
                return Shown(f"{value:g}", unit_text, number=True)
            return Shown(number(value, self.language), unit_text, number=True)
        return self._text(element, str(value), unit_text)

    def unit(self, code: str) -> str:
        return units.behind(code).say(self.language)

    def _text(self, element: DataElement | None, value: str, unit: str) -> Shown:
        masked = bool(element and element.personal != "none" and "*" in value)
        if element is None or masked:
            return Shown(value, unit, masked=masked)
        if element.code_list:
            title = self.code_title(element.code_list, value)
            return Shown(title or value, code=value if title else "")
        if element.type in ("date", "datetime"):
            return self._when(element, value)
        if element.identifier == "division" and value in self.places:
            return Shown(self.places[value], code=value)
        return Shown(value, unit)

    def _when(self, element: DataElement, value: str) -> Shown:
        found = moment(value)
        if found is None:
            return Shown(value)
        return Shown(day(found, self.language), exact=value, number=True)

    def _structured(self, value: Mapping[str, Any]) -> Shown:
        if "@value" in value:
            return Shown(str(value["@value"]))
        if value.get("type") == "Point":
            longitude, latitude = value["coordinates"][:2]
            return Shown(f"{latitude:.6f}, {longitude:.6f}", exact="WGS-84")
        if "coordinates" in value:
            names = {
                "Polygon": _("area"),
                "MultiPolygon": _("area"),
                "LineString": _("line"),
                "MultiLineString": _("line"),
            }
            return Shown(names.get(str(value.get("type")), str(value.get("type"))), exact="WGS-84")
        return Shown(", ".join(f"{k}: {v}" for k, v in value.items()))


def day(value: date | datetime, language: str) -> str:
    """A date, with the time of day when it has one, as people say it."""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{day(local.date(), language)} {local:%H:%M}"
    if language.startswith("zh"):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B} {value.year}"


def ago(value: datetime, language: str, now: datetime | None = None) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(0, int(((now or timezone.now()) - value).total_seconds()))
    zh = language.startswith("zh")
    if seconds < 60:
        return "刚刚" if zh else "just now"
    for size, word, one in ((86400, "天", "day"), (3600, "小时", "hour"), (60, "分钟", "minute")):
        count = seconds // size
        if count and not (size == 86400 and count > 30):
            return f"{count} {word}前" if zh else f"{count} {one}{'s' if count > 1 else ''} ago"
        if count:
            break
    local = timezone.localtime(value)
    return day(local.date(), language)
