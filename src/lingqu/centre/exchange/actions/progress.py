"""How far a delivery's work is: written at most once a second, and told to whoever asked."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.utils import timezone

from lingqu.centre.exchange import models

Progress = Callable[[int, int, str], None]


def reporter(delivery: int, also: Progress | None) -> Progress:
    last = 0.0

    def tell(done: int, total: int, what: str) -> None:
        nonlocal last
        if also:
            also(done, total, what)
        if time.monotonic() - last < 1:
            return
        last = time.monotonic()
        told = {"done": done, "total": total, "what": what, "at": timezone.now().isoformat()}
        models.Delivery.objects.filter(pk=delivery).update(progress=told)

    return tell
