"""The real data of Harbin through the normal importers: counts as measured, known faults found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import ANONYMOUS, SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality

pytestmark = pytest.mark.django_db

HARBIN = Path(__file__).parents[2] / "cities/harbin"
ROWS = {
    "natural_resources.street_areas": 77,
    "natural_resources.roads": 10_083,
    "natural_resources.buildings": 16_054,  # 15,975 ways and the relations among them that are whole
    "natural_resources.places": 1_346,
    "civil_affairs.divisions": 347,
    "environment.air_stations": 12,
    "environment.air_hours": 1_330,
    "metro.stations": 73,
    "statistics.indicators": 136,
}
FIRST = ("divisions_streets", "divisions_areas", "divisions_cities", "air_stations_cnemc")
"""What rules of the others look things up in."""


def test_real_sources_of_harbin(settings, tmp_path):
    settings.LINGQU_CITY, settings.LINGQU_LAKE, settings.LINGQU_INBOX = HARBIN, tmp_path / "lake", tmp_path / "inbox"
    blueprint.apply(SYSTEM, blueprint.load(HARBIN))
    real = {code: source for code, source in exchange.sources().items() if not source.synthetic}
    rows: Counter[str] = Counter()
    found: dict[str, dict[str, int]] = {}
    for code in sorted(real, key=lambda code: (code not in FIRST, code)):
        assert all(finding.ok for finding in exchange.self_check(code)), code
        assert real[code].licence, code
        (delivery,) = exchange.collect(SYSTEM, code)
        delivery = quality.check(exchange.land(delivery.id).id)
        rows[real[code].resource] += delivery.rows or 0
        found[code] = {count.rule: count.rows for count in quality.rule_counts(delivery.id)}
    assert rows == ROWS
    assert found["air_hours_cnemc"] == {
        "known_station": 190,  # 岭北(对照点) and 市委党校 are not in the list of stations
        "stuck_station": 95,  # 岭北 repeats one reading in all its rows
        "one_reading_an_hour": 56,  # 28 rows twice
        "max_length": 3,  # pollutants with line breaks inside
        "polluted_names_its_pollutant": 3,
    }
    assert found["roads_osm"]["file.row"] == 146  # cut by the extract's edge
    assert found["indicators_yearbook"] == {"public_toilets_plausible": 8}
    assert found["street_areas_osm"] == found["divisions_streets"] == found["metro_stations_map"] == {}
    run = fusion.fuse("divisions")
    assert run.entities == 347, "each of the 77 street areas found its code"
    page = entities.find(ANONYMOUS, entities.Query(types=("AdministrativeArea",), limit=1000))
    shaped = [e for e in page.entities if "location" in e.attrs and e.attrs["level"]["value"] == "township"]
    assert len(shaped) == 77
