"""Code lists kept as CSV beside their definition (``items_file``)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lingqu.kernel.elements import CodeItem, CodeList
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

COLUMNS = ("code", "zh", "en", "parent", "until", "successor", "aliases")


def read(file: Path, shown: str) -> tuple[list[dict[str, Any]], list[Fault]]:
    """The items of a CSV in the form a code list holds them, and what is wrong with it."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if faults := _columns(reader.fieldnames or [], shown):
                return [], faults
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return [], [_fault(shown, None, f"cannot be read: {error}", f"无法读取：{error}")]
    return [_item(row) for _, row in rows], list(_faults(rows, shown))


def _columns(names: Any, shown: str) -> list[Fault]:
    unknown = sorted(str(name) for name in names if name not in COLUMNS)
    missing = [name for name in ("code", "zh") if name not in names]
    if not unknown and not missing:
        return []
    en = f"columns are {', '.join(COLUMNS)}; unknown: {unknown or '-'}, missing: {missing or '-'}"
    return [_fault(shown, 1, en, f"列应为 {', '.join(COLUMNS)}；多出：{unknown or '无'}，缺少：{missing or '无'}")]


def _faults(rows: list[tuple[int, dict[str, Any]]], shown: str) -> Iterator[Fault]:
    if not rows:
        yield _fault(shown, 1, "the file has no rows", "文件没有数据行")
    seen: set[str] = set()
    for line, row in rows:
        code = (row.get("code") or "").strip()
        if not code or not (row.get("zh") or "").strip():
            yield _fault(shown, line, "code and zh must not be empty", "code 和 zh 不能为空")
        elif code in seen:
            yield _fault(shown, line, f"the code {code!r} stands twice", f"代码“{code}”重复")
        seen.add(code)


def _fault(shown: str, line: int | None, en: str, zh: str) -> Fault:
    step = Text(zh="改正该 CSV 文件（UTF-8）", en="Correct the CSV file (UTF-8)")
    return Fault("code_list.items_file", Text(zh=zh, en=en), file=shown, line=line, next_step=step)


def _item(row: dict[str, Any]) -> dict[str, Any]:
    def cell(name: str) -> str:
        return (row.get(name) or "").strip()

    item: dict[str, Any] = {"code": cell("code"), "title": {"zh": cell("zh"), "en": cell("en") or cell("zh")}}
    item |= {name: cell(name) for name in ("parent", "until", "successor") if cell(name)}
    if cell("aliases"):
        item["aliases"] = [alias for alias in cell("aliases").split("|") if alias]
    return item


def can_stand_in_a_file(code_list: CodeList) -> bool:
    """Whether the CSV says all of it: cells are trimmed, aliases must not hold ``|``."""
    return all(_same(item, CodeItem.model_validate(_item(_row(item)))) for item in code_list.items)


def _same(one: CodeItem, other: CodeItem) -> bool:
    return one == other


def write(code_list: CodeList, file: Path) -> None:
    """The items of a code list as CSV with ``\\n`` line ends."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(item) for item in code_list.items)


def _row(item: CodeItem) -> dict[str, str]:
    return {
        "code": item.code,
        "zh": item.title.zh,
        "en": item.title.en,
        "parent": item.parent or "",
        "until": item.until or "",
        "successor": item.successor or "",
        "aliases": "|".join(item.aliases),
    }
