"""Telephone numbers of mainland China, stored as E.164 (ITU-T); short numbers stay as they are dialled."""

from __future__ import annotations

import re
from datetime import date

from lingqu.kernel.identifiers.scheme import FORMAT, Scheme
from lingqu.kernel.text import Text

FULL_WIDTH = "０１２３４５６７８９－（）＋"
HALF_WIDTH = "0123456789-()+"
SEPARATORS = r"[\s\u3000\u00a0\ufeff()\-]"
COUNTRY = r"(?:\+86|0086)"
"""Written before a number; dropped with the zero of the area code that may follow it."""
NATIONAL = (
    r"1[3-9][0-9]{9}"  # mobile
    r"|(?:10|2[0-9])[0-9]{8}"  # fixed, areas of 2 digits: always 8 digits
    r"|[3-9][0-9]{2}[2-8][0-9]{6,7}"  # fixed, areas of 3 digits
    r"|[48]00[0-9]{7}"
)
MOBILE_OR_SERVICE = r"1[3-9][0-9]{9}|[48]00[0-9]{7}"
FIXED = r"0(?:(?:10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[2-8][0-9]{6,7})"
"""As dialled inside the country, with the 0."""
SHORT = r"1(?:10|14|19|20|22)|12[0-9]{3}|100(?:00|10|86)|9[56][0-9]{3}"

_SEPARATORS = re.compile(SEPARATORS)
_COUNTRY = re.compile(COUNTRY)
_DIALLED = re.compile(f"(?:{MOBILE_OR_SERVICE}|{FIXED})")
_STORED = re.compile(rf"\+86(?:{NATIONAL})|{SHORT}")
_TO_ASCII = str.maketrans(FULL_WIDTH, HALF_WIDTH)


def _normalize(text: str) -> str:
    """``0451-84664129`` → ``+8645184664129``; what is not understood comes back without separators."""
    number = _SEPARATORS.sub("", text.translate(_TO_ASCII))
    country = _COUNTRY.match(number)
    if country:
        return "+86" + number[country.end() :].removeprefix("0")
    return "+86" + number.removeprefix("0") if _DIALLED.fullmatch(number) else number


def _broken(number: str, _today: date) -> str | None:
    return None if _STORED.fullmatch(number) else "format"


PHONE = Scheme(
    code="phone",
    title=Text(zh="电话号码", en="telephone number"),
    standard="ITU-T E.164",
    normalize=_normalize,
    broken=_broken,
    reasons={"format": FORMAT},
)
