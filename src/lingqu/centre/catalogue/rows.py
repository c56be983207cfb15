"""The catalogue as rows, for CSV and JSON: one per resource, the 13 core metadata elements as columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from lingqu.centre.catalogue import reads, wording
from lingqu.centre.catalogue.definitions import InformationResource

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_rows(resources: Iterable[InformationResource], language: str) -> list[dict[str, str]]:
    """Column titles and values in one language."""
    held = reads.shelf()
    return [
        {each.title.say(language): each.value.say(language) for each in reads.metadata(resource.code, held)}
        for resource in resources
    ]


def as_csv(resources: Iterable[InformationResource], language: str) -> bytes:
    """UTF-8 with a byte order mark, which spreadsheet programs need for Chinese. A cell that a spreadsheet would run
    as a formula is quoted by an apostrophe."""
    out = io.StringIO()
    names = [title.say(language) for title in wording.ELEMENTS]
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    for row in as_rows(resources, language):
        writer.writerow({name: f"'{text}" if text.startswith(_FORMULA) else text for name, text in row.items()})
    return out.getvalue().encode("utf-8-sig")


def as_json(resources: Iterable[InformationResource]) -> str:
    """Each resource as it stands in the drawing, with its items resolved."""
    held = reads.shelf()
    return json.dumps([_whole(resource, held) for resource in resources], ensure_ascii=False, indent=1)


def _whole(resource: InformationResource, held: reads.Shelf) -> dict[str, Any]:
    entry = reads.entry(resource.code, held)
    items = [
        {
            "code": item.code,
            "title": item.title.model_dump(),
            "type": item.letter,
            "element": item.item.element,
            "code_list": item.code_list.code if item.code_list else None,
            "required": item.item.required,
            "key": item.key,
            "personal": item.element.personal if item.element else "none",
        }
        for item in entry.items
    ]
    return resource.document() | {"items": items}
