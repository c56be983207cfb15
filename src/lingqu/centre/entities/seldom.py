"""Which filters by exact values pick out little, as far as this process has seen.

The planner cannot know how often a value occurs in an attribute; looking costs more than most answers. So it is looked
only until the same kind of filter has been seen to be rare some times in a row, and now and then afterwards. Whoever is
wrong is slower once and looks again.
"""

from __future__ import annotations

from dataclasses import dataclass

from lingqu.centre.access import door as access
from lingqu.centre.entities import qlang
from lingqu.centre.entities.shapes import Query

Shape = tuple[tuple[str, ...], tuple[str, ...]]

ENOUGH = 8
"""Times in a row that a filter is seen to be rare before it is taken for rare."""

AGAIN = 64
"""Every how many times it is looked nonetheless."""

MANY = 5_000
"""Entities found beyond which what was taken for rare was not. Time would not tell: on a busy machine all is slow."""

MOST = 1_000
"""Shapes that are remembered."""


@dataclass
class _Seen:
    rare: int = 0
    since: int = 0


_seen: dict[tuple[str, Shape], _Seen] = {}


def shape(query: Query) -> Shape | None:
    """Types and attributes of a filter that an index answers, whatever its values; None for any other."""
    terms = list(qlang.terms(qlang.parse(query.q))) if query.q else []
    if any(term.operator != "==" for term in terms):
        return None
    return query.types, (*(".".join(term.path.names) for term in terms), *query.facets)


def taken(asked: Shape | None) -> bool:
    """Whether a filter of this shape may be taken for rare without looking."""
    known = _seen.get((access.tenancy.current(), asked)) if asked else None
    if known is None or known.rare < ENOUGH:
        return False
    known.since = (known.since + 1) % AGAIN
    return known.since != 0


def saw(asked: Shape | None, rare: bool) -> None:
    if asked is None:
        return
    if len(_seen) >= MOST:
        _seen.clear()
    known = _seen.setdefault((access.tenancy.current(), asked), _Seen())
    known.rare = known.rare + 1 if rare else 0
