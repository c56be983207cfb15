"""The tree of a query as SQL over ``attrs`` and ``geo``, each comparison as one jsonpath passed as a parameter.

Equality in a jsonpath is found by the GIN index. Times are compared as text, which is right for one notation (UTC).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from lingqu.centre.entities.faults import bad
from lingqu.centre.entities.qlang import Both, Path, Range, Term, Tree

HEADS = ("value", "object", "vocab", "json", "valueList", "objectList")
_PLAIN_MEMBERS = frozenset({"observedAt", "unitCode", "datasetId", "lang", "instanceId"})
_ORDERED = frozenset({"<", "<=", ">", ">="})
COLUMNS = {"createdAt": "created_at", "modifiedAt": "modified_at"}


def compile_tree(tree: Tree, parameters: dict[str, Any]) -> tuple[str]:
    """SQL made of our own constants; puts its values into ``parameters``."""
    if isinstance(tree, Both):
        parts = (compile_tree(part, parameters)[0] for part in tree.parts)
        return ("(" + (" and " if tree.every else " or ").join(parts) + ")",)
    if tree.operator == "!":
        return (f"coalesce(not {compile_tree(Term(tree.path), parameters)[0]}, true)",)
    name = f"q_{len(parameters)}"
    if not tree.operator and len(tree.path.names) == 1 and not tree.path.members:
        parameters[name] = tree.path.names[0]
        return (f"(attrs ? %({name})s or geo ? %({name})s)",)
    column = COLUMNS.get(tree.path.names[0])
    if column and tree.operator in ("==", "!=", "<", "<=", ">", ">=") and isinstance(tree.values[0], str):
        parameters[name] = tree.values[0]
        operator = {"==": "=", "!=": "<>"}.get(tree.operator, tree.operator)
        return (f"{column} {operator} %({name})s::timestamptz",)
    parameters[name] = path_of(tree)
    return (f"attrs @@ %({name})s::jsonpath",)


def path_of(term: Term) -> str:
    """The comparison of a term as a jsonpath over attributes."""
    places = _places(term.path, term.operator in _ORDERED)
    if not term.operator:
        return " || ".join(f"exists({place})" for place in places)
    if term.operator in ("!=", "!~="):
        positive = _any(places, "==" if term.operator == "!=" else "~=", term.values)
        held = " || ".join(f"exists({place})" for place in places)
        if term.operator == "!=":  # what is of another kind is unequal (4.9)
            return f"({held}) && (!({positive}) || (({positive}) is unknown))"
        return f"({held}) && !({positive})"
    return _any(places, term.operator, term.values)


def _any(places: list[str], operator: str, values: tuple[Any, ...]) -> str:
    return " || ".join(f"({_compare(place, operator, value)})" for place in places for value in values)


def _compare(place: str, operator: str, value: Any) -> str:
    if isinstance(value, Range):
        if operator != "==":
            raise bad("q", "范围只能与 == 或 != 连用", "a range goes with == or != only", "q")
        return f"exists({place} ? (@ >= {_literal(value.low)} && @ <= {_literal(value.high)}))"
    if operator == "~=":
        return f"{place} like_regex {_literal(str(value))}"
    return f"{place} {operator} {_literal(value)}"


def _places(path: Path, ordered: bool) -> list[str]:
    """Where in an attribute what is compared may stand: the member that its kind keeps its value in. ``ordered``: what
    a Relationship points to is neither more nor less than anything."""
    root = "$" + "".join(f".{_literal(name)}" for name in path.names)
    if len(path.names) > 1 and path.names[-1] in _PLAIN_MEMBERS:
        return [root]
    inner = "".join(".*" if m == "*" else f".{_literal(m)}" for m in path.members)
    heads: tuple[str, ...] = (*HEADS, "languageMap") if path.members else HEADS
    if ordered:
        heads = tuple(head for head in heads if head not in ("object", "objectList"))
    return [f"{root}.{_literal(head)}{inner}" for head in heads]


_literal: Callable[[Any], str] = lambda value: orjson.dumps(value).decode()  # noqa: E731
