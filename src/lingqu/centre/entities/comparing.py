"""Whether two spellings of a value are the same, by the standard of its data element."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal, InvalidOperation
from typing import Any

from lingqu.centre.entities.definitions import AttributeType, EntityType
from lingqu.centre.entities.values import moment, typed
from lingqu.kernel import address, identifiers
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.letters import narrow_upper

Form = Callable[[Any], Any]
"""A value in the one form in which it is compared, or None where it is none of the element's values."""

_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ].*)?\Z")
_BETWEEN = re.compile(r"[\s·•‧・.·'\"“”]+")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z|[+-]?\d{1,30}(?:\.\d{1,30})?\Z")
_WIDER = ("province", "city", "district", "township")


@dataclass(frozen=True)
class Standard:
    """How values of one attribute are compared. ``ordered``: they have an order; ``near``: sameness in two forms is
    not sameness of forms (addresses)."""

    form: Form
    ordered: bool = False
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)


def standards(
    of: EntityType, elements: Mapping[str, DataElement], lists: Mapping[str, CodeList]
) -> dict[str, Standard]:
    """For each attribute that can be asked about; geometries and what points to other things are not among them."""
    return {
        name: _standard(attribute, elements.get(attribute.element or ""), lists, of)
        for name, attribute in of.attributes.items()
        if attribute.kind == "Property"
    }


def _standard(
    attribute: AttributeType, element: DataElement | None, lists: Mapping[str, CodeList], of: EntityType
) -> Standard:
    if element is None:
        return Standard(_words)
    if element.code_list and element.code_list in lists:
        return Standard(_code(lists[element.code_list]))
    if element.identifier:
        return Standard(_identifier(element.identifier))
    if element.type in ("integer", "number"):
        return Standard(_number, ordered=True)
    if element.type == "date":
        return Standard(_day, ordered=True)
    if element.type == "datetime":
        return Standard(_moment, ordered=True)
    if element.type == "boolean":
        return Standard(lambda value: value if isinstance(value, bool) else None)
    if element.mask == "address" or element.code.endswith("address"):
        return Standard(_address, same=same_address)
    return Standard(_words)


def _words(value: Any) -> str | None:
    """Names and other words: width, case, blanks and the dots within names do not count."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return _BETWEEN.sub("", narrow_upper(value)) or None if isinstance(value, str) else None


def _code(codes: CodeList) -> Form:
    spellings = codes.spellings()
    folded = {narrow_upper(spelling).strip(): code for spelling, code in spellings.items()}

    def form(value: Any) -> str | None:
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        found = spellings.get(text) or folded.get(narrow_upper(text))
        return found or (text or None if codes.open else None)

    return form


def _identifier(scheme: str) -> Form:
    normalize = identifiers.scheme(scheme).normalize
    return lambda value: (normalize(narrow_upper(value)) or None) if isinstance(value, str) else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = narrow_upper(value).strip()
        if not _NUMBER.match(value):
            return None
        value = value.replace(",", "")
    try:
        found = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _day(value: Any) -> str | None:
    value = typed(value)
    found = _DATE.match(narrow_upper(value).strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def _moment(value: Any) -> str | None:
    found = moment(typed(value))
    return found.astimezone(UTC).isoformat(timespec="microseconds") if found else None


def _address(value: Any) -> str | None:
    return address.normalize_address(value) or None if isinstance(value, str) else None


def same_address(one: str, other: str) -> bool:
    """The same flat by its key, and nothing wider that speaks against it: a district both name must be the same."""
    if one == other:
        return True
    key = address.address_key(one)
    if not key or key != address.address_key(other):
        return False
    first, second = address.parse_address(one), address.parse_address(other)
    pairs = [(getattr(first, name), getattr(second, name)) for name in _WIDER]
    return all(not a or not b or a == b for a, b in pairs)
