"""Read a city's folder and the packs it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lingqu.blueprint import code_files, diagram_files, kinds
from lingqu.blueprint.lines import KeyPath, Page, read
from lingqu.blueprint.model import CITY_LAYER, Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.blueprint.validate import validate
from lingqu.centre.drawing.definitions import City
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text
from lingqu.packs import door as packs
from lingqu.packs.definitions import PackFile

_FREE_FOLDERS = {"data", "docs", "fixtures", "locale", "templates", "static", "__pycache__"}
_FREE_FILES = {"README.md", "README.zh.md", "LICENSE", "__init__.py", "hooks.py", "synthetic.yaml"}


def load(city: Path) -> Blueprint:
    """Every layer of a city: the packs of its ``city.yaml`` in their order, then its own folder.

    Never raises for what stands in files: faults are kept in the blueprint and given by ``check``.
    """
    root = city.resolve()
    own = _Layer(CITY_LAYER, root, kinds.CITY)
    own.read()
    named = own.head.definition if own.head else None
    wanted = named.packs if isinstance(named, City) else ()
    layers: list[_Layer] = []
    found = packs.installed()
    for index, code in enumerate(wanted):
        if code not in found:
            own.faults.append(_no_pack(own, index, code, list(found)))
            continue
        layer = _Layer(f"pack:{code}", found[code].folder, kinds.PACK)
        layer.read()
        layer.faults.extend(_misnamed(layer, code))
        layer.faults.extend(_required(own, layer, index, wanted[:index]))
        layers.append(layer)
    entries: dict[tuple[str, str], Entry] = {}
    for layer in (*layers, own):
        entries |= layer.entries
    return Blueprint(
        root,
        tuple(found[code] for code in wanted if code in found),
        dict(sorted(entries.items(), key=lambda pair: (kinds.ORDER[pair[0][0]], pair[0][1]))),
        tuple(fault for layer in (*layers, own) for fault in layer.faults),
        tuple(pair for layer in (*layers, own) for pair in layer.files),
    )


def _no_pack(own: _Layer, index: int, code: str, known: list[str]) -> Fault:
    names = ", ".join(known) or "-"
    step = suggest(code, known, Text(zh=f"已安装的包：{names}", en=f"Packs installed here: {names}"))
    message = Text(zh=f"没有安装名为“{code}”的包", en=f"No pack {code!r} is installed")
    assert own.head is not None
    return own.head.fault("blueprint.unknown_pack", message, step, ("packs", index))


def _misnamed(layer: _Layer, code: str) -> Iterator[Fault]:
    if layer.head is not None and layer.head.code != code:
        yield layer.head.fault(
            "blueprint.pack_code",
            Text(
                zh=f"包以“{code}”安装，自称“{layer.head.code}”",
                en=f"Installed as {code!r}, calls itself {layer.head.code!r}",
            ),
            Text(zh="两处用同一个编码", en="Use one code in both places"),
            ("code",),
        )


def _required(own: _Layer, layer: _Layer, index: int, before: tuple[str, ...]) -> Iterator[Fault]:
    definition = layer.head.definition if layer.head else None
    if not isinstance(definition, PackFile):
        return
    for code in definition.requires:
        if code not in before:
            assert own.head is not None
            yield own.head.fault(
                "blueprint.pack_order",
                Text(zh=f"“{definition.code}”需要“{code}”在它之前", en=f"{definition.code!r} needs {code!r} before it"),
                Text(zh=f"在 packs 中先写“{code}”", en=f"Name {code!r} earlier in packs"),
                ("packs", index),
            )


@dataclass
class _Layer:
    """One folder of definitions: a pack's or the city's."""

    name: str
    folder: Path
    head_kind: kinds.Kind
    head: Entry | None = None
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    files: list[tuple[Path, str]] = field(default_factory=list)

    def read(self) -> None:
        file = self.folder / f"{self.head_kind.name}.yaml"
        if not file.exists():
            self.faults.append(self._no_head(file))
            return
        for entry in self._file(file, self.head_kind):
            self.head = entry
            if self.head_kind is kinds.CITY:
                self.entries[(entry.kind, entry.code)] = entry
        for path in sorted(self.folder.iterdir()):
            if path.is_dir():
                self._folder(path)
            elif path.name not in _FREE_FILES and path != file and not path.name.startswith("."):
                self._stray(path)

    def _folder(self, folder: Path) -> None:
        if folder.name in _FREE_FOLDERS or folder.name.startswith("."):
            return
        kind = kinds.BY_FOLDER.get(folder.name)
        if kind is None:
            self._stray(folder)
            return
        for file in sorted(folder.rglob("*")):
            if file.suffix == ".yaml":
                for entry in self._file(file, kind):
                    self._put(entry)
            elif file.is_file() and file.suffix not in kind.beside and not file.name.startswith("."):
                self._stray(file)

    def _put(self, entry: Entry) -> None:
        key = (entry.kind, entry.code)
        if (first := self.entries.get(key)) is None:
            self.entries[key] = entry
            return
        place = f"{first.shown}:{first.page.line((*first.base, 'code'))}"
        title = kinds.title(entry.kind)
        self.faults.append(
            entry.fault(
                "blueprint.duplicate",
                Text(
                    zh=f"{title.zh}“{entry.code}”已在 {place} 定义",
                    en=f"{title.en} {entry.code!r} stands in {place} too",
                ),
                Text(zh="改用另一个编码，或删去其中一处", en="Give it another code or take one of the two away"),
                ("code",),
            )
        )

    def _file(self, file: Path, kind: kinds.Kind) -> Iterator[Entry]:
        shown = self._shown(file)
        self.files.append((file, shown))
        page = read(file, shown)
        self.faults.extend(page.faults)
        many = isinstance(page.content, list) and kind not in (kinds.CITY, kinds.PACK)
        for base, data in _pieces(page.content, many):
            yield from self._entry(kind, data, page, base, file)

    def _entry(self, kind: kinds.Kind, data: Any, page: Page, base: KeyPath, file: Path) -> Iterator[Entry]:
        shown = self._shown(file)
        if kind.of is CodeList and isinstance(data, dict):
            data = self._with_items(data, page, base, file)
        if kind.of is Procedure and isinstance(data, dict):
            data = self._with_diagrams(data, page, base, file)
        made = validate(kind.of, data, page, base, shown)
        if isinstance(made, list):
            self.faults.extend(made)
        else:
            yield Entry(made, self.name, file, shown, file.relative_to(self.folder).as_posix(), page, base)

    def _with_items(self, data: dict[str, Any], page: Page, base: KeyPath, file: Path) -> dict[str, Any]:
        """The items of ``items_file`` become the definition's own."""
        name = data.get("items_file")
        if not isinstance(name, str):
            return data
        path = (file.parent / name).resolve()
        line = page.line((*base, "items_file"))
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            self.faults.append(
                Fault(
                    "code_list.items_file",
                    Text(zh=f"找不到文件“{name}”", en=f"There is no file {name!r}"),
                    file=self._shown(file),
                    line=line,
                    column="items_file",
                    next_step=Text(zh="文件应在定义旁边", en="The file stands beside the definition"),
                )
            )
            items: list[dict[str, Any]] = []
        else:
            self.files.append((path, self._shown(path)))
            items, faults = code_files.read(path, self._shown(path))
            self.faults.extend(faults)
        rest = {key: value for key, value in data.items() if key != "items_file"}
        return rest | {"items": [*(data.get("items") or ()), *items]}

    def _with_diagrams(self, data: dict[str, Any], page: Page, base: KeyPath, file: Path) -> dict[str, Any]:
        """``diagram_file`` and ``decision_files`` become the text of the files they name."""
        made = diagram_files.read(data, file, self.folder, self._shown, lambda key: page.line((*base, *key)))
        self.files.extend(made.files)
        self.faults.extend(made.faults)
        return made.data

    def _stray(self, path: Path) -> None:
        known = [*kinds.BY_FOLDER, *_FREE_FOLDERS]
        self.faults.append(
            Fault(
                "blueprint.unknown_file",
                Text(zh=f"蓝图里没有“{path.name}”的位置", en=f"A blueprint has no place for {path.name!r}"),
                file=self._shown(path),
                next_step=suggest(
                    path.name,
                    known,
                    Text(
                        zh="数据文件放在 data/ 下，定义用 .yaml",
                        en="Data files go under data/, definitions end in .yaml",
                    ),
                ),
            )
        )

    def _no_head(self, file: Path) -> Fault:
        return Fault(
            "blueprint.no_head",
            Text(zh=f"找不到 {file.name}", en=f"There is no {file.name}"),
            file=self._shown(file),
            next_step=Text(
                zh="检查文件夹，或用 lingqu new-city 新建", en="Check the folder, or make one by lingqu new-city"
            ),
        )

    def _shown(self, path: Path) -> str:
        """A path as people can open it: from where they stand if it lies below, else whole."""
        here = Path.cwd()
        return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def _pieces(content: Any, many: bool) -> list[tuple[KeyPath, Any]]:
    if content is None:
        return []
    return [((index,), data) for index, data in enumerate(content)] if many else [((), content)]
