"""Scope queries (CIM 009 4.19) as SQL over the array of scopes: ``+`` is one level, ``#`` whatever lies below; ``;`` is
and, ``,`` and ``|`` are or; parentheses group."""

from __future__ import annotations

import re
from typing import Any

from lingqu.centre.entities.faults import bad

_TOKEN = re.compile(r"\s*([();,|]|[^();,|\s]+)\s*")
_LEVEL = re.compile(r"[^\W\d_]\w*\Z")
_DEEPEST = 40


def compile_scopes(text: str, parameters: dict[str, Any]) -> str:
    """SQL made of our own constants; puts its values into ``parameters``. Raises Invalid (``entity.scopeq``)."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != "".join(text.split()):
        raise _wrong(text)
    found = _either(tokens, parameters, 0)
    if tokens:
        raise _wrong(text)
    return found


def _either(tokens: list[str], parameters: dict[str, Any], depth: int) -> str:
    parts = [_both(tokens, parameters, depth)]
    while tokens and tokens[0] in ",|":
        tokens.pop(0)
        parts.append(_both(tokens, parameters, depth))
    return "(" + " or ".join(parts) + ")"


def _both(tokens: list[str], parameters: dict[str, Any], depth: int) -> str:
    parts = [_one(tokens, parameters, depth)]
    while tokens and tokens[0] == ";":
        tokens.pop(0)
        parts.append(_one(tokens, parameters, depth))
    return "(" + " and ".join(parts) + ")"


def _one(tokens: list[str], parameters: dict[str, Any], depth: int) -> str:
    if not tokens or depth > _DEEPEST:
        raise _wrong("")
    token = tokens.pop(0)
    if token == "(":  # noqa: S105
        inner = _either(tokens, parameters, depth + 1)
        if not tokens or tokens.pop(0) != ")":
            raise _wrong("(")
        return inner
    name = f"scope_{len(parameters)}"
    parameters[name] = _pattern(token)
    return f"exists (select from unnest(scopes) s where s ~ %({name})s)"


def _pattern(scope: str) -> str:
    """``/a/#`` is ``/a`` and all below it; ``/#`` is any scope."""
    levels = scope.removeprefix("/").split("/")
    if not all(level in ("+", "#") or _LEVEL.match(level) for level in levels) or "#" in levels[:-1]:
        raise _wrong(scope)
    said = ("(/[^/]+)*" if level == "#" else "/[^/]+" if level == "+" else f"/{level}" for level in levels)
    return f"^{''.join(said)}$"


def _wrong(text: str) -> Exception:
    return bad("scopeq", f"范围查询有误：{text[:80]}", f"the scope query is wrong at {text[:80]!r}", "scopeQ")
