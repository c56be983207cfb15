"""NGSI-LD query language (CIM 009 V1.9.1, clause 4.9): text to a tree.

``query = and *("|" and)``; ``and = unit *(";" unit)``; ``unit = "(" query ")" / "!" path / path [operator value]``. A
path is ``attribute *("." sub-attribute) ["[" member *("." member) "]"]``. A name that holds dots (a whole IRI) stands
between ``<`` and ``>``. Values are numbers, ``true``/``false``, quoted text, other text as it stands, ranges ``a..b``
and lists ``a,b``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lingqu.centre.entities.faults import bad

_OPERATOR = re.compile(r"==|!=|>=|<=|!~=|~=|>|<")
_NAME = r"(?:<[^<>]*>|[^=!<>~;|()\[\]\s.]+)"
_PATH = re.compile(rf"\s*({_NAME}(?:\.{_NAME})*)\s*(?:\[([^\]]*)\])?\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_BARE = re.compile(r"[^;|(),\"]+?(?=\.\.|[;|(),]|\Z)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\Z")
_SEGMENT = re.compile(r"<([^>]*)>|([^.<>]+)")
DEEPEST = 40
LONGEST_NUMBER = 300  # characters


@dataclass(frozen=True)
class Path:
    """``names``: attribute and sub-attributes; ``members``: what stands in brackets, inside the value."""

    names: tuple[str, ...]
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Range:
    low: Any
    high: Any


@dataclass(frozen=True)
class Term:
    """``operator`` is empty for mere existence, ``!`` for absence; ``values`` holds several for a list."""

    path: Path
    operator: str = ""
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Both:
    """All (``;``) or any (``|``) of the parts."""

    every: bool
    parts: tuple[Tree, ...]


Tree = Term | Both


@lru_cache(1_000)
def parse(text: str) -> Tree:
    """Raises Invalid (``entity.q``) with the place of what is wrong."""
    reader = _Reader(text)
    tree = reader.query(0)
    if reader.at < len(text):
        raise reader.wrong()
    return tree


def terms(tree: Tree) -> Iterator[Term]:
    if isinstance(tree, Term):
        yield tree
    else:
        for part in tree.parts:
            yield from terms(part)


Revalue = Callable[[str, Any], Any]


def _as_it_is(_: str, value: Any) -> Any:
    return value


def renamed(text: str, rename: Callable[[str], str], revalue: Revalue = _as_it_is) -> str:
    """The same query with the names of attributes and sub-attributes changed; single values by ``revalue`` of the
    attribute's old name and the value."""
    return _said(parse(text), rename, revalue)


def _said(tree: Tree, rename: Callable[[str], str], revalue: Revalue) -> str:
    if isinstance(tree, Both):
        return "(" + (";" if tree.every else "|").join(_said(p, rename, revalue) for p in tree.parts) + ")"
    path = ".".join(f"<{rename(name)}>" for name in tree.path.names)
    if tree.path.members:
        path += f"[{'.'.join(tree.path.members)}]"
    if tree.operator == "!":
        return f"!{path}"
    return path + tree.operator + ",".join(_value(revalue(tree.path.names[0], v)) for v in tree.values)


def _value(value: Any) -> str:
    if isinstance(value, Range):
        return f"{_value(value.low)}..{_value(value.high)}"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value).lower() if isinstance(value, bool) else repr(value)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def wrong(self) -> Exception:
        place = f"q[{self.at}]"
        return bad(
            "q", f"查询语句在第 {self.at + 1} 个字符处有误", f"the query is wrong at character {self.at + 1}", place
        )

    def query(self, depth: int) -> Tree:
        if depth > DEEPEST:
            raise self.wrong()
        return self._joined("|", lambda: self._joined(";", lambda: self._unit(depth)))

    def _joined(self, sign: str, part: Callable[[], Tree]) -> Tree:
        parts = [part()]
        while self.text.startswith(sign, self.at):
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else Both(sign == ";", tuple(parts))

    def _unit(self, depth: int) -> Tree:
        if self.text.startswith("(", self.at):
            self.at += 1
            inner = self.query(depth + 1)
            if not self.text.startswith(")", self.at):
                raise self.wrong()
            self.at += 1
            return inner
        if self.text.startswith("!", self.at):
            self.at += 1
            return Term(self._path(), "!")
        return self._term()

    def _path(self) -> Path:
        found = _PATH.match(self.text, self.at)
        if not found:
            raise self.wrong()
        self.at = found.end()
        return Path(_names(found[1]), tuple(found[2].split(".")) if found[2] else ())

    def _term(self) -> Term:
        path = self._path()
        operator = _OPERATOR.match(self.text, self.at)
        if not operator:
            return Term(path)
        self.at = operator.end()
        return Term(path, operator.group(), self._values())

    def _values(self) -> tuple[Any, ...]:
        values = [self._range()]
        while self.text.startswith(",", self.at):
            self.at += 1
            values.append(self._range())
        return tuple(values)

    def _range(self) -> Any:
        low = self._single()
        if not self.text.startswith("..", self.at):
            return low
        self.at += 2
        return Range(low, self._single())

    def _single(self) -> Any:
        if quoted := _QUOTED.match(self.text, self.at):
            self.at = quoted.end()
            return re.sub(r"\\(.)", r"\1", quoted[1])
        bare = _BARE.match(self.text, self.at)
        if not bare:
            raise self.wrong()
        self.at = bare.end()
        word = bare.group().strip()
        if word in ("true", "false"):
            return word == "true"
        if not _NUMBER.match(word):
            return word
        if len(word) > LONGEST_NUMBER:
            raise self.wrong()
        return float(word) if re.search(r"[.eE]", word) else int(word)


def _names(text: str) -> tuple[str, ...]:
    if "://" in text and "<" not in text:
        return (text,)
    return tuple(whole or part for whole, part in _SEGMENT.findall(text))
