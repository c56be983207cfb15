"""Addresses in words made comparable: the same home in whatever style a department writes it."""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.kernel.address import parse_address


@dataclass(frozen=True)
class Key:
    """``whole`` names the flat or house, ``house`` the house, ``road`` the road, ``room`` what is inside the house."""

    whole: str | None
    house: str | None
    road: str | None
    room: str | None


def key(value: str) -> Key:
    """What is not understood is its own key."""
    found = parse_address(value)
    if not found.door:
        return Key("".join(value.split()) or None, None, None, None)
    inside = "|".join(part.lstrip("0") for part in (found.building, found.unit, found.room))
    room = inside if inside.strip("|") else None
    return Key(f"{found.door}|{inside}" if room else found.door, found.door, found.road or None, room)
