"""What a spreadsheet would take for a formula is text in every CSV that leaves."""

from __future__ import annotations

import pytest

from lingqu.ui.registers.export import guarded


@pytest.mark.parametrize("text", ["=1+1", "+cmd|'/C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－1+1", "＠x", "＋x"])  # fmt: skip # noqa: E501
def test_formulas_become_text(text: str) -> None:
    assert guarded(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+8613812341234", "-1.5e3", "张三", "a=b", "", "2026-01-01"])
def test_numbers_and_words_stay(text: str) -> None:
    assert guarded(text) == text
