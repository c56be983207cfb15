"""YAML 1.2 read so that every key keeps its line."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

KeyPath = tuple[str | int, ...]
_MOST_NODES = 500_000
"""Beyond this a file is an accident or an attack by nested aliases."""


@dataclass
class Page:
    """A YAML file as plain data. ``lines`` maps the path of each key or list item to its line, from 1."""

    content: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: KeyPath) -> int:
        """The line of the nearest key that is really written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(file: Path, shown: str) -> Page:
    """Read one file. Dates stay text, since JSON has none. What is wrong stands in ``faults``."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        return Page(faults=[_syntax(shown, 1, f"not UTF-8: {error.reason}", "不是 UTF-8 编码")])
    return parse(text, shown)


@lru_cache(maxsize=512)
def parse(text: str, shown: str) -> Page:
    """The same text gives the same page, which nobody changes: packs are read again with every city."""
    page = Page()
    try:
        node = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = str(error.problem or error.context or error)
        page.faults.append(_syntax(shown, mark.line + 1 if mark else 1, said, f"YAML 语法错误：{said}"))
    except YAMLError as error:
        page.faults.append(_syntax(shown, 1, str(error), f"YAML 语法错误：{error}"))
    else:
        if node is not None:
            page.content = _Reader(page, shown).plain(node, ())
    return page


def _syntax(shown: str, line: int, en: str, zh: str) -> Fault:
    return Fault(
        "blueprint.syntax",
        Text(zh=zh, en=en),
        file=shown,
        line=line,
        next_step=Text(zh="检查缩进、冒号和引号", en="Check the indent, colons and quotes around this line"),
    )


class _Reader:
    def __init__(self, page: Page, shown: str) -> None:
        self.page, self.shown, self.nodes = page, shown, 0

    def plain(self, node: Node, path: KeyPath) -> Any:
        self.nodes += 1
        if self.nodes > _MOST_NODES or len(path) > 50:
            self._once(node, "too deep or too large", "层次过深或内容过大")
            return None
        self.page.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.plain(each, (*path, index)) for index, each in enumerate(node.value)]
        return _scalar(node) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            if key in plain:
                self.page.faults.append(_syntax(self.shown, line, f"the key {key!r} stands twice", f"键“{key}”重复"))
            self.page.lines[(*path, key)] = line
            plain[key] = self.plain(value_node, (*path, key))
        return plain

    def _once(self, node: Node, en: str, zh: str) -> None:
        if not self.page.faults:
            self.page.faults.append(_syntax(self.shown, node.start_mark.line + 1, en, zh))


def _scalar(node: ScalarNode) -> Any:
    text = str(node.value)
    kind = str(node.tag).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return _number(text.replace("_", ""))
    if kind == "float":
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _number(text: str) -> int:
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if text.lower().lstrip("+-").startswith(prefix):
            return int(text, base)
    return int(text)
