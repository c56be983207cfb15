"""OpenStreetMap PBF: ``$id`` (``way/123``), ``$geometry`` (GeoJSON text, WGS-84), one column a tag asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import osmium

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import Table, batched, broken, column_names
from lingqu.centre.exchange.options import FormatOptions


def read_pbf(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    """Columns are the tags that the mapping names and those that ``select`` tests."""
    tags = [name for name in dict.fromkeys([*expected, *options.select]) if not name.startswith("$")]
    names = column_names(["$id", "$geometry", *tags])
    table = Table(names, iter(()), "WGS-84")
    table.batches = batched(names, _rows(path, options, tags, table))
    return table


def _rows(path: Path, options: FormatOptions, tags: list[str], table: Table) -> Iterator[tuple[int, list[str | None]]]:
    """An object whose nodes the extract does not hold is a broken row."""
    factory, number = osmium.geom.GeoJSONFactory(), 0
    try:
        for thing in _processor(path, options):
            name = _named(thing, options) if _selected(thing.tags, options.select) else None
            if name is None:
                continue
            number += 1
            geometry = _geometry(thing, factory)
            if geometry is not None:
                yield number, [name, geometry, *(thing.tags.get(tag) for tag in tags)]
            else:
                table.broken.append(broken(number, "几何不完整（缺少节点）", "The geometry lacks nodes", name))
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


def _named(thing: Any, options: FormatOptions) -> str | None:
    """``way/123``; None where the object is not of the kind asked for.

    ``any``: nodes are points; closed ways and multipolygon relations are areas, other ways lines.
    """
    kind = options.geometry
    if thing.is_node():
        return f"node/{thing.id}" if kind in ("point", "any") else None
    if thing.is_area():
        return f"{'way' if thing.from_way() else 'relation'}/{thing.orig_id()}" if kind in ("area", "any") else None
    if not thing.is_way() or (options.closed and not thing.is_closed()):
        return None
    return f"way/{thing.id}" if kind == "line" or (kind == "any" and not thing.is_closed()) else None


def _geometry(thing: Any, factory: Any) -> str | None:
    try:
        if thing.is_node():
            return factory.create_point(thing)
        return factory.create_multipolygon(thing) if thing.is_area() else factory.create_linestring(thing)
    except (RuntimeError, osmium.InvalidLocationError):
        return None
