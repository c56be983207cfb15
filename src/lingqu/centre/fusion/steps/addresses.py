"""Addresses made comparable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Key:
    """``whole`` names the flat or house, ``house`` the house, ``road`` the road, ``room`` what is inside the house."""

    whole: str | None
    house: str | None
    road: str | None
    room: str | None


def key(value: str) -> Key:
    return Key(value, value, value, None)
