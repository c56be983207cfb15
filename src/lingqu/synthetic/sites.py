"""House numbers along the real streets, the buildings behind them, and every dwelling as one number."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString

from lingqu.synthetic.geography import Geography, metres
from lingqu.synthetic.recipe import Recipe

STEP = 22.0
"""Metres of street front for one house number on each side."""
SETBACK = (12.0, 26.0)
"""Metres between the middle of the street and the house."""
PEOPLE_PER_SITE = 16
NEAR_FOOTPRINT = 150.0
"""Metres within which a footprint takes the number of a site."""

HOMES = frozenset({"apartments", "residential", "house", "dormitory", "yes", "bungalow", "terrace"})
LARGEST_HOME = 4000.0  # m² of footprint
COMPOUND_WORDS = "阳光锦绣翠湖金色滨江盛世和平幸福康宁怡景观江紫荆丁香玫瑰星河枫叶松江福顺民安祥和"
COMPOUND_KINDS = "小区家园花园嘉园新村名苑公寓"
"""Two characters each."""


@dataclass
class Sites:
    """Arrays over house numbers. ``blocks`` × ``units`` × ``floors`` × ``rooms`` dwellings stand at each."""

    street: np.ndarray  # index into street_names
    number: np.ndarray
    area: np.ndarray  # index into Geography.areas
    lon: np.ndarray  # degrees, WGS-84
    lat: np.ndarray
    blocks: np.ndarray
    units: np.ndarray
    floors: np.ndarray
    rooms: np.ndarray
    street_names: list[str]
    compounds: list[str]  # empty where the houses have no compound
    first: np.ndarray  # first dwelling number of each site, and the total at the end
    multiplier: int

    def dwelling(self, number: np.ndarray) -> np.ndarray:
        """A permutation of the dwellings: the n-th household's home, without two in one."""
        return (number.astype(object) * self.multiplier % int(self.first[-1])).astype(np.int64)

    def place(self, dwelling: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Site index, block (from 1), unit (from 1) and room number (floor and door) of dwellings."""
        site = np.searchsorted(self.first, dwelling, side="right") - 1
        rest = dwelling - self.first[site]
        rest, room = np.divmod(rest, self.rooms[site])
        rest, floor = np.divmod(rest, self.floors[site])
        block, unit = np.divmod(rest, self.units[site])
        return site, block + 1, unit + 1, (floor + 1) * 100 + room + 1


@dataclass
class Footprints:
    """Arrays over the real footprints that have a house number."""

    index: np.ndarray  # into Geography.buildings
    site: np.ndarray
    block: np.ndarray  # number of the building at its site, from 1
    lon: np.ndarray
    lat: np.ndarray
    area: np.ndarray  # m²
    home: np.ndarray


def lay_out(geography: Geography, recipe: Recipe, people: int, rng: np.random.Generator) -> tuple[Sites, Footprints]:
    """Number the streets, give footprints their numbers, and keep as many sites as ``people`` need."""
    names = sorted(geography.streets)
    middle = float(np.mean([area.polygon.centroid.y for area in geography.areas]))
    scale = metres(middle)
    raw = _numbered(geography, names, scale, rng)
    footprints = _footprints(geography, raw, scale)
    chosen = _chosen(raw, footprints, people, rng)
    renumbered = np.full(len(raw["street"]), -1)
    renumbered[chosen] = np.arange(len(chosen))
    kept = renumbered[footprints.site] >= 0
    for name in ("index", "site", "block", "lon", "lat", "area", "home"):
        setattr(footprints, name, getattr(footprints, name)[kept])
    footprints.site = renumbered[footprints.site]
    return _with_houses({key: value[chosen] for key, value in raw.items()}, names, footprints, people, rng), footprints


def _numbered(
    geography: Geography, names: list[str], scale: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Points beside the streets with odd numbers on the left, even on the right, rising along the street."""
    columns: list[tuple[np.ndarray, ...]] = []
    for index, name in enumerate(names):
        found = _along(geography.streets[name], scale, rng)
        if found is not None:
            number, lon, lat = found
            columns.append((np.full(len(number), index), number, lon, lat))
    street, number, lon, lat = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    tree = shapely.STRtree([area.polygon for area in geography.areas])
    point, area = tree.query(shapely.points(lon, lat), predicate="intersects")
    point, first = np.unique(point, return_index=True)
    area = area[first]
    return {"street": street[point], "number": number[point], "area": area, "lon": lon[point], "lat": lat[point]}


def _along(lines: list[LineString], scale: np.ndarray, rng: np.random.Generator) -> Any:
    """Numbers and places on both sides of one street, or None for a street shorter than a house."""
    points, normals = [], []
    for line in lines:
        metric = LineString(np.asarray(line.coords) * scale)
        steps = np.arange(STEP / 2, metric.length, STEP)
        if len(steps):
            here = shapely.get_coordinates(shapely.line_interpolate_point(metric, steps))
            ahead = shapely.get_coordinates(
                shapely.line_interpolate_point(metric, np.minimum(steps + 2, metric.length))
            )
            along = ahead - here
            length = np.maximum(np.hypot(*along.T), 0.01)[:, None]
            points.append(here)
            normals.append(np.stack([-along[:, 1], along[:, 0]], axis=1) / length)
    if not points:
        return None
    here, normal = np.concatenate(points), np.concatenate(normals)
    axis = here - here.mean(axis=0)
    direction = np.linalg.svd(axis, full_matrices=False)[2][0] if len(axis) > 1 else np.array([1.0, 0.0])
    direction = direction * (1 if direction[np.argmax(np.abs(direction))] > 0 else -1)
    place = axis @ direction
    rank = ((place - place.min()) // STEP).astype(int)
    left = normal @ np.array([-direction[1], direction[0]]) > 0
    normal = np.where(left[:, None], normal, -normal)
    setback = rng.uniform(*SETBACK, (len(here), 1))
    both = np.concatenate([here + normal * setback, here - normal * setback]) / scale
    number = np.concatenate([rank * 2 + 1, rank * 2 + 2])
    number, first = np.unique(number, return_index=True)  # carriageways of one street share their numbers
    return number, both[first, 0], both[first, 1]


def _footprints(geography: Geography, raw: dict[str, np.ndarray], scale: np.ndarray) -> Footprints:
    if not geography.buildings:
        nothing = np.zeros(0, dtype=int)
        return Footprints(nothing, nothing, nothing, nothing * 0.0, nothing * 0.0, nothing * 0.0, nothing > 0)
    centres = np.array([[p.x, p.y] for p in (b.polygon.representative_point() for b in geography.buildings)])
    tree = shapely.STRtree(shapely.points(np.stack([raw["lon"], raw["lat"]], axis=1) * scale))
    building, site = tree.query_nearest(shapely.points(centres * scale), max_distance=NEAR_FOOTPRINT, all_matches=False)
    order = np.lexsort((building, site))
    building, site = building[order], site[order]
    start = np.r_[0, np.flatnonzero(np.diff(site)) + 1] if len(site) else np.zeros(0, dtype=int)
    block = np.arange(len(site)) - np.repeat(start, np.diff(np.r_[start, len(site)])) + 1
    area = shapely.area([geography.buildings[i].polygon for i in building]) * scale[0] * scale[1]
    use = np.array([geography.buildings[i].use in HOMES for i in building], dtype=bool)
    return Footprints(
        building, site, block, centres[building, 0], centres[building, 1], area, use & (area < LARGEST_HOME)
    )


def _chosen(raw: dict[str, np.ndarray], footprints: Footprints, people: int, rng: np.random.Generator) -> np.ndarray:
    """Sites with footprints always; further ones at random until there is room for everybody."""
    total = len(raw["street"])
    built = np.zeros(total, dtype=bool)
    built[footprints.site] = True
    wanted = max(people // PEOPLE_PER_SITE, 20)
    bare = rng.permutation(np.flatnonzero(~built))
    return np.sort(np.concatenate([np.flatnonzero(built), bare[: max(0, wanted - int(built.sum()))]]))


def _with_houses(
    raw: dict[str, np.ndarray], names: list[str], footprints: Footprints, people: int, rng: np.random.Generator
) -> Sites:
    count = len(raw["street"])
    blocks = rng.choice([1, 2, 3, 5, 8, 12], count, p=[0.42, 0.2, 0.16, 0.12, 0.07, 0.03])
    real = np.zeros(count, dtype=int)
    np.maximum.at(real, footprints.site, footprints.block)
    blocks = np.where(real > 0, real, blocks)
    units = rng.integers(2, 5, count)
    floors = rng.choice([5, 6, 7, 8, 11, 18, 26, 33], count, p=[0.05, 0.12, 0.42, 0.1, 0.07, 0.1, 0.08, 0.06])
    rooms = rng.integers(2, 4, count)
    capacity = int((blocks * units * floors * rooms).sum())
    floors = floors * max(1, -(-2 * people // capacity))  # a very large population stands in higher houses
    words = 2 * rng.integers(0, len(COMPOUND_WORDS) // 2, count)
    kinds = 2 * rng.integers(0, len(COMPOUND_KINDS) // 2, count)
    named = (blocks > 1) & (rng.random(count) < 0.7)
    compounds = [
        COMPOUND_WORDS[w : w + 2] + COMPOUND_KINDS[k : k + 2] if n else ""
        for w, k, n in zip(words, kinds, named, strict=True)
    ]
    first = np.concatenate([[0], np.cumsum(blocks * units * floors * rooms)])
    multiplier = int(int(first[-1]) * 0.6180339887) | 1
    while gcd(multiplier, int(first[-1])) != 1:
        multiplier += 2
    return Sites(
        **raw,
        blocks=blocks,
        units=units,
        floors=floors,
        rooms=rooms,
        street_names=names,
        compounds=compounds,
        first=first,
        multiplier=multiplier,
    )
