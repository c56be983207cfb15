"""Entity types made ready for writing and reading, once per revision of the drawing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities.definitions import AttributeType, EntityType
from lingqu.centre.entities.shapes import plain
from lingqu.centre.entities.values import Check, check_of, typed
from lingqu.kernel.elements import CodeList, DataElement

_GAPS = re.compile(r"[\W_]+")
LONGEST_LABEL = 200


@dataclass(frozen=True)
class Schema:
    """A type with its checks. ``titles``: attribute → code → words, for coded attributes."""

    definition: EntityType
    checks: Mapping[str, Check]
    titles: Mapping[str, Mapping[str, str]]
    required: tuple[str, ...]
    searched: tuple[str, ...]
    identifiers: tuple[str, ...]
    facets: tuple[str, ...]
    kinds: Mapping[str, str]

    def words(self, attribute: str, attrs: Mapping[str, Any]) -> str:
        """The value of an attribute as a person would say it; codes by their titles."""
        value = typed(plain(attrs.get(attribute)))
        if value is None:
            return ""
        titles = self.titles.get(attribute, {})
        if isinstance(value, Mapping):
            value = value.get("zh-hans") or value.get("zh") or next(iter(value.values()), "")
        if isinstance(value, list):
            return " ".join(titles.get(v, v) if isinstance(v, str) else str(v) for v in value)
        return titles.get(value, value) if isinstance(value, str) else str(value)


@dataclass
class _Shelf:
    revision: int = -1
    schemas: dict[str, Schema] = field(default_factory=dict)


_shelf = _Shelf()


def schemas() -> dict[str, Schema]:
    """Every type by code; made anew when the drawing changed."""
    now = access.revision()
    if _shelf.revision != now:
        elements, lists = drawing.every(DataElement), drawing.every(CodeList)
        made = {code: _make(d, elements, lists) for code, d in drawing.every(EntityType).items()}
        _shelf.revision, _shelf.schemas = now, made
    return _shelf.schemas


def _make(definition: EntityType, elements: Mapping[str, DataElement], lists: Mapping[str, CodeList]) -> Schema:
    checks: dict[str, Check] = {}
    titles: dict[str, Mapping[str, str]] = {}
    for name, attribute in definition.attributes.items():
        element = elements.get(attribute.element or "")
        if element is None or attribute.kind not in ("Property",):
            continue
        if check := check_of(element, lists):
            checks[name] = _many(check) if attribute.many else check
        if element.code_list and element.code_list in lists:
            titles[name] = {item.code: item.title.zh for item in lists[element.code_list].items}
    named = definition.attributes.items()
    label = (definition.label,)
    return Schema(
        definition=definition,
        checks=checks,
        titles=titles,
        required=_those(named, lambda a: a.required),
        searched=tuple(dict.fromkeys((*label, *_those(named, lambda a: a.search)))),
        identifiers=_those(named, lambda a: a.identifier),
        facets=_those(named, lambda a: a.facet),
        kinds={name: a.kind for name, a in named},
    )


def _those(named: Any, wanted: Callable[[AttributeType], bool]) -> tuple[str, ...]:
    return tuple(name for name, attribute in named if wanted(attribute))


def _many(check: Check) -> Check:
    def each(value: Any) -> Any:
        return next((wrong for v in value if (wrong := check(v))), None) if isinstance(value, list) else check(value)

    return each


def fold(text: str) -> str:
    """Text as it is searched: compatibility forms unified, case folded, one space between words."""
    if text.isascii():
        return _GAPS.sub(" ", text.lower()).strip()
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
