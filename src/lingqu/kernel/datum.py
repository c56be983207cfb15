"""The datum guard: WGS-84, CGCS2000, GCJ-02 and BD-09, converted into each other and never mixed silently.

Storage is WGS-84. CGCS2000 differs from it by centimetres and is taken as equal. GCJ-02 (火星坐标, the maps of AutoNavi
and Tencent) is WGS-84 shifted by 300 to 700 m by a published series; BD-09 (Baidu) is GCJ-02 shifted once more. Both
shifts hold only inside the box ``CHINA``, so a point within a shift of the box's border, far out at sea or abroad, has
no unique inverse. Inverses are iterated to below 1e-9 degrees; there and back stays under 1 m by a wide margin.

Longitudes and latitudes are degrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

Datum = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
DATUMS: tuple[Datum, ...] = get_args(Datum)
STORED: Datum = "WGS-84"

CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the box inside which GCJ-02 is shifted."""

Degrees = NDArray[np.float64]
_Shift = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

_AXIS = 6378245.0  # Krasovsky 1940, metres
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_PI = np.pi * 3000.0 / 180.0
_TOLERANCE = 1e-10  # degrees
_EARTH = 6371008.8  # mean radius, metres


def _waves(value: Degrees, *terms: tuple[float, float]) -> Degrees:
    total = np.zeros_like(value)
    for amplitude, divisor in terms:
        total += amplitude * np.sin(value * np.pi / divisor)
    return total * 2.0 / 3.0


