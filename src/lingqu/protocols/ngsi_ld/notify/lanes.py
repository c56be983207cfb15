"""The hands that send: for each host a lane, worked by at most half of them, so that one that hangs leaves some free.

What waited in its lane for longer than a second, or was recalled, is not sent: rights are to be asked for anew.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lingqu.protocols.ngsi_ld.notify.post import Outcome

OLDEST = 1.0
"""Seconds."""
_ENOUGH = 64
_TOGETHER = 0.02
"""Seconds that what has arrived waits for more."""
Work = Callable[[], Outcome]


class Lanes:
    def __init__(self, hands: int) -> None:
        self._each = max(hands // 2, 1)
        self._pool = ThreadPoolExecutor(hands, "notify")
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[tuple[float, str, Work]]] = {}
        self._at_work: dict[str, int] = {}
        self._done: list[tuple[str, Outcome | None]] = []
        self._open = 0

    def put(self, key: str, host: str, work: Work) -> None:
        with self._changed:
            self._open += 1
            self._waiting.setdefault(host, deque()).append((time.monotonic(), key, work))
            if self._at_work.get(host, 0) >= self._each:
                return
            self._at_work[host] = self._at_work.get(host, 0) + 1
        self._pool.submit(self._run, host)

    def recall(self) -> None:
        """What has not left yet is not to leave."""
        with self._changed:
            for lane in self._waiting.values():
                for _ in range(len(lane)):
                    _, key, work = lane.popleft()
                    lane.append((0.0, key, work))

    def done(self) -> list[tuple[str, Outcome | None]]:
        """What became of what was put; None where it was not sent."""
        with self._changed:
            found, self._done = self._done, []
        return found

    def wait(self, seconds: float) -> bool:
        """Until something was done, and a moment more for what comes right behind it; whether it was."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._done, seconds):
                return False
            self._changed.wait_for(lambda: not self._open or len(self._done) >= _ENOUGH, _TOGETHER)
            return True

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _run(self, host: str) -> None:
        while (found := self._next(host)) is not None:
            since, key, work = found
            outcome = work() if time.monotonic() - since < OLDEST else None
            with self._changed:
                self._open -= 1
                self._done.append((key, outcome))
                if len(self._done) in (1, _ENOUGH) or not self._open:
                    self._changed.notify_all()

    def _next(self, host: str) -> tuple[float, str, Work] | None:
        """None where the lane is empty: then this hand leaves it."""
        with self._changed:
            lane = self._waiting.get(host)
            if lane:
                return lane.popleft()
            self._at_work[host] -= 1
            if not self._at_work[host]:
                del self._at_work[host]
                self._waiting.pop(host, None)
            return None
