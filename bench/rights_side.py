"""The web application as ``bench.rights`` compares it: without rights, or with a ledger that waits for no disk.

``BENCH_SIDE=off``: whoever asks is Lingqu itself on the owner's connection, and the ledger keeps nothing. ``soon``: as
it is, but that a commit does not wait. Nothing of Lingqu reads these switches.
"""

from __future__ import annotations

import os
from typing import Any

from lingqu.site.wsgi import application

__all__ = ["application"]

if os.environ["BENCH_SIDE"] == "off":
    from lingqu.centre.access import door, ledger

    door.actor_of = lambda request: door.SYSTEM
    ledger.record = lambda *given, **more: None
else:
    from django.db.backends.signals import connection_created

    def _soon(connection: Any, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set synchronous_commit = off")

    connection_created.connect(_soon, weak=False)
