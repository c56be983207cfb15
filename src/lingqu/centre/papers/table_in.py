"""Forms as offices write them down: a table with a row for each field, from CSV or XLSX; or the form itself as DOCX.

Columns: ``form_id, form, dept, seq, field`` and, where somebody has mapped the form, ``canonical`` (the term) and
``type``; ``form_status``, ``printed_blanks`` and ``source_detail`` are kept where they are given.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lingqu.centre.papers.word_in import rows_of_word
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

NEEDED = ("form_id", "form", "dept", "seq", "field")


def rows_of(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV (UTF-8) or of the first sheet of an XLSX, by the names in the first row; labels of a DOCX.

    Raises ``Invalid`` (``papers.table``) where a needed column is missing or the file is neither."""
    if file.suffix.lower() == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = [dict(row) for row in csv.DictReader(lines)]
    elif file.suffix.lower() == ".xlsx":
        rows = _sheet(file)
    elif file.suffix.lower() == ".docx":
        rows = rows_of_word(file)
    else:
        raise _wrong(file, "应为 .csv、.xlsx 或 .docx", "give a .csv, .xlsx or .docx")
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        raise _wrong(file, f"缺少列：{'、'.join(missing)}", f"columns are missing: {', '.join(missing)}")
    return rows


def definitions(rows: Iterable[Mapping[str, str]], terms: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Documents of the forms, and of the vocabulary ``terms`` that they share.

    A term's type is the shortest its fields have, so that it fits all; where it cannot, the compiler names it."""
    forms: dict[str, dict[str, Any]] = {}
    subjects: dict[str, dict[str, Any]] = {}
    for row in rows:
        form = forms.setdefault(row["form_id"], _form(row, terms))
        term = re.sub(r"[^\w.]", "", row.get("canonical") or "")
        form["fields"].append(_field(row, term))
        if term:
            subject, _, attribute = term.partition(".")
            held = subjects.setdefault(subject, {"title": subject, "attributes": {}})["attributes"]
            kind = _kind(row)
            before = held.setdefault(attribute, {"title": attribute, "type": kind})
            before["type"] = min(before["type"], kind, key=_length)
    return list(forms.values()), {"code": terms, "title": terms, "subjects": subjects}


def _form(row: Mapping[str, str], terms: str) -> dict[str, Any]:
    made = {"code": row["form_id"], "title": row["form"], "terms": terms, "office": _office(row["dept"])}
    return made | {"status": row.get("form_status") or "documented", "fields": []}


def _field(row: Mapping[str, str], term: str) -> dict[str, Any]:
    made: dict[str, Any] = {"seq": int(row["seq"]), "title": row["field"]}
    if term:
        made["binds"] = term
    made["type"] = _kind(row)
    if int(row.get("printed_blanks") or 1) > 1:
        made["repeats"] = int(row["printed_blanks"])
    return made | ({"hint": row["source_detail"]} if row.get("source_detail") else {})


def _kind(row: Mapping[str, str]) -> str:
    return row.get("type") or "C100"


def _length(kind: str) -> tuple[int, str]:
    digits = re.match(r"[CN](\d+)", kind)
    return (int(digits[1]) if digits else 0, kind)


_OFFICES = {"工商": "gongshang", "质监": "zhijian", "国税": "guoshui", "地税": "dishui", "统计": "tongji"}
"""Offices of 2015 by what everybody calls them; others keep a name of letters."""


def _office(name: str) -> str:
    return _OFFICES.get(name) or re.sub(r"[^a-z0-9_]", "_", name.lower()).strip("_") or "office"


def _sheet(file: Path) -> list[dict[str, str]]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
    lines = [[("" if cell is None else str(cell)) for cell in line] for line in sheet.iter_rows(values_only=True)]
    return [dict(zip(lines[0], line, strict=False)) for line in lines[1:] if any(line)] if lines else []


def _wrong(file: Path, zh: str, en: str) -> Invalid:
    step = Text(zh=f"需要的列：{'、'.join(NEEDED)}", en=f"Columns that are needed: {', '.join(NEEDED)}")
    return Invalid("papers.table", Text(zh=zh, en=en), place=file.name, next_step=step)
