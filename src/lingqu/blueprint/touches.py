"""Which data a change of the drawing touches: entities of a type, deliveries of a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.blueprint.differences import Difference
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.drawing.door import Placed
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.kernel.text import Text

Layer = Mapping[tuple[str, str], Placed]
_MANY = 1000
"""Deliveries are counted up to here."""


@dataclass(frozen=True)
class Touch:
    """``count`` pieces of data. ``loses``: they would no longer be described, so apply asks for a plain yes."""

    what: str  # entities | deliveries
    of: str
    count: int
    loses: bool
    message: Text


def touched(action: str, placed: Placed, found: Iterable[Difference], all_of_them: Layer) -> Iterator[Touch]:
    """The data behind one definition, where there is any."""
    reach = _REACH.get(placed.kind)
    if reach is not None:
        loses = action == "remove" or any(_drops(placed.kind, difference) for difference in found)
        for touch in reach(placed.code, placed.document, loses, all_of_them):
            if touch.count:
                yield touch


def _drops(kind: str, difference: Difference) -> bool:
    """Taking away an attribute or item, or giving it another meaning, touches the data under it."""
    where = difference.path[:1]
    if kind == "entity_type":
        return where == ("attributes",) and len(difference.path) == 2 and difference.after is None
    if kind == "resource":
        return where == ("items",) and len(difference.path) == 2 and difference.after is None
    if kind == "data_element":
        return where == ("type",)
    return False


def _type(code: str, _: Mapping[str, Any], loses: bool, __: Layer) -> Iterator[Touch]:
    count = entities.type_counts(SYSTEM).get(code, 0)
    yield Touch("entities", code, count, loses, Text(zh=f"{count} 个{code}实体", en=f"{count} entities of {code}"))


def _resource(code: str, _: Mapping[str, Any], loses: bool, __: Layer) -> Iterator[Touch]:
    yield _deliveries(code, loses, resource=code)


def _source(code: str, _: Mapping[str, Any], __: bool, ___: Layer) -> Iterator[Touch]:
    yield _deliveries(code, False, source=code)


def _rule_set(_: str, document: Mapping[str, Any], __: bool, ___: Layer) -> Iterator[Touch]:
    yield _deliveries(document["resource"], False, resource=document["resource"])


def _register(_: str, document: Mapping[str, Any], __: bool, layer: Layer) -> Iterator[Touch]:
    yield from _type(document["type"], document, False, layer)


def _element(code: str, _: Mapping[str, Any], loses: bool, layer: Layer) -> Iterator[Touch]:
    for (kind, user), placed in layer.items():
        document = placed.document
        if kind == "entity_type" and any(a.get("element") == code for a in document["attributes"].values()):
            yield from _type(user, document, loses, layer)
        if kind == "resource" and any(item["element"] == code for item in document["items"]):
            yield _deliveries(user, loses, resource=user)


def _code_list(code: str, _: Mapping[str, Any], __: bool, layer: Layer) -> Iterator[Touch]:
    for (kind, user), placed in layer.items():
        if kind == "data_element" and placed.document.get("code_list") == code:
            yield from _element(user, placed.document, False, layer)


def _deliveries(code: str, loses: bool, *, resource: str = "", source: str = "") -> Touch:
    count = len(exchange.deliveries(resource=resource, source=source, limit=_MANY))
    said = f"{count}+" if count == _MANY else str(count)
    message = Text(zh=f"{code} 的 {said} 次交付", en=f"{said} deliveries of {code}")
    return Touch("deliveries", code, count, loses, message)


_REACH: dict[str, Callable[[str, Mapping[str, Any], bool, Layer], Iterator[Touch]]] = {
    "entity_type": _type,
    "resource": _resource,
    "source": _source,
    "rule_set": _rule_set,
    "register": _register,
    "data_element": _element,
    "code_list": _code_list,
}
