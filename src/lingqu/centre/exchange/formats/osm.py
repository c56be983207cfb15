"""OpenStreetMap PBF: ``$id`` (``way/123``), ``$geometry`` (GeoJSON text, WGS-84), one column a tag asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import osmium

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import Table, batched, column_names
from lingqu.centre.exchange.options import FormatOptions

_KINDS = {"n": "node", "w": "way", "r": "relation"}


def read_pbf(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    """Columns are the tags that the mapping names and those that ``select`` tests."""
    tags = [name for name in dict.fromkeys([*expected, *options.select]) if not name.startswith("$")]
    names = column_names(["$id", "$geometry", *tags])
    return Table(names, batched(names, enumerate(_rows(path, options, tags), 1)), "WGS-84")


def _rows(path: Path, options: FormatOptions, tags: list[str]) -> Iterator[list[str | None]]:
    factory = osmium.geom.GeoJSONFactory()
    try:
        for thing in _processor(path, options):
            if not _selected(thing.tags, options.select):
                continue
            made = _geometry(thing, options, factory)
            if made is not None:
                yield [*made, *(thing.tags.get(tag) for tag in tags)]
    except RuntimeError as fault:
        raise limits.unreadable(
            "pbf", f"不是完整的 PBF：{fault}", f"Not a whole PBF file: {fault}", path.name
        ) from fault


def _processor(path: Path, options: FormatOptions) -> osmium.FileProcessor:
    processor = osmium.FileProcessor(str(path))
    if options.geometry in ("line", "area", "any"):
        processor = processor.with_locations()
    if options.geometry in ("area", "any"):
        processor = processor.with_areas()
    if options.select:
        processor = processor.with_filter(osmium.filter.KeyFilter(*options.select))
    return processor


def _selected(tags: Any, select: dict[str, tuple[str, ...] | bool]) -> bool:
    for key, values in select.items():
        found = tags.get(key)
        if values is False and found is not None:
            return False
        if values is True and found is None:
            return False
        if not isinstance(values, bool) and found not in values:
            return False
    return True


def _geometry(thing: Any, options: FormatOptions, factory: Any) -> tuple[str, str] | None:
    """Id and GeoJSON, or None where the object is not of the kind asked for or lacks nodes (cut by the extract).

    ``any``: nodes are points; closed ways and multipolygon relations are areas, other ways lines.
    """
    kind = options.geometry
    try:
        if thing.is_node():
            return (f"node/{thing.id}", factory.create_point(thing)) if kind in ("point", "any") else None
        if thing.is_area():
            if kind not in ("area", "any") or not thing.num_rings()[0]:
                return None
            return f"{'way' if thing.from_way() else 'relation'}/{thing.orig_id()}", factory.create_multipolygon(thing)
        if thing.is_way() and _is_line(thing, options):
            return f"way/{thing.id}", factory.create_linestring(thing)
    except RuntimeError:
        return None
    return None


def _is_line(way: Any, options: FormatOptions) -> bool:
    if options.closed and not way.is_closed():
        return False
    return options.geometry == "line" or (options.geometry == "any" and not way.is_closed())
