"""Statements of the hot path: what each step of each case asks."""

from __future__ import annotations

from typing import Any

from lingqu.centre.access import door as access


def rows(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """What a statement gives, in Django's transaction where one is open, else in one of its own."""
    with access.prepared() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
