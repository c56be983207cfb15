"""What SQL says of identifiers is what the kernel says."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingqu.centre.fusion.steps.addresses import key
from lingqu.centre.fusion.steps.normalise import SOUND
from lingqu.kernel import identifiers

people = st.builds(
    identifiers.citizen_id_of,
    st.sampled_from(["230103", "110101", "830000", "990000"]),
    st.dates(date(1840, 1, 1), date(2040, 1, 1)),
    st.integers(0, 999),
)
slips = st.tuples(people, st.integers(0, 17), st.sampled_from("0123456789X")).map(
    lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + 1 :]
)
phones = st.from_regex(r"(\+86)?(1[0-9]{10}|0?[0-9]{9,11})", fullmatch=True)


@pytest.mark.parametrize(("scheme", "texts"), [("citizen_id", people | slips), ("phone", phones)])
def test_sound_in_sql_is_sound_in_the_kernel(scheme: str, texts: st.SearchStrategy[str]) -> None:
    con = duckdb.connect()

    @settings(max_examples=60, deadline=None)
    @given(st.lists(texts, min_size=1, max_size=50, unique=True))
    def law(values: list[str]) -> None:
        sound = con.execute(f"SELECT raw FROM (SELECT unnest(?) AS raw) WHERE {SOUND[scheme]}", [values]).fetchall()
        rule = identifiers.scheme(scheme)
        normal = {v for v in values if rule.normalize(v) == v and rule.broken(v, date.today()) is None}
        assert {row[0] for row in sound} == (normal if scheme == "citizen_id" else {v for v in normal if len(v) > 8})

    law()


@pytest.mark.parametrize(
    "spelling",
    [
        "黑龙江省哈尔滨市南岗区花园街道中山路12号3栋2单元501室",
        "哈尔滨市南岗区中山路12号3号楼2单元501室",
        "南岗区中山路12号3栋2-501",
        "中山路１２号 3-2-501",
    ],
)
def test_one_home_has_one_key(spelling: str) -> None:
    assert key(spelling) == key("中山路12号3栋2单元501室")
    assert key(spelling).house == "中山路12号"
