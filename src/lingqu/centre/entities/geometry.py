"""Geometries: GeoJSON in WGS-84, checked for form and range, many at once.

A polygon that crosses itself is taken as it is (departments have such, and GeoJSON does not forbid it); for the map
and for exact relations it is mended, and what was sent is given back.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely

GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
"""Not a set: what is looked for may be anything that JSON holds."""


@dataclass(frozen=True)
class Placed:
    """``bounds`` in PostgreSQL's words for a box, ``wkb`` for a bytea in hexadecimal."""

    bounds: str
    wkb: str


_WKB_POINT = struct.Struct("<BIdd")


def read(values: Sequence[Any]) -> list[Placed | None]:
    """GeoJSON geometries as they are stored; None for what is no geometry in WGS-84 degrees."""
    found = [_point(value) for value in values]
    rest = [n for n, placed in enumerate(found) if placed is None]
    if rest:
        for n, placed in zip(rest, _shapes([values[n] for n in rest]), strict=True):
            found[n] = placed
    return found


def _point(value: Any) -> Placed | None:
    """Most geometries are plain points, which want no library; None for anything else."""
    if not isinstance(value, Mapping) or value.get("type") != "Point":
        return None
    pair = value.get("coordinates")
    if not isinstance(pair, list) or len(pair) != 2 or not all(type(n) in (int, float) for n in pair):
        return None
    x, y = pair
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        return None
    x, y = float(x), float(y)
    return Placed(f"({x!r},{y!r}),({x!r},{y!r})", "\\x" + _WKB_POINT.pack(1, 1, x, y).hex().upper())


def _shapes(values: Sequence[Any]) -> list[Placed | None]:
    texts = [orjson.dumps(v).decode() if _looks_right(v) else None for v in values]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    good = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        good &= (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    broken = good & ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken])
    wkb = shapely.to_wkb(shapely.force_2d(shapes), hex=True)
    return [
        Placed(f"({b[0]!r},{b[1]!r}),({b[2]!r},{b[3]!r})", "\\x" + w) if ok else None
        for ok, b, w in zip(good.tolist(), bounds.tolist(), wkb.tolist(), strict=True)
    ]


def shape(value: Any) -> shapely.Geometry | None:
    """One geometry, mended where it crosses itself; None for what is no geometry in WGS-84 degrees."""
    found = read([value])[0]
    return shapely.from_wkb(found.wkb[2:]) if found else None


def _looks_right(value: Any) -> bool:
    """What GEOS would take silently: a wrong type, missing coordinates, rings that are not closed are its own."""
    if not isinstance(value, Mapping) or value.get("type") not in GEOMETRIES:
        return False
    members = value.get("geometries") if value["type"] == "GeometryCollection" else value.get("coordinates")
    return isinstance(members, list) and bool(members)
