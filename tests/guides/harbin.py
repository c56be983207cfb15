"""Definitions of Harbin that services rest on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lingqu.blueprint.model import Blueprint
from lingqu.centre.drawing import door as drawing

HARBIN = Path(__file__).parents[2] / "cities" / "harbin"
SERVICES = {"service", "service_bundle", "search_words"}
KINDS = SERVICES | {"city", "department", "code_list", "procedure", "role", "calendar"}


def placed(city: Blueprint, kinds: Iterable[str]) -> list[drawing.Placed]:
    return [
        drawing.Placed(kind, code, entry.definition.document(), "tests", entry.layer)
        for (kind, code), entry in city.entries.items()
        if kind in kinds
    ]
