"""What the cells of a column are like, seen while they are written: checking need not look again.

``blank``: some cell is empty. ``edged``: some cell begins or ends with a blank. ``wide``: some cell has other than
ASCII signs.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Shape = frozenset[str]
ANY: Shape = frozenset({"blank", "edged", "wide"})
KEY = "lingqu.shapes"

_BLANKS = tuple(np.frombuffer(sign.encode(), np.uint8) for sign in ("\u00a0", "\u3000", "\ufeff"))


class Shapes:
    def __init__(self, columns: list[str]) -> None:
        self.found: dict[str, set[str]] = {name: set() for name in columns}

    def see(self, table: pa.Table) -> None:
        for name, found in self.found.items():
            if len(found) < len(ANY):
                for chunk in table.column(name).chunks:
                    found |= _seen(chunk)

    def as_metadata(self) -> dict[str, str]:
        return {KEY: json.dumps({name: sorted(found) for name, found in self.found.items()}, ensure_ascii=False)}


def _seen(cells: pa.StringArray) -> set[str]:
    _, places, data = cells.buffers()
    ends = np.frombuffer(places, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    filled = ends[1:] > ends[:-1]
    found = set() if filled.all() else {"blank"}
    if data is None or not filled.any():
        return found
    signs = np.frombuffer(data, np.uint8)
    if signs[ends[0] : ends[-1]].max() >= 0x80:
        found.add("wide")
    if _edged(signs, ends[:-1][filled], ends[1:][filled]):
        found.add("edged")
    return found


def _edged(signs: np.ndarray, first: np.ndarray, end: np.ndarray) -> bool:
    """Whether any cell begins or ends with a blank or a control sign. A cell is whole UTF-8: where its first byte is
    that of a wide blank, the others follow; where its last byte may be one, the cell is long enough to hold it."""
    if (signs[first] <= ord(" ")).any() or (signs[end - 1] <= ord(" ")).any():
        return True
    for blank in _BLANKS:
        heads, tails = first[signs[first] == blank[0]], end[signs[end - 1] == blank[-1]] - len(blank)
        for places in (heads, tails[tails >= 0]):
            if places.size and np.all([signs[places + i] == byte for i, byte in enumerate(blank)], axis=0).any():
                return True
    return False


def read(file: Path) -> dict[str, Shape]:
    """Column → shape of a rows file; everything is possible where the file does not say."""
    about = pq.read_metadata(file)
    told = json.loads((about.metadata or {}).get(KEY.encode(), b"{}"))
    return {name: frozenset(told.get(name, ANY)) for name in about.schema.to_arrow_schema().names if name != "_row"}
