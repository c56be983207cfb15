"""The worker's thread that tells subscribers; of several workers one does.

Not a job of the queue: it never ends, and a notification must not wait behind a long import.
"""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connection

from lingqu.protocols.ngsi_ld.notify import engine, of_tenants
from lingqu.site.jobs import exclusive

log = structlog.get_logger(__name__)
AGAIN = 2.0  # seconds until it is tried again, after a fault or where another worker does it


class Notifier(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="notify", daemon=True)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._turn()
            except Exception:
                log.exception("notify.failed")
            close_old_connections()
            self._stopped.wait(AGAIN)
        connection.close()

    def _turn(self) -> None:
        with exclusive("notify") as ours:
            if not ours:
                return
            log.info("notify.leads")
            at_work = engine.Engine()
            try:
                with of_tenants.Engines() as others:
                    engine.run(lambda: not self._stopped.is_set(), at_work, others.round)
                at_work.finish()
            finally:
                at_work.close()

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=5)
