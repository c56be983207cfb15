"""Plain points are placed as the library places them."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from lingqu.centre.entities import geometry

_NUMBERS = st.one_of(st.floats(), st.integers(-200, 200), st.booleans(), st.text(max_size=2), st.none())


@given(st.lists(_NUMBERS, max_size=4))
@example([126.642, 45.597])
@example([-0.0, 90])
@example([180, -90.0])
@example([180.0000001, 0])
def test_a_point_is_placed_as_among_other_shapes(coordinates: list[Any]) -> None:
    value = {"type": "Point", "coordinates": coordinates}
    [alone] = geometry.read([value])
    [collected] = geometry.read([{"type": "MultiPoint", "coordinates": [coordinates]}])
    if alone is not None and len(coordinates) == 2:
        assert collected is not None
        assert alone.bounds == collected.bounds
        assert geometry.shape(value).equals(geometry.shape({"type": "MultiPoint", "coordinates": [coordinates]}))
    if len(coordinates) == 2:
        assert (alone is None) == (collected is None)
