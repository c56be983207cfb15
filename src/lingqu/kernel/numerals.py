"""Chinese numerals in running text."""

from __future__ import annotations

import re

_VALUES = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_RUN = "[零〇○一二两三四五六七八九十百]+"


def number_of(numeral: str) -> int:
    """十二 → 12, 一百零三 → 103, 二〇一五 → 2015."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_VALUES[c]) for c in numeral))
    total, digit = 0, 0
    for character in numeral:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _VALUES[character]
    return total + digit


def digits_before(text: str, counted: str) -> str:
    """Numerals that stand right before one of the characters ``counted`` become digits: 三栋 → 3栋."""
    return re.sub(f"{_RUN}(?=[{counted}])", lambda found: str(number_of(found[0])), text)
