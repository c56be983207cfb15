"""Finding in the catalogue: words in both languages, and facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.centre.catalogue import wording
from lingqu.centre.catalogue.definitions import Department, InformationResource
from lingqu.centre.catalogue.reads import Shelf, shelf
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.text import Text

_BY_FACET: dict[str, Callable[[InformationResource], str]] = {
    "department": lambda resource: resource.department,
    "class": lambda resource: " / ".join(resource.classification[:2]),
    "sharing": lambda resource: resource.sharing.type,
    "opening": lambda resource: resource.opening.type,
    "format": lambda resource: resource.format,
    "cycle": lambda resource: resource.update_cycle,
    "level": lambda resource: resource.level,
}
_WORDS: dict[str, Mapping[str, Text]] = {
    "sharing": wording.SHARING,
    "opening": wording.OPENING,
    "format": wording.FORMAT,
    "cycle": wording.CYCLE,
    "level": wording.LEVEL,
}


@dataclass(frozen=True)
class Choice:
    """One value of a facet, and how many of what was found have it."""

    value: str
    title: Text
    count: int


@dataclass(frozen=True)
class Found:
    """Something of the catalogue that has all the words. ``kind`` is resource, data_element or code_list."""

    kind: str
    code: str
    title: Text


def resources(words: str, chosen: Mapping[str, str]) -> list[InformationResource]:
    """Those that have all the words and all the chosen facet values; whose title has them first."""
    asked, held = words.casefold().split(), shelf()
    found = [
        resource
        for resource in held.resources.values()
        if all(_BY_FACET[name](resource) == value for name, value in chosen.items() if name in _BY_FACET)
        and _has(asked, _of_resource(resource, held))
    ]
    return sorted(found, key=lambda resource: (not _has(asked, _title(resource)), resource.code))


def anything(words: str) -> list[Found]:
    """Resources, data elements and code lists that have all the words; nothing for no words."""
    asked = words.casefold().split()
    if not asked:
        return []
    found = [Found("resource", each.code, each.title) for each in resources(words, {})]
    for element in drawing.every(DataElement).values():
        if _has(asked, [*_title(element), element.standard, *element.synonyms]):
            found.append(Found("data_element", element.code, element.title))
    for code_list in drawing.every(CodeList).values():
        held = (text for item in code_list.items for text in (item.code, item.title.zh, item.title.en))
        if _has(asked, [*_title(code_list), code_list.standard, *held]):
            found.append(Found("code_list", code_list.code, code_list.title))
    return found


def facets(found: Iterable[InformationResource]) -> dict[str, list[Choice]]:
    """Each facet's values among what was found, most frequent first."""
    found = list(found)
    departments = drawing.every(Department)
    counted = {name: Counter(map(value, found)) for name, value in _BY_FACET.items()}
    return {
        name: [Choice(value, _words(name, value, departments), count) for value, count in counts.most_common()]
        for name, counts in counted.items()
    }


def _words(facet: str, value: str, departments: Mapping[str, Department]) -> Text:
    if facet == "department":
        department = departments.get(value)
        return department.title if department else Text(zh=value, en=value)
    return _WORDS.get(facet, {}).get(value) or Text(zh=value, en=value)


def _of_resource(resource: InformationResource, held: Shelf) -> list[str]:
    titles = [resource.abstract]
    for item in resource.items:
        element = held.elements.get(item.element)
        titles += [title for title in (item.title, element.title if element else None) if title]
    return [
        *_title(resource),
        resource.resource_code,
        *resource.classification,
        *_both(_words("department", resource.department, held.departments)),
        *(text for title in titles for text in _both(title)),
    ]


def _title(definition: Any) -> list[str]:
    return [definition.code, *_both(definition.title)]


def _both(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def _has(asked: list[str], texts: Iterable[str]) -> bool:
    held = "\n".join(texts).casefold()
    return all(word in held for word in asked)
