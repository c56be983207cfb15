"""Subscribers of tenants are told too: each tenant with subscriptions has an engine of its own, in the same thread."""

from __future__ import annotations

import time
from typing import Any, Self

from lingqu.centre.access import door as access
from lingqu.kernel.errors import NotFound
from lingqu.protocols.models import Subscription
from lingqu.protocols.ngsi_ld.notify.engine import Engine

HANDS = 8
LOOK_EVERY = 2.0  # seconds between looks at which tenants there are, and who subscribes there


class Engines:
    def __init__(self) -> None:
        self._kept: dict[str, Engine] = {}
        self._looked = -LOOK_EVERY

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        for name in list(self._kept):
            self._end(name)

    def round(self) -> bool:
        """Look once at every tenant; whether there is reason to look again at once."""
        if time.monotonic() - self._looked >= LOOK_EVERY:
            self._looked = time.monotonic()
            self._look()
        return any([self._one(name) for name in list(self._kept)])

    def _look(self) -> None:
        there = [name for name, *_ in access.tenancy.living()]
        for name in self._kept.keys() - set(there):
            self._end(name)
        for name in set(there) - self._kept.keys():
            with access.tenancy.within(name):
                if Subscription.objects.exists():
                    self._kept[name] = Engine(HANDS)

    def _one(self, name: str) -> bool:
        try:
            with access.tenancy.within(name):
                return self._kept[name].round()
        except NotFound:  # it was ended a moment ago
            self._end(name)
            return False

    def _end(self, name: str) -> None:
        """What is on its way is not waited for: its notices stand, and are sent again."""
        self._kept.pop(name).close()
