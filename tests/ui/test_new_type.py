"""A new kind of thing is one YAML file: list, record, search, map and export come by themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import mapbox_vector_tile
import pytest
from django.test import Client

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.ui.tiles import serve, standing
from toytown import TOYTOWN

BENCH = """
code: Bench
title: {zh: 长椅, en: Bench}
plural: {zh: 长椅, en: Benches}
public: true
label: name
geometry: location
map: {colour: "#1B7F4B", min_zoom: 10, layer: circle}
attributes:
  name: {element: place_name, required: true, search: true, column: true}
  kind: {element: place_kind, facet: true, column: true}
  location: {kind: GeoProperty, element: point}
"""


@pytest.mark.django_db
def test_one_file_brings_a_new_kind_of_thing(tmp_path: Path, settings) -> None:
    city = shutil.copytree(TOYTOWN, tmp_path / "city")
    (city / "types").mkdir(exist_ok=True)
    (city / "types" / "bench.yaml").write_text(BENCH)
    settings.LINGQU_CITY = city
    blueprint.apply(SYSTEM, blueprint.load(city))
    place = {"type": "Point", "coordinates": [113.2, 35.1]}
    bench = entities.Draft(
        "urn:ngsi-ld:Bench:1",
        "Bench",
        {
            "name": {"type": "Property", "value": "望河长椅"},
            "location": {"type": "GeoProperty", "value": place},
        },
    )
    entities.write(SYSTEM, [bench])
    standing.forget()
    serve.forget()
    client = Client(headers={"accept-language": "en"})
    assert "Benches" in client.get("/registers/").content.decode()
    assert "望河长椅" in client.get("/registers/Bench/").content.decode()
    assert "望河长椅" in client.get("/registers/Bench/urn:ngsi-ld:Bench:1/").content.decode()
    assert "望河长椅" in client.get("/registers/search/?words=长椅").content.decode()
    assert "望河长椅" in b"".join(client.get("/registers/Bench/export.csv").streaming_content).decode()
    assert "Bench" in client.get("/tiles/style.json?focus=Bench").json()["sources"]
    tile = mapbox_vector_tile.decode(client.get("/tiles/Bench/16/53375/25936.mvt").content)
    assert tile["Bench"]["features"][0]["properties"]["label"] == "望河长椅"
