"""Rows as a file, streamed: CSV, JSON lines, XLSX, Parquet."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from lingqu.centre.exchange.outgoing.cells import guarded
from lingqu.centre.exchange.outgoing.columns import Column, flat
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

Rows = Iterator[tuple[Any, ...]]
SHEET_ROWS = 1_048_575  # of a worksheet (ECMA-376), without the header
CELL_CHARACTERS = 32_767
_GROUP = 20_000
_ARROW = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}


def write(form: str, at: Path, columns: list[Column], rows: Rows) -> int:
    """Gives the number of rows."""
    return WRITERS[form](at, columns, rows)


def _csv(at: Path, columns: list[Column], rows: Rows) -> int:
    """RFC 4180, UTF-8 with byte order mark, so that spreadsheet programs read Chinese; two header rows would break
    programs, so that titles stand in the manifest."""
    count = 0
    with at.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([c.name for c in columns])
        for row in rows:
            writer.writerow([guarded(flat(c, value)) for c, value in zip(columns, row, strict=True)])
            count += 1
    return count


def _jsonl(at: Path, columns: list[Column], rows: Rows) -> int:
    names, count = [c.name for c in columns], 0
    with at.open("wb") as out:
        for row in rows:
            out.write(orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def _xlsx(at: Path, columns: list[Column], rows: Rows) -> int:
    """Texts are written as texts, whatever they begin with."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(str(at), options) as book:
        sheet = book.add_worksheet()
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name)
        for count, row in enumerate(rows, 1):
            if count > SHEET_ROWS:
                raise _too_long()
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                _cell(sheet, count, place, flat(column, value))
    return count


def _cell(sheet: Any, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and abs(value) < 2**53:
        sheet.write_number(row, place, value)
    else:
        text = str(value)
        if len(text) > CELL_CHARACTERS:
            raise _unfit(f"{row}:{place + 1}", "xlsx")
        sheet.write_string(row, place, text)


def _parquet(at: Path, columns: list[Column], rows: Rows) -> int:
    """Numbers and booleans typed, everything else as text; titles in the metadata of each column."""
    schema = pa.schema(
        [
            pa.field(c.name, _ARROW.get(c.type, pa.string()), metadata={"zh": c.title.zh, "en": c.title.en})
            for c in columns
        ]
    )
    count = 0
    with pq.ParquetWriter(at, schema, compression="zstd") as writer:
        while group := list(islice(rows, _GROUP)):
            count += len(group)
            cells = [
                pa.array([_typed(c, value) for value in column], f.type)
                for c, f, column in zip(columns, schema, zip(*group, strict=True), strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(cells, schema=schema))
    return count


def _typed(column: Column, value: Any) -> Any:
    """Raises ``Invalid`` for what is not of its column's type: nothing is left out silently."""
    value = flat(column, value)
    if value is None or column.type not in _ARROW:
        return None if value is None else str(value)
    if isinstance(value, bool) != (column.type == "boolean") or isinstance(value, str):
        raise _unfit(column.name, "parquet")
    return value


WRITERS: dict[str, Callable[[Path, list[Column], Rows], int]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "xlsx": _xlsx,
    "parquet": _parquet,
}


def _too_long() -> Invalid:
    return Invalid(
        "outgoing.sheet",
        Text(zh=f"工作表最多 {SHEET_ROWS} 行", en=f"A worksheet holds {SHEET_ROWS} rows at most"),
        next_step=Text(zh="协议改用 csv 或 parquet", en="Change the agreement to csv or parquet"),
    )


def _unfit(place: str, form: str) -> Invalid:
    return Invalid(
        "outgoing.value",
        Text(zh=f"{place} 中有 {form} 容不下的值", en=f"{place} has a value that {form} cannot hold"),
        place=place,
        next_step=Text(zh="协议改用 csv 或 jsonl", en="Change the agreement to csv or jsonl"),
    )
