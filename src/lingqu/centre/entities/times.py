"""When each attribute of an entity came to be and was last changed (CIM 009 4.8), out of its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from lingqu.centre.entities.shapes import Entity

_TIMES = """
select p.entity_id, was.key, max(p.known_to) filter (where was.value = 'null'), max(p.known_to)
from entity_past p cross join lateral jsonb_each(p.was) was
where p.entity_id = any(%(ids)s) group by 1, 2
"""


def attribute_times(entities: Sequence[Entity]) -> dict[str, dict[str, tuple[datetime, datetime]]]:
    """See ``door.attribute_times``."""
    found = {e.id: dict.fromkeys(e.attrs, (e.created_at, e.created_at)) for e in entities}
    since = {e.id: e.created_at for e in entities}
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, {"ids": list(found)})
        for entity_id, name, created, changed in cursor.fetchall():
            if name in found[entity_id] and changed >= since[entity_id]:
                first = created if created is not None and created > since[entity_id] else since[entity_id]
                found[entity_id][name] = (first, changed)
    return found
