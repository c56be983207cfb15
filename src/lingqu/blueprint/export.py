"""Write the city's own layer back as files: what was applied, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lingqu.blueprint import city_files, code_files, kinds, writing
from lingqu.blueprint.model import CITY_LAYER
from lingqu.centre.drawing import door as drawing
from lingqu.centre.drawing.door import Placed
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import Conflict, NotFound
from lingqu.kernel.text import Text

_MANY_ITEMS = 30


@dataclass
class Exported:
    """What was written below ``folder``. ``missing`` are data files that definitions name and nobody has."""

    folder: Path
    files: list[str] = field(default_factory=list)
    definitions: int = 0
    data: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def export(target: Path, original: Path | None = None) -> Exported:
    """Write the drawing's city layer to an empty or new folder; packs are named, not copied.

    ``original`` is the city's folder: data files that definitions name (``city:…``) are copied from it. Loading what
    was written and planning it shows nothing to do. Raises ``Conflict`` where the folder holds something, ``NotFound``
    before anything was applied.
    """
    placed = [each for each in drawing.placed() if each.layer == CITY_LAYER]
    _refuse(target, placed)
    target.mkdir(parents=True, exist_ok=True)
    made = Exported(target, definitions=len(placed))
    for origin, group in sorted(_files(placed).items()):
        documents = [_document(each, target / origin, made) for each in group]
        file = target / origin
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(writing.text(documents[0] if len(documents) == 1 else documents), "utf-8")
        made.files.append(origin)
    named = {path for each in placed for path, _ in city_files.named(each.document)}
    _copy_data(sorted(named), original, made)
    return made


def _refuse(target: Path, placed: list[Placed]) -> None:
    if not any(each.kind == kinds.CITY.name for each in placed):
        raise NotFound(
            "drawing.empty",
            Text(zh="还没有应用过城市蓝图", en="No city has been applied yet"),
            next_step=Text(zh="先运行 lingqu blueprint apply", en="Run lingqu blueprint apply first"),
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(
            "blueprint.not_empty",
            Text(zh="目标文件夹不是空的", en="The folder is not empty"),
            place=str(target),
            next_step=Text(zh="换一个新文件夹", en="Name a new folder"),
        )


def _files(placed: list[Placed]) -> dict[str, list[Placed]]:
    """Definitions by the file they came from, where that is a place the kind may stand in."""
    files: dict[str, list[Placed]] = {}
    for each in placed:
        files.setdefault(_place(each), []).append(each)
    return files


def _place(placed: Placed) -> str:
    if placed.kind == kinds.CITY.name:
        return "city.yaml"
    folder = kinds.BY_NAME[placed.kind].of.folder
    safe = Path(placed.origin).parts[:1] == (folder,) and ".." not in placed.origin
    return placed.origin if safe and placed.origin.endswith(".yaml") else f"{folder}/{placed.code}.yaml"


def _document(placed: Placed, file: Path, made: Exported) -> Mapping[str, Any]:
    """The document as a person would write it: long code lists as CSV beside it, diagrams and tables as their files."""
    if placed.kind == Procedure.kind:
        return _with_diagrams(placed, file, made)
    if placed.kind != CodeList.kind or len(placed.document.get("items", ())) <= _MANY_ITEMS:
        return placed.document
    code_list = CodeList.model_validate(placed.document)
    if not code_files.can_stand_in_a_file(code_list):
        return placed.document
    beside = file.with_name(f"{placed.code}.csv")
    beside.parent.mkdir(parents=True, exist_ok=True)
    code_files.write(code_list, beside)
    made.files.append(beside.relative_to(made.folder).as_posix())
    rest = {key: value for key, value in placed.document.items() if key != "items"}
    return rest | {"items_file": beside.name}


def _with_diagrams(placed: Placed, file: Path, made: Exported) -> Mapping[str, Any]:
    """``diagram_file`` and ``decision_files`` in place of the texts; a carriage return would not come back."""
    texts = [placed.document["diagram"], *placed.document.get("decisions", ())]
    if any("\r" in text or text.startswith("\ufeff") for text in texts):
        return placed.document
    file.parent.mkdir(parents=True, exist_ok=True)
    names = [f"{placed.code}.bpmn", *(f"{placed.code}-{n}.dmn" for n in range(1, len(texts)))]
    for name, text in zip(names, texts, strict=True):
        beside = file.with_name(name)
        beside.write_text(text, "utf-8", newline="\n")
        made.files.append(beside.relative_to(made.folder).as_posix())
    kept = {key: value for key, value in placed.document.items() if key not in ("diagram", "decisions")}
    return kept | {"diagram_file": names[0]} | ({"decision_files": names[1:]} if names[1:] else {})


def _copy_data(paths: list[str], original: Path | None, made: Exported) -> None:
    for path in paths:
        source = original / path if original else None
        if source is None or not source.is_file():
            made.missing.append(path)
            continue
        copy = made.folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        made.data.append(path)
