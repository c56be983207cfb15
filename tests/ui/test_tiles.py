"""Our vector tiles, read back by another decoder."""

from __future__ import annotations

import mapbox_vector_tile
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lingqu.ui.tiles import build, grid
from lingqu.ui.tiles.encode import EXTENT, layer
from ui.living import Town

pytestmark = pytest.mark.django_db

numbers = st.integers(min_value=-200, max_value=EXTENT + 200)


@settings(deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=40, unique=True))
def test_lines_come_back_as_they_went(places: list[tuple[int, int]]) -> None:
    tile = layer("Road", [shapely.LineString(places)], [{"label": "路", "n": -3, "open": True, "x": 1.5}])
    found = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["Road"]["features"][0]
    assert [tuple(p) for p in found["geometry"]["coordinates"]] == places
    assert found["properties"] == {"label": "路", "n": -3, "open": True, "x": 1.5}


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(40, 900))
def test_areas_keep_their_size_and_their_holes(x: int, y: int, side: int) -> None:
    hole = shapely.box(x + 10, y + 10, x + 20, y + 20)
    shape = shapely.box(x, y, x + side, y + side).difference(hole)
    found = mapbox_vector_tile.decode(layer("B", [shape], [{}]), default_options={"y_coord_down": True})
    assert shapely.geometry.shape(found["B"]["features"][0]["geometry"]).area == pytest.approx(shape.area)


def test_points_gather_below_and_stand_alone_above() -> None:
    west, south, east, north = grid.bounds(13, 6972, 2945, margin=0)
    middle = ((west + east) / 2, (south + north) / 2)
    points = [shapely.Point(middle[0] + i * 1e-6, middle[1]) for i in range(50)]
    rows = [(f"urn:{i}", f"{i}", shapely.to_wkb(p), {}) for i, p in enumerate(points)]
    low = mapbox_vector_tile.decode(build.draw("P", rows, 13, 6972, 2945))["P"]["features"]
    assert sum(f["properties"].get("count", 1) for f in low) == 50
    assert len(low) <= 4
    high = mapbox_vector_tile.decode(build.draw("P", rows, 16, *_tile(16, middle)))["P"]["features"]
    assert {f["properties"]["id"] for f in high} == {f"urn:{i}" for i in range(50)}


def _tile(z: int, at: tuple[float, float]) -> tuple[int, int]:
    for x in range(6972 * 8, 6973 * 8):
        for y in range(2945 * 8, 2946 * 8):
            west, south, east, north = grid.bounds(z, x, y, margin=0)
            if west <= at[0] < east and south < at[1] <= north:
                return x, y
    raise AssertionError(at)


def test_a_name_of_an_area_stands_in_one_tile_only() -> None:
    area = shapely.to_wkb(shapely.box(126.4, 45.5, 126.9, 45.9))
    rows = [("urn:a", "道里区", area, {})]
    z, named = 11, 0
    for x in range(1740, 1750):
        for y in range(725, 735):
            tile = build.draw("A", rows, z, x, y)
            if tile and "A-name" in (decoded := mapbox_vector_tile.decode(tile)):
                named += len(decoded["A-name"]["features"])
    assert named == 1


def test_tiles_show_the_register_and_nothing_personal(town: Town) -> None:
    client = town.client()
    tile = client.get("/tiles/Building/14/13344/6490.mvt")
    assert tile.status_code == 200
    found = [f for x in range(13340, 13350) for y in range(6480, 6500) for f in _features(client, x, y)]
    assert sum(f["properties"].get("count", 1) for f in found) == 40
    again = client.get("/tiles/Building/14/13344/6490.mvt", headers={"if-none-match": tile["ETag"]})
    assert again.status_code == 304
    assert client.get("/tiles/Person/14/13344/6490.mvt").status_code == 403
    assert client.get("/tiles/Building/14/99999/6490.mvt").status_code == 404


def _features(client, x: int, y: int) -> list[dict]:
    content = client.get(f"/tiles/Building/14/{x}/{y}.mvt").content
    return mapbox_vector_tile.decode(content)["Building"]["features"] if content else []


def test_the_style_names_only_our_own_addresses(town: Town) -> None:
    style = town.client().get("/tiles/style.json?focus=Organization").json()
    assert "glyphs" not in style
    assert "sprite" not in style
    assert all(t.startswith("/tiles/") for s in style["sources"].values() for t in s["tiles"])
    assert "Person" not in style["sources"]
    assert "Organization" in style["sources"]
