"""Queries of the query language that reach into linked entities (CIM 009 4.9): ``managedBy{name}=="x"``.

What stands in braces is asked for by itself, with the rights of who asks; the Relationship must then point to one of
what was found. The store's own language knows no other entity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Query
from lingqu.protocols.ngsi_ld import http

Expand = Callable[[str, Any], Any]
_LINKED = re.compile(
    r"([^\s;|(){}=!<>~]+)\{([^{}]*(?:\{[^{}]*\})*[^{}]*)\}"
    r"([=!<>~]{1,3}(?:\"(?:[^\"\\]|\\.)*\"|[^;|()]+))?"
)
_HINT = re.compile(r"([^\W\d_]\w*):([^/].*)\Z")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
MOST = 1000
"""Linked entities that a query in braces may find."""


def resolvable(q: str, level: int) -> str:
    """The query, when the links it follows are within the join's reach. Raises Problem (BadRequestData)."""
    depth = deepest = 0
    for sign in _QUOTED.sub("", q):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        deepest = max(deepest, depth)
        if depth < 0:
            raise http.bad_data("a brace of q is not open")
    if depth or deepest > level:
        raise http.bad_data("q reaches deeper into linked entities than the join does")
    return q


def tells(q: str, but: frozenset[str]) -> bool:
    """Whether the query asks for more than these names."""
    asked = {name for name in re.findall(r"[^\W\d]\w*", _QUOTED.sub("", re.sub(r"[=<>~!]+[^;|)]*", "", q)))}
    return bool(asked - but)


def renamed(q: str, stored: Callable[[str], str], expand: Expand) -> str:
    """With the store's names; what is linked stays as it is until ``resolved``."""
    if "{" in _QUOTED.sub("", q):
        return q
    return door.renamed_q(q, stored, expand)


def resolved(actor: Actor, query: Query, terms: Any) -> str:
    """The query in the store's own language."""
    if "{" not in _QUOTED.sub("", query.q):
        return query.q
    return door.renamed_q(_resolved(actor, query.q, terms, query.frozen), terms.stored)


def _resolved(actor: Actor, q: str, terms: Any, frozen: str) -> str:
    def linked(found: re.Match[str]) -> str:
        attribute, inner, rest = found[1], found[2], found[3] or ""
        hint = _HINT.match(inner)
        types = (terms.stored(hint[1]),) if hint else ()
        inner = hint[2] if hint else inner
        renamed = door.renamed_q(_resolved(actor, inner + rest, terms, frozen), terms.stored)
        targets = door.find(actor, Query(types=types, q=renamed, limit=MOST, frozen=frozen)).entities
        ids = ",".join(f'"{e.id}"' for e in targets) or '"urn:ngsi-ld:none"'
        return f"{attribute}=={ids}"

    return _LINKED.sub(linked, q)
