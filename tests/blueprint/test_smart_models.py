"""Types of the Smart Data Models: their schemas become files of a city, which takes their own examples."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from lingqu.blueprint import door, smart_models
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text
from lingqu.site.commands.blueprint import import_model

HERE = Path(__file__).parent / "smart_data_models"
SHARED = Path(os.environ.get("LINGQU_SHARED_DATA", "/nowhere")) / "10_standards/ngsi_ld/smart_data_models"
UNLIKE = {"services"}  # its type is in lower case
BROKEN = {
    *("Anomaly", "AirQualityMonitoring", "AirQualityObserved", "FloodMonitoring", "NightSkyQuality"),
    *("PhreaticObserved", "RainFallRadarObserved", "TrafficEnvironmentImpactForecast", "WaterObserved"),
    *("OffStreetParking", "ParkingGroup", "Streetlight", "WasteContainerIsle", "SeaConditions"),
}
"""Whose example contradicts its own model, or NGSI-LD."""
ROLE = """
code: systems
title: {zh: 系统, en: Systems}
grants:
  - {actions: [read, write], types: ["*"]}
"""


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    door.new_city(folder, "230100", Text(zh="某市", en="Some city"))
    (folder / "roles" / "systems.yaml").write_text(ROLE)
    return folder


def taken(folder: Path, *schemas: Path) -> dict[str, smart_models.Model]:
    found = [smart_models.model(smart_models.read(path), str(path), {}) for path in schemas]
    smart_models.write(found, folder)
    return {each.type.code: each for each in found}


def sent(example: Path) -> Any:
    """As somebody sends it who names no context of another host."""
    document = json.loads(example.read_text())
    document["@context"] = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
    return document


def accepted(folder: Path, examples: list[Path]) -> dict[str, Any]:
    door.apply(SYSTEM, door.load(folder))
    client = Client()
    client.force_login(Account.objects.create_user("system", roles=["systems"]))
    wrong = {}
    for example in examples:
        answer = client.post("/ngsi-ld/v1/entities", sent(example), content_type="application/ld+json")
        if answer.status_code != 201:
            parts = example.parts
            wrong[parts[-3] if parts[-2] == "examples" else parts[-2]] = answer.json()["detail"]
    return wrong


@pytest.mark.django_db
def test_a_city_takes_models_and_their_examples(city: Path) -> None:
    models = taken(city, *sorted(HERE.glob("*/schema.json")))
    assert set(models) == {"AirQualityObserved", "OnStreetParking", "WasteContainer"}
    assert not [fault for fault in door.check(door.load(city)) if fault.severity == "error"]
    wrong = accepted(city, sorted(HERE.glob("*/example-normalized.jsonld")))
    assert set(wrong) == {"AirQualityObserved"}  # it breaks its own model: a wind from beyond 180°, a time of no zone
    assert "windDirection" in wrong["AirQualityObserved"]
    assert entities.entity_type("AirQualityObserved").geometry == "location"
    assert entities.entity_type("AirQualityObserved").attributes["dateObserved"].required
    assert entities.entity_type("OnStreetParking").attributes["category"].many
    found = entities.find(SYSTEM, entities.Query(types=("WasteContainer",), has=("location",)))
    assert len(found.entities) == 1


@pytest.mark.django_db
def test_what_a_model_forbids_is_refused(city: Path) -> None:
    taken(city, HERE / "AirQualityObserved" / "schema.json")
    door.apply(SYSTEM, door.load(city))
    client = Client()
    client.force_login(Account.objects.create_user("system", roles=["systems"]))
    body = sent(HERE / "AirQualityObserved" / "example-normalized.jsonld")
    for name, value in (("dateObserved", "2016-03-15T11:00:00Z"), ("windDirection", -174), ("tsp", 1)):
        body[name]["value"] = value
    right = body["airQualityIndex"]["value"]
    body["airQualityIndex"]["value"] = -1
    answer = client.post("/ngsi-ld/v1/entities", body, content_type="application/ld+json")
    assert answer.status_code == 400
    assert "airQualityIndex" in answer.json()["detail"]
    body["airQualityIndex"]["value"] = right
    answer = client.post("/ngsi-ld/v1/entities", body, content_type="application/ld+json")
    assert answer.status_code == 201, answer.json()["detail"]


@pytest.mark.django_db
@pytest.mark.skipif(not SHARED.exists(), reason="LINGQU_SHARED_DATA names no folder of further data")
def test_every_model_that_lies_there(city: Path) -> None:
    schemas = [path for path in sorted(SHARED.glob("*/*/schema.json")) if path.parent.name not in UNLIKE]
    assert len(taken(city, *schemas)) >= 38
    assert not [fault for fault in door.check(door.load(city)) if fault.severity == "error"]
    examples = [path.parent / "examples" / "example-normalized.jsonld" for path in schemas]
    wrong = accepted(city, [path for path in examples if path.exists()])
    assert set(wrong) <= BROKEN, wrong


def test_definitions_are_followed_into_files() -> None:
    schema = {
        "$id": "https://smart-data-models.github.io/dataModel.X/Thing/schema.json",
        "properties": {
            "level": {"$ref": "https://example.org/x-schema.json#/definitions/level"},
            "rest": {"$ref": "https://example.org/elsewhere.json#/definitions/rest"},
            "refOther": {"type": "string", "description": "Relationship. Another thing"},
            "again": {"$ref": "#/definitions/again"},
            "high": {"type": "number", "maximum": float("inf"), "minimum": True},
            "value": {"type": "string"},
        },
        "definitions": {"again": {"type": "boolean"}},
        "allOf": 5,
        "required": 5,
    }
    beside = {"x-schema.json": {"definitions": {"level": {"type": "number", "maximum": 9}}}}
    found = smart_models.model(schema, "thing.json", beside)
    level, rest, again, high = found.elements
    assert (level.type, level.maximum, rest.type, again.type) == ("number", 9, "json", "boolean")
    assert (high.minimum, high.maximum) == (None, None)
    assert found.lost.pop("value").startswith("left out")
    assert found.lost == {"rest": "https://example.org/elsewhere.json#/definitions/rest"}
    assert found.type.attributes["refOther"].kind == "Relationship"


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"properties": {"a": {"type": "string"}}}', '{"$id": "https://x/Thing/schema.json"}']
)
def test_what_is_no_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "schema.json").write_text(text)
    with pytest.raises(Invalid) as caught:
        smart_models.model(smart_models.read(tmp_path / "schema.json"), "here/schema.json", {})
    assert caught.value.rule.startswith("model.")
    assert caught.value.next_step.en


def test_nothing_is_written_over(tmp_path: Path) -> None:
    schema = HERE / "WasteContainer" / "schema.json"
    done = CliRunner().invoke(import_model, [str(schema), "--into", str(tmp_path), "--public"])
    assert done.exit_code == 0, done.output
    assert "types/WasteContainer.yaml" in done.output
    before = (tmp_path / "types" / "WasteContainer.yaml").read_text()
    assert "public: true" in before
    with pytest.raises(Conflict):
        taken(tmp_path, HERE / "AirQualityObserved" / "schema.json", schema)
    assert (tmp_path / "types" / "WasteContainer.yaml").read_text() == before
    assert not (tmp_path / "types" / "AirQualityObserved.yaml").exists()
