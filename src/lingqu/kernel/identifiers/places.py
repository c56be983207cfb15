"""行政区划代码 GB/T 2260 with the statistical extension to 12 digits (国统字〔2009〕91号), and 不动产单元代码
GB/T 37346-2019."""

from __future__ import annotations

import re
from datetime import date

from lingqu.kernel.identifiers.people import PROVINCES
from lingqu.kernel.identifiers.scheme import FORMAT, LENGTH, REGION, SPACES, Scheme, trimmed
from lingqu.kernel.text import Text

DIVISION_PROVINCES = PROVINCES - {"83"}
DIVISION_LENGTHS = (2, 4, 6, 9, 12)
"""Digits of province, prefecture, county, township and village; shorter forms are filled with zeros to 12."""
DIVISION_LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}
HIGHEST_TOWNSHIP = 599
HIGHEST_VILLAGE = 599

_DIGITS = re.compile(r"[0-9]+")
_UNIT = re.compile(r"[0-9]{12}[GJZ][ABSXCDEFHGWY][0-9]{5}[FLQW][0-9]{8}")


def division_prefix(code: str) -> str:
    """The digits that all divisions inside this one begin with: 2, 4, 6, 9 or 12 of them."""
    code = _division_normalize(code)
    for length in (9, 6, 4, 2):
        if code[length:].strip("0"):
            return code[: DIVISION_LENGTHS[DIVISION_LENGTHS.index(length) + 1]]
    return code[:2]


def division_level(code: str) -> str:
    """province | prefecture | county | township | village."""
    return DIVISION_LEVELS[len(division_prefix(code))]


def division_parent(code: str) -> str | None:
    """The 12 digits of the division above; None for a province. Townships directly under a prefecture (Dongguan)
    have the prefecture as parent."""
    prefix = division_prefix(code)
    if len(prefix) == 2:
        return None
    above = DIVISION_LENGTHS[DIVISION_LENGTHS.index(len(prefix)) - 1]
    return prefix[:above].ljust(12, "0")


def _division_normalize(text: str) -> str:
    code = trimmed(text)
    if len(code) in DIVISION_LENGTHS and _DIGITS.fullmatch(code):
        return code.ljust(12, "0")
    return code


def _division_broken(code: str, _today: date) -> str | None:
    if len(code) != 12:
        return "length"
    if not _DIGITS.fullmatch(code):
        return "format"
    if code[:2] not in DIVISION_PROVINCES:
        return "region"
    if (code[2:4] == "00" and code[4:].strip("0")) or (code[6:9] == "000" and code[9:] != "000"):
        return "parent"
    if int(code[6:9]) > HIGHEST_TOWNSHIP or int(code[9:]) > HIGHEST_VILLAGE:
        return "range"
    return None


def _unit_normalize(text: str) -> str:
    """Upper case without the blanks that print in groups."""
    return re.sub(f"[{SPACES}]", "", text).upper()


def _unit_broken(code: str, _today: date) -> str | None:
    if len(code) != 28:
        return "length"
    if not _UNIT.fullmatch(code):
        return "format"
    if code[:2] not in DIVISION_PROVINCES:
        return "region"
    if code[14:19] == "00000":
        return "parcel"
    if code[19] == "W" and code[20:] != "00000000":
        return "fixture"
    return None


DIVISION = Scheme(
    code="division",
    title=Text(zh="行政区划代码", en="division code"),
    standard="GB/T 2260; 国统字〔2009〕91号",
    normalize=_division_normalize,
    broken=_division_broken,
    reasons={
        "length": LENGTH,
        "format": FORMAT,
        "region": REGION,
        "parent": Text(zh="缺少上级区划", en="the division above is missing"),
        "range": Text(zh="乡级或村级代码超出范围", en="township or village number out of range"),
    },
)

REAL_ESTATE_UNIT = Scheme(
    code="real_estate_unit",
    title=Text(zh="不动产单元号", en="real estate unit number"),
    standard="GB/T 37346-2019",
    normalize=_unit_normalize,
    broken=_unit_broken,
    reasons={
        "length": LENGTH,
        "format": FORMAT,
        "region": REGION,
        "parcel": Text(zh="宗地顺序号为零", en="parcel number is zero"),
        "fixture": Text(zh="无定着物时后八位应为零", en="without a fixture the last eight digits are zero"),
    },
)
