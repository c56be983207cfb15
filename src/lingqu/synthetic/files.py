"""The files departments hand in, written row by row. The same rows give the same bytes."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter

Row = Sequence[Any]
MOST_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows: a department that exports more loses the rest, unless it stops by itself."""


class Writer(Protocol):
    def rows(self, rows: Iterable[Row]) -> None: ...

    def close(self) -> None: ...


class Csv:
    """Delimited text. What the encoding does not have becomes ``?``, as it does in the departments' own systems."""

    def __init__(
        self, path: Path, header: Sequence[str], *, encoding: str, delimiter: str = ",", newline: str = "\r\n"
    ) -> None:
        self._file = path.open("w", encoding=encoding, errors="replace", newline="")
        self._csv = csv.writer(self._file, delimiter=delimiter, lineterminator=newline)
        self._csv.writerow(header)

    def rows(self, rows: Iterable[Row]) -> None:
        self._csv.writerows(rows)

    def close(self) -> None:
        self._file.close()


class Xlsx:
    """A sheet with title rows above the header; neighbouring columns of one group stand under a merged cell.

    ``groups`` gives for each column the group above it, or "".
    """

    def __init__(
        self, path: Path, header: Sequence[str], *, titles: Sequence[str], groups: Sequence[str] = (), made: datetime
    ) -> None:
        self._book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        )
        self._book.set_properties({"created": made, "title": titles[0]})
        self._sheet = self._book.add_worksheet("Sheet1")
        middle = self._book.add_format({"align": "center", "bold": True})
        for line, title in enumerate(titles):
            self._sheet.merge_range(line, 0, line, len(header) - 1, title, middle)
        self._line = len(titles)
        if groups:
            self._grouped(header, groups, middle)
        else:
            self._sheet.write_row(self._line, 0, header, middle)
            self._line += 1

    def _grouped(self, header: Sequence[str], groups: Sequence[str], middle: Any) -> None:
        """Rows are written once, from the top: nothing may be merged downwards."""
        column = 0
        while column < len(header):
            last = column
            while groups[column] and last + 1 < len(header) and groups[last + 1] == groups[column]:
                last += 1
            if last > column:
                self._sheet.merge_range(self._line, column, self._line, last, groups[column], middle)
            else:
                self._sheet.write(self._line, column, groups[column] or header[column], middle)
            column = last + 1
        for column, name in enumerate(header):
            if groups[column]:
                self._sheet.write(self._line + 1, column, name, middle)
        self._line += 2

    def rows(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._sheet.write_row(self._line, 0, row)
            self._line += 1

    def close(self) -> None:
        self._book.close()


class Sqlite:
    def __init__(self, path: Path, header: Sequence[str], *, table: str) -> None:
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        columns = ", ".join(f'"{name}" TEXT' for name in header)
        self._connection.execute(f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY, {columns})')
        places = ", ".join("?" for _ in header)
        self._insert = f'INSERT INTO "{table}" ({", ".join(header)}) VALUES ({places})'  # noqa: S608 (own names)

    def rows(self, rows: Iterable[Row]) -> None:
        self._connection.executemany(self._insert, rows)
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()


class Nested:
    """Rows are ready objects; ``before`` and ``after`` stand around the list."""

    def __init__(self, path: Path, *, before: str, after: str, between: str = ",\n") -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._file.write(before)
        self._after, self._between, self._count = after, between, 0

    def rows(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if self._count:
                self._file.write(self._between)
            self._file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
            self._count += 1

    def close(self) -> None:
        self._file.write(self._after.replace("$COUNT", str(self._count)))
        self._file.close()
