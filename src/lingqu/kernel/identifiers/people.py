"""公民身份号码, GB 11643-1999 (ISO 7064 MOD 11-2); also residence permits of Hong Kong, Macao and Taiwan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lingqu.kernel.identifiers.scheme import CHECKSUM, FORMAT, LENGTH, REGION, Scheme, trimmed
from lingqu.kernel.text import Text

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
EARLIEST_YEAR = 1850
_PROVINCE_NUMBERS = (
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
)
PROVINCES = frozenset(map(str, _PROVINCE_NUMBERS))
"""First two digits; 83 is the residence permit of Taiwan. The region below the province is not looked up: it is that
of first registration and may have been abolished since."""

_FORM = re.compile(r"[0-9]{17}[0-9X]")
_FIRST_GENERATION = re.compile(r"[0-9]{15}")


@dataclass(frozen=True)
class CitizenParts:
    """``sex`` by GB/T 2261.1: 1 male, 2 female. ``region`` has 6 digits."""

    birth_date: date
    sex: str
    region: str


def check_character(body: str) -> str:
    """The 18th character for the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11]


def citizen_id_of(region: str, born: date, sequence: int) -> str:
    """A whole number from region (6 digits), date of birth and sequence (0..999; odd male, even female)."""
    body = f"{region}{born:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


def citizen_parts(text: str) -> CitizenParts | None:
    """What a number says about its holder; None when it is not of the form or its date does not exist."""
    number = normalize(text)
    born = _birth_date(number) if _FORM.fullmatch(number) else None
    if born is None:
        return None
    return CitizenParts(born, "1" if int(number[16]) % 2 else "2", number[:6])


def normalize(text: str) -> str:
    """Trimmed, ``x`` as ``X``; a 15-digit number of the first generation becomes 18 digits.

    Sequences 996 to 999 of the first generation were given to those born before 1900.
    """
    number = trimmed(text).replace("x", "X")
    if not _FIRST_GENERATION.fullmatch(number):
        return number
    century = "18" if number[12:] >= "996" else "19"
    body = number[:6] + century + number[6:]
    return body + check_character(body)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _broken(number: str, today: date) -> str | None:
    if len(number) != 18:
        return "length"
    if not _FORM.fullmatch(number):
        return "format"
    if number[:2] not in PROVINCES:
        return "region"
    born = _birth_date(number)
    if born is None or born.year < EARLIEST_YEAR:
        return "date"
    if born > today:
        return "future"
    return None if check_character(number[:17]) == number[17] else "checksum"


CITIZEN_ID = Scheme(
    code="citizen_id",
    title=Text(zh="公民身份号码", en="citizen ID number"),
    standard="GB 11643-1999",
    normalize=normalize,
    broken=_broken,
    reasons={
        "length": LENGTH,
        "format": FORMAT,
        "region": REGION,
        "date": Text(zh="出生日期不存在", en="no such date of birth"),
        "future": Text(zh="出生日期在将来", en="date of birth lies in the future"),
        "checksum": CHECKSUM,
    },
)
