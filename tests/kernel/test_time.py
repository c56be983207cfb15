"""Dates, times and periods in the forms departments use."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.kernel.time import age, parse_date, parse_datetime, parse_period, period_bounds

HERE = timezone(timedelta(hours=8))
DAYS = st.dates(date(1930, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "20150304", "2015-03-04", "2015-3-4", "2015/3/4", "2015.3.4", "2015年3月4日", "2015年03月04",
        "二〇一五年三月四日", "42067", "42067.5", "2015-03-04 08:05:00", "2015-03-04T00:00:00.000Z",
        " 2015-03-04 ", "20150304080500",
    ],
)  # fmt: skip
def test_forms_of_a_day(text):
    assert parse_date(text) == date(2015, 3, 4)


@pytest.mark.parametrize(
    "text", ["", "不详", "2015", "201503", "2015-13-01", "20150230", "15-03-04", "3/4/2015", "9", "2015-3"]
)
def test_what_is_no_day(text):
    assert parse_date(text) is None


@given(
    DAYS, st.sampled_from(["{:%Y%m%d}", "{0.year}-{0.month}-{0.day}", "{:%Y/%m/%d}", "{0.year}年{0.month}月{0.day}日"])
)
def test_every_day_in_every_form(day, form):
    assert parse_date(form.format(day)) == day


@given(DAYS)
def test_spreadsheet_serials(day):
    assert parse_date(str((day - date(1899, 12, 30)).days)) == day


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2015-03-04", datetime(2015, 3, 4, tzinfo=HERE)),
        ("20150304 08", datetime(2015, 3, 4, 8, tzinfo=HERE)),
        ("2015/3/4 8:05", datetime(2015, 3, 4, 8, 5, tzinfo=HERE)),
        ("2015年3月4日8时5分", datetime(2015, 3, 4, 8, 5, tzinfo=HERE)),
        ("2015年3月4日 8点", datetime(2015, 3, 4, 8, tzinfo=HERE)),
        ("20150304080509", datetime(2015, 3, 4, 8, 5, 9, tzinfo=HERE)),
        ("2015-03-04T08:05:09.25Z", datetime(2015, 3, 4, 8, 5, 9, 250_000, tzinfo=UTC)),
        ("2015-03-04T08:05:09+0530", datetime(2015, 3, 4, 2, 35, 9, tzinfo=UTC)),
        ("2015-03-04 24:00", datetime(2015, 3, 5, tzinfo=HERE)),
        ("42067.25", datetime(2015, 3, 4, 6, tzinfo=HERE)),
        ("2015-03-04 25:00", None),
        ("2015-03-04 8:61", None),
        ("2015-03-04 morning", None),
        ("201503041", None),
        ("x", None),
    ],
)
def test_times(text, at):
    assert parse_datetime(text, HERE) == at


@given(st.datetimes(datetime(1930, 1, 1), datetime(2100, 1, 1)))
def test_iso_times_round_trip(naive):
    at = naive.replace(tzinfo=HERE)
    assert parse_datetime(at.isoformat(), UTC) == at


@given(st.text(max_size=30))
def test_any_text_is_answered(text):
    assert (parse_date(text) is None) or isinstance(parse_date(text), date)
    parse_datetime(text, HERE)
    parse_period(text)


@pytest.mark.parametrize(
    ("text", "period", "days"),
    [
        ("2015", "2015", 365),
        ("2015年", "2015", 365),
        ("201503", "2015-03", 31),
        ("2015-3", "2015-03", 31),
        ("2015年3月", "2015-03", 31),
        ("2015年12月", "2015-12", 31),
        ("二〇一五年三月", "2015-03", 31),
        ("2015Q1", "2015-Q1", 90),
        ("2015-q4", "2015-Q4", 92),
        ("2015年第二季度", "2015-Q2", 91),
        ("2015年三季度", "2015-Q3", 92),
    ],
)
def test_periods(text, period, days):
    assert parse_period(text) == period
    first, after = period_bounds(period)
    assert (after - first).days == days


@pytest.mark.parametrize("text", ["", "2015-13", "201513", "15", "每月"])
def test_what_is_no_period(text):
    assert parse_period(text) is None


def test_age():
    born = date(2000, 2, 29)
    assert age(born, date(2001, 2, 28)) == 0
    assert age(born, date(2001, 3, 1)) == 1
    assert age(born, date(2004, 2, 29)) == 4
