"""The language of rules: what it says, and that it says nothing else."""

from __future__ import annotations

import re
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.centre.papers import door, sorts
from lingqu.centre.papers.functions import NAMES
from lingqu.centre.papers.grammar import parse
from lingqu.kernel.errors import Invalid

VALUES = {"x.a": Decimal(7), "x.t": "甲；乙；丙", "rs.n": [Decimal(1), Decimal(2), None], "rs.k": ["p", "q", "p"]}
TABLES = {"t": {"甲": "1", "乙": "2", "甲乙": "3"}}


def value(text: str, row_of: str = "", row: int = 0):
    return door.program(text, lambda term: "rs" if term.startswith("rs.") else "", TABLES, row_of)(VALUES, row)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3 - -1", Decimal(10)),
        ("x.a / 0", None),
        ("x.none + 1", None),
        ("rounded(x.a / 2, 0)", Decimal(4)),
        ("rounded(0.125, 2)", Decimal("0.13")),
        ("if(x.a >= 7 and not (x.a = 8), 'y', 'n')", "y"),
        ("if(known(x.none), 'y', 'n')", "n"),
        ("part(x.t, '；', 2)", "乙"),
        ("left('abc', 2)", "ab"),
        ("right('abc', 2)", "bc"),
        ("mid('abcd', 2, 2)", "bc"),
        ("lookup('乙', t)", "2"),
        ("lookup('丁', t)", None),
        ("matches('乙甲', t)", ["2", "1"]),
        ("matches('丙甲乙', t)", ["3"]),
        ("text('a', x.none, 'b')", "ab"),
        ("total(rs.n)", Decimal(3)),
        ("total(rs.n, rs.k = 'p')", Decimal(1)),
        ("number(rs.k)", Decimal(3)),
        ("sex('230102199001011227')", "2"),
        ("birth_date('230102199001011227')", "1990-01-01"),
        ("birth_date('nonsense')", None),
        ("has(split(x.t, '；'), '丙')", True),
    ],
)
def test_values(text, wanted):
    assert value(text) == wanted


def test_rows():
    assert [value("rs.n * 2", "rs", i) for i in range(3)] == [Decimal(2), Decimal(4), None]


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "(1", "f(", "f(1 2)", "a b", "1 2", "'open", "x.a.", "__import__('os')", "x.a[0]", "lambda: 1",
     "a; b", "open('f')", "x.__class__()", "eval('1')", "rs.n + 1", "left('a')", "total(x.a)", "lookup('a', nowhere)",
     "(" * 60],
)  # fmt: skip
def test_what_it_does_not_say(text):
    with pytest.raises(Invalid) as refused:
        value(text)
    assert refused.value.rule in ("papers.expression", "papers.function", "papers.rows", "papers.table")


@given(st.text(alphabet="ab.1 +-*/()=<>'，,ifnot甲", max_size=40))
def test_any_text_is_read_or_refused(text):
    with suppress(Invalid):
        assert parse(text).kind in ("literal", "name", "call", "operator")


def test_every_function_has_a_sort_and_stands_in_the_documentation():
    told = (Path(__file__).parents[2] / "docs" / "papers.md").read_text("utf-8")
    words = set(re.findall(r"[a-z_]+", told))
    assert words >= NAMES
    assert {*sorts._FUNCTIONS, "if", "text", "list"} == NAMES


@pytest.mark.parametrize(
    ("text", "wanted", "sound"),
    [
        ("1 + 1", "number", True),
        ("1 + 'a'", "number", False),
        ("if(x.n > 1, 'a', none)", "text", True),
        ("if(x.n > 1, 'a', 2)", "text", False),
        ("if(x.t, 'a', 'b')", "text", False),
        ("first(split(x.t, ','))", "number", True),
        ("split(x.t, ',')", "text", False),
        ("x.t = 1", "truth", False),
        ("rounded(x.t, 2)", "number", False),
    ],
)
def test_sorts(text, wanted, sound):
    of = {"x.n": "number", "x.t": "text"}.__getitem__
    if sound:
        sorts.require_sort(text, of, wanted)
        return
    with pytest.raises(Invalid) as refused:
        sorts.require_sort(text, of, wanted)
    assert refused.value.rule == "papers.sort"
