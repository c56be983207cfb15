"""What is seen of a column while it is written is what a reader would see."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lingqu.centre.exchange.shapes import Shapes

BLANKS = " \t\r\n\u00a0\u3000\ufeff"
cells = st.lists(st.one_of(st.none(), st.text("a字 \t\u00a0\u3000\ufeff　。\x80ÿ", max_size=4)), max_size=6)


@given(cells, st.integers(0, 3))
def test_shapes(values, skip):
    shapes = Shapes(["c"])
    shapes.see(pa.table({"c": pa.array([*["x"] * skip, *values], pa.string())}).slice(skip))
    filled = [value for value in values if value]
    assert shapes.found["c"] == {
        name
        for name, there in {
            "blank": len(filled) < len(values),
            "edged": any(value.strip(BLANKS) != value for value in filled),
            "wide": any(not value.isascii() for value in filled),
        }.items()
        if there
    }
