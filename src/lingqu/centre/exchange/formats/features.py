"""GeoJSON (RFC 7946): one row a feature, ``$id``, ``$geometry`` (GeoJSON text, as it stands) and the properties."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import Table, batched, column_names
from lingqu.centre.exchange.formats.encoding import decoded
from lingqu.centre.exchange.formats.records import at_path, flattened
from lingqu.centre.exchange.options import FormatOptions

_LONG_INTEGER = re.compile(r"[:,\[]\s*-?\d{19,}\s*[,}\]]")


def read_geojson(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    """The document is held in memory: ``document_bytes`` limits it."""
    if path.stat().st_size > limits.current().document_bytes:
        raise limits.too_large(path.name)
    text, encoding = decoded(path.read_bytes(), options.encoding)
    features = _features(_parsed(text), options.records)
    rows = [_row(feature) for feature in features]
    keys = list(dict.fromkeys(["$id", "$geometry", *(key for row in rows for key in row)]))
    names = column_names(keys)

    def numbered() -> Iterator[tuple[int, list[str | None]]]:
        for number, row in enumerate(rows, 1):
            yield number, [row.get(key) for key in keys]

    return Table(names, batched(names, numbered()), encoding)


def _parsed(text: str) -> Any:
    try:
        # orjson turns whole numbers beyond 64 bits into floats; Python's own reader keeps their digits
        return json.loads(text) if _LONG_INTEGER.search(text) else orjson.loads(text)
    except (ValueError, RecursionError) as fault:
        raise limits.unreadable("json", f"不是完整的 JSON：{fault}", f"Not whole JSON: {fault}") from fault


def _features(document: Any, records: str) -> list[dict[str, Any]]:
    found = at_path(document, records)
    if isinstance(found, dict):
        found = found.get("features", [found] if found.get("type") == "Feature" else None)
    if not isinstance(found, list) or not all(isinstance(f, dict) for f in found):
        raise limits.unreadable("geojson", "不是 GeoJSON 要素集合", "Not a GeoJSON feature collection")
    return found


def _row(feature: dict[str, Any]) -> dict[str, str | None]:
    properties = feature.get("properties")
    geometry = feature.get("geometry")
    row: dict[str, str | None] = {
        "$id": None if feature.get("id") is None else str(feature["id"]),
        "$geometry": None if geometry is None else orjson.dumps(geometry).decode(),
    }
    row.update(next(flattened(properties)) if isinstance(properties, dict) else {})
    return row
