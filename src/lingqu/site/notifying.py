"""The worker's threads that tell subscribers, and that keep copies of subscriptions at sources; of several workers one
does each.

No jobs of the queue: they never end, and a notification must not wait behind a long import.
"""

from __future__ import annotations

import threading

import structlog
from django.db import close_old_connections, connection

from lingqu.centre.access import door as access
from lingqu.protocols.ngsi_ld.notify import engine, of_tenants
from lingqu.protocols.ngsi_ld.sources import forwarding
from lingqu.site.jobs import exclusive

log = structlog.get_logger(__name__)
AGAIN = 2.0  # seconds until it is tried again, after a fault or where another worker does it
LOOK_EVERY = 2.0  # seconds between looks at which copies there should be


class Alone(threading.Thread):
    """Work that one process at a time does, for as long as it lives."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._stopped = threading.Event()

    def work(self) -> None:
        """Until ``_stopped`` is set, or something is wrong."""
        raise NotImplementedError

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                with exclusive(self.name) as ours:
                    if ours:
                        log.info(f"{self.name}.leads")
                        self.work()
            except Exception:
                log.exception(f"{self.name}.failed")
            close_old_connections()
            self._stopped.wait(AGAIN)
        connection.close()

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=5)


class Notifier(Alone):
    def __init__(self) -> None:
        super().__init__("notify")

    def work(self) -> None:
        at_work = engine.Engine()
        try:
            with of_tenants.Engines() as others:
                engine.run(lambda: not self._stopped.is_set(), at_work, others.round)
            at_work.finish()
        finally:
            at_work.close()


class Forwarder(Alone):
    def __init__(self) -> None:
        super().__init__("forward")

    def work(self) -> None:
        while not self._stopped.is_set():
            asked = forwarding.look()
            for name, *_ in access.tenancy.living():
                with access.tenancy.within(name):
                    asked += forwarding.look()
            if not asked:
                self._stopped.wait(LOOK_EVERY)
