"""Mark an attribute of an entity as contested."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM

_MARK = """
with marked as (
    update entity set contested = case when %(on)s then array_append(contested, %(attribute)s)
                                       else array_remove(contested, %(attribute)s) end
    where id = %(id)s and (%(attribute)s = any (contested)) <> %(on)s
    returning id, type
)
insert into entity_change (entity_id, type, operation, attributes, at, actor, cause)
select id, type, 'changed', array[%(attribute)s], clock_timestamp(), %(actor)s, %(cause)s from marked
"""


@transaction.atomic
def contest(entity_id: str, attribute: str, on: bool, cause: str) -> bool:
    """See ``door.contest``. Lingqu's own act, whoever asked for it: the page of a person writes no entity."""
    with access.working_for(lambda: SYSTEM), connection.cursor() as cursor:
        given: dict[str, Any] = {
            "id": entity_id,
            "attribute": attribute,
            "on": on,
            "actor": SYSTEM.name,
            "cause": cause[:200],
        }
        cursor.execute(_MARK, given)
        return bool(cursor.rowcount)
