"""A city's own streets, street-office areas and buildings, as its data holds them (WGS-84)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, shape
from shapely.geometry.base import BaseGeometry

from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.identifiers import division_prefix
from lingqu.kernel.text import Text
from lingqu.synthetic.recipe import Recipe

STREET_CLASSES = "trunk primary secondary tertiary unclassified residential living_street pedestrian service"


COUNTY_DIGITS = 6


@dataclass(frozen=True)
class Area:
    """A street-office area. ``code`` has 12 digits."""

    name: str
    code: str
    polygon: BaseGeometry


@dataclass(frozen=True)
class Building:
    """A footprint. ``id`` is the one the city's data gives, e.g. ``way/123``; ``use`` its own word."""

    id: str
    use: str
    polygon: BaseGeometry


@dataclass
class Geography:
    """Streets by name (pieces as lines), areas, buildings."""

    streets: dict[str, list[LineString]] = field(default_factory=dict)
    areas: list[Area] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)


def read(city_folder: Path, recipe: Recipe) -> Geography:
    """Read by whichever reader the recipe names. Areas without a code get it from ``recipe.area_codes``.

    Raises NotFound for a missing file, Invalid where no street or area is found.
    """
    found = (_from_pbf if recipe.geography.pbf else _from_geojson)(city_folder, recipe)
    if not found.streets or not found.areas:
        raise Invalid(
            "synthetic.geography",
            Text(zh="城市数据中没有带名称的街道或街道办辖区", en="The city's data has no named street or no area"),
            place=str(city_folder),
            next_step=Text(zh="检查 synthetic.yaml 的 geography", en="Check geography in synthetic.yaml"),
        )
    return found


def _file(city_folder: Path, name: str) -> Path:
    path = city_folder / name
    if not path.is_file():
        raise NotFound(
            "synthetic.geography",
            Text(zh=f"缺少文件 {name}", en=f"The file {name} is missing"),
            place=str(path),
            next_step=Text(zh="检查 synthetic.yaml 的 geography", en="Check geography in synthetic.yaml"),
        )
    return path


def _name_filter(recipe: Recipe) -> Callable[[str], bool]:
    pattern = recipe.geography.exclude_streets
    return (lambda name: not re.search(pattern, name)) if pattern else (lambda name: True)


def _from_pbf(city_folder: Path, recipe: Recipe) -> Geography:
    import osmium

    path, classes = _file(city_folder, recipe.geography.pbf or ""), STREET_CLASSES.split()
    wanted, factory, found = _name_filter(recipe), osmium.geom.WKBFactory(), Geography()
    keys = osmium.filter.KeyFilter("highway", "building", "boundary")
    things: Any = osmium.FileProcessor(str(path)).with_locations().with_areas(keys).with_filter(keys)
    for thing in things:
        tags = thing.tags
        if thing.is_way() and tags.get("highway", "-") in classes and wanted(tags.get("name", "")):
            _add_street(found, tags.get("name", ""), thing)
        elif thing.is_area():
            _add_area(found, tags, factory, thing, recipe)
    found.areas.sort(key=lambda area: area.code)
    found.buildings.sort(key=lambda building: building.id)
    return found


def _add_street(found: Geography, name: str, way: Any) -> None:
    # An extract cuts ways at its border: nodes beyond have no location.
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()] if name else []
    if len(points) > 1:
        found.streets.setdefault(name, []).append(LineString(points))


def _add_area(found: Geography, tags: Any, factory: Any, area: Any, recipe: Recipe) -> None:
    if "building" in tags:
        polygon = shapely.from_wkb(factory.create_multipolygon(area))
        number = f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"
        found.buildings.append(Building(number, tags["building"], polygon))
    elif tags.get("boundary") == "administrative" and tags.get("admin_level") == recipe.geography.area_level:
        name = official_name(tags.get("name", ""), recipe)
        if name in recipe.area_codes:
            found.areas.append(Area(name, recipe.area_codes[name], shapely.from_wkb(factory.create_multipolygon(area))))


def official_name(name: str, recipe: Recipe) -> str:
    for suffix, official in recipe.geography.area_suffixes.items():
        if name.endswith(suffix):
            return name.removesuffix(suffix) + official
    return name


def _from_geojson(city_folder: Path, recipe: Recipe) -> Geography:
    files, wanted, found = recipe.geography, _name_filter(recipe), Geography()
    for properties, geometry in _features(city_folder, files.streets, files.properties):
        name = properties.get("name") or ""
        if name and wanted(name):
            lines = geometry.geoms if geometry.geom_type == "MultiLineString" else [geometry]
            found.streets.setdefault(name, []).extend(line for line in lines if line.geom_type == "LineString")
    for properties, geometry in _features(city_folder, files.areas, files.properties):
        name = official_name(properties.get("name") or "", recipe)
        code = str(properties.get("code") or recipe.area_codes.get(name, "")).ljust(12, "0")
        if name and len(division_prefix(code)) > COUNTY_DIGITS:
            found.areas.append(Area(name, code, geometry))
    for number, (properties, geometry) in enumerate(_features(city_folder, files.buildings, files.properties), 1):
        found.buildings.append(Building(str(properties.get("id") or number), properties.get("use") or "yes", geometry))
    return found


def _features(
    city_folder: Path, name: str | None, names: dict[str, str]
) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    """Properties under our names, and the geometry."""
    if name:
        for feature in json.loads(_file(city_folder, name).read_text("utf-8"))["features"]:
            held = {"id": feature.get("id"), **(feature.get("properties") or {})}
            yield held | {ours: held.get(theirs) for ours, theirs in names.items()}, shape(feature["geometry"])


def metres(latitude: float) -> np.ndarray:
    """Metres per degree of longitude and latitude at a latitude; good to 0.5 % over a city."""
    return np.array([111_320.0 * np.cos(np.radians(latitude)), 110_950.0])
