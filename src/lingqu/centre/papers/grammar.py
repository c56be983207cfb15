"""The restricted language of rules: terms, facts, literals, operators and named functions; no loops, no attributes.

::

    rounded(投资人.认缴出资额 / 企业.注册资本 * 100, 2)
    if(企业.从业人数 < 20, '微型', '小型')
    total(投资人.认缴出资额, 投资人.经济性质 = '自然人')

A rule is parsed once into a tree of ``Node`` and has no way to anything but the values it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

Literal = str | Decimal | bool | None

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|'(?P<text>[^'\n]*)'|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<sign><=|>=|!=|[-+*/()=<>,]))"
)
_WORDS: dict[str, Literal] = {"true": True, "false": False, "none": None}
_LOGIC = {"and", "or", "not"}
_STRENGTH = {"or": 1, "and": 2, "=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _MINUS = 3, 7
_DEEPEST, _LONGEST = 40, 2000


@dataclass(frozen=True)
class Node:
    """``kind``: literal | name | call | operator. ``word`` is the name, function or operator."""

    kind: str
    word: str = ""
    value: Literal = None
    parts: tuple[Node, ...] = ()

    def names(self) -> Iterator[str]:
        """Terms and facts that the tree reads, in the order of their places; one may come twice."""
        if self.kind == "name":
            yield self.word
        for part in self.parts:
            yield from part.names()

    def calls(self) -> Iterator[Node]:
        if self.kind == "call":
            yield self
        for part in self.parts:
            yield from part.calls()


@lru_cache(maxsize=20_000)
def parse(text: str) -> Node:
    """The tree of an expression. Raises ``Invalid`` (``papers.expression``) with the place in the text."""
    if len(text) > _LONGEST:
        raise _wrong(text, 0, "过长", "too long")
    parser = _Parser(text)
    node = parser.expression(0, 0)
    if parser.peek()[0] != "end":
        raise _wrong(text, parser.peek()[2], "此处多余", "something is left over")
    return node


def names(text: str) -> tuple[str, ...]:
    """What the expression reads, each once."""
    return tuple(dict.fromkeys(parse(text).names())) if text else ()


def _wrong(text: str, at: int, zh: str, en: str) -> Invalid:
    shown = text if len(text) <= 80 else text[:77] + "…"
    return Invalid(
        "papers.expression",
        Text(zh=f"表达式第 {at + 1} 个字符：{zh}", en=f"Character {at + 1} of the expression: {en}"),
        place=shown,
        next_step=Text(zh="对照文档中的写法改正", en="Correct it after docs/papers.md"),
    )


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.place = 0

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while at < len(self.text.rstrip()):
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise _wrong(self.text, at, "无法识别", "not understood")
            kind = match.lastgroup or ""
            yield ("sign" if match[kind] in _LOGIC else kind, match[kind], match.start(kind))
            at = match.end()
        yield ("end", "", at)

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.place]

    def take(self) -> tuple[str, str, int]:
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, sign: str) -> None:
        kind, word, at = self.take()
        if (kind, word) != ("sign", sign):
            raise _wrong(self.text, at, f"应为 {sign}", f"expected {sign}")

    def expression(self, least: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise _wrong(self.text, self.peek()[2], "嵌套过深", "nested too deeply")
        left = self.single(depth)
        while self.peek()[0] == "sign" and _STRENGTH.get(self.peek()[1], 0) > least:
            sign = self.take()[1]
            left = Node("operator", sign, parts=(left, self.expression(_STRENGTH[sign], depth + 1)))
        return left

    def single(self, depth: int) -> Node:
        kind, word, at = self.take()
        if kind == "number":
            return Node("literal", value=Decimal(word))
        if kind == "text":
            return Node("literal", value=word)
        if kind == "name":
            return self._name(word, depth)
        if word == "(":
            inside = self.expression(0, depth + 1)
            self.expect(")")
            return inside
        if word in ("-", "not"):
            return Node("operator", f"{word}1", parts=(self.expression(_MINUS if word == "-" else _NOT, depth + 1),))
        raise _wrong(self.text, at, "缺少内容", "something is missing")

    def _name(self, word: str, depth: int) -> Node:
        if self.peek()[:2] != ("sign", "("):
            return Node("literal", value=_WORDS[word]) if word in _WORDS else Node("name", word)
        self.take()
        parts: list[Node] = []
        while self.peek()[:2] != ("sign", ")"):
            parts.append(self.expression(0, depth + 1))
            if self.peek()[:2] == ("sign", ","):
                self.take()
            elif self.peek()[:2] != ("sign", ")"):
                raise _wrong(self.text, self.peek()[2], "缺少逗号或括号", "a comma or bracket is missing")
        self.take()
        return Node("call", word, parts=tuple(parts))
