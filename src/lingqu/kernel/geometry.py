"""Geometries as GeoJSON (RFC 7946) and WKB: checking, repairing, measuring. Degrees in WGS-84 unless said otherwise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

GeoJSON = dict[str, Any]
Box = tuple[float, float, float, float]
"""West, south, east, north."""
Dimension = Literal["point", "line", "area"]

EARTH = 6371008.8
"""Mean radius in metres (IUGG)."""

_DIMENSIONS: dict[str, Dimension] = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "Polygon": "area",
    "MultiPolygon": "area",
}


@dataclass(frozen=True)
class Checked:
    """A sound geometry. ``repair`` says what was wrong with the one that came, empty when nothing was."""

    geometry: GeoJSON
    repair: str = ""


def from_geojson(given: str | Mapping[str, Any]) -> BaseGeometry:
    """A geometry, or the geometry of a Feature. Raises Invalid (``geometry.form``) for anything else."""
    try:
        content = json.loads(given) if isinstance(given, str) else given
        if content.get("type") == "Feature":
            content = content["geometry"]
        return shapely.from_geojson(json.dumps(content))
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.GEOSException) as fault:
        raise _refused("geometry.form", "不是 GeoJSON 几何", "This is no GeoJSON geometry", str(fault)) from fault


def to_geojson(shape: BaseGeometry) -> GeoJSON:
    found: GeoJSON = json.loads(shapely.to_geojson(shape))
    return found


def to_wkb(given: str | Mapping[str, Any]) -> bytes:
    """Two-dimensional, little-endian, without SRID."""
    made: bytes = shapely.to_wkb(shapely.force_2d(from_geojson(given)), byte_order=1)
    return made


def from_wkb(wkb: bytes) -> GeoJSON:
    """Raises Invalid (``geometry.form``)."""
    try:
        return to_geojson(shapely.from_wkb(wkb))
    except shapely.errors.GEOSException as fault:
        raise _refused("geometry.form", "不是 WKB 几何", "This is no WKB geometry", str(fault)) from fault


def check(given: str | Mapping[str, Any]) -> Checked:
    """The geometry, repaired where its rings cross themselves or lie wrongly; its dimension stays.

    Raises Invalid: ``geometry.form`` (not GeoJSON), ``geometry.empty``, ``geometry.range`` (not degrees),
    ``geometry.broken`` (nothing of its dimension is left after repair).
    """
    shape = from_geojson(given)
    if shape.is_empty:
        raise _refused("geometry.empty", "几何为空", "The geometry is empty")
    _require_degrees(shape)
    if shape.is_valid:
        return Checked(to_geojson(shape))
    dimension = _DIMENSIONS.get(shape.geom_type)
    repaired = _only(shapely.make_valid(shape), dimension)
    if repaired.is_empty:
        raise _refused(
            "geometry.broken", "几何无法修复", "The geometry cannot be repaired", shapely.is_valid_reason(shape)
        )
    return Checked(to_geojson(repaired), shapely.is_valid_reason(shape))


def dimension(given: str | Mapping[str, Any]) -> Dimension | None:
    """None for a mixed GeometryCollection."""
    return _DIMENSIONS.get(from_geojson(given).geom_type)


def bounds(given: str | Mapping[str, Any]) -> Box:
    west, south, east, north = from_geojson(given).bounds
    return west, south, east, north


def in_box(lon: float, lat: float, box: Box) -> bool:
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def representative_point(given: str | Mapping[str, Any]) -> GeoJSON:
    """A Point that surely lies inside an area or on a line; a Point is itself."""
    shape = from_geojson(given)
    return to_geojson(shape if shape.geom_type == "Point" else shapely.point_on_surface(shape))


def length_m(given: str | Mapping[str, Any]) -> float:
    """Metres along lines (great circles on a sphere, error below 0.6 %); perimeter of areas; 0 for points."""
    shape = from_geojson(given)
    parts = shapely.get_parts(shape.boundary if shape.area else shape)
    return float(sum(_along(shapely.get_coordinates(part)) for part in parts if part.length))


def area_m2(given: str | Mapping[str, Any]) -> float:
    """Square metres of areas, holes taken off, on a plane true at the middle latitude: good for a district."""
    shape = from_geojson(given)
    if not shape.area:
        return 0.0
    middle = (shape.bounds[1] + shape.bounds[3]) / 2
    metres = np.radians(1.0) * EARTH
    flat = shapely.transform(shape, lambda at: at * (metres * np.cos(np.radians(middle)), metres))
    return float(flat.area)


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two (longitude, latitude)."""
    return _along(np.array([a, b], dtype=np.float64))


def _along(path: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """Haversine."""
    lon, lat = np.radians(path[:, 0]), np.radians(path[:, 1])
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return float(np.sum(2 * EARTH * np.arcsin(np.sqrt(np.minimum(half, 1.0)))))


def _only(shape: BaseGeometry, wanted: Dimension | None) -> BaseGeometry:
    """The parts of one dimension; ``make_valid`` may leave lines where a polygon was."""
    if wanted is None:
        return shape
    parts = [part for part in _flat(shape) if _DIMENSIONS[part.geom_type] == wanted]
    return shapely.union_all(parts) if parts else shapely.GeometryCollection()


def _flat(shape: BaseGeometry) -> list[BaseGeometry]:
    if shape.geom_type != "GeometryCollection":
        return [part for part in shapely.get_parts(shape) if not part.is_empty]
    return [inner for part in shapely.get_parts(shape) for inner in _flat(part)]


def _require_degrees(shape: BaseGeometry) -> None:
    at = shapely.get_coordinates(shape)
    if not np.isfinite(at).all():
        raise _refused("geometry.range", "坐标不是有限数", "A coordinate is not a finite number")
    if (np.abs(at[:, 0]) <= 180).all() and (np.abs(at[:, 1]) <= 90).all():
        return
    if (np.abs(at[:, 1]) <= 180).all() and (np.abs(at[:, 0]) <= 90).all():
        step = Text(zh="经度在前、纬度在后；请交换两列", en="Longitude comes before latitude; exchange the two")
    else:
        step = Text(
            zh="坐标应为经纬度（度），投影坐标请先转换", en="Coordinates are degrees; convert projected ones first"
        )
    raise Invalid(
        "geometry.range",
        Text(zh="坐标超出经纬度范围", en="Coordinates lie outside the degrees of the globe"),
        next_step=step,
    )


def _refused(rule: str, zh: str, en: str, detail: str = "") -> Invalid:
    said = f": {detail}" if detail else ""
    return Invalid(
        rule,
        Text(zh=zh + said, en=en + said),
        next_step=Text(zh="改正来源中的几何", en="Correct the geometry at its source"),
    )
