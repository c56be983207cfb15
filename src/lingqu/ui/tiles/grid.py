"""The web-mercator tile grid (XYZ), and geometries brought into a tile."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from lingqu.ui.tiles.encode import EXTENT

BUFFER = 80
"""Tile units kept beyond the edge, so that outlines and labels do not break there."""

Bounds = tuple[float, float, float, float]


def bounds(z: int, x: int, y: int, margin: float = BUFFER / EXTENT) -> Bounds:
    """West, south, east, north in degrees (WGS-84), widened by ``margin`` of the tile's side."""

    def longitude(column: float) -> float:
        return column / 2**z * 360 - 180

    def latitude(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))

    return longitude(x - margin), latitude(y + 1 + margin), longitude(x + 1 + margin), latitude(y - margin)


def into_tile(shapes: NDArray[Any], z: int, x: int, y: int) -> NDArray[Any]:
    """WGS-84 geometries in the units of one tile, y downwards."""

    def move(places: NDArray[Any]) -> NDArray[Any]:
        sine = np.clip(np.sin(np.radians(places[:, 1])), -0.9999, 0.9999)
        column = (places[:, 0] + 180) / 360 * 2**z - x
        row = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * 2**z - y
        return np.column_stack([column, row]) * EXTENT

    moved: NDArray[Any] = shapely.transform(shapes, move)
    return moved


def clip(shapes: NDArray[Any], tolerance: float) -> NDArray[Any]:
    """Simplified by ``tolerance`` tile units and cut at the tile's buffered edge; what is outside becomes empty."""
    simple = shapely.simplify(shapes, tolerance, preserve_topology=False) if tolerance else shapes
    empty = shapely.is_empty(simple)
    simple = np.where(empty, shapes, simple)
    cut: NDArray[Any] = shapely.clip_by_rect(simple, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    return cut
