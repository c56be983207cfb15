"""Statements of the hot path, which the server parses and plans once for each connection.

Django binds parameters into the text, so that each step of each case is planned anew: half of what the database spends
on it. Wrappers of Django's connection (passes of the web role, ADR 6) are kept.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.types.datetime import TimestamptzLoader

_SEEN_BEFORE_PREPARED = 2


def rows(statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """What a statement gives, in Django's transaction where one is open, else in one of its own."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    connection.close_if_health_check_failed()
    execute = _execute
    for wrapper in reversed(connection.execute_wrappers):
        execute = partial(wrapper, execute)
    return execute(statement, parameters, False, {"connection": connection, "cursor": None})


def _execute(statement: str, parameters: Any, _: bool, context: dict[str, Any]) -> list[tuple[Any, ...]]:
    connection = context["connection"]
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        cursor = _cursor(connection.connection)
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def _cursor(raw: Any) -> psycopg.Cursor[Any]:
    """One for each connection: each statement is read to its end before the next. Moments are read by psycopg's own
    loader, Django's being written in Python."""
    kept: psycopg.Cursor[Any] | None = getattr(raw, "lingqu_cursor", None)
    if kept is None or kept.closed:
        raw.prepare_threshold = _SEEN_BEFORE_PREPARED
        kept = raw.lingqu_cursor = psycopg.Cursor(raw)
        kept.adapters.register_loader("timestamptz", TimestamptzLoader)
    return kept
