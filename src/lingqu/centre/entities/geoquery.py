"""Relations in space (CIM 009 4.10): the box in SQL, the rest exactly by GEOS. Distances in metres on the sphere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from lingqu.centre.entities import geometry
from lingqu.centre.entities.faults import bad
from lingqu.centre.entities.schema import schemas
from lingqu.centre.entities.shapes import GeoQuery, Query

if TYPE_CHECKING:
    from lingqu.centre.entities.conditions import Condition

EARTH = 6371008.8  # mean radius, metres
_DEGREE = EARTH * np.pi / 180  # metres
_RELATIONS: dict[str, Callable[..., Any]] = {
    "within": shapely.within,
    "contains": shapely.contains,
    "intersects": shapely.intersects,
    "overlaps": shapely.overlaps,
    "equals": shapely.equals,
    "disjoint": shapely.disjoint,
}


def box(bounds: Sequence[float]) -> str:
    west, south, east, north = (float(b) for b in bounds)
    return f"({west!r},{south!r}),({east!r},{north!r})"


@dataclass(frozen=True)
class Exact:
    """What must hold beyond the box. ``attribute`` is a GeoProperty that is not the one on maps."""

    query: GeoQuery
    shape: shapely.Geometry
    attribute: str = ""

    def holds(self, geometries: Sequence[Any]) -> list[bool]:
        """For each geometry (WKB, or the GeoProperty of ``attribute`` as JSON text)."""
        if self.attribute:
            shapes = np.array([_first(g) for g in geometries], dtype=object)
        else:
            shapes = shapely.from_wkb([bytes(g) if g is not None else None for g in geometries])
        if self.query.relation != "near":
            found = _RELATIONS[self.query.relation](shapes, self.shape)
        else:
            metres = distances(shapes, self.shape)
            found = (metres <= _or(self.query.max_distance, np.inf)) & (metres >= _or(self.query.min_distance, 0))
        return [bool(f) for f in found & ~shapely.is_missing(shapes)]


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _first(text: Any) -> shapely.Geometry | None:
    instances = orjson.loads(text) if text is not None else None
    instance = instances[0] if isinstance(instances, list) and instances else instances
    return geometry.shape(instance.get("value")) if isinstance(instance, Mapping) else None


def distances(shapes: Any, to: shapely.Geometry) -> NDArray[np.float64]:
    """Metres between each shape and one: nearest points in the plane of its latitude, then the great circle."""
    scale = max(np.cos(np.radians(to.centroid.y)), 1e-6)

    def flatten(points: Any) -> Any:
        return points * [scale, 1.0]

    lines = shapely.shortest_line(shapely.transform(shapes, flatten), shapely.transform(to, flatten))
    result = np.full(len(shapes), np.inf)
    there = ~shapely.is_missing(lines)
    if there.any():
        ends = np.radians(shapely.get_coordinates(lines[there]).reshape(-1, 2, 2) / [scale, 1.0])
        half = np.sin((ends[:, 1] - ends[:, 0]) / 2) ** 2
        across = half[:, 1] + np.cos(ends[:, 0, 1]) * np.cos(ends[:, 1, 1]) * half[:, 0]
        result[there] = 2 * EARTH * np.arcsin(np.sqrt(np.clip(across, 0, 1)))
    return result


def exact(geo: GeoQuery) -> Exact:
    """What is looked at in a GeoProperty's value alone, without the store. Raises Invalid (``entity.geometry``)."""
    shape = geometry.shape(geo.geometry)
    if shape is None:
        raise bad("geometry", "查询几何不是 WGS-84 GeoJSON", "the geometry is no GeoJSON in WGS-84", "geometry")
    return Exact(geo, shape, geo.attribute or "location")


def prepare(made: Condition, query: Query) -> Exact:
    """Adds the box to the condition and gives what remains to be looked at. Raises Invalid (``entity.geometry``)."""
    geo = query.geo
    assert geo is not None
    shape = geometry.shape(geo.geometry)
    if shape is None:
        raise bad("geometry", "查询几何不是 WGS-84 GeoJSON", "the geometry is no GeoJSON in WGS-84", "geometry")
    attribute = "" if _on_map(geo.attribute, query.types) else geo.attribute
    if attribute:
        made.add("geo ? %(geo_attribute)s", geo_attribute=attribute)
        return Exact(geo, shape, attribute)
    made.add("geom is not null")
    reach = _reach(geo, shape)
    if reach is not None:
        made.add("bounds && %(reach)s::box", reach=box(reach))
    return Exact(geo, shape)


def _on_map(attribute: str, types: tuple[str, ...]) -> bool:
    declared = schemas()
    names = {declared[t].definition.geometry if t in declared else "location" for t in types} or {"location"}
    return not attribute or names == {attribute}


def _reach(geo: GeoQuery, shape: shapely.Geometry) -> tuple[float, float, float, float] | None:
    west, south, east, north = shape.bounds
    if geo.relation == "disjoint" or (geo.relation == "near" and geo.max_distance is None):
        return None
    if geo.relation == "near":
        up = float(_or(geo.max_distance, 0)) / _DEGREE * 1.01 + 1e-9
        farthest = min(max(abs(south), abs(north)) + up, 89.9)
        aside = min(up / np.cos(np.radians(farthest)), 360.0)
        return west - aside, south - up, east + aside, north + up
    return west, south, east, north
