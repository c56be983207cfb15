"""Geometries: GeoJSON in WGS-84, checked for form and range, many at once.

A polygon that crosses itself is taken as it is (departments have such, and GeoJSON does not forbid it); for the map
and for exact relations it is mended, and what was sent is given back.
"""

from __future__ import annotations

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


def read(values: Sequence[Any]) -> list[Placed | None]:
    """GeoJSON geometries as they are stored; None for what is no geometry in WGS-84 degrees."""
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
