"""Data elements (数据元) and code lists (代码集): what a value means, wherever it is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, Literal

from lingqu.kernel.definition import Code, Definition, Field, Part, Reference
from lingqu.kernel.text import Text

ValueType = Literal[
    "string", "text", "integer", "number", "boolean", "date", "datetime", "code", "identifier", "geometry", "json"
]
Personal = Literal["none", "personal", "sensitive"]
Mask = Literal["none", "name", "identity", "phone", "address", "date", "hash", "absent"]


class CodeItem(Part):
    code: str
    title: Text
    parent: str | None = None
    until: str | None = Field(default=None, description="date from which the code is no longer given out, ISO 8601")
    successor: str | None = None
    aliases: tuple[str, ...] = ()


class CodeList(Definition):
    """A code list. ``items`` may stand in the file or in ``items_file``, a CSV beside it with columns
    ``code,zh,en,parent,until,successor,aliases`` (aliases split by ``|``; an empty ``en`` is the ``zh``)."""

    kind: ClassVar[str] = "code_list"
    folder: ClassVar[str] = "code_lists"

    standard: str = ""
    edition: str = ""
    items: tuple[CodeItem, ...] = ()
    items_file: str | None = None
    open: bool = Field(default=False, description="values outside the list are noted, not refused")

    def spellings(self) -> dict[str, str]:
        """Every text that is taken for an item → its code: the code, an alias, or a title no other item has."""
        titles = Counter(title for item in self.items for title in {item.title.zh, item.title.en})
        found: dict[str, str] = {}
        for item in self.items:
            found.update({t: item.code for t in (item.title.en, item.title.zh) if titles[t] == 1})
        found.update({alias: item.code for item in self.items for alias in item.aliases})
        found.update({item.code: item.code for item in self.items})
        return found


class DataElement(Definition):
    """A data element. ``identifier`` names a scheme of ``lingqu.kernel.identifiers``."""

    kind: ClassVar[str] = "data_element"
    folder: ClassVar[str] = "data_elements"

    type: ValueType
    standard: str = ""
    max_length: int | None = None
    min_length: int | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    earliest: str | None = Field(default=None, description="ISO 8601 date, or 'today'")
    latest: str | None = Field(default=None, description="ISO 8601 date, or 'today'")
    unit: str | None = Field(default=None, description="UN/CEFACT common code, as NGSI-LD unitCode")
    code_list: Code | None = None
    identifier: str | None = None
    personal: Personal = "none"
    mask: Mask = "none"
    synonyms: tuple[str, ...] = Field(default=(), description="column names under which departments hold it")

    def references(self) -> Iterator[Reference]:
        if self.code_list:
            yield Reference("code_list", self.code_list, ("code_list",))
