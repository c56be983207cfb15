"""Entries of the catalogue with everything they name put in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from lingqu.centre.catalogue import wording
from lingqu.centre.catalogue.definitions import Department, InformationResource, ItemType, ResourceItem
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.text import Text

_LETTERS: dict[str, ItemType] = {
    "string": "C",
    "text": "M",
    "integer": "I",
    "number": "N",
    "boolean": "L",
    "date": "D",
    "datetime": "T",
    "code": "C",
    "identifier": "C",
    "geometry": "G",
    "json": "G",
}
_CYCLES = {
    "realtime": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
    "quarterly": timedelta(days=92),
    "half_yearly": timedelta(days=184),
    "yearly": timedelta(days=366),
}


@dataclass(frozen=True)
class Item:
    """An item with its data element and code list. ``letter`` is the guide's type of it."""

    item: ResourceItem
    element: DataElement | None
    code_list: CodeList | None
    title: Text
    letter: ItemType
    key: bool

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def personal(self) -> bool:
        return self.element is not None and self.element.personal != "none"

    @property
    def sensitive(self) -> bool:
        return self.element is not None and self.element.personal == "sensitive"


@dataclass(frozen=True)
class Entry:
    """A resource with its department, items and related resources."""

    resource: InformationResource
    department: Department | None
    items: tuple[Item, ...]
    related: tuple[InformationResource, ...]

    @property
    def personal(self) -> bool:
        return any(item.personal for item in self.items)


@dataclass(frozen=True)
class Metadatum:
    """One of the 13 core metadata elements, ``number`` from 1."""

    number: int
    title: Text
    value: Text


@dataclass(frozen=True)
class Use:
    """That a definition uses another: ``where`` is the item, attribute or key of it."""

    kind: str
    code: str
    title: Text
    where: str


GRACE = 0.25
"""The share of its cycle by which a delivery may be late before it is called overdue: months end on weekends."""


@dataclass(frozen=True)
class Freshness:
    """``due`` is when the next delivery is due; None for irregular ones. ``late`` is how long it is past that."""

    due: datetime | None
    late: timedelta
    grace: timedelta = timedelta(0)

    @property
    def overdue(self) -> bool:
        return self.late > self.grace


@dataclass(frozen=True)
class Shelf:
    """The catalogue's definitions at one revision, fetched once for many entries."""

    resources: dict[str, InformationResource]
    departments: dict[str, Department]
    elements: dict[str, DataElement]
    lists: dict[str, CodeList]


def shelf() -> Shelf:
    return Shelf(
        drawing.every(InformationResource),
        drawing.every(Department),
        drawing.every(DataElement),
        drawing.every(CodeList),
    )


def entry(code: str, held: Shelf | None = None) -> Entry:
    resource = drawing.one(InformationResource, code) if held is None else held.resources[code]
    held = held or shelf()
    return Entry(
        resource,
        held.departments.get(resource.department),
        tuple(_item(resource, item, held) for item in resource.items),
        tuple(held.resources[code] for code in resource.related if code in held.resources),
    )


def _item(resource: InformationResource, item: ResourceItem, held: Shelf) -> Item:
    element = held.elements.get(item.element)
    return Item(
        item,
        element,
        held.lists.get(element.code_list or "") if element else None,
        item.title or (element.title if element else Text(zh=item.code, en=item.code)),
        item.type or _letter(element),
        item.code in resource.key,
    )


def _letter(element: DataElement | None) -> ItemType:
    """The guide's type letter: an amount of money is Y, whatever else its data element says."""
    if element is None:
        return "C"
    return "Y" if element.type == "number" and element.unit == "CNY" else _LETTERS[element.type]


def metadata(code: str, held: Shelf | None = None) -> list[Metadatum]:
    found = entry(code, held)
    values = zip(wording.ELEMENTS, _values(found), strict=True)
    return [Metadatum(number, title, value) for number, (title, value) in enumerate(values, 1)]


def _values(found: Entry) -> Iterator[Text]:
    resource = found.resource
    yield _both(" / ".join(resource.classification))
    yield resource.title
    yield _both(resource.resource_code)
    yield found.department.title if found.department else _both(resource.department)
    yield _both((found.department.uscc if found.department else None) or "")
    yield resource.abstract
    yield wording.FORMAT[resource.format]
    yield Text(
        zh="、".join(f"{item.title.zh}/{item.letter}" for item in found.items),
        en=", ".join(f"{item.title.en}/{item.letter}" for item in found.items),
    )
    sharing = resource.sharing
    yield _joined(wording.SHARING[sharing.type], sharing.condition, sharing.basis, wording.METHOD[sharing.method])
    yield _joined(wording.OPENING[resource.opening.type], resource.opening.condition)
    yield wording.CYCLE[resource.update_cycle]
    yield _both(resource.published)
    yield _both(", ".join(other.resource_code for other in found.related))


def _both(text: str) -> Text:
    return Text(zh=text, en=text)


def _joined(*texts: Text | None) -> Text:
    there = [text for text in texts if text]
    return Text(zh="；".join(text.zh for text in there), en="; ".join(text.en for text in there))


def used_where(kind: str, code: str) -> list[Use]:
    """Resources and entity types that use a data element; elements that use a code list; what they say of it."""
    if kind == "code_list":
        found = [e for e in drawing.every(DataElement).values() if e.code_list == code]
        return [Use("data_element", element.code, element.title, "code_list") for element in found]
    if kind == "data_element":
        return [*_in_resources(code), *_in_types(code)]
    if kind == "department":
        owned = [r for r in drawing.every(InformationResource).values() if r.department == code]
        return [Use("resource", resource.code, resource.title, "department") for resource in owned]
    return []


def _in_resources(element: str) -> Iterator[Use]:
    for resource in drawing.every(InformationResource).values():
        for item in resource.items:
            if item.element == element:
                yield Use("resource", resource.code, resource.title, item.code)


def _in_types(element: str) -> Iterator[Use]:
    for of in entities.entity_types().values():
        for name, attribute in of.attributes.items():
            if attribute.element == element:
                yield Use("entity_type", of.code, of.title, name)


def freshness(resource: InformationResource, last: datetime | None, now: datetime | None = None) -> Freshness:
    """Whether a resource is overdue by its update cycle. What was never delivered is counted from its publication."""
    cycle = _CYCLES.get(resource.update_cycle)
    if cycle is None:
        return Freshness(None, timedelta(0))
    since = last or timezone.make_aware(datetime.combine(date.fromisoformat(resource.published), time()))
    due = since + cycle
    return Freshness(due, max(timedelta(0), (now or timezone.now()) - due), cycle * GRACE)
