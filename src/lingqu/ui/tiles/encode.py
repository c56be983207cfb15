"""Mapbox Vector Tile 2.1 encoding (protobuf written directly).

Our own because measured faster than the general library for what a register's map needs, and because geometries come
as numpy arrays here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096
"""Tile units along one side."""

_POINT, _LINE, _POLYGON = 1, 2, 3
Path = NDArray[np.int64]


def layer(name: str, shapes: Sequence[Any], properties: Sequence[Mapping[str, Any]]) -> bytes:
    """One layer; layers one after the other are a tile. ``shapes`` are shapely geometries in tile units with y
    downwards, already clipped."""
    keys: dict[str, int] = {}
    values: dict[tuple[type, Any], int] = {}
    body = bytearray()
    _field(body, 1, name.encode())
    for shape, facts in zip(shapes, properties, strict=True):
        kind, commands = _geometry(shape)
        if commands:
            _field(body, 2, _feature(kind, commands, _tags(facts, keys, values)))
    for key in keys:
        _field(body, 3, key.encode())
    for _, value in values:
        _field(body, 4, _value(value))
    body += b"\x28" + _varint(EXTENT) + b"\x78\x02"  # extent (5), version (15)
    tile = bytearray()
    _field(tile, 3, bytes(body))
    return bytes(tile)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(out: bytearray, number: int, content: bytes) -> None:
    out += _varint(number << 3 | 2) + _varint(len(content)) + content


def _packed(numbers: Sequence[int]) -> bytes:
    """Varints one after the other; written out because it is the innermost loop."""
    out = bytearray()
    append = out.append
    for number in numbers:
        while number > 0x7F:
            append(number & 0x7F | 0x80)
            number >>= 7
        append(number)
    return bytes(out)


def _feature(kind: int, commands: Sequence[int], tags: Sequence[int]) -> bytes:
    out = bytearray()
    _field(out, 2, _packed(tags))
    out += b"\x18" + bytes([kind])
    _field(out, 4, _packed(commands))
    return bytes(out)


def _tags(facts: Mapping[str, Any], keys: dict[str, int], values: dict[tuple[type, Any], int]) -> list[int]:
    tags = []
    for key, value in facts.items():
        if value is None or value == "":
            continue
        tags += [keys.setdefault(key, len(keys)), values.setdefault((type(value), value), len(values))]
    return tags


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"\x38" + bytes([value])
    if isinstance(value, int):
        return b"\x30" + _varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, float):
        return b"\x19" + np.float64(value).tobytes()
    out = bytearray()
    _field(out, 1, str(value).encode())
    return bytes(out)


def _geometry(shape: Any) -> tuple[int, list[int]]:
    """The tile's geometry type and command integers (MVT 2.1, 4.3)."""
    name = shape.geom_type
    if name in ("Point", "MultiPoint"):
        return _POINT, _points(np.rint(shapely.get_coordinates(shape)).astype(np.int64))
    pen = _Pen()
    if name in ("LineString", "MultiLineString", "LinearRing"):
        for part in shapely.get_parts(shape):
            pen.path(np.rint(shapely.get_coordinates(part)).astype(np.int64), closed=False)
        return _LINE, pen.commands
    if name in ("Polygon", "MultiPolygon"):
        for part in shapely.get_parts(shape):
            pen.ring(part.exterior, outer=True)
            for hole in part.interiors:
                pen.ring(hole, outer=False)
        return _POLYGON, pen.commands
    return _POINT, []


def _points(places: Path) -> list[int]:
    if not len(places):
        return []
    return [len(places) << 3 | 1, *_zigzag(np.diff(places, axis=0, prepend=np.zeros((1, 2), np.int64)))]


def _zigzag(deltas: Path) -> list[int]:
    flat = deltas.reshape(-1)
    result: list[int] = ((flat << 1) ^ (flat >> 63)).tolist()
    return result


class _Pen:
    """Writes paths with coordinates relative to where it stands."""

    def __init__(self) -> None:
        self.at = np.zeros(2, np.int64)
        self.commands: list[int] = []

    def path(self, places: Path, *, closed: bool) -> None:
        deltas = np.diff(places, axis=0, prepend=self.at.reshape(1, 2))
        keep = np.any(deltas != 0, axis=1)
        keep[0] = True
        deltas, places = deltas[keep], places[keep]
        if len(places) < (3 if closed else 2):
            return
        steps = _zigzag(deltas)
        self.commands += [9, *steps[:2], (len(places) - 1) << 3 | 2, *steps[2:]]
        if closed:
            self.commands.append(15)
        self.at = places[-1]

    def ring(self, ring: Any, *, outer: bool) -> None:
        """Outer rings have positive area in tile space (y downwards), holes negative."""
        closed = np.rint(shapely.get_coordinates(ring)).astype(np.int64)
        x, y, places = closed[:, 0], closed[:, 1], closed[:-1]
        area = int(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))
        if area == 0:
            return
        self.path(places if (area > 0) == outer else places[::-1], closed=True)
