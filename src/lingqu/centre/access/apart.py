"""The one connection on which refusals are written: they stay though the caller's transaction is undone.

It is kept open, one a process: a flood of refused requests takes turns on it instead of opening a connection each.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

_turn = threading.Lock()
_kept: dict[tuple[Any, ...], psycopg.Connection[Any]] = {}


def execute(statement: str | sql.Composed, parameters: Callable[[], Mapping[str, Any]]) -> None:
    """Run one statement in a transaction of its own. Parameters are made anew when it has to be tried again, as the
    server may have been started anew since."""
    with _turn:
        try:
            _connection().execute(statement, parameters())  # type: ignore[arg-type]
        except psycopg.OperationalError:
            if not _connection().broken and not _connection().closed:
                raise
            _connection(fresh=True).execute(statement, parameters())  # type: ignore[arg-type]


def settings_of() -> dict[str, Any]:
    """How Django reaches its database, for psycopg."""
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in ("cursor_factory", "context")}


def close() -> None:
    """End the kept connection; the next refusal opens one."""
    with _turn:
        for kept in _kept.values():
            kept.close()
        _kept.clear()


def _connection(fresh: bool = False) -> psycopg.Connection[Any]:
    """A child of ours after a fork has its own: two processes on one connection would mix their words."""
    parameters = settings_of()
    key = (os.getpid(), *sorted((name, str(value)) for name, value in parameters.items()))
    if fresh or key not in _kept:
        if key in _kept:
            _kept.pop(key).close()
        _kept[key] = psycopg.connect(**parameters, autocommit=True)
    return _kept[key]
