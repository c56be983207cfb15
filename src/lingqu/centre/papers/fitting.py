"""Whether a value of one type can stand where another is asked, without loss."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Shape:
    """``family``: C N code bool date text file sign. ``size`` in characters or digits, ``decimals`` of them."""

    family: str
    size: int = 0
    decimals: int = 0


@lru_cache(maxsize=1000)
def shape(written: str) -> Shape:
    """``C30``, ``N14.4``, ``date``… taken apart."""
    if written[0] not in "CN" or not written[1:2].isdigit():
        return Shape(written)
    size, _, decimals = written[1:].partition(".")
    return Shape(written[0], int(size), int(decimals or 0))


def misfit(given: str, given_codes: str | None, asked: str, asked_codes: str | None) -> Text | None:
    """Why a value of type ``given`` cannot stand in a blank of type ``asked``; None where it always can."""
    a, b = shape(given), shape(asked)
    if a.family == "C" and b.family == "text":
        return None
    if a.family != b.family:
        return Text(zh=f"类型不同：{given} 与 {asked}", en=f"different types: {given} and {asked}")
    if a.family == "code" and given_codes != asked_codes:
        shown = (given_codes or "-", asked_codes or "-")
        return Text(zh=f"代码集不同：{shown[0]} 与 {shown[1]}", en=f"different code lists: {shown[0]} and {shown[1]}")
    if a.size - a.decimals > b.size - b.decimals or a.decimals > b.decimals:
        return Text(zh=f"放不下：{given} 比 {asked} 长", en=f"does not fit: {given} is longer than {asked}")
    return None
