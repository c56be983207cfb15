"""Forms as offices print them: tables of a DOCX, whose labels are fields that nobody has mapped yet.

A label is a cell with words beside an empty cell: the blank to its right, or a column of blanks below a head. Groups
that span several rows come before their labels with a dash (ECMA-376 part 1, 17.4: tables).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_BYTES = 20_000_000
_LONGEST_LABEL = 40

Cell = tuple[str, str]
"""Its words, and its vertical merge: ``restart`` begins a group, ``continue`` goes on with the cell above."""


def rows_of_word(file: Path) -> list[dict[str, str]]:
    """A row for each label, as ``rows_of`` of a table gives them; the form's code is the file's name.

    Raises ``Invalid`` (``papers.word``) for what is no DOCX, is too large or has no table."""
    body = _body(file)
    title = next((text for text in map(_words, body.iter(f"{_W}p")) if text), file.stem)
    labels = [label for table in body.iter(f"{_W}tbl") for label in _labels(_grid(table))]
    if not labels:
        raise _wrong(file, "没有带空格的表格", "it has no table with blanks")
    code = re.sub(r"[^A-Za-z0-9_.\-]", "", file.stem) or "form"
    given = {"form_id": code, "form": title, "dept": "office", "form_status": "documented"}
    return [given | {"seq": str(n), "field": label} for n, label in enumerate(labels, 1)]


def _body(file: Path) -> Element:
    try:
        with zipfile.ZipFile(file) as packed:
            part = packed.getinfo("word/document.xml")
            if part.file_size > _MOST_BYTES:
                raise _wrong(file, "文件过大", "it is too large")
            data = packed.read(part)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise _wrong(file, "含有文档类型声明", "it has a document type declaration")
        return fromstring(data)  # noqa: S314
    except (zipfile.BadZipFile, KeyError, ParseError) as error:
        raise _wrong(file, "不是 DOCX 文件", "it is no DOCX") from error


def _words(element: Element) -> str:
    return re.sub(r"\s+", "", "".join(text.text or "" for text in element.iter(f"{_W}t")))


def _grid(table: Element) -> list[list[Cell]]:
    """Cells in their columns: one that spans several stands in each of them."""
    grid: list[list[Cell]] = []
    for row in table.findall(f"{_W}tr"):
        cells: list[Cell] = []
        for cell in row.findall(f"{_W}tc"):
            wide = cell.find(f"{_W}tcPr/{_W}gridSpan")
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            group = "" if merged is None else merged.get(f"{_W}val", "continue")
            span = int(wide.get(f"{_W}val", "1")) if wide is not None else 1
            cells.extend([(_words(cell), group)] * min(span, 60))
        grid.append(cells)
    return grid


def _labels(grid: list[list[Cell]]) -> Iterator[str]:
    groups: dict[int, str] = {}
    for y, row in enumerate(grid):
        before = ""
        for x, (words, group) in enumerate(row):
            if group:
                groups[x] = words if group == "restart" else groups.get(x, "")
                before = groups[x]
            elif not words or len(words) > _LONGEST_LABEL or words == (row[x - 1][0] if x else ""):
                continue
            elif _blank(row, x + 1, words) or _blank_below(grid, y, x):
                yield f"{before}-{words}" if before else words


def _blank(row: list[Cell], x: int, words: str) -> bool:
    """The next other cell of the row is empty."""
    rest = [cell for cell in row[x:] if cell[0] != words]
    return bool(rest) and rest[0] == ("", "")


def _blank_below(grid: list[list[Cell]], y: int, x: int) -> bool:
    """A head over a column: the cell below is empty, and the head's row has no blank of its own."""
    if y + 1 >= len(grid) or x >= len(grid[y + 1]) or any(not words for words, _ in grid[y]):
        return False
    return grid[y + 1][x] == ("", "")


def _wrong(file: Path, zh: str, en: str) -> Invalid:
    step = Text(zh="另存为 DOCX，栏目放在表格里", en="Save it as DOCX with its fields in tables")
    return Invalid("papers.word", Text(zh=zh, en=en), place=file.name, next_step=step)
