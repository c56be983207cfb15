"""The catalogue: departments, data elements, code lists, information resources, as the drawing holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from lingqu.centre.catalogue import reads as _reads
from lingqu.centre.catalogue import rows as _rows
from lingqu.centre.catalogue import search as _search
from lingqu.centre.catalogue import wording
from lingqu.centre.catalogue.definitions import Department, InformationResource, ResourceItem
from lingqu.centre.catalogue.reads import Entry, Freshness, Item, Metadatum, Use
from lingqu.centre.catalogue.search import Choice, Found
from lingqu.centre.drawing import door as drawing
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.text import Text


def departments() -> dict[str, Department]:
    return drawing.every(Department)


def resources() -> dict[str, InformationResource]:
    return drawing.every(InformationResource)


def resource(code: str) -> InformationResource:
    """Raises NotFound."""
    return drawing.one(InformationResource, code)


def data_elements() -> dict[str, DataElement]:
    return drawing.every(DataElement)


def code_lists() -> dict[str, CodeList]:
    return drawing.every(CodeList)


def entry(code: str) -> Entry:
    """A resource with its department, items (element, code list, type letter, personal or not) and related resources.
    Raises NotFound."""
    return _reads.entry(code)


def metadata(code: str) -> list[Metadatum]:
    """The 13 core metadata elements of a resource in the order and words of 发改高技〔2017〕1272号. Raises NotFound."""
    return _reads.metadata(code)


def search(words: str = "", chosen: Mapping[str, str] | None = None) -> list[InformationResource]:
    """Resources that have all the words (Chinese or English: title, code, abstract, provider, items) and the chosen
    facet values. Those with the words in their title come first. Facets: ``wording.FACETS``."""
    return _search.resources(words, chosen or {})


def search_all(words: str) -> list[Found]:
    """Resources, data elements (also by synonyms) and code lists (also by items) that have all the words."""
    return _search.anything(words)


def facets(found: Iterable[InformationResource]) -> dict[str, list[Choice]]:
    """For each facet its values among what was found, with titles in both languages and counts."""
    return _search.facets(found)


def used_where(kind: str, code: str) -> list[Use]:
    """What uses a ``data_element`` (items of resources, attributes of types), a ``code_list`` or a ``department``."""
    return _reads.used_where(kind, code)


def overdue(resource: InformationResource, last_delivery: datetime | None, now: datetime | None = None) -> Freshness:
    """When the next delivery is due by the resource's update cycle, and how late it is: overdue when by more than a
    quarter of the cycle. What was never delivered counts from its publication; irregular resources are never late."""
    return _reads.freshness(resource, last_delivery, now)


def as_rows(resources: Iterable[InformationResource], language: str) -> list[dict[str, str]]:
    """One row a resource, the 13 elements as columns, titles and values in one language."""
    return _rows.as_rows(resources, language)


def as_csv(resources: Iterable[InformationResource], language: str) -> bytes:
    """``as_rows`` as CSV in UTF-8 with byte order mark, safe to open in a spreadsheet program."""
    return _rows.as_csv(resources, language)


def as_json(resources: Iterable[InformationResource]) -> str:
    """Definitions as a JSON list, items resolved."""
    return _rows.as_json(resources)


__all__ = [
    "Choice",
    "CodeList",
    "DataElement",
    "Department",
    "Entry",
    "Found",
    "Freshness",
    "InformationResource",
    "Item",
    "Metadatum",
    "ResourceItem",
    "Text",
    "Use",
    "wording",
]
