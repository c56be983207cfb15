"""The change log waits for every transaction of the server that began earlier, those of other test runs included."""

from __future__ import annotations

import time

from django.db import connection


def settle(seconds: float = 300) -> None:
    """Return when nothing that began before the last change is still open."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "select coalesce(pg_snapshot_xmin(pg_current_snapshot()) > max(xid), true) from entity_change"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("another transaction of this server stayed open")
