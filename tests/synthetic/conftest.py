"""A made-up town as GeoJSON: two streets, two areas, a few houses. No file of a real city is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

RECIPE = """
province: 某省
city: 玩具市
city_code: "990100"
as_of: "2026-06-30"
plate: 京T
area_code: "451"
districts: {"110101": 东区}
geography: {streets: data/streets.geojson, areas: data/areas.geojson, buildings: data/buildings.geojson}
local_prefixes:
  - {code: "110101", weight: 3}
  - {code: "110102", weight: 2, until: 1990}
other_prefixes:
  - {code: "370102"}
defects:
  default: {id_missing: 0.05, id_typo: 0.05, id_spaced: 0.03, name_blank: 0.03,
            birth_wrong: 0.05, birth_impossible: 0.01,
            phone_changed: 0.2, duplicate: 0.02, again: 0.02, code_wrong: 0.02, address_styles: [0.4, 0.3, 0.2, 0.1]}
  resources:
    human_resources.social_insurance: {id_fifteen: 0.2}
    civil_affairs.addresses: {id_missing: 0, swapped: 0.02}
"""


def _collection(features: list[tuple[dict, dict]]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in features],
        },
        ensure_ascii=False,
    )


def _box(west: float, south: float, east: float, north: float) -> dict:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    (folder / "data").mkdir()
    (folder / "synthetic.yaml").write_text(RECIPE, "utf-8")
    line = {"type": "LineString", "coordinates": [[116.40, 39.90], [116.42, 39.90]]}
    other = {"type": "LineString", "coordinates": [[116.41, 39.89], [116.41, 39.91]]}
    streets = [({"name": "运河路"}, line), ({"name": "石桥街"}, other)]
    areas = [
        ({"name": "西门街道", "code": "110101001000"}, _box(116.39, 39.88, 116.41, 39.92)),
        ({"name": "东门街道", "code": "110101002000"}, _box(116.41, 39.88, 116.43, 39.92)),
    ]
    houses = [
        ({"id": f"way/{i}", "use": "apartments"}, _box(x, 39.9003, x + 0.0003, 39.9005))
        for i, x in enumerate([116.401, 116.403, 116.405, 116.415])
    ]
    for name, features in (("streets", streets), ("areas", areas), ("buildings", houses)):
        (folder / "data" / f"{name}.geojson").write_text(_collection(features), "utf-8")
    return folder
