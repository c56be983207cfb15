"""Units by code."""

from __future__ import annotations

from lingqu.kernel import units


def test_units():
    assert units.unit("GQ").symbol == "μg/m³"
    assert units.unit("GQ").title.zh == "微克/立方米"
    assert units.unit("XYZ").title.en == "XYZ"
    assert units.behind("MTK").en == "m²"
    assert units.behind("P1").zh == "%"
    assert units.behind("C62").zh == units.behind("").en == ""
