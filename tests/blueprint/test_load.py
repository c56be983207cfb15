from pathlib import Path

import pytest

from lingqu.blueprint import door as blueprint
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from toytown import TOYTOWN, toytown  # noqa: F401

FAULTS = [  # file, text, rule, line, what the next step says
    ("departments/a.yaml", "code: a\ntitle: 甲\nparnt: b\n", "blueprint.unknown_key", 3, "'parent'"),
    ("departments/a.yaml", "- {code: a, title: 甲}\n- {code: b}\n", "blueprint.missing_key", 2, "title"),
    ("departments/a.yaml", "code: 12\ntitle: 甲\n", "blueprint.wrong_type", 1, "12"),
    ("departments/a.yaml", "code: a\ntitle: [甲\n", "blueprint.syntax", 3, "indent"),
    ("departments/a.yaml", "code: a\ntitle: 甲\ntitle: 乙\n", "blueprint.syntax", 3, "indent"),
    (
        "departments/a.yaml",
        "- {code: a, title: 甲}\n\n- {code: a, title: 乙}\n",
        "blueprint.duplicate",
        3,
        "another code",
    ),
    ("departments/a.yaml", "code: a\ntitle: 甲\nparent: b\n", "blueprint.reference", 3, "departments/"),
    ("department/a.yaml", "code: a\n", "blueprint.unknown_file", None, "'departments'"),
    ("departments/a.txt", "x", "blueprint.unknown_file", None, "data/"),
    ("data_elements/a.yaml", "code: a\ntitle: 甲\ntype: strnig\n", "blueprint.wrong_value", 3, "'string'"),
    ("code_lists/a.yaml", "code: a\ntitle: 甲\nitems_file: b.csv\n", "code_list.items_file", 3, "beside"),
    (
        "city.yaml",
        "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registres]\n",
        "blueprint.unknown_pack",
        4,
        "registers",
    ),
]


def city(folder: Path, files: dict[str, str]) -> Path:
    head = {"city.yaml": "code: c\ntitle: 城\ndivision: '419902000000'\n"}
    for name, text in (head | files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(("file", "text", "rule", "line", "step"), FAULTS)
def test_each_fault_names_its_file_line_and_next_step(tmp_path, file, text, rule, line, step):
    faults = blueprint.check(blueprint.load(city(tmp_path, {file: text})))
    assert [(fault.rule, fault.line) for fault in faults] == [(rule, line)]
    assert faults[0].file.endswith(file if line else Path(file).parts[0]) or faults[0].file.endswith(file)
    assert step in faults[0].next_step.en
    assert faults[0].next_step.zh


def test_the_items_of_a_code_file_become_the_definition(tmp_path):
    files = {
        "code_lists/a.yaml": "code: a\ntitle: 甲\nitems_file: a.csv\n",
        "code_lists/a.csv": "code,zh,en,parent,until,successor,aliases\n1,男,male,,,,M|m\n2,女,,,,,\n",
    }
    loaded = blueprint.load(city(tmp_path, files))
    assert not blueprint.check(loaded)
    items = loaded.entries[("code_list", "a")].definition.document()["items"]
    assert items[0] == {"code": "1", "title": {"zh": "男", "en": "male"}, "aliases": ["M", "m"]}
    assert items[1]["title"] == {"zh": "女", "en": "女"}


def test_the_city_stands_before_its_packs(tmp_path):
    files = {
        "city.yaml": "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers]\n",
        "data_elements/a.yaml": "code: floors\ntitle: 层\ntype: integer\n",
    }
    loaded = blueprint.load(city(tmp_path, files))
    assert loaded.entries[("data_element", "floors")].layer == "city"
    assert loaded.entries[("data_element", "height_m")].layer == "pack:registers"


@pytest.mark.django_db
def test_the_toy_town_is_drawn(toytown):  # noqa: F811
    assert drawing.city().title.en == "Liuxi (toy town)"
    assert len(catalogue.resources()) == 8
    assert blueprint.plan(blueprint.load(TOYTOWN)).empty
