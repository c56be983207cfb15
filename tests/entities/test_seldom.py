"""Filters by exact values: what is remembered of how often values occur never changes an answer."""

from __future__ import annotations

import pytest

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door, seldom
from lingqu.centre.entities.door import Draft, Query
from little_city import city, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")


def ids(value: str, **more: object) -> list[int]:
    page = door.find(SYSTEM, Query(types=("Person",), q=f'sex=="{value}"', limit=5, **more))  # type: ignore[arg-type]
    return [int(e.id.rpartition(":")[2]) for e in page.entities]


def test_rare_and_frequent_values_answer_alike() -> None:
    seldom._seen.clear()
    people = [Draft(f"urn:ngsi-ld:Person:{n:03}", "Person", person(n, sex="1" if n % 40 else "2")) for n in range(120)]
    door.write(SYSTEM, people)
    for _ in range(3 * seldom.AGAIN):  # taken for rare after some, looked at again after many
        assert ids("2") == [0, 40, 80]
    assert ids("1") == [1, 2, 3, 4, 5]  # frequent, though the shape of the filter is taken for rare
    assert ids("1", offset=4) == [5, 6, 7, 8, 9]
    page = door.find(SYSTEM, Query(types=("Person",), q='sex=="1"', limit=5))
    assert ids("1", after=page.next) == [6, 7, 8, 9, 10]


def test_only_exact_values_are_taken_for_rare() -> None:
    assert seldom.shape(Query(types=("A",), q='name=="x"')) == (("A",), ("name",))
    assert seldom.shape(Query(types=("A",), q='name=="x";rank>3')) is None
    seldom._seen.clear()
    shape = seldom.shape(Query(types=("A",), facets={"name": "x"}))
    for _ in range(seldom.ENOUGH):
        assert not seldom.taken(shape)
        seldom.saw(shape, rare=True)
    assert seldom.taken(shape)
    seldom.saw(shape, rare=False)
    assert not seldom.taken(shape)
