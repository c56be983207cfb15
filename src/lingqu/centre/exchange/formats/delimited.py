"""CSV and its kin. A clean file goes through DuckDB's strict parallel reader; a file with broken rows, or one that
needs looking for its header, through our own reader, which keeps every row that can be cut and names every other."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats import encoding as enc
from lingqu.centre.exchange.formats.base import BATCH, NotClean, Table, batched, broken, column_names, schema_of
from lingqu.centre.exchange.formats.header import find_header
from lingqu.centre.exchange.options import FormatOptions

DELIMITERS = (",", "\t", ";", "|")
RECORD_LINES = 200  # a quoted cell may run over this many lines; then its quote counts as broken
_UNFINISHED = "unexpected end of data"


def read_csv(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    name, whole = (enc.named(options.encoding), True) if options.encoding != "auto" else enc.detect(path)
    text = _as_utf8(path, name, scratch)
    head = _head(text)
    delimiter = _delimiter(head, options, expected)
    cut = [_cut(record, delimiter) or [record] for record in _records(iter(head), delimiter)]
    if options.header_row == 0:
        width = len(options.columns) or max((len(row) for row in cut), default=0)
        names, skip = column_names(options.columns or [None] * width), 0
    else:
        skip, header = find_header(cut, options.header_row, expected)
        names = column_names(_without_empty_end(header))
    table = Table(names, iter(()), enc.NAMES.get(name, name))
    plain = skip == 0 or (skip == 1 and bool(head[0].strip()) and not _unfinished(head[0], delimiter))
    if whole and plain and len(names) > 1:
        table.batches = _fast(text, names, delimiter, skip)
        table.careful = lambda: batched(names, _tolerant(text, delimiter, skip, table))
    else:
        table.batches = batched(names, _tolerant(text, delimiter, skip, table))
    return table


def _as_utf8(path: Path, encoding: str, scratch: Path) -> Path:
    """The file itself when it is UTF-8 with plain line ends, else a copy that is. Bytes that do not decode are kept as
    they are, so that their rows are found broken later."""
    with path.open("rb") as file:
        head = file.read(enc.SAMPLE)
    old_mac = b"\r" in head and b"\n" not in head
    if encoding == "utf-8" and not old_mac:
        return path
    copy = scratch / "text.csv"
    with copy.open("wb") as out:
        for index, chunk in enumerate(enc.text_chunks(path, encoding)):
            chunk = chunk.removeprefix("﻿") if index == 0 else chunk
            chunk = chunk.replace("\r", "\n") if old_mac else chunk
            out.write(chunk.encode("utf-8", "surrogateescape"))
    return copy


def _head(path: Path, most: int = 200) -> list[str]:
    with path.open("r", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        lines = [line[:100_000] for line in islice(file, most)]
    if not any(line.strip() for line in lines):
        raise limits.unreadable("empty", "文件是空的", "The file is empty", path.name)
    return lines


def _delimiter(head: list[str], options: FormatOptions, expected: Sequence[str]) -> str:
    """The sign that cuts most lines into the same number of cells (more than one), names known columns if any."""
    if options.delimiter != "auto":
        return {"tab": "\t", "\\t": "\t"}.get(options.delimiter, options.delimiter)
    wanted = set(expected)

    def worth(delimiter: str) -> tuple[int, float, int]:
        rows = [_cut(record, delimiter) or [] for record in _records(iter(head), delimiter)]
        widths = [len(row) for row in rows if row]
        usual = max(set(widths), key=widths.count) if widths else 0
        known = max((len(wanted.intersection(cell.strip() for cell in row)) for row in rows), default=0)
        return known, (widths.count(usual) / len(widths) if usual > 1 else 0), usual

    return max(DELIMITERS, key=worth)


def _records(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    """Lines put together where a quoted cell runs over several. A quote that is never closed ends with its line."""
    waiting: list[str] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        if not line.strip("\r\n"):
            continue
        record, taken = line, 1
        while _unfinished(record, delimiter) and taken < RECORD_LINES:
            more = waiting[taken - 1] if taken - 1 < len(waiting) else next(lines, None)
            if more is None:
                break
            if taken - 1 >= len(waiting):
                waiting.append(more)
            record, taken = record + more, taken + 1
        if taken > 1 and _cut(record, delimiter) is None:
            yield line
        else:
            del waiting[: taken - 1]
            yield record


def _unfinished(record: str, delimiter: str) -> bool:
    if '"' not in record:
        return False
    try:
        for _ in csv.reader([record], delimiter=delimiter, strict=True):
            pass
    except csv.Error as fault:
        return str(fault) == _UNFINISHED
    return False


def _cut(record: str, delimiter: str) -> list[str] | None:
    """The cells of a record; None where its quotes are broken."""
    record = record.rstrip("\r\n")
    if '"' not in record:
        return record.split(delimiter)
    try:
        rows = list(csv.reader([record], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _tolerant(path: Path, delimiter: str, skip: int, table: Table) -> Iterator[tuple[int, list[str]]]:
    width, most = len(table.columns), limits.current()
    csv.field_size_limit(most.cell_characters)
    with path.open("r", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        for number, record in enumerate(islice(_records(file, delimiter), skip, None), 1):
            cells = _cut(record, delimiter)
            while cells is not None and len(cells) > width and not cells[-1]:
                cells.pop()
            fault = _fault(cells, record, width, most.cell_characters)
            if fault is None:
                yield number, cells or []
                continue
            table.broken.append(broken(number, *fault, record))
            if len(table.broken) > most.broken_rows:
                raise limits.unreadable(
                    "broken", f"坏行超过 {most.broken_rows}", f"More than {most.broken_rows} rows are broken"
                )


def _fault(cells: list[str] | None, record: str, width: int, longest_cell: int) -> tuple[str, str] | None:
    if not record.isascii() and any("\udc80" <= sign <= "\udcff" for sign in record):
        return "字节不符合文件的编码", "Bytes do not fit the file's encoding"
    if cells is None:
        return "引号不完整", "Quotes are broken"
    if len(cells) != width:
        return f"有 {len(cells)} 列，应有 {width} 列", f"{len(cells)} cells where {width} belong"
    if len(record) > longest_cell and max(map(len, cells)) > longest_cell:
        return f"单元格超过 {longest_cell} 个字符", f"A cell is longer than {longest_cell} characters"
    return None


def _fast(path: Path, names: list[str], delimiter: str, skip: int) -> Iterator[pa.RecordBatch]:
    """Batches by DuckDB's reader in its strict mode. Raises ``NotClean`` where the file breaks one of its rules."""
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB", "preserve_insertion_order": True})
    columns = [f"c{i}" for i in range(len(names))]
    schema, done = schema_of(names), 0
    try:
        relation = connection.read_csv(
            str(path),
            header=False,
            skiprows=skip,
            sep=delimiter,
            quotechar='"',
            escapechar='"',
            columns=dict.fromkeys(columns, "VARCHAR"),
            auto_detect=False,
            strict_mode=True,
            null_padding=False,
            force_not_null=columns,
            max_line_size=limits.current().cell_characters,
        )
        for batch in relation.to_arrow_reader(BATCH):
            numbers = pa.array(np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64))
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays([numbers, *batch.columns], schema=schema)
    except (duckdb.Error, pa.ArrowException) as fault:
        raise NotClean(str(fault)) from fault
    finally:
        connection.close()


def _without_empty_end(header: Sequence[str]) -> list[str]:
    cells = list(header)
    while len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return cells
