import shutil

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.blueprint import render
from lingqu.blueprint.differences import differences
from lingqu.centre.access.door import ANONYMOUS, SYSTEM
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Conflict, Invalid, Refused
from lingqu.kernel.text import Text
from toytown import TOYTOWN, toytown  # noqa: F401

pytestmark = pytest.mark.django_db

BENCH = """\
code: Bench
title: {zh: 长椅, en: Bench}
public: true
label: name
geometry: location
attributes:
  name: {element: place_name, required: true, search: true, column: true}
  floors: {element: floors}
  location: {kind: GeoProperty, element: point}
"""


@pytest.fixture
def town(tmp_path, settings):
    settings.LINGQU_CITY = tmp_path / "town"
    return shutil.copytree(TOYTOWN, tmp_path / "town")


def edit(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_plan_shows_additions_changes_and_removals(town):
    blueprint.apply(SYSTEM, blueprint.load(town))
    edit(town / "departments/departments.yaml", "en: Police", "en: County police")
    (town / "types").mkdir()
    (town / "types/bench.yaml").write_text(BENCH, "utf-8")
    (town / "quality/firms.yaml").unlink()
    made = blueprint.plan(blueprint.load(town))
    assert made.counts == {"add": 1, "change": 1, "remove": 1}
    said = render.plan(made, "en")
    assert "+ entity type Bench  Bench" in said
    assert "    title.en: Police → County police" in said
    assert "- quality rules market.registrations" in said
    assert render.plan_data(made)["changes"][0]["differences"][0]["before"] == "Police"


def test_items_are_compared_by_their_code():
    before = {"items": [{"code": "a", "x": 1}, {"code": "b"}]}
    after = {"items": [{"code": "new"}, {"code": "a", "x": 2}, {"code": "b"}]}
    assert [d.where for d in differences(before, after)] == ["items.a.x", "items.new"]
    moved = {"items": list(reversed(before["items"]))}
    assert [(d.before, d.after) for d in differences(before, moved)] == [(["a", "b"], ["b", "a"])]


def test_the_order_of_attributes_is_kept_and_changed(town):
    (town / "types").mkdir()
    (town / "types/bench.yaml").write_text(BENCH, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(town))
    assert list(entities.entity_type("Bench").attributes) == ["name", "floors", "location"]
    edit(town / "types/bench.yaml", "  floors: {element: floors}\n", "")
    edit(town / "types/bench.yaml", "attributes:\n", "attributes:\n  floors: {element: floors}\n")
    made = blueprint.plan(blueprint.load(town))
    assert [(d.where, d.after) for d in made.changes[0].differences] == [("attributes", ["floors", "name", "location"])]
    blueprint.apply(SYSTEM, blueprint.load(town))
    assert list(entities.entity_type("Bench").attributes) == ["floors", "name", "location"]


def test_a_new_kind_of_thing_is_one_file_and_its_data_is_guarded(town):
    (town / "types").mkdir()
    (town / "types/bench.yaml").write_text(BENCH, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(town))
    point = {"type": "Point", "coordinates": [113.2, 35.1]}
    draft = entities.Draft(
        "urn:ngsi-ld:Bench:1",
        "Bench",
        {"name": {"type": "Property", "value": "河边长椅"}, "location": {"type": "GeoProperty", "value": point}},
    )
    entities.write(SYSTEM, [draft])
    found = entities.find(ANONYMOUS, entities.Query(types=("Bench",), words="长椅"))
    assert [entity.label for entity in found.entities] == ["河边长椅"]

    (town / "data_elements").mkdir()
    (town / "data_elements/floors.yaml").write_text("code: floors\ntitle: 层数\ntype: string\n", "utf-8")
    made = blueprint.plan(blueprint.load(town))
    assert [(t.of, t.count, t.loses) for t in made.changes[0].touches] == [("Bench", 1, True)]
    assert "    type: integer → string" in render.plan(made, "en")
    (town / "data_elements/floors.yaml").unlink()

    (town / "types/bench.yaml").write_text(BENCH.replace("  floors: {element: floors}\n", ""), "utf-8")
    made = blueprint.plan(blueprint.load(town))
    assert [(t.of, t.count, t.loses) for t in made.changes[0].touches] == [("Bench", 1, True)]

    (town / "types/bench.yaml").unlink()
    with pytest.raises(Conflict, match="1 entities of Bench") as refusal:
        blueprint.apply(SYSTEM, blueprint.load(town))
    assert refusal.value.rule == "blueprint.removal"
    assert "--allow-removal" in refusal.value.next_step.en
    blueprint.apply(SYSTEM, blueprint.load(town), allow_removal=True)
    assert "Bench" not in entities.entity_types()


def test_a_faulty_blueprint_is_not_applied(town):
    edit(town / "resources/firms.yaml", "element: uscc}", "element: usc}")
    with pytest.raises(Invalid) as refusal:
        blueprint.apply(SYSTEM, blueprint.load(town))
    assert refusal.value.faults[0].line
    assert drawing.city() is None
    with pytest.raises(Invalid):
        blueprint.plan(blueprint.load(town))


def test_only_who_may_apply_applies(toytown):  # noqa: F811
    with pytest.raises(Refused):
        blueprint.apply(ANONYMOUS, blueprint.load(TOYTOWN))


def test_a_new_city_checks_and_applies_at_once(tmp_path):
    blueprint.new_city(tmp_path / "c", "4199", Text(zh='新"城', en="New: town"))
    loaded = blueprint.load(tmp_path / "c")
    assert [fault for fault in blueprint.check(loaded) if fault.severity == "error"] == []
    blueprint.apply(SYSTEM, loaded)
    assert drawing.city().title == Text(zh='新"城', en="New: town")
    assert drawing.city().division == "419900000000"
    with pytest.raises(Conflict):
        blueprint.new_city(tmp_path / "c", "4199", Text.model_validate("x"))
    with pytest.raises(Invalid):
        blueprint.new_city(tmp_path / "d", "toy", Text.model_validate("x"))


def test_faults_are_said_in_both_languages(town):
    edit(town / "resources/firms.yaml", "element: uscc}", "element: usc}")
    faults = [f for f in blueprint.check(blueprint.load(town)) if f.severity == "error"]
    said = render.faults(faults, "en")
    assert "resources/firms.yaml:11: [blueprint.reference] There is no data element 'usc'" in said
    assert "→ Did you mean 'uscc'?" in said
    assert "没有编码为“usc”的数据元" in render.faults(faults, "zh")
    assert render.faults_data(faults)[0]["line"] == 11
    assert render.faults([], "zh") == "没有发现错误"
