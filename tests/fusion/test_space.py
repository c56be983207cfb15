"""Registers of places: nearness, areas around, codes above, lengths, the newest row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.fusion import engine
from lingqu.centre.fusion.steps.gather import Inputs
from lingqu.centre.fusion.workbench import Workbench

from .support import land, plan

AREA = EntityType.model_validate(
    {
        "code": "Area",
        "title": "Area",
        "label": "name",
        "attributes": {
            "name": {"required": True},
            "code": {"element": "division_code"},
            "partOf": {"kind": "Relationship", "target": ["Area"]},
            "length": {"element": "number"},
            "location": {"kind": "GeoProperty", "element": "shape"},
        },
    }
)
DEGREE = 111_320.0


def square(west: float, south: float, size: float) -> str:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def point(east: float, north: float) -> str:
    return json.dumps({"type": "Point", "coordinates": [east, north]})


def run(folder: Path, rules: dict[str, Any], rows: dict[str, list[dict[str, Any]]], **before: Any) -> Workbench:
    columns = ("name", "code", "shape", "hour", "value")
    content = {r: land(folder, r, found, columns=columns, delivery=n) for n, (r, found) in enumerate(rows.items(), 1)}
    contributions = [{"resource": r, "attributes": {"name": "name", "code": "code", "location": "shape"}} for r in rows]
    document = {"code": "areas", "title": "Areas", "type": "Area", "contributions": contributions}
    bench = Workbench.open()
    engine.fuse(bench, plan({**document, **rules}, AREA), Inputs(content, {}), engine.Before(**before))
    return bench


def values(bench: Workbench) -> dict[str, dict[str, Any]]:
    found = [json.loads(attrs) for (attrs,) in bench.con.execute("SELECT attrs FROM drafts").fetchall()]
    plain = ({a: i.get("value", i.get("object")) for a, i in attrs.items()} for attrs in found)
    return {attrs["name"]: attrs for attrs in plain}


@pytest.mark.parametrize(("metres", "together"), [(0, True), (10, True), (40, False)])
def test_what_lies_near_is_one_thing(tmp_path: Path, metres: float, together: bool) -> None:
    rows = {
        "survey.shapes": [{"key": "S", "name": "楼", "shape": square(126.6, 45.7, 0.001)}],
        "housing.list": [{"key": "H", "name": "楼", "shape": point(126.6005, 45.701 + metres / DEGREE)}],
    }
    match = {"near": {"geometry": "location", "metres": 15}, "one_per_resource": True}
    bench = run(tmp_path, {"match": match}, rows)
    assert bench.count("things") == (1 if together else 2)


def test_two_points_in_one_shape_stay_two(tmp_path: Path) -> None:
    points = [{"key": f"H{n}", "name": f"楼{n}", "shape": point(126.6005, 45.7005)} for n in (1, 2)]
    rows = {"survey.shapes": [{"key": "S", "name": "楼", "shape": square(126.6, 45.7, 0.001)}], "housing.list": points}
    match = {"near": {"geometry": "location", "metres": 15}, "one_per_resource": True}
    assert run(tmp_path, {"match": match}, rows).count("things") == 2


def test_codes_above_and_shapes_put_together(tmp_path: Path) -> None:
    rows = {
        "civil.codes": [
            {"key": "1", "name": "区", "code": "230103000000"},
            {"key": "2", "name": "东街", "code": "230103001000"},
            {"key": "3", "name": "西街", "code": "230103002000"},
        ],
        "survey.shapes": [
            {"key": "a", "name": "东街", "shape": square(126.61, 45.7, 0.01)},
            {"key": "b", "name": "西街", "shape": square(126.6, 45.7, 0.01)},
        ],
    }
    rules = {
        "match": {"exact": [["code"], ["name"]], "never": ["code"]},
        "relations": {"partOf": [{"register": "areas", "by": "parent", "from": "code", "match": "code"}]},
        "dissolve": "partOf",
        "id_from": ["code"],
    }
    found = values(run(tmp_path, rules, rows))
    assert found["东街"]["partOf"] == "urn:ngsi-ld:Area:230103000000"
    ring = found["区"]["location"]["coordinates"][0]
    assert {round(x, 4) for x, _ in ring} >= {126.6, 126.62}


def test_the_smallest_area_around_and_the_length(tmp_path: Path) -> None:
    rows = {
        "civil.codes": [
            {"key": "1", "name": "大", "code": "230103000000", "shape": square(126.6, 45.7, 0.1)},
            {"key": "2", "name": "小", "code": "230103001000", "shape": square(126.6, 45.7, 0.01)},
        ]
    }
    upstream = run(tmp_path, {"match": {"exact": [["code"]]}}, rows)
    upstream.con.execute(
        "CREATE TABLE kept AS SELECT entity_id, x.raw AS r_code, y.raw AS r_location "
        "FROM things JOIN w_code x USING (c) JOIN w_location y USING (c)"
    )
    path = tmp_path / "up.parquet"
    upstream.con.execute(f"COPY kept TO '{path}' (FORMAT parquet)")
    line = json.dumps({"type": "LineString", "coordinates": [[126.601, 45.701], [126.601, 45.702]]})
    rules = {
        "code": "roads",
        "relations": {
            "code": [{"register": "areas", "by": "within", "from": "location", "match": "location", "take": "code"}]
        },
        "measures": {"length": "location"},
        "contributions": [{"resource": "survey.lines", "attributes": {"name": "name", "location": "shape"}}],
    }
    bench = run(
        tmp_path,
        rules,
        {"survey.lines": [{"key": "L", "name": "路", "shape": line}]},
        upstream={"areas": f"read_parquet('{path}')"},
    )
    road = values(bench)["路"]
    assert road["code"] == "230103001000"
    assert road["length"] == pytest.approx(111, abs=1)


def test_only_the_newest_row_counts_and_the_incomplete_waits(tmp_path: Path) -> None:
    rows = {
        "air.hours": [
            {"key": "1", "name": "站", "hour": "2026-01-01 01", "code": "1"},
            {"key": "2", "name": "站", "hour": "2026-01-01 03", "code": None},
            {"key": "3", "name": "站", "hour": "2026-01-01 02", "code": "2"},
            {"key": "4", "name": None, "hour": "2026-01-01 02", "code": "3"},
        ]
    }
    contribution = {
        "resource": "air.hours",
        "attributes": {"name": "name", "_value": "code"},
        "newest": {"by": "hour", "per": ["name"], "having": ["code"]},
    }
    bench = run(tmp_path, {"contributions": [contribution]}, rows)
    assert bench.con.execute("SELECT key FROM records ORDER BY 1").fetchall() == [("3",), ("4",)]
    assert list(values(bench)) == ["站"]
