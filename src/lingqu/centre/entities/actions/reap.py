"""Entities whose time is over (CIM 009 4.22): nobody sees them any more; here they go."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities.actions.delete import delete

MOST = 1000


def reap(ids: Sequence[str] | None) -> int:
    """See ``door.reap``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from entity where expires_at <= now() and (%(ids)s::text[] is null or id = any(%(ids)s)) "
            "order by expires_at limit %(most)s",
            {"ids": list(ids) if ids is not None else None, "most": MOST},
        )
        over = [row[0] for row in cursor.fetchall()]
    if over:
        delete(SYSTEM, over, "expired")
    return len(over)
