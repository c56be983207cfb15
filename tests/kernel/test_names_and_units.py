"""Names in one spelling, and units by code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.kernel import names, units


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("张 三", "张三"),
        ("　李　四　", "李四"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 . 买买提", "阿依古丽·买买提"),
        ("王五（曾用名）", "王五"),
        ("Ivan  Petrov", "IVAN PETROV"),
        ("Ｉｖａｎ", "IVAN"),
    ],
)
def test_person_names(text, name):
    assert names.person_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("哈尔滨（松北）贸易有限责任公司", "哈尔滨(松北)贸易有限公司"),
        ("哈尔滨(松北) 贸易有限公司", "哈尔滨(松北)贸易有限公司"),
        ("ＡＢＣ科技股份有限公司", "ABC科技股份有限公司"),
    ],
)
def test_organisation_names(text, name):
    assert names.organization_name(text) == name


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("欧阳修", ("欧阳", "修")),
        ("张三丰", ("张", "三丰")),
        ("买买提·艾力", ("", "买买提·艾力")),
        ("欧阳", ("欧", "阳")),
    ],
)
def test_family_names(text, parts):
    assert names.person_parts(text) == parts


@given(st.text(alphabet=st.characters(codec="gb18030"), max_size=20))
def test_normal_forms_stay(text):
    for normal in (names.person_name, names.organization_name):
        once = normal(text)
        assert normal(once) == once


def test_units():
    assert units.unit("GQ").symbol == "μg/m³"
    assert units.unit("GQ").title.zh == "微克每立方米"
    assert units.unit("XYZ").title.en == "XYZ"
    assert units.symbol("MTK") == "m²"
    assert units.symbol("C62") == units.symbol(None) == ""
