"""Diagrams (BPMN) and decision tables (DMN) kept as files beside a procedure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

MOST_BYTES = 1_000_000
Line = Callable[[tuple[str | int, ...]], int]


@dataclass
class Read:
    """A procedure's data with the texts in place of the files' names."""

    data: dict[str, Any]
    files: list[tuple[Path, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(data: Mapping[str, Any], file: Path, folder: Path, shown: Callable[[Path], str], line: Line) -> Read:
    made = Read({key: value for key, value in data.items() if key not in ("diagram_file", "decision_files")})

    def text(name: Any, key: tuple[str | int, ...]) -> str | None:
        path = (file.parent / name).resolve() if isinstance(name, str) else folder
        if not path.is_relative_to(folder.resolve()) or not path.is_file() or path.stat().st_size > MOST_BYTES:
            made.faults.append(_missing(name, shown(file), line(key), str(key[0])))
            return None
        made.files.append((path, shown(path)))
        try:
            return path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            made.faults.append(_missing(name, shown(file), line(key), str(key[0])))
            return None

    if "diagram_file" in data:
        made.data["diagram"] = text(data["diagram_file"], ("diagram_file",)) or ""
    names = data.get("decision_files")
    if isinstance(names, list):
        found = [text(name, ("decision_files", index)) for index, name in enumerate(names)]
        made.data["decisions"] = [*(data.get("decisions") or ()), *(each or "" for each in found)]
    return made


def _missing(name: Any, shown: str, line: int, key: str) -> Fault:
    return Fault(
        "procedures.file",
        Text(zh=f"找不到文件“{name}”，或过大、不是 UTF-8", en=f"No file {name!r}, or too large, or not UTF-8"),
        file=shown,
        line=line,
        column=key,
        next_step=Text(zh="文件应在定义旁边", en="The file stands beside the definition"),
    )


def where(entry_content: Any, base: tuple[str | int, ...], key: str) -> str:
    """The name of the file that a text came from (``diagram``, ``decisions.0``); empty where it stands in the YAML."""
    for part in base:
        entry_content = entry_content[part]
    if key == "diagram":
        return str(entry_content.get("diagram_file") or "")
    inline = len(entry_content.get("decisions") or ())
    index, names = int(key.partition(".")[2]), entry_content.get("decision_files") or []
    return str(names[index - inline]) if index >= inline else ""
