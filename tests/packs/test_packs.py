"""A pretend pack, installed as another distribution would be, is found, read and asked by its own rules."""

import sys

import pytest
import yaml

from lingqu.blueprint import door as blueprint
from lingqu.packs import door as packs

PACK = {
    "pretend-0.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: pretend\nVersion: 0.1\n",
    "pretend-0.1.dist-info/entry_points.txt": "[lingqu.packs]\nbenches = pretend_benches\n",
    "pretend_benches/__init__.py": "",
    "pretend_benches/pack.yaml": "code: benches\ntitle: {zh: 长椅, en: Benches}\nrequires: [registers]\n",
    "pretend_benches/data_elements/seats.yaml": "code: seats\ntitle: {zh: 座位, en: Seats}\ntype: integer\n",
    "pretend_benches/types/bench.yaml": """\
code: Bench
title: {zh: 长椅, en: Bench}
label: name
attributes:
  name: {element: place_name, required: true}
  seats: {element: seats}
""",
    "pretend_benches/hooks.py": """\
from collections.abc import Iterator

from lingqu.packs.sdk import Broken, Definitions, Text, rule


@rule("benches.seats")
def seats(definitions: Definitions) -> Iterator[Broken]:
    if definitions["data_element"]["seats"].get("minimum") is None:
        yield Broken(
            "data_element",
            "seats",
            Text(zh="座位数没有下限", en="Seats have no minimum"),
            Text(zh="写 minimum: 1", en="Say minimum: 1"),
            ("type",),
        )
""",
}


@pytest.fixture
def pretend(tmp_path, monkeypatch):
    for name, text in PACK.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    yield tmp_path / "site" / "pretend_benches"
    for module in [name for name in sys.modules if name.startswith("pretend_benches")]:
        del sys.modules[module]


def city(folder, layers):
    folder.mkdir()
    (folder / "city.yaml").write_text(f"code: c\ntitle: 城\ndivision: '419902000000'\npacks: {layers}\n", "utf-8")
    return folder


def errors(folder):
    return [fault for fault in blueprint.check(blueprint.load(folder)) if fault.severity == "error"]


def test_a_pack_is_found_by_its_entry_point(pretend):
    found = packs.installed()
    assert found["benches"].folder == pretend
    assert "registers" in found
    assert [rule.code for rule in packs.rules(found["benches"])] == ["benches.seats"]
    assert packs.rules(found["registers"]) == []


def test_its_own_rule_names_file_and_line(pretend, tmp_path):
    faults = errors(city(tmp_path / "town", "[registers, benches]"))
    assert [(fault.rule, fault.line) for fault in faults] == [("benches.seats", 3)]
    assert faults[0].file.endswith("pretend_benches/data_elements/seats.yaml")
    file = pretend / "data_elements/seats.yaml"
    file.write_text(file.read_text("utf-8") + "minimum: 1\n", "utf-8")
    assert errors(tmp_path / "town") == []


def test_what_a_pack_requires_stands_before_it(pretend, tmp_path):
    faults = errors(city(tmp_path / "town", "[benches, registers]"))
    assert ("blueprint.pack_order", 4) in [(fault.rule, fault.line) for fault in faults]


def test_a_pack_calls_itself_as_it_is_installed(pretend, tmp_path):
    (pretend / "pack.yaml").write_text("code: bench\ntitle: 长椅\n", "utf-8")
    faults = errors(city(tmp_path / "town", "[registers, benches]"))
    assert ("blueprint.pack_code", 1) in [(fault.rule, fault.line) for fault in faults]


@pytest.mark.parametrize("pack", sorted(packs.installed()))
def test_every_installed_pack_is_sound_above_its_requirements(pack, tmp_path):
    needed = yaml.safe_load(packs.installed()[pack].file.read_text("utf-8")).get("requires", [])
    assert errors(city(tmp_path / "town", f"[{', '.join([*needed, pack])}]")) == []
