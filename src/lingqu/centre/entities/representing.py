"""Tells access what changed, so that it knows who represents whom by the registers (law 4: by the change log)."""

from __future__ import annotations

import hashlib

import orjson

from lingqu.centre.access import door as access
from lingqu.centre.entities import history, versions

_BATCH, _BATCHES = 2_000, 5
"""Who is further behind, as after a first load, is worked out anew as a whole."""


def follow() -> int:
    """See ``door.follow_representations``."""
    rules = [rule.document() for _, rule in sorted(access.representations().items())]
    name = "representations:" + hashlib.sha256(orjson.dumps(rules)).hexdigest()[:12]
    place, seen = history.subscriber_cursor(name), 0
    for _ in range(_BATCHES if place else 0):
        changes = history.changes(place, _BATCH)
        if not changes:
            return seen
        access.refresh_representations(sorted({change.entity_id for change in changes}))
        place = changes[-1].cursor
        history.advance_subscriber(name, place)
        seen += len(changes)
    place = versions.head() or "0.0"
    access.refresh_representations(None)
    history.advance_subscriber(name, place)
    return seen
