"""From the tree of a rule to a function of values.

Values are by term; a term of a repeated subject has a list, one value a row. A rule whose result is of a repeated
subject runs once a row and sees that row's values; the others see rows only through ``total``, ``number``, ``all_of``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from lingqu.centre.papers.functions import LAZY, NAMES, OVER_ROWS, PLAIN, WITH_TABLE, Tables
from lingqu.centre.papers.grammar import Node, parse
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

Values = Mapping[str, Any]
Run = Callable[[Values, int], Any]
Repeats = Callable[[str], str]
"""term → the repeated subject it belongs to; empty for others."""

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def program(text: str, repeats: Repeats, tables: Tables, row_of: str = "") -> Run:
    """The function of an expression. ``row_of``: the repeated subject of the result.

    Raises ``Invalid``: ``papers.function`` for a call that does not exist or has the wrong arguments, ``papers.rows``
    where rows of a repeated subject are read as if they were one.
    """
    return _Compiler(text, repeats, tables, row_of).of(parse(text))


class _Compiler:
    def __init__(self, text: str, repeats: Repeats, tables: Tables, row_of: str) -> None:
        self.text, self.repeats, self.tables, self.row_of = text, repeats, tables, row_of

    def of(self, node: Node) -> Run:
        if node.kind == "literal":
            value = node.value
            return lambda v, i: value
        if node.kind == "name":
            return self._name(node.word)
        return self._call(node) if node.kind == "call" else self._operator(node)

    def _name(self, word: str) -> Run:
        subject = self.repeats(word)
        if not subject:
            return lambda v, i: v.get(word)
        if subject != self.row_of:
            raise self._wrong(
                "papers.rows", f"“{word}”有多行，不能当作一个值", f"{word} has rows and is read as one value"
            )

        def row(v: Values, i: int) -> Any:
            rows = v.get(word) or ()
            return rows[i] if i < len(rows) else None

        return row

    def _call(self, node: Node) -> Run:
        name = node.word
        if name not in NAMES:
            raise self._wrong("papers.function", f"没有函数“{name}”", f"there is no function {name!r}")
        if name in WITH_TABLE:
            return self._with_table(node)
        if name in OVER_ROWS:
            return self._over_rows(node)
        parts = [self.of(part) for part in node.parts]
        if name in LAZY:
            self._count(name, len(parts), len(parts) in LAZY[name])
            return _LAZY[name](parts)
        wanted, call = PLAIN[name]
        self._count(name, len(parts), len(parts) == wanted)

        def plain(v: Values, i: int) -> Any:
            given = [part(v, i) for part in parts]
            return None if None in given else call(*given)

        return plain

    def _with_table(self, node: Node) -> Run:
        self._count(node.word, len(node.parts), len(node.parts) == 2 and node.parts[1].kind == "name")
        key, table, call = self.of(node.parts[0]), node.parts[1].word, WITH_TABLE[node.word]
        if table not in self.tables:
            raise self._wrong("papers.table", f"没有对照表“{table}”", f"there is no table {table!r}")
        tables = self.tables

        def with_table(v: Values, i: int) -> Any:
            value = key(v, i)
            return None if value is None else call(value, tables[table])

        return with_table

    def _over_rows(self, node: Node) -> Run:
        self._count(node.word, len(node.parts), len(node.parts) in (1, 2))
        subjects = {self.repeats(name) for name in node.names()} - {""}
        if len(subjects) != 1:
            raise self._wrong("papers.rows", "应当只读一个多行主体", "the rows of exactly one subject are read")
        inside = _Compiler(self.text, self.repeats, self.tables, next(iter(subjects)))
        value = inside.of(node.parts[0])
        keep = inside.of(node.parts[1]) if len(node.parts) == 2 else None
        columns = [name for name in dict.fromkeys(node.names()) if self.repeats(name)]
        call = OVER_ROWS[node.word]

        def over_rows(v: Values, _: int) -> Any:
            if any(v.get(name) is None for name in columns):
                return None
            rows = range(max(len(v[name]) for name in columns))
            return call([value(v, i) for i in rows if keep is None or keep(v, i) is True])

        return over_rows

    def _operator(self, node: Node) -> Run:
        left = self.of(node.parts[0])
        if node.word == "-1":
            return lambda v, i: None if (x := left(v, i)) is None else -x
        if node.word == "not1":
            return lambda v, i: None if (x := left(v, i)) is None else not x
        right = self.of(node.parts[1])
        if node.word == "and":
            return lambda v, i: left(v, i) and right(v, i)
        if node.word == "or":
            return lambda v, i: left(v, i) or right(v, i)
        if node.word == "=":
            return lambda v, i: left(v, i) == right(v, i)
        if node.word == "!=":
            return lambda v, i: left(v, i) != right(v, i)
        return _binary(_divided if node.word == "/" else _OPERATORS[node.word], left, right)

    def _count(self, name: str, given: int, right: bool) -> None:
        if not right:
            raise self._wrong(
                "papers.function",
                f"函数“{name}”不接受这 {given} 个参数",
                f"{name} does not take these {given} arguments",
            )

    def _wrong(self, rule: str, zh: str, en: str) -> Invalid:
        step = Text(zh="对照文档中的函数表改正", en="Correct it after the table of functions in docs/papers.md")
        return Invalid(rule, Text(zh=zh, en=en), place=self.text, next_step=step)


def _divided(left: Decimal, right: Decimal) -> Decimal | None:
    try:
        return left / right
    except (DivisionByZero, InvalidOperation):
        return None


def _binary(act: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    def both(v: Values, i: int) -> Any:
        a, b = left(v, i), right(v, i)
        return None if a is None or b is None else act(a, b)

    return both


def _if(parts: list[Run]) -> Run:
    test, yes, no = parts
    return lambda v, i: yes(v, i) if test(v, i) is True else no(v, i)


def _known(parts: list[Run]) -> Run:
    return lambda v, i: parts[0](v, i) is not None


def _text(parts: list[Run]) -> Run:
    return lambda v, i: "".join(str(x) for part in parts if (x := part(v, i)) is not None) or None


def _list(parts: list[Run]) -> Run:
    return lambda v, i: [x for part in parts if (x := part(v, i)) is not None]


_LAZY: dict[str, Callable[[list[Run]], Run]] = {"if": _if, "known": _known, "text": _text, "list": _list}
