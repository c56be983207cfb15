"""Where the drawing and the entities of a type stand: a short text that changes when a map of them might."""

from __future__ import annotations

import threading
import time

from lingqu.centre.access.door import ANONYMOUS
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities

KEPT = 2.0
"""Seconds for which an answer is kept: a map asks for dozens of tiles at once."""

_BUCKET = 3600
"""Seconds after which it changes anyway, because a deletion alone does not change what was modified last."""

_kept: dict[str, tuple[float, str]] = {}
_lock = threading.Lock()


def standing(kind: str) -> str:
    """For one public entity type."""
    now = time.monotonic()
    with _lock:
        at, known = _kept.get(kind, (0.0, ""))
    if known and now - at < KEPT:
        return known
    newest = entities.find(ANONYMOUS, entities.Query(types=(kind,), order="-modified", limit=1)).entities
    last = f"{newest[0].modified_at.timestamp():.3f}" if newest else "0"
    found = f"{drawing.revision()}-{last}-{int(time.time() // _BUCKET)}"
    with _lock:
        _kept[kind] = (now, found)
    return found


def forget() -> None:
    """For tests, where a whole city changes within a second."""
    with _lock:
        _kept.clear()
