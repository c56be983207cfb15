"""Workbooks: .xlsx, .xls (BIFF), .ods. Cached values of formulas are read; nothing is computed or executed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine as calamine

from lingqu.centre.exchange import limits
from lingqu.centre.exchange.formats.base import Table, batched, broken, column_names
from lingqu.centre.exchange.formats.guard import guard_zip
from lingqu.centre.exchange.formats.header import find_header
from lingqu.centre.exchange.options import FormatOptions

HEAD = 60


def read_xlsx(path: Path, options: FormatOptions, expected: Sequence[str], scratch: Path) -> Table:
    guard_zip(path)
    book = _open(path)
    sheet = _sheet(book, options, path.name)
    rows = sheet.to_python(skip_empty_area=False)
    head = [[as_text(cell) for cell in row] for row in rows[:HEAD]]
    if not any(any(row) for row in head):
        raise limits.unreadable("empty", "工作表是空的", "The sheet is empty", sheet.name)
    if options.header_row == 0:
        skip, header = 0, list(options.columns) or [""] * len(head[0])
    else:
        skip, header = find_header(head, options.header_row, expected, sheet.merged_cell_ranges or ())
    width = max((i + 1 for i, cell in enumerate(header) if cell.strip()), default=len(header))
    width = max(width, len(options.columns)) if options.header_row == 0 else width
    table = Table(column_names(header[:width]), iter(()), f"xlsx: {sheet.name}")
    table.batches = batched(table.columns, _data(rows, skip, width, table))
    return table


def _open(path: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as fault:
        raise limits.unreadable("password", "文件有密码", "The file has a password", path.name) from fault
    except calamine.CalamineError as fault:
        raise limits.unreadable(
            "workbook", f"不能作为工作簿读取：{fault}", f"Not a readable workbook: {fault}", path.name
        ) from fault


def _sheet(book: calamine.CalamineWorkbook, options: FormatOptions, place: str) -> calamine.CalamineSheet:
    names = book.sheet_names
    if isinstance(options.sheet, str):
        if options.sheet not in names:
            said = "、".join(names)
            raise limits.unreadable(
                "sheet",
                f"没有工作表 {options.sheet}；有：{said}",
                f"There is no sheet {options.sheet}; there are: {said}",
                place,
            )
        return book.get_sheet_by_name(options.sheet)
    if isinstance(options.sheet, int):
        if not 1 <= options.sheet <= len(names):
            raise limits.unreadable(
                "sheet", f"没有第 {options.sheet} 个工作表", f"There is no sheet {options.sheet}", place
            )
        return book.get_sheet_by_index(options.sheet - 1)
    for index in range(len(names)):
        sheet = book.get_sheet_by_index(index)
        if sheet.height > 0:
            return sheet
    raise limits.unreadable("empty", "工作簿是空的", "The workbook is empty", place)


def _data(rows: list[list[Any]], skip: int, width: int, table: Table) -> Iterator[tuple[int, list[str]]]:
    number, longest_cell = 0, limits.current().cell_characters
    for row in rows[skip:]:
        cells = [as_text(cell) for cell in row]
        if not any(cells):
            continue
        number += 1
        cells += [""] * (width - len(cells))
        if any(cells[width:]):
            table.broken.append(
                broken(number, "表头之外还有内容", "There is content beyond the header", "\t".join(cells))
            )
        elif max(map(len, cells)) > longest_cell:
            table.broken.append(broken(number, "单元格过长", "A cell is too long", "\t".join(cells)))
        else:
            yield number, cells[:width]


def as_text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, dates as ISO 8601 (without a time where it is midnight)."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return "" if cell is None else str(cell)
