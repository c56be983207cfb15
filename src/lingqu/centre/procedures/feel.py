"""A restricted FEEL (DMN 1.4, clause 10): the expression language of forms under FEEL's spelling, and unary tests.

Text stands in double quotes, ``null`` is nothing known, ``not(…)``, ``and``, ``or``, comparisons and arithmetic are as
in FEEL; functions are those of forms (docs/papers.md). There are no loops, contexts, attributes of values or calls of
anything outside, so that whoever draws a diagram computes with the case's answers and does nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from lingqu.centre.papers import door as papers
from lingqu.kernel.errors import Invalid, LingquError
from lingqu.kernel.text import Text

Values = Mapping[str, Any]
Run = Callable[[Values], Any]
Sorts = Mapping[str, str]
"""variable → text, number, truth"""

_PIECE = re.compile(r'"(?P<text>[^"\n\\\']*)"|(?P<word>null\b)|(?P<wrong>[\'"\\{}\[\]])')
_RANGE = re.compile(r"^([\[(\]])\s*(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*([\])\[])$")
_COMPARED = re.compile(r"^(<=|>=|<|>)\s*(.+)$", re.DOTALL)
_NOT = re.compile(r"^not\s*\((.+)\)$", re.DOTALL)


def condition(text: str, sorts: Sorts) -> Run:
    """The function of a condition. Raises ``Invalid`` (``procedures.expression``) for what is no such expression, reads
    an unknown variable or gives no yes or no."""
    return _run(_plain(text), sorts, "truth", text)


def expression(text: str, sorts: Sorts, wanted: str = "any") -> Run:
    return _run(_plain(text), sorts, wanted, text)


def tests(text: str, about: str, sorts: Sorts) -> Run:
    """Unary tests (clause 7.3.3) of the expression ``about``: ``-``, ``"a", "b"``, ``< 20``, ``[1..5]``, ``not(…)``."""
    return _run(_tests(text.strip(), f"({_plain(about)})", text), sorts, "truth", text)


def _run(plain: str, sorts: Sorts, wanted: str, text: str) -> Run:
    try:
        program = papers.program(plain, lambda name: "", {})
        unknown = [name for name in papers.names(plain) if name not in sorts]
        if not unknown:
            papers.require_sort(plain, lambda name: sorts[name], wanted)
    except LingquError as error:
        raise _wrong(text, error.message.zh, error.message.en) from error
    if unknown:
        raise _wrong(text, f"没有变量“{unknown[0]}”", f"there is no variable {unknown[0]!r}")
    return lambda values: program(values, 0)


def _plain(text: str) -> str:
    """In the spelling of forms."""

    def piece(match: re.Match[str]) -> str:
        if match["wrong"]:
            raise _wrong(text, f"不能使用 {match['wrong']}", f"{match['wrong']} cannot be used")
        return "none" if match["word"] else f"'{match['text']}'"

    return _PIECE.sub(piece, text.removeprefix("=").strip())


def _tests(text: str, about: str, whole: str) -> str:
    if text in ("", "-"):
        return "true"
    if (negated := _NOT.match(text)) is not None:
        return f"not ({_tests(negated[1].strip(), about, whole)})"
    return " or ".join(f"({_test(each, about, whole)})" for each in _parts(text, whole))


def _test(text: str, about: str, whole: str) -> str:
    if (span := _RANGE.match(text)) is not None:
        left = ">=" if span[1] == "[" else ">"
        right = "<=" if span[4] == "]" else "<"
        return f"{about} {left} {span[2]} and {about} {right} {span[3]}"
    if (compared := _COMPARED.match(text)) is not None:
        return f"{about} {compared[1]} ({_plain(compared[2])})"
    return f"{about} = ({_plain(text)})"


def _parts(text: str, whole: str) -> list[str]:
    """What commas part, outside of texts and brackets."""
    parts, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == '"'
        depth += 0 if quoted else {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "," and not quoted and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    found = [part.strip() for part in parts]
    if quoted or not all(found):
        raise _wrong(whole, "缺少内容", "something is missing")
    return found


def exact(value: Any) -> Any:
    """A value of JSON as expressions compute with it: numbers are exact decimals."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


def plain(value: Any) -> Any:
    """What an expression gave, as JSON holds it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _wrong(text: str, zh: str, en: str) -> Invalid:
    return Invalid(
        "procedures.expression",
        Text(zh=f"表达式“{text[:60]}”：{zh}", en=f"The expression {text[:60]!r}: {en}"),
        place=text[:80],
        next_step=Text(zh="对照 docs/procedures.md 的写法改正", en="Correct it after docs/procedures.md"),
    )
