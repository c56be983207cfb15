"""A row for COPY as a JSON object."""

from __future__ import annotations

from typing import Any

import orjson

from lingqu.centre.entities.actions.prepare import COLUMNS

_COLUMNS = COLUMNS.split(", ")
_JSON = frozenset({"attrs", "geo", "prov", "facets"})


def given(row: list[Any]) -> dict[str, Any]:
    """What is JSON in it stays as it is written."""
    named = zip(_COLUMNS, row, strict=True)
    return {n: orjson.Fragment(v) if n in _JSON and v is not None else v for n, v in named}
