"""The drawing as a blueprint, with one definition put in: what its rules say, and what applying it would change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lingqu.blueprint import kinds, writing
from lingqu.blueprint.check import check
from lingqu.blueprint.differences import Difference, differences
from lingqu.blueprint.lines import Page, parse
from lingqu.blueprint.model import CITY_LAYER, Blueprint, Entry
from lingqu.blueprint.rules import secrets
from lingqu.blueprint.validate import validate
from lingqu.centre.drawing import door as drawing
from lingqu.centre.drawing.door import Placed
from lingqu.kernel.definition import Definition
from lingqu.kernel.errors import Fault
from lingqu.packs import door as packs

_NOWHERE = Path("/")
Document = Mapping[str, Any]


def digest(document: Document) -> str:
    return hashlib.sha256(json.dumps(document, ensure_ascii=False).encode()).hexdigest()


def published(kind: str, code: str) -> Placed | None:
    """What the drawing holds of that kind and code."""
    return drawing.placed_one(kind, code)


def read(kind: str, document: Document) -> Definition | list[Fault]:
    """The definition a document says, or what is wrong with it by key."""
    page = _page(document)
    return validate(kinds.BY_NAME[kind].of, dict(document), page, (), _shown(kind, document))


def with_document(kind: str, document: Document) -> Blueprint | list[Fault]:
    """The drawing with this definition in the city's layer; faults where the document is none of its kind."""
    made = read(kind, document)
    if isinstance(made, list):
        return made
    standing = {(each.kind, each.code): _entry(each) for each in drawing.placed()}
    before = standing.get((kind, made.code))
    folder = kinds.BY_NAME[kind].of.folder
    origin = before.origin if before is not None and before.layer == CITY_LAYER else f"{folder}/{made.code}.yaml"
    page = _page(made.document())
    standing[(kind, made.code)] = Entry(made, CITY_LAYER, _NOWHERE, _shown(kind, document), origin, page)
    city, installed = drawing.city(), packs.installed()
    used = tuple(installed[code] for code in (city.packs if city else ()) if code in installed)
    return Blueprint(_NOWHERE, used, standing)


def faults(kind: str, document: Document) -> list[Fault]:
    """Everything that is wrong with this one definition, each with its key as ``column``."""
    made = with_document(kind, document)
    if isinstance(made, list):
        return made
    shown = _shown(kind, document)
    found = [fault for fault in check(made) if fault.file == shown]
    text = writing.text(dict(document))
    return found + [replace(fault, file=shown) for fault in secrets.in_text(text, shown)]


def changed(kind: str, code: str, document: Document) -> list[Difference]:
    """What differs from the drawing; the whole document where the drawing has none."""
    before = published(kind, code)
    return list(differences(before.document if before else {}, document))


def _entry(placed: Placed) -> Entry:
    of = kinds.BY_NAME[placed.kind].of
    made = drawing.every(of)[placed.code]
    return Entry(made, placed.layer, _NOWHERE, f"{placed.layer}/{placed.origin}", placed.origin, Page(placed.document))


def _page(document: Document) -> Page:
    """The document as if it stood in a file, so that faults have lines."""
    return parse(writing.text(dict(document)), "draft")


def _shown(kind: str, document: Document) -> str:
    return f"draft:{kind}/{document.get('code', '')}"
