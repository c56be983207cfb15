"""Which row holds the names of the columns, when titles and notes stand above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

SEARCHED = 30


def find_header(
    rows: Sequence[Sequence[str]], wanted: Literal["auto"] | int, expected: Sequence[str]
) -> tuple[int, list[str]]:
    """How many rows to skip before the data, and the header's cells.

    The row that names most of the expected columns; where none names any, the first row that is filled as widely as
    most rows are and holds no numbers; else the first row.
    """
    if wanted != "auto":
        return wanted, list(rows[wanted - 1]) if wanted <= len(rows) else []
    searched = rows[:SEARCHED]
    names = {name.strip() for name in expected}
    known = [len(names.intersection(" ".join(cell.split()).strip("﻿") for cell in row)) for row in searched]
    index = known.index(max(known)) if any(known) else _by_shape(rows, searched)
    return index + 1, list(rows[index]) if rows else []


def _by_shape(rows: Sequence[Sequence[str]], searched: Sequence[Sequence[str]]) -> int:
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    usual = max(set(filled), key=filled.count) if filled else 0
    for index, row in enumerate(searched):
        if filled[index] >= usual and filled[index] > 0 and not any(_numeric(cell) for cell in row):
            return index
    return 0


def _numeric(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
