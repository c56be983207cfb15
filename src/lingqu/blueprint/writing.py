"""Canonical YAML 1.2: the same definitions give the same bytes, and read back they are the same."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_WIDTH = 110
"""A mapping or list of two levels stands on one line up to this many characters."""

_PLAIN = re.compile(r"[A-Za-z_一-鿿][\w一-鿿./()（）、，。；：·\-]*(?: [\w一-鿿./()（）、，。；：·\-]+)*")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""What readers of YAML 1.1 would take for something else than text."""

_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def text(content: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """A definition, or a list of them. Titles in two languages stand on one line."""
    return "\n".join(_block(content)) + "\n"


def _block(value: Any) -> Iterator[str]:
    """Lines of a mapping or list, each key or item on its own."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _after(f"{_scalar(key)}:", inner)
    elif isinstance(value, list | tuple) and value:
        for inner in value:
            lines = [_flow(inner)] if _short(inner) else list(_block(inner))
            yield f"- {lines[0]}"
            yield from (f"  {line}" for line in lines[1:])
    else:
        yield _flow(value)


def _after(head: str, inner: Any) -> Iterator[str]:
    if _short(inner):
        yield f"{head} {_flow(inner)}"
        return
    yield head
    yield from (f"  {line}" for line in _block(inner))


def _short(value: Any) -> bool:
    if not isinstance(value, Mapping | list | tuple) or not value:
        return True
    return _depth(value) <= 2 and len(_flow(value)) <= _WIDTH


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else None
    return 0 if inner is None else 1 + max((_depth(each) for each in inner), default=0)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    said = str(value)
    if _PLAIN.fullmatch(said) and said.lower() not in _WORDS:
        return said
    quoted = json.dumps(said, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("a definition holds finite numbers only")
    said = repr(value)
    mantissa, e, exponent = said.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}{e}{exponent}"
