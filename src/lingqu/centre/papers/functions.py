"""The functions that rules may call. Numbers are exact decimals; what is not known gives nothing known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from lingqu.kernel.identifiers import citizen_parts

Tables = Mapping[str, Mapping[str, str]]


def _part(text: str, separator: str, number: Decimal) -> str | None:
    """The ``number``-th piece between separators, from 1."""
    pieces = [piece.strip() for piece in re.split(f"[{re.escape(separator)}]", text) if piece.strip()]
    place = int(number) - 1
    return pieces[place] if 0 <= place < len(pieces) else None


def _matches(text: str, table: Mapping[str, str]) -> list[str]:
    """Values of the table whose keys stand in ``text``, in the order of their places, each once; longer keys first."""
    taken: list[tuple[int, str]] = []
    covered: set[int] = set()
    for key in sorted(table, key=lambda key: (-len(key), key)):
        at = text.find(key)
        if key and at >= 0 and covered.isdisjoint(range(at, at + len(key))):
            covered.update(range(at, at + len(key)))
            taken.append((at, table[key]))
    return list(dict.fromkeys(value for _, value in sorted(taken)))


def _birth_date(number: str) -> str | None:
    parts = citizen_parts(number)
    return parts.birth_date.isoformat() if parts else None


def _sex(number: str) -> str | None:
    parts = citizen_parts(number)
    return parts.sex if parts else None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _nth(values: list[Any], number: Decimal) -> Any:
    place = int(number) - 1
    return values[place] if 0 <= place < len(values) else None


def rounded(number: Decimal, places: Decimal) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP)


PLAIN: dict[str, tuple[int, Callable[..., Any]]] = {
    "left": (2, lambda text, n: text[: int(n)]),
    "right": (2, lambda text, n: text[-int(n) :] if n else ""),
    "mid": (3, lambda text, at, n: text[int(at) - 1 : int(at) - 1 + int(n)]),
    "length": (1, lambda text: Decimal(len(text))),
    "part": (3, _part),
    "joined": (2, lambda values, between: between.join(str(v) for v in values if v not in (None, "")) or None),
    "rounded": (2, rounded),
    "first": (1, lambda values: values[0] if values else None),
    "last": (1, lambda values: values[-1] if values else None),
    "rest": (1, lambda values: list(values[1:])),
    "nth": (2, _nth),
    "has": (2, lambda values, value: value in values),
    "split": (2, lambda text, by: [p.strip() for p in re.split(f"[{re.escape(by)}]", text) if p.strip()]),
    "birth_date": (1, _birth_date),
    "sex": (1, _sex),
    "decimal": (1, _decimal),
    "year": (1, lambda day: Decimal(day[:4])),
}
"""name → (number of arguments, function); any argument that is not known gives nothing known."""

WITH_TABLE: dict[str, Callable[[Any, Mapping[str, str]], Any]] = {
    "lookup": lambda key, table: table.get(key),
    "matches": _matches,
}
"""The second argument is the name of a table, not a term."""

OVER_ROWS: dict[str, Callable[[list[Any]], Any]] = {
    "total": lambda values: sum((v for v in values if v is not None), Decimal(0)),
    "number": lambda values: Decimal(len(values)),
    "all_of": lambda values: [v for v in values if v is not None],
}
"""Read every row of a repeated subject; a second argument keeps some of them."""

LAZY: dict[str, range] = {"if": range(3, 4), "known": range(1, 2), "text": range(1, 20), "list": range(1, 20)}
"""See what is not known for themselves."""

NAMES = {*PLAIN, *WITH_TABLE, *OVER_ROWS, *LAZY}
