"""A second city opens from its folder alone: other boundaries, other codes, not a line of ``src/`` touched."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
from pathlib import Path

import pytest
import shapely
from ruamel.yaml import YAML
from shapely.geometry import shape

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import ANONYMOUS, SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality
from lingqu.kernel.datum import convert_geometry

pytestmark = pytest.mark.django_db

SHENZHEN = Path(__file__).parent / "shenzhen"
SHARED = os.environ.get("LINGQU_SHARED_DATA", "")


def opened(city: Path, settings, lake: Path) -> fusion.Run:
    """The city applied, collected, checked and fused."""
    settings.LINGQU_CITY, settings.LINGQU_LAKE, settings.LINGQU_INBOX = city, lake, lake / "inbox"
    drawing = blueprint.load(city)
    assert [fault for fault in blueprint.check(drawing) if fault.severity == "error"] == []
    blueprint.apply(SYSTEM, drawing)
    for source in exchange.sources():
        for delivery in exchange.collect(SYSTEM, source):
            assert exchange.land(delivery.id).state == "landed"
            assert quality.check(delivery.id).bad_rows == 0
    return fusion.fuse("divisions")


def areas() -> dict[str, entities.Entity]:
    """Everything a visitor sees, by name."""
    page = entities.find(ANONYMOUS, entities.Query(types=("AdministrativeArea",), limit=1000))
    return {entity.label: entity for entity in page.entities}


def test_shenzhen_opens(settings, tmp_path):
    run = opened(SHENZHEN, settings, tmp_path / "lake")
    assert run.state == "done"
    found = areas()
    assert len(found) == 1 + 9 + 79 + 1
    district = found["南山区"]
    assert district.id == "urn:ngsi-ld:AdministrativeArea:440305000000"
    assert district.attrs["location"]["value"]["type"] == "MultiPolygon"
    assert district.attrs["partOf"]["object"] == "urn:ngsi-ld:AdministrativeArea:440300000000"
    assert found["大鹏新区"].attrs.get("code") is None, "a management area has a shape and no code"


def from_autonavi(adcode: str, city: Path) -> int:
    """The folder of Shenzhen with another city's boundaries (GCJ-02) and codes; gives the number of streets."""
    shutil.copytree(SHENZHEN, city)
    boundaries = Path(SHARED) / "01_boundaries"
    shutil.copy(boundaries / f"other_cities/{adcode}.json", city / "data/districts.json")
    (city / "data/sz.json.gz").unlink()
    counted = 0
    for name in ("cities.csv", "areas.csv", "streets.csv.gz"):
        source, opener = boundaries / "codes_nbs2023" / name, gzip.open if name.endswith("gz") else open
        with opener(source, "rt", encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        rows = [row for row in rows if row[0].startswith(adcode[:4])]
        with (city / "data" / name.removesuffix(".gz")).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])
        counted += len(rows)
    yaml = YAML()
    for file, changes in (
        ("city.yaml", {"code": adcode, "division": adcode + "000000", "title": adcode}),
        (
            "sources/areas.yaml",
            {
                "config": {"path": "city:data/districts.json", "format": "geojson"},
                "mapping": {
                    "division_code": {"column": "adcode"},
                    "division_name": {"column": "name"},
                    "division_level": {"value": "county"},
                    "shape": {"column": "$geometry"},
                },
                "datum": "GCJ-02",
            },
        ),
    ):
        content = yaml.load(city / file)
        content.update(changes)
        yaml.dump(content, city / file)
    return counted


@pytest.mark.skipif(not SHARED, reason="LINGQU_SHARED_DATA names no folder of further data")
@pytest.mark.parametrize(("adcode", "districts"), [("320100", 11), ("440300", 9)])
def test_boundaries_that_may_not_be_passed_on(adcode, districts, settings, tmp_path):
    """Nanjing has two polygons that cross themselves; both cities come in GCJ-02."""
    city = tmp_path / "city"
    divisions = from_autonavi(adcode, city)
    opened(city, settings, tmp_path / "lake")
    found = areas().values()
    shaped = [entity for entity in found if "location" in entity.attrs]
    assert len(found) == divisions
    assert len(shaped) == districts
    features = json.loads((city / "data/districts.json").read_text(encoding="utf-8"))["features"]
    given = {feature["properties"]["name"]: feature["geometry"] for feature in features}
    for entity in shaped:
        stored = shape(entity.attrs["location"]["value"])
        moved = shapely.make_valid(shape(convert_geometry(given[entity.label], "GCJ-02")))
        assert stored.is_valid
        assert stored.symmetric_difference(moved).area < 1e-6 * moved.area
