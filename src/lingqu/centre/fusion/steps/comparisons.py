"""Ladders of comparison levels: how alike two values of one attribute are, from alike to different.

Each rung is a SQL condition over ``{l}`` and ``{r}``, with the share of true pairs (m) and of chance pairs (u) that
reach it where the data says nothing; what the data says is added to these (``score.weigh``).
"""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.centre.fusion.definitions import Comparison


@dataclass(frozen=True)
class Rung:
    label: str
    condition: str  # empty for the last: everything else
    m: float
    u: float
    frequency: bool = False  # agreement on a frequent value counts less
    parts: tuple[str, ...] = ()  # of an address


EQUAL = "{l} = {r}"
# DuckDB works out a distance for every pair of a plain AND; inside CASE only where the cheap test holds. Slips rarely
# fall into both halves; beginnings alone would not part the numbers of one city.
_CLOSE = (
    "CASE WHEN abs(length({l}) - length({r})) <= {d} AND ("
    "left({l}, least(length({l}), length({r})) // 2) = left({r}, least(length({l}), length({r})) // 2) OR "
    "right({l}, least(length({l}), length({r})) // 2) = right({r}, least(length({l}), length({r})) // 2)) "
    "THEN damerau_levenshtein({l}, {r}) <= {d} ELSE false END"
)


def _close(distance: int) -> str:
    return _CLOSE.replace("{d}", str(distance))


_NAME_CLOSE = (
    "CASE WHEN abs(length({l}) - length({r})) <= 1 AND length({l}) > 2 "
    "THEN damerau_levenshtein({l}, {r}) <= 1 ELSE false END"
)
_NAME_ALIKE = "CASE WHEN length({l}) > 4 THEN jaro_winkler_similarity({l}, {r}) >= {s} ELSE false END"
_SLIPS = (
    "CASE WHEN abs(length({l}) - length({r})) <= 2 "
    "AND (left({l}, 3) = left({r}, 3) OR right({l}, 3) = right({r}, 3)) "
    "THEN CASE WHEN jaro_winkler_similarity({l}, {r}) >= 0.9 THEN damerau_levenshtein({l}, {r}) <= 2 ELSE false END "
    "ELSE false END"
)
_DAY = "substr({l}, 7, 2) = substr({r}, 7, 2)"
_MONTH = "substr({l}, 5, 2) = substr({r}, 5, 2)"
_YEAR = "left({l}, 4) = left({r}, 4)"
_TURNED = (
    _YEAR + " AND ((substr({l}, 5, 2) = substr({r}, 7, 2) AND substr({l}, 7, 2) = substr({r}, 5, 2)) "
    "OR damerau_levenshtein({l}, {r}) <= 1)"
)
_ONE_PART = f"({_DAY} AND {_MONTH}) OR ({_DAY} AND {_YEAR}) OR ({_MONTH} AND {_YEAR})"

LADDERS: dict[Comparison, tuple[Rung, ...]] = {
    "exact": (Rung("same", EQUAL, 0.95, 0.1), Rung("different", "", 0.05, 0.9)),
    "name": (
        Rung("same", EQUAL, 0.95, 0.0005, frequency=True),
        Rung("one character", _NAME_CLOSE, 0.03, 0.003),
        Rung("alike", _NAME_ALIKE.replace("{s}", "0.88"), 0.008, 0.002),
        Rung("same beginning", "left({l}, 1) = left({r}, 1)", 0.008, 0.04),
        Rung("different", "", 0.004, 0.95),
    ),
    "date": (
        Rung("same", EQUAL, 0.97, 0.00004),
        Rung("turned or one digit", _TURNED, 0.012, 0.0006),
        Rung("one part off", _ONE_PART, 0.012, 0.005),
        Rung("different", "", 0.006, 0.994),
    ),
    "identity": (
        Rung("same", EQUAL, 0.6, 0.000001),
        Rung("one slip", _close(1), 0.33, 0.000002),
        Rung("two slips", _close(2), 0.04, 0.00001),
        Rung("different", "", 0.03, 0.999987),
    ),
    "phone": (
        Rung("same", EQUAL, 0.7, 0.00001, frequency=True),
        Rung("one slip", _close(1), 0.02, 0.00001),
        Rung("different", "", 0.28, 0.99998),
    ),
    "address": (
        Rung("same home", EQUAL, 0.6, 0.0001, frequency=True),
        Rung("same house", "{l.house} = {r.house}", 0.15, 0.001, parts=("house",)),
        Rung("same road", "{l.road} = {r.road}", 0.05, 0.01, parts=("road",)),
        Rung("different", "", 0.2, 0.989),
    ),
    "text": (
        Rung("same", EQUAL, 0.85, 0.005, frequency=True),
        Rung("one or two slips", _SLIPS, 0.08, 0.005),
        Rung("alike", _NAME_ALIKE.replace("{s}", "0.9"), 0.03, 0.005),
        Rung("different", "", 0.04, 0.985),
    ),
}
