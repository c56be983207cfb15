"""Which rows hold the names of the columns, when titles and notes stand above them or names stand in several rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

SEARCHED = 30
DEEPEST = 3
"""Header rows at most, one over the other."""

Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]
"""Merged ranges of a sheet: ((top, left), (bottom, right)), rows and columns from 0, both ends in."""


def find_header(
    rows: Sequence[Sequence[str]], wanted: Literal["auto"] | int, expected: Iterable[str], merged: Merged = ()
) -> tuple[int, list[str]]:
    """How many rows to skip before the data, and the header's cells.

    The rows that name most of the expected columns; where none names any, the first row that is filled as widely as
    most rows are and holds no numbers, with the row below it when merged titles stand over it. Names in several rows
    are joined from top to bottom: ``人口/男``.
    """
    if wanted != "auto":
        first = wanted - 1
        while first > 0 and any(top < first <= bottom for (top, _), (bottom, _) in merged):
            first -= 1
        return wanted, joined(rows, first, wanted - 1, merged)
    names = {name.strip() for name in expected}
    best, found = 0, None
    for depth in range(DEEPEST):
        for first in range(min(len(rows) - depth, SEARCHED)):
            header = joined(rows, first, first + depth, merged)
            known = len(names.intersection(header))
            if known > best:
                best, found = known, (first + depth + 1, header)
    return found or _by_shape(rows, merged)


def joined(rows: Sequence[Sequence[str]], first: int, last: int, merged: Merged) -> list[str]:
    """The cells of rows ``first`` to ``last`` as one header; a merged cell counts in every place that it covers."""
    if not 0 <= first <= last < len(rows):
        return []
    width = max(len(row) for row in rows[first : last + 1])
    grid = [[*row, *[""] * (width - len(row))] for row in rows[first : last + 1]]
    for (top, left), (bottom, right) in merged if last > first else ():
        if first <= top <= last and left < width:
            for row in range(top, min(bottom, last) + 1):
                for column in range(left, min(right + 1, width)):
                    grid[row - first][column] = grid[top - first][left]
    parts = ([" ".join(cell.replace("\ufeff", "").split()) for cell in column] for column in zip(*grid, strict=True))
    return ["/".join(dict.fromkeys(part for part in column if part)) for column in parts]


def _by_shape(rows: Sequence[Sequence[str]], merged: Merged) -> tuple[int, list[str]]:
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    first = 0
    for index, row in enumerate(rows[:SEARCHED]):
        if filled[index] >= usual and filled[index] > 0 and not any(_numeric(cell) for cell in row):
            first = index
            break
    last = first
    for (top, _), (bottom, right) in merged:
        if top <= first <= bottom < len(rows) and right < len(rows[first]):
            first, last = min(first, top), max(last, bottom)
    return last + 1, joined(rows, first, last, merged)


def _numeric(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
