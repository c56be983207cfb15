"""BPMN and DMN files as elements that know their line. No DTD, hence no entities: a diagram expands to what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

MOST_BYTES = 1_000_000
_MOST_ELEMENTS, _DEEPEST = 20_000, 60


class Faulty(Exception):
    """What is wrong with a diagram, each with its line in the text."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.rule} {fault.line}: {fault.message.en}" for fault in faults))


@dataclass
class Element:
    """``space`` is the namespace, ``tag`` the local name; attributes without one by name, others ``{space}name``."""

    space: str
    tag: str
    line: int
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    words: str = ""

    def get(self, name: str) -> str:
        return self.attributes.get(name, "").strip()

    def every(self, tag: str) -> Iterator[Element]:
        return (child for child in self.children if child.tag == tag)

    def first(self, tag: str) -> Element | None:
        return next(self.every(tag), None)

    def text(self) -> str:
        return self.words.strip()

    def deep(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.deep()


def fault(rule: str, line: int, zh: str, en: str, step_zh: str = "", step_en: str = "") -> Fault:
    step = Text(zh=step_zh or "对照 docs/procedures.md 改正流程图", en=step_en or "Correct it after docs/procedures.md")
    return Fault(rule, Text(zh=zh, en=en), line=line, next_step=step)


def read(text: str) -> Element:
    """The root element. Raises ``Faulty`` (``procedures.syntax``)."""
    if len(text) > MOST_BYTES:
        raise Faulty([fault("procedures.syntax", 1, "文件过大", "the file is too large")])
    builder = _Builder()
    parser = builder.parser
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        said = expat.ErrorString(error.code)
        raise Faulty([fault("procedures.syntax", error.lineno, f"XML 语法错误：{said}", said)]) from error
    assert builder.root is not None
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def _refuse(self, zh: str, en: str) -> None:
        raise Faulty([fault("procedures.syntax", self.parser.CurrentLineNumber, zh, en)])

    def _doctype(self, *_: object) -> None:
        self._refuse("不允许 DOCTYPE", "a DOCTYPE is not allowed")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > _MOST_ELEMENTS or len(self.open) > _DEEPEST:
            self._refuse("元素过多或嵌套过深", "too many elements, or nested too deeply")
        space, _, tag = name.rpartition(" ")
        made = Element(space, tag, self.parser.CurrentLineNumber, {_name(k): v for k, v in attributes.items()})
        if self.open:
            self.open[-1].children.append(made)
        else:
            self.root = made
        self.open.append(made)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _words(self, words: str) -> None:
        if self.open:
            self.open[-1].words += words


def _name(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{{{space}}}{local}" if space else local
