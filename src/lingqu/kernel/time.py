"""Dates and times as departments write them, and periods of reporting."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

from lingqu.kernel.numerals import digits_before

DATE_FORMATS = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
"""The same forms for SQL engines with strptime; months and days may have one digit."""

EXCEL_DAY_ZERO = date(1899, 12, 30)
"""Day 0 of spreadsheets; serials below 61 are off by Excel's 29 February 1900 and are not taken for dates."""

_SEPARATED = r"(\d{4})([-/.年])(\d{1,2})[-/.月](\d{1,2})日?"
_DATE = re.compile(rf"(?:{_SEPARATED}|(\d{{4}})(\d{{2}})(\d{{2}}))")
_CLOCK = re.compile(
    r"[T ]*(\d{1,2})(?:[:时点](\d{1,2}))?(?:[:分](\d{1,2})(?:[.,](\d{1,9}))?)?[时点分秒]?\s*(Z|[+-]\d{2}:?\d{2})?", re.I
)
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.(\d+))?")
_YEAR = re.compile(r"(\d{4})年?")
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})月?")
_QUARTER = re.compile(r"(\d{4})[-年]?\s*(?:Q|第)?([1-4一二三四])(?:季度|季)?", re.I)


def parse_date(text: str) -> date | None:
    """20150304, 2015-3-4, 2015/3/4, 2015.3.4, 2015年3月4日, 二〇一五年三月四日, 42067 (spreadsheet), or the day of a
    date with time. None for what is no date, and for years of two digits, which nobody can place."""
    found = _split(text)
    return found[0] if found else None


def parse_datetime(text: str, zone: tzinfo) -> datetime | None:
    """As ``parse_date`` with a time of day: 2015-03-04T08:05:00Z, 2015/3/4 8:05, 20150304 08, 2015年3月4日8时5分.

    ``zone`` holds where the text names none. 24:00 is midnight of the next day. A date alone is its midnight.
    """
    found = _split(text)
    if found is None:
        return None
    day, rest = found
    if isinstance(rest, timedelta):
        return datetime(day.year, day.month, day.day, tzinfo=zone) + rest
    clock = _CLOCK.fullmatch(rest) if rest else None
    if rest and clock is None:
        return None
    return _at(day, clock, zone)


def parse_period(text: str) -> str | None:
    """2015, 2015-03 or 2015-Q1 from 2015年, 201503, 2015年3月, 2015年第一季度 and the like."""
    said = digits_before(text.strip(), "年月")
    if year := _YEAR.fullmatch(said):
        return year[1]
    if quarter := _QUARTER.fullmatch(said):
        has_word = re.search(r"[Qq季第]", said)
        if has_word:
            return f"{quarter[1]}-Q{'一二三四'.find(quarter[2]) + 1 or quarter[2]}"
    month = _MONTH.fullmatch(said)
    return f"{month[1]}-{int(month[2]):02d}" if month and 1 <= int(month[2]) <= 12 else None


def period_bounds(period: str) -> tuple[date, date]:
    """First day, and first day after: of a year, month or quarter as ``parse_period`` writes it."""
    year, _, part = period.partition("-")
    if not part:
        return date(int(year), 1, 1), date(int(year) + 1, 1, 1)
    first, months = (int(part[1:]) * 3 - 2, 3) if part.startswith("Q") else (int(part), 1)
    after = first + months
    return date(int(year), first, 1), date(int(year) + (after > 12), (after - 1) % 12 + 1, 1)


def age(born: date, on: date) -> int:
    """Whole years; who is born on 29 February has the birthday on 1 March of other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _split(text: str) -> tuple[date, str | timedelta] | None:
    """The day and what stands behind it: the text of a time of day, or the fraction of a spreadsheet's day."""
    said = text.strip()
    if serial := _SERIAL.fullmatch(said):
        part = float(f"0.{serial[2] or 0}")
        return EXCEL_DAY_ZERO + timedelta(int(serial[1])), timedelta(seconds=round(part * 86400))
    said = digits_before(said, "年月日时点分秒") if "年" in said else said
    match = _DATE.match(said)
    if not match:
        return None
    groups = match.groups()
    year, month, day = (groups[0], groups[2], groups[3]) if groups[0] else groups[4:7]
    rest = said[match.end() :]
    if rest and (rest[0].isdigit() and not groups[0]):
        rest = _compact_clock(rest)
    try:
        return date(int(year), int(month), int(day)), rest
    except ValueError:
        return None


def _compact_clock(rest: str) -> str:
    """``080500`` behind a compact date is ``08:05:00``."""
    return ":".join(rest[i : i + 2] for i in range(0, len(rest), 2)) if len(rest) in (4, 6) else "?"


def _at(day: date, clock: re.Match[str] | None, zone: tzinfo) -> datetime | None:
    if clock is None:
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    micro = int((clock[4] or "0")[:6].ljust(6, "0"))
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second or micro)):
        return None
    at = datetime(day.year, day.month, day.day, tzinfo=_zone(clock[5]) or zone)
    return at + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _zone(offset: str | None) -> tzinfo | None:
    if not offset:
        return None
    return datetime.fromisoformat("2000-01-01T00:00:00" + ("+00:00" if offset in "Zz" else offset)).tzinfo
