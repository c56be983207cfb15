"""Values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lingqu.kernel.elements import CodeItem, CodeList, DataElement
from lingqu.ui import air, charts
from lingqu.ui.registers.export import guarded
from lingqu.ui.values import Wording, ago, number

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "language", "short", "said"),
    [
        (1234567, "zh-hans", False, "1,234,567"),
        (1234567, "zh-hans", True, "123.5 万"),
        (250_000_000, "zh-hans", True, "2.5 亿"),
        (1234567, "en", True, "1.2 M"),
        (60000, "en", True, "60,000"),
        (0.5, "en", False, "0.5"),
        (768.73, "zh-hans", False, "768.73"),
    ],
)
def test_numbers(value: float, language: str, short: bool, said: str) -> None:
    assert number(value, language, short=short) == said


@pytest.mark.parametrize(
    ("before", "zh", "en"),
    [
        (timedelta(seconds=5), "刚刚", "just now"),
        (timedelta(minutes=3), "3 分钟前", "3 minutes ago"),
        (timedelta(hours=1), "1 小时前", "1 hour ago"),
        (timedelta(days=20), "20 天前", "20 days ago"),
        (timedelta(days=300), "2026年1月26日", "26 January 2026"),
    ],
)
def test_ages(before: timedelta, zh: str, en: str) -> None:
    assert ago(NOW - before, "zh-hans", NOW) == zh
    assert ago(NOW - before, "en", NOW) == en


def test_codes_stand_behind_names() -> None:
    sex = DataElement(code="sex", title="性别", type="code", code_list="sexes")
    items = (CodeItem(code="1", title={"zh": "男", "en": "Male"}),)
    wording = Wording("en", {"sex": sex}, {"sexes": CodeList(code="sexes", title="性别", items=items)})
    assert wording.plain(sex, "1").text == "Male"
    assert wording.plain(sex, "1").code == "1"
    assert wording.plain(sex, "9").text == "9"
    assert wording.plain(sex, "9").code == ""


def test_units_and_dates() -> None:
    length = DataElement(code="length", title="长度", type="number", unit="MTR")
    born = DataElement(code="born", title="出生", type="date", personal="personal", mask="date")
    wording = Wording("zh-hans", {}, {})
    assert (wording.plain(length, 1200.5, "MTR").text, wording.plain(length, 1200.5, "MTR").unit) == ("1,200.5", "米")
    assert wording.plain(born, "1986-02-03").text == "1986年2月3日"
    assert wording.plain(born, "1986").text == "1986"


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\r=1"])
def test_cells_never_become_formulas(cell: str) -> None:
    assert guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["-2.5", "+86", "哈尔滨", "", "1e5"])
def test_other_cells_stay(cell: str) -> None:
    assert guarded(cell) == cell


@pytest.mark.parametrize(
    ("index", "grade"), [(0, 1), (50, 1), (51, 2), (100, 2), (150, 3), (200, 4), (300, 5), (301, 6)]
)
def test_air_quality_grades(index: int, grade: int) -> None:
    """HJ 633-2012, table 2."""
    assert air.grade(index) == grade


def test_drawings_tell_their_words_and_no_styles() -> None:
    drawn = charts.trend([0.9, 0.95, 1.0], "90% <b>") + charts.share(0.5, "50%", target=0.9)
    assert "<title>90% &lt;b&gt;</title>" in drawn
    assert "style=" not in drawn
    assert charts.trend([], "") == ""
