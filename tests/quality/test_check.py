"""What checking makes of a delivery, through the door."""

from __future__ import annotations

from datetime import date

import pytest


def test_values_are_typed_and_broken_ones_left_out(town):
    town.resource("name", "floors", "area", "rural", "birth_date", required=["name"])
    town.source({"name": "姓名", "floors": "层", "area": "面积", "rural": "农村", "birth_date": "生日"})
    checked = town.check(
        "姓名,层,面积,农村,生日\n"
        ' 张三　,12,"1,234.5",是,1990-02-03\n'
        "李四,１２,x,否,19900203\n"
        "王五,3.7,1e400,也许,1990年2月30日\n"
        ",1,1,1,1990-01-01\n"
    )
    assert town.clean(checked, "name", "floors", "area", "rural", "birth_date") == [
        ("张三", 12, 1234.5, True, date(1990, 2, 3)),
        ("李四", 12, None, False, date(1990, 2, 3)),
        ("王五", None, None, None, None),
    ]
    assert town.broken(checked) == [
        (2, "area", "type"),
        (3, "area", "type"),
        (3, "birth_date", "type"),
        (3, "floors", "type"),
        (3, "rural", "type"),
        (4, "name", "required"),
    ]
    assert (checked.state, checked.rows, checked.clean_rows, checked.bad_rows) == ("checked", 4, 3, 1)
    assert checked.score == pytest.approx(1 - 6 / 42)