def _gcj_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Degrees by which WGS-84 is moved to GCJ-02."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = _waves(x, (20.0, 1 / 6), (20.0, 1 / 2))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += ripple + _waves(y, (20.0, 1.0), (40.0, 3.0)) + _waves(y, (160.0, 12.0), (320.0, 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += ripple + _waves(x, (20.0, 1.0), (40.0, 3.0)) + _waves(x, (150.0, 12.0), (300.0, 30.0))
    phi = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian = _AXIS * (1.0 - _ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _baidu_shift(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Degrees by which GCJ-02 is moved to BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_PI)
    return radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat


def _inside(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _forward(shift: _Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    inside = _inside(lon, lat)
    east, north = shift(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def _inverse(shift: _Shift, lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """The point that ``shift`` moves to (lon, lat), by fixed-point iteration; itself where that lies outside."""
    x, y = lon.copy(), lat.copy()
    for _ in range(50):
        east, north = shift(x, y)
        step_x, step_y = lon - east - x, lat - north - y
        x, y = x + step_x, y + step_y
        if not np.any(np.abs(step_x) + np.abs(step_y) > _TOLERANCE):
            break
    inside = _inside(x, y)
    return np.where(inside, x, lon), np.where(inside, y, lat)


_DEPTH = {"WGS-84": 0, "CGCS2000": 0, "GCJ-02": 1, "BD-09": 2}
_SHIFTS: tuple[_Shift, ...] = (_gcj_shift, _baidu_shift)


def convert_arrays(lon: ArrayLike, lat: ArrayLike, source: Datum, target: Datum = STORED) -> tuple[Degrees, Degrees]:
    """Arrays of any shape, NaN where a coordinate is missing. Raises Invalid (``datum.unknown``)."""
    here, there = _depth(source), _depth(target)
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    for shift in _SHIFTS[here:there]:
        x, y = _forward(shift, x, y)
    for shift in reversed(_SHIFTS[there:here]):
        x, y = _inverse(shift, x, y)
    return x, y


def convert(lon: float, lat: float, source: Datum, target: Datum = STORED) -> tuple[float, float]:
    """One point."""
    x, y = convert_arrays(lon, lat, source, target)
    return float(x), float(y)


def convert_geometry(geometry: dict[str, Any], source: Datum, target: Datum = STORED) -> dict[str, Any]:
    """A GeoJSON geometry in another datum; heights stay as they are. Gives a new object."""
    if geometry["type"] == "GeometryCollection":
        return {**geometry, "geometries": [convert_geometry(g, source, target) for g in geometry["geometries"]]}
    positions = list(_positions(geometry["coordinates"]))
    if not positions:
        return dict(geometry)
    x, y = convert_arrays([p[0] for p in positions], [p[1] for p in positions], source, target)
    moved = iter(zip(x.tolist(), y.tolist(), strict=True))
    return {**geometry, "coordinates": _rebuilt(geometry["coordinates"], moved)}


def _is_position(part: Any) -> bool:
    return bool(part) and not isinstance(part[0], (list, tuple))


def _positions(part: Any) -> Iterator[Sequence[float]]:
    if _is_position(part):
        yield part
    else:
        for inner in part:
            yield from _positions(inner)


def _rebuilt(part: Any, moved: Iterator[tuple[float, float]]) -> list[Any]:
    if _is_position(part):
        return [*next(moved), *part[2:]]
    return [_rebuilt(inner, moved) for inner in part]


def _depth(datum: str) -> int:
    if datum not in _DEPTH:
        raise Invalid(
            "datum.unknown",
            Text(zh=f"不认识的坐标系“{datum}”", en=f"Unknown datum {datum!r}"),
            next_step=Text(zh="请用：" + "、".join(DATUMS), en="Use one of: " + ", ".join(DATUMS)),
        )
    return _DEPTH[datum]


@dataclass(frozen=True)
class Guess:
    """A proposal for points without a datum. ``distance`` is the median distance in metres to the reference when read
    as ``datum``, ``next_distance`` that of the next best reading."""

    datum: Datum
    distance: float
    next_datum: Datum
    next_distance: float

    @property
    def sure(self) -> bool:
        """The best reading lies at least twice as near as the next."""
        return self.distance * 2 < self.next_distance


def guess(
    lons: ArrayLike, lats: ArrayLike, reference: tuple[ArrayLike, ArrayLike], *, paired: bool = False
) -> Guess | None:
    """Which datum unlabelled points are likely in, by their distance to known points in WGS-84.

    ``paired``: the i-th point is the i-th reference; otherwise each point is held against its nearest one. At most
    500 points are looked at. None when there is nothing to compare. A proposal for a person, never a decision.
    """
    x, y = np.asarray(lons, dtype=np.float64).ravel(), np.asarray(lats, dtype=np.float64).ravel()
    known_x, known_y = (np.asarray(side, dtype=np.float64).ravel() for side in reference)
    if not x.size or not known_x.size:
        return None
    chosen = np.linspace(0, x.size - 1, min(x.size, 500)).astype(int)
    pairs = (known_x[chosen], known_y[chosen]) if paired else (known_x, known_y)
    readings: tuple[Datum, ...] = ("WGS-84", "GCJ-02", "BD-09")
    ranked = sorted((_misfit(x[chosen], y[chosen], d, pairs, paired), d) for d in readings)
    (best, datum), (second, runner_up) = ranked[0], ranked[1]
    return Guess(datum, best, runner_up, second)


def _misfit(x: Degrees, y: Degrees, source: Datum, known: tuple[Degrees, Degrees], paired: bool) -> float:
    x, y = convert_arrays(x, y, source)
    scale = np.radians(1.0) * _EARTH
    shrink = np.cos(np.radians(np.nanmean(known[1])))
    if paired:
        gaps = np.hypot((x - known[0]) * shrink, y - known[1])
    else:
        gaps = np.array([np.hypot((px - known[0]) * shrink, py - known[1]).min() for px, py in zip(x, y, strict=True)])
    return float(np.nanmedian(gaps) * scale)


def unlabelled(columns: Sequence[str], place: str = "", proposal: Guess | None = None) -> Invalid:
    """The refusal (``datum.unlabelled``) of coordinates that say no datum, with a proposal where there is one."""
    names = ", ".join(columns)
    if proposal is None:
        step = Text(
            zh="向数据提供部门确认坐标系，并在数据源的 datum 中写明：" + "、".join(DATUMS),
            en="Ask the department for the datum and write it in the source's datum: " + ", ".join(DATUMS),
        )
    else:
        found, gap, other = proposal.datum, round(proposal.distance), round(proposal.next_distance)
        step = Text(
            zh=f"按 {found} 读取时距已知点中位数 {gap} 米（{proposal.next_datum} 为 {other} 米），"
            f"确认后请写明 datum: {found}",
            en=f"Read as {found} the points lie {gap} m (median) from known ones ({proposal.next_datum}: {other} m); "
            f"once confirmed, write datum: {found}",
        )
    return Invalid(
        "datum.unlabelled",
        Text(zh=f"坐标列 {names} 没有注明坐标系", en=f"The coordinates {names} have no datum"),
        place=place,
        next_step=step,
    )
