"""The columns of a delivery: the agreed items, named by their code, and what their values are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.kernel.elements import ValueType
from lingqu.kernel.text import Text

ID = "_id"
_NESTED = ("json", "geometry")


@dataclass(frozen=True)
class Column:
    """``type`` is that of the data element; what is masked is text, several values of one attribute are ``json``."""

    name: str
    title: Text
    attribute: str
    type: ValueType

    def told(self) -> dict[str, Any]:
        """As a manifest says it."""
        return {"name": self.name, "title": self.title.model_dump(), "type": self.type}


THE_ID = Column(ID, Text(zh="实体标识", en="Entity identifier"), "", "string")


def of(agreement: Agreement, actor: Actor, *, with_id: bool) -> list[Column]:
    """The columns in the order of the agreement."""
    elements = catalogue.data_elements()
    resource = catalogue.resources().get(agreement.resource)
    items = {item.code: item for item in resource.items} if resource else {}
    attributes = entities.entity_type(agreement.entity_type).attributes
    hidden = access.hidden(actor, agreement.entity_type)
    found = [THE_ID] if with_id else []
    for code, attribute in agreement.attributes:
        item, declared = items.get(code), attributes.get(attribute)
        element = elements.get(item.element) if item else None
        title = (item.title if item else None) or (element.title if element else Text(zh=code, en=code))
        kind: ValueType = element.type if element else "string"
        if declared and declared.kind == "GeoProperty":
            kind = "geometry"
        elif declared and (declared.many or declared.kind == "LanguageProperty"):
            kind = "json"
        elif attribute in hidden:
            kind = "string"
        found.append(Column(code, title, attribute, kind))
    return found


def row(entity: entities.Entity, columns: list[Column]) -> tuple[Any, ...]:
    """The plain values of an entity, nested ones as JSON has them."""
    return tuple(entity.id if c.name == ID else entity.value(c.attribute) for c in columns)


def flat(column: Column, value: Any) -> Any:
    """For tables: what is nested becomes JSON text."""
    if value is not None and (column.type in _NESTED or isinstance(value, dict | list)):
        return orjson.dumps(value).decode()
    return value


def digest(columns: list[Column]) -> str:
    told = [(c.name, c.attribute, c.type) for c in columns]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()
