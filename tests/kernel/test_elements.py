"""Code lists: what is taken for a code, and that those of the registers pack hold together."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import lingqu_sectors.registers
from lingqu.kernel.elements import CodeItem, CodeList, DataElement
from lingqu.kernel.identifiers import SCHEMES

PACK = Path(lingqu_sectors.registers.__file__).parent


def load(name: str):
    return YAML(typ="safe").load((PACK / name).read_text(encoding="utf-8"))


def items_of(file: str) -> list[CodeItem]:
    with (PACK / "code_lists" / file).open(encoding="utf-8", newline="") as lines:
        return [
            CodeItem.model_validate(
                {
                    "code": row["code"],
                    "title": {"zh": row["zh"], "en": row["en"] or row["zh"]},
                    "parent": row["parent"] or None,
                    "aliases": [alias for alias in row["aliases"].split("|") if alias],
                }
            )
            for row in csv.DictReader(lines)
        ]


LISTS = {
    entry["code"]: CodeList.model_validate(
        {k: v for k, v in entry.items() if k != "items_file"} | {"items": items_of(entry["items_file"])}
    )
    for entry in load("code_lists/code_lists.yaml")
}
ELEMENTS = [
    DataElement.model_validate(entry)
    for file in sorted((PACK / "data_elements").glob("*.yaml"))
    for entry in load(f"data_elements/{file.name}")
]


def test_a_title_two_items_share_stands_for_neither():
    items = [
        CodeItem(code="P", title={"zh": "教育", "en": "Education"}),
        CodeItem(code="82", title={"zh": "教育", "en": "Teaching"}, aliases=("P82",)),
    ]
    spellings = CodeList(code="x", title="x", items=tuple(items)).spellings()
    assert spellings == {"P": "P", "82": "82", "P82": "82", "Education": "P", "Teaching": "82"}


@pytest.mark.parametrize("code", sorted(LISTS))
def test_lists_hold_together(code):
    items = LISTS[code].items
    codes = [item.code for item in items]
    spelled = [*codes, *(alias for item in items for alias in item.aliases)]
    assert len(spelled) == len(set(spelled))
    assert {item.parent for item in items if item.parent} <= set(codes)


def test_every_list_and_scheme_an_element_names_is_there():
    assert {element.code_list for element in ELEMENTS if element.code_list} <= set(LISTS)
    assert {element.identifier for element in ELEMENTS if element.identifier} <= set(SCHEMES)


def test_sizes_are_those_of_the_standards():
    by_length = [sum(len(i.code) == n and i.code.isdigit() for i in LISTS["gbt4754_industry"].items) for n in (2, 3, 4)]
    assert by_length == [96, 432, 1094]
    assert len(LISTS["gbt3304_ethnic"].items) == 58
    assert len(LISTS["macro_indicator"].items) == 17


@pytest.mark.parametrize(
    ("code_list", "text", "code"),
    [
        ("gbt2261_1_sex", "男", "1"),
        ("gbt3304_ethnic", "汉", "01"),
        ("gbt4761_relation", "妻", "12"),
        ("gbt4754_industry", "A0111", "0111"),
        ("place_kind", "fast_food", "food"),
        ("building_use", "apartments", "11"),
        ("organization_kind", "有限责任公司(自然人独资)", "1151"),
        ("macro_indicator", "公厕数量", "public_toilets"),
    ],
)
def test_departments_words_become_codes(code_list, text, code):
    assert LISTS[code_list].spellings()[text] == code
