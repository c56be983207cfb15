"""Which entities a subscription is about: type selections (CIM 009 4.17), ids, patterns of ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from lingqu.protocols.ngsi_ld import http

_TOKEN = re.compile(r"[(),|;]|[^(),|;\s][^(),|;]*")
DEEPEST = 20
Holds = Callable[[frozenset[str]], bool]


def renamed(selection: str, rename: Callable[[str], str]) -> str:
    """The same selection in other names. Raises Problem where it is none."""
    compiled(selection)
    return "".join(t if t in "(),|;" else rename(t.strip()) for t in _TOKEN.findall(selection))


def named(selection: str) -> list[str]:
    """The types that a selection names."""
    return [t.strip() for t in _TOKEN.findall(selection) if t not in "(),|;"]


@lru_cache(4096)
def compiled(selection: str) -> Holds:
    """Whether an entity of these types is selected: ``,`` and ``|`` are or, ``;`` is and."""
    tokens = _TOKEN.findall(selection)
    holds, rest = _any(tokens, 0)
    if rest:
        raise http.bad_data(f"{selection[:80]!r} is no selection of types")
    return holds


def _any(tokens: list[str], depth: int) -> tuple[Holds, list[str]]:
    parts = []
    while True:
        part, tokens = _all(tokens, depth)
        parts.append(part)
        if not tokens or tokens[0] not in ",|":
            return lambda types: any(p(types) for p in parts), tokens
        tokens = tokens[1:]


def _all(tokens: list[str], depth: int) -> tuple[Holds, list[str]]:
    parts = []
    while True:
        part, tokens = _one(tokens, depth)
        parts.append(part)
        if not tokens or tokens[0] != ";":
            return lambda types: all(p(types) for p in parts), tokens
        tokens = tokens[1:]


def _one(tokens: list[str], depth: int) -> tuple[Holds, list[str]]:
    if tokens and tokens[0] == "(" and depth < DEEPEST:
        inner, rest = _any(tokens[1:], depth + 1)
        if rest and rest[0] == ")":
            return inner, rest[1:]
    elif tokens and tokens[0] not in "(),|;":
        name = tokens[0].strip()
        return lambda types: name in types, tokens[1:]
    raise http.bad_data("this is no selection of types")


@lru_cache(4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def selected(selectors: Iterable[Mapping[str, Any]], types: frozenset[str], entity_id: str) -> bool:
    """Whether one of the selectors speaks for an entity; where there are none, every entity is meant."""
    found = list(selectors)
    return not found or any(_speaks(each, types, entity_id) for each in found)


def _speaks(selector: Mapping[str, Any], types: frozenset[str], entity_id: str) -> bool:
    if "type" in selector and selector["type"] != "*" and not compiled(selector["type"])(types):
        return False
    if "id" in selector:
        return entity_id in selector["id"] if isinstance(selector["id"], list) else bool(entity_id == selector["id"])
    return "idPattern" not in selector or bool(_pattern(selector["idPattern"]).search(entity_id))
