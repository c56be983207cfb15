"""Datum conversions against published values, real offsets and the round-trip law."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.kernel import datum
from lingqu.kernel.errors import Invalid

HARBIN = Path(__file__).parents[2] / "cities/harbin/data"
longitudes = st.floats(73.5, 135.0)
latitudes = st.floats(18.0, 53.5)
datums = st.sampled_from(datum.DATUMS)


def metres(a, b):
    east = (a[0] - b[0]) * math.cos(math.radians(a[1])) * 111_195
    return math.hypot(east, (a[1] - b[1]) * 111_195)


@pytest.mark.parametrize(
    ("source", "target", "there"),
    [
        ("WGS-84", "GCJ-02", (116.41024449916938, 39.91640428150164)),
        ("GCJ-02", "BD-09", (116.41036949371029, 39.92133699351021)),
        ("CGCS2000", "GCJ-02", (116.41024449916938, 39.91640428150164)),
        ("CGCS2000", "WGS-84", (116.404, 39.915)),
    ],
)
def test_published_values(source, target, there):
    assert datum.convert(116.404, 39.915, source, target) == pytest.approx(there, abs=1e-9)


def test_offset_in_harbin():
    east, north = 466, 216  # metres, measured between metro stations in GCJ-02 and the same in OpenStreetMap
    lon, lat = datum.convert(126.64, 45.76, "WGS-84", "GCJ-02")
    assert (lon - 126.64) * math.cos(math.radians(45.76)) * 111_195 == pytest.approx(east, abs=15)
    assert (lat - 45.76) * 111_195 == pytest.approx(north, abs=15)


@given(longitudes, latitudes, datums, datums)
def test_there_and_back_is_under_a_metre(lon, lat, source, target):
    back = datum.convert(*datum.convert(lon, lat, source, target), target, source)
    assert metres((lon, lat), back) < 0.001


@given(longitudes, latitudes, datums, datums, datums)
def test_the_way_does_not_matter(lon, lat, source, between, target):
    direct = datum.convert(lon, lat, source, target)
    around = datum.convert(*datum.convert(lon, lat, source, between), between, target)
    assert metres(direct, around) < 0.001


@given(longitudes, latitudes)
def test_shifts_are_of_the_known_size(lon, lat):
    assert 20 < metres((lon, lat), datum.convert(lon, lat, "WGS-84", "GCJ-02")) < 1100
    assert 500 < metres((lon, lat), datum.convert(lon, lat, "GCJ-02", "BD-09")) < 1300


@given(st.floats(-180, 60), st.floats(-85, 85), datums, datums)
def test_abroad_nothing_is_shifted(lon, lat, source, target):
    assert datum.convert(lon, lat, source, target) == (lon, lat)


def test_arrays_keep_shape_and_gaps():
    lon, lat = datum.convert_arrays([[126.6, np.nan]], [[45.7, 45.8]], "BD-09")
    assert lon.shape == (1, 2)
    assert np.isnan(lon[0, 1])
    assert (lon[0, 0], lat[0, 0]) == pytest.approx(datum.convert(126.6, 45.7, "BD-09"), abs=1e-12)


def test_geometries_are_converted_position_by_position():
    ring = [[126.6, 45.7, 120.0], [126.7, 45.7, 121.0], [126.7, 45.8, 122.0], [126.6, 45.7, 120.0]]
    collection = {
        "type": "GeometryCollection",
        "geometries": [{"type": "Polygon", "coordinates": [ring]}, {"type": "Point", "coordinates": [126.6, 45.7]}],
    }
    polygon, point = datum.convert_geometry(collection, "GCJ-02")["geometries"]
    assert polygon["coordinates"][0][1] == [*datum.convert(126.7, 45.7, "GCJ-02"), 121.0]
    assert point["coordinates"] == polygon["coordinates"][0][0][:2]
    assert ring[0] == [126.6, 45.7, 120.0]
    assert datum.convert_geometry({"type": "MultiPoint", "coordinates": []}, "GCJ-02")["coordinates"] == []


@pytest.mark.parametrize("true", ["WGS-84", "GCJ-02", "BD-09"])
@pytest.mark.parametrize("paired", [True, False])
def test_a_guess_finds_the_datum(true, paired):
    seeds = np.random.default_rng(7)
    known = seeds.uniform(126.5, 126.7, 60), seeds.uniform(45.7, 45.85, 60)
    noisy = known[0] + seeds.normal(0, 0.0002, 60), known[1] + seeds.normal(0, 0.0002, 60)
    found = datum.guess(*datum.convert_arrays(*noisy, "WGS-84", true), known, paired=paired)
    assert found is not None
    assert found.datum == true
    assert found.sure
    assert found.distance < 60
    assert true in datum.unlabelled(["lon", "lat"], "a.csv", found).next_step.en


def test_nothing_to_compare_gives_no_guess():
    assert datum.guess([], [], ([126.6], [45.7])) is None
    refusal = datum.unlabelled(["lon", "lat"])
    assert refusal.rule == "datum.unlabelled"
    assert "GCJ-02" in refusal.next_step.zh


def test_an_unknown_datum_is_refused():
    with pytest.raises(Invalid) as refused:
        datum.convert(126.6, 45.7, "Beijing 1954")  # type: ignore[arg-type]
    assert refused.value.rule == "datum.unknown"


def test_the_metro_map_is_recognised_by_the_stations_of_openstreetmap():
    known = {
        thing.tags["name"].removesuffix("站"): (thing.lon, thing.lat)
        for thing in osmium.FileProcessor(str(HARBIN / "harbin.osm.pbf"), osmium.osm.NODE)
        if thing.tags.get("station") == "subway" and "name" in thing.tags
    }
    metro = json.loads((HARBIN / "metro/hb.json").read_text(encoding="utf-8"))["stationList"]
    pairs = [((float(s["lng"]), float(s["lat"])), known[s["name"]]) for s in metro if s["name"] in known]
    (lons, lats), reference = (tuple(zip(*side, strict=True)) for side in zip(*pairs, strict=True))
    found = datum.guess(lons, lats, reference, paired=True)
    assert len(pairs) > 40
    assert found is not None
    assert (found.datum, found.sure) == ("GCJ-02", True)
    assert found.distance < 60
    assert found.next_distance > 400
