"""Geometry: checking, repair that keeps the dimension, measures, round trips."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.kernel import geometry
from lingqu.kernel.errors import Invalid

BOWTIE = {"type": "Polygon", "coordinates": [[[126, 45], [127, 46], [127, 45], [126, 46], [126, 45]]]}
SHARED = os.environ.get("LINGQU_SHARED_DATA", "")
positions = st.tuples(st.floats(-179, 179), st.floats(-89, 89)).map(lambda p: [round(p[0], 6), round(p[1], 6)])


def test_sound_geometry_passes_unchanged():
    line = {"type": "LineString", "coordinates": [[126.6, 45.7], [126.7, 45.8]]}
    assert geometry.check(json.dumps(line)) == geometry.Checked(line)
    assert geometry.check({"type": "Feature", "properties": {}, "geometry": line}).geometry == line


def test_a_crossing_ring_is_repaired_and_said():
    checked = geometry.check(BOWTIE)
    assert checked.geometry["type"] == "MultiPolygon"
    assert "Self-intersection" in checked.repair
    assert geometry.check(checked.geometry).repair == ""


def test_repair_keeps_areas_only():
    spike = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [1, 0], [1, 1], [1, 5], [1, 1], [0, 1], [0, 0]]],
    }
    assert geometry.check(spike).geometry["type"] == "Polygon"


@pytest.mark.parametrize(
    ("given_", "rule"),
    [
        ("{", "geometry.form"),
        ("[1, 2]", "geometry.form"),
        ({"type": "Feature", "geometry": None}, "geometry.form"),
        ({"type": "Nonsense", "coordinates": []}, "geometry.form"),
        ({"type": "Polygon", "coordinates": []}, "geometry.empty"),
        ({"type": "Point", "coordinates": [45.7, 126.6]}, "geometry.range"),
        ({"type": "Point", "coordinates": [495000, 5060000]}, "geometry.range"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0], [0, 0]]]}, "geometry.broken"),
    ],
)
def test_refusals_name_the_rule(given_, rule):
    with pytest.raises(Invalid) as refused:
        geometry.check(given_)
    assert refused.value.rule == rule
    assert refused.value.next_step.zh


def test_exchanged_coordinates_are_recognised():
    with pytest.raises(Invalid) as refused:
        geometry.check({"type": "Point", "coordinates": [45.7, 126.6]})
    assert "exchange" in refused.value.next_step.en


@given(st.lists(positions, min_size=2, max_size=8))
def test_wkb_round_trip(path):
    line = {"type": "LineString", "coordinates": path}
    assert geometry.from_wkb(geometry.to_wkb(line)) == line


def test_measures():
    degree = math.radians(1) * geometry.EARTH
    north = {"type": "LineString", "coordinates": [[126, 45], [126, 46]]}
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]]]}
    assert geometry.length_m(north) == pytest.approx(degree)
    assert geometry.distance_m((126, 45), (127, 45)) == pytest.approx(degree * math.cos(math.radians(45)), rel=1e-4)
    assert geometry.length_m(square) == pytest.approx(0.04 * degree, rel=1e-4)
    assert geometry.area_m2(square) == pytest.approx((0.01 * degree) ** 2, rel=1e-4)
    assert geometry.area_m2(north) == geometry.length_m({"type": "Point", "coordinates": [0, 0]}) == 0


def test_places_in_a_geometry():
    assert geometry.bounds(BOWTIE) == (126, 45, 127, 46)
    assert geometry.in_box(126.5, 45.5, geometry.bounds(BOWTIE))
    assert not geometry.in_box(125.9, 45.5, geometry.bounds(BOWTIE))
    horseshoe = {
        "type": "Polygon",
        "coordinates": [[[0, 0], [9, 0], [9, 9], [8, 9], [8, 1], [1, 1], [1, 9], [0, 9], [0, 0]]],
    }
    inside = geometry.from_geojson(geometry.representative_point(horseshoe))
    assert geometry.from_geojson(horseshoe).contains(inside)
    assert geometry.dimension(horseshoe) == "area"
    point = {"type": "Point", "coordinates": [1.5, 2.5]}
    assert geometry.representative_point(point) == point


@pytest.mark.skipif(not SHARED, reason="LINGQU_SHARED_DATA names no folder of further data")
@pytest.mark.parametrize(("city", "broken"), [("320100", 2), ("440400", 1), ("440300", 0)])
def test_real_self_intersections_are_found_and_repaired(city, broken):
    file = Path(SHARED) / "01_boundaries/other_cities" / f"{city}.json"
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    checked = [geometry.check(feature) for feature in features]
    assert sum(bool(c.repair) for c in checked) == broken
    assert all(geometry.from_geojson(c.geometry).is_valid for c in checked)
