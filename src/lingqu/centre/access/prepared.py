"""Statements that PostgreSQL keeps prepared: those asked all the time, whose planning costs more than their work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.postgresql import base

_ServerBinding: Any = base.ServerBindingCursor  # type: ignore[attr-defined]


class _Prepared(_ServerBinding):
    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        return super().execute(query, params, prepare=True)


@contextmanager
def cursor() -> Iterator[Any]:
    """Like ``connection.cursor()``. Its statements are to be of few shapes: a connection keeps a hundred."""
    here: Any = connection
    here.close_if_health_check_failed()
    here.ensure_connection()
    with here._prepare_cursor(_Prepared(here.connection)) as opened:
        yield opened
