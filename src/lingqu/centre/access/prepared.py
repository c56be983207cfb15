"""Statements that PostgreSQL keeps prepared: those asked all the time, whose planning costs more than their work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

_ServerBinding: Any = base.ServerBindingCursor  # type: ignore[attr-defined]


class _Prepared(_ServerBinding):
    """Django forbids its connections to prepare (``prepare_threshold`` None), asked or not: here those of this cursor
    are, and no others. Moments are read by psycopg's own loader, Django's being written in Python."""

    def __init__(self, raw: Any) -> None:
        super().__init__(raw)
        if raw.prepare_threshold is None:
            raw.prepare_threshold = sys.maxsize
            raw.lingqu_adapters = AdaptersMap(raw.adapters)
            raw.lingqu_adapters.register_loader("timestamptz", TimestamptzLoader)

    @property
    def adapters(self) -> AdaptersMap:
        kept: AdaptersMap = self.connection.lingqu_adapters
        return kept

    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        return super().execute(query, params, prepare=True)


@contextmanager
def cursor() -> Iterator[Any]:
    """Like ``connection.cursor()``. Its statements are to be of few shapes: a connection keeps a hundred."""
    here: Any = connections["default"]
    here.close_if_health_check_failed()
    here.ensure_connection()
    with here._prepare_cursor(_Prepared(here.connection)) as opened:
        yield opened
