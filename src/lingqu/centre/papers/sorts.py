"""What sort of value an expression gives, known before it runs: text, number, truth, list, or anything.

``file`` and ``sign`` count as text, ``date`` as text of ISO 8601. A sort that is not known fits everywhere, so that
only plain mistakes are faults: a number added to a text, a text compared with a number, a date that is a number.
"""

from __future__ import annotations

from collections.abc import Callable

from lingqu.centre.papers.fitting import shape
from lingqu.centre.papers.grammar import Node, parse
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

TEXT, NUMBER, TRUTH, LIST, ANY = "text", "number", "truth", "list", "any"
_WORDS = {
    TEXT: Text(zh="文字", en="a text"),
    NUMBER: Text(zh="数值", en="a number"),
    TRUTH: Text(zh="是非", en="a yes or no"),
    LIST: Text(zh="列表", en="a list"),
    ANY: Text(zh="任意", en="anything"),
}
_FUNCTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "left": ((TEXT, NUMBER), TEXT),
    "right": ((TEXT, NUMBER), TEXT),
    "mid": ((TEXT, NUMBER, NUMBER), TEXT),
    "length": ((TEXT,), NUMBER),
    "part": ((TEXT, TEXT, NUMBER), TEXT),
    "joined": ((LIST, TEXT), TEXT),
    "rounded": ((NUMBER, NUMBER), NUMBER),
    "first": ((LIST,), ANY),
    "last": ((LIST,), ANY),
    "rest": ((LIST,), LIST),
    "nth": ((LIST, NUMBER), ANY),
    "has": ((LIST, ANY), TRUTH),
    "split": ((TEXT, TEXT), LIST),
    "birth_date": ((TEXT,), TEXT),
    "sex": ((TEXT,), TEXT),
    "decimal": ((TEXT,), NUMBER),
    "year": ((TEXT,), NUMBER),
    "lookup": ((TEXT, ANY), TEXT),
    "matches": ((TEXT, ANY), LIST),
    "total": ((NUMBER, TRUTH), NUMBER),
    "number": ((ANY, TRUTH), NUMBER),
    "all_of": ((ANY, TRUTH), LIST),
    "known": ((ANY,), TRUTH),
}
"""name → (sorts of its arguments, of its result); the rest is in ``_Sorts``."""

Of = Callable[[str], str]


def sort_of_type(written: str, many: bool = False) -> str:
    """The sort of a term's value: ``N14.4`` is a number, ``C30`` a text; a term of many values a list."""
    families = {"N": NUMBER, "bool": TRUTH}
    return LIST if many else families.get(shape(written).family, TEXT)


def require_sort(text: str, of: Of, wanted: str) -> None:
    """Raises ``Invalid`` (``papers.sort``) where a part of the expression, or its result, is of a wrong sort.

    ``of`` gives the sort of a term."""
    _Sorts(text, of).want(parse(text), wanted)


class _Sorts:
    def __init__(self, text: str, of: Of) -> None:
        self.text, self.of_term = text, of

    def want(self, node: Node, wanted: str) -> str:
        found = self.of(node)
        if ANY not in (found, wanted) and found != wanted:
            a, b, shown = _WORDS[found], _WORDS[wanted], node.word or repr(node.value)
            raise Invalid(
                "papers.sort",
                Text(zh=f"{shown} 得到{a.zh}，此处应为{b.zh}", en=f"{shown} gives {a.en} where {b.en} is needed"),
                place=self.text,
                next_step=Text(zh="改正表达式，或数据项的类型", en="Correct the expression or the type of the term"),
            )
        return found

    def of(self, node: Node) -> str:
        if node.kind == "literal":
            if node.value is None:
                return ANY
            return TRUTH if isinstance(node.value, bool) else TEXT if isinstance(node.value, str) else NUMBER
        if node.kind == "name":
            return self.of_term(node.word)
        return self._call(node) if node.kind == "call" else self._operator(node)

    def _call(self, node: Node) -> str:
        if node.word == "if":
            self.want(node.parts[0], TRUTH)
            yes, no = self.of(node.parts[1]), self.of(node.parts[2])
            if yes == ANY:
                return no
            return yes if no == ANY else self.want(node.parts[2], yes)
        if node.word in ("text", "list"):
            for part in node.parts:
                self.of(part)
            return TEXT if node.word == "text" else LIST
        wanted, gives = _FUNCTIONS[node.word]
        for part, sort in zip(node.parts, wanted, strict=False):
            self.want(part, sort)
        return gives

    def _operator(self, node: Node) -> str:
        word = node.word
        if word in ("and", "or", "not1"):
            for part in node.parts:
                self.want(part, TRUTH)
            return TRUTH
        if word in ("+", "-", "*", "/", "-1"):
            for part in node.parts:
                self.want(part, NUMBER)
            return NUMBER
        left = self.of(node.parts[0])
        self.want(node.parts[1], left)
        return TRUTH
