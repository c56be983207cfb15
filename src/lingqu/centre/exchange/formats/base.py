"""What a format gives: named text columns, row by row, in batches of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from lingqu.centre.exchange import limits

BATCH = 32_768


@dataclass(frozen=True)
class Broken:
    """A row that cannot be cut into its columns. ``row`` counts data rows from 1, broken ones included."""

    row: int
    reason_zh: str
    reason_en: str
    text: str  # as it stands in the file, at most 2,000 characters


class NotClean(Exception):
    """The fast reader met something that only the careful one can deal with."""


@dataclass
class Table:
    """``batches`` is read once; each has ``_row`` and then ``columns`` as text. ``broken`` fills while it is read.

    Where ``careful`` is given, reading ``batches`` may raise ``NotClean`` at any point; then all is to be read again
    from ``careful()``, which is slower and takes every row.
    """

    columns: list[str]
    batches: Iterator[pa.RecordBatch]
    encoding: str = ""
    broken: list[Broken] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    careful: Callable[[], Iterator[pa.RecordBatch]] | None = None


def broken(row: int, zh: str, en: str, text: str) -> Broken:
    """Bytes that do not decode are shown as ``\\xNN``."""
    return Broken(row, zh, en, text[:2000].encode("utf-8", "backslashreplace").decode().rstrip("\r\n"))


def schema_of(columns: Sequence[str]) -> pa.Schema:
    return pa.schema([("_row", pa.int64()), *((name, pa.string()) for name in columns)])


def column_names(header: Iterable[str | None]) -> list[str]:
    """Header cells as unique column names: trimmed, empty ones numbered, repeated ones numbered.

    Two names that differ in case only count as the same, because SQL takes them for the same.
    """
    taken, names = {"_row"}, []
    for position, cell in enumerate(header, 1):
        wanted = " ".join((cell or "").replace("﻿", "").split()) or f"column_{position}"
        name, again = wanted, 1
        while name.casefold() in taken:
            again += 1
            name = f"{wanted}_{again}"
        taken.add(name.casefold())
        names.append(name)
    most = limits.current().columns
    if len(names) > most:
        raise limits.unreadable("columns", f"列数超过 {most}", f"There are more than {most} columns")
    return names


def batched(columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str | None]]]) -> Iterator[pa.RecordBatch]:
    """Numbered rows as batches. A lone surrogate, which no text may hold, becomes U+FFFD."""
    schema, most = schema_of(columns), limits.current().rows
    numbers: list[int] = []
    kept: list[Sequence[str | None]] = []
    for number, row in rows:
        if number > most:
            raise limits.too_many_rows()
        numbers.append(number)
        kept.append(row)
        if len(kept) == BATCH:
            yield _batch(schema, numbers, kept)
            numbers, kept = [], []
    if kept:
        yield _batch(schema, numbers, kept)


def _batch(schema: pa.Schema, numbers: list[int], rows: list[Sequence[str | None]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(numbers, pa.int64()), *(_strings(column) for column in columns)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _strings(column: Sequence[str | None]) -> pa.Array:
    try:
        return pa.array(column, pa.string())
    except UnicodeEncodeError:
        return pa.array([v and v.encode("utf-8", "replace").decode() for v in column], pa.string())
