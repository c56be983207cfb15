"""Which attributes the entities of each type have (CIM 009 5.7.5 to 5.7.10), out of the drawing and of what stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import tally
from lingqu.centre.entities.schema import Schema, schemas

LOOKED_AT = 100_000
"""Entities whose attributes are looked at."""

_FOUND = """
select named.type, each.key, coalesce(each.value ->> 'type', each.value -> 0 ->> 'type', 'Property'), count(*)
from (
    select type, types, attrs, geo from entity
    where {granted} and (expires_at is null or expires_at > now()) and type <> all(%(personal)s) limit %(most)s
) e
cross join lateral unnest(array_append(types, e.type)) named(type)
cross join lateral jsonb_each(attrs || geo) each
group by 1, 2, 3
"""
_TYPES = """
select further, count(*) from (
    select unnest(types) as further from entity
    where types <> '{{}}' and {granted} and (expires_at is null or expires_at > now())
) each group by 1
"""


@dataclass
class Used:
    """A type with how many entities have it, and its attributes with their kinds. ``counts``: how many of the entities
    looked at have an attribute; none for types about persons."""

    entities: int
    attributes: dict[str, set[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def used(actor: Actor) -> dict[str, Used]:
    """See ``door.used``."""
    found = {kind: Used(n) for kind, n in tally.by_type(actor).items()}
    for kind, n in _further(actor).items():
        found.setdefault(kind, Used(0)).entities += n
    declared = schemas()
    for kind, held in found.items():
        masks = access.hidden(actor, kind) if actor.kind != "system" and kind in declared else {}
        for name, what in declared[kind].kinds.items() if kind in declared else ():
            if masks.get(name, masks.get("*", "none")) != "absent":
                held.attributes[name] = {what}
    for kind, name, what, n in _looked_at(actor):
        if kind in found and _shown(name, found[kind], declared.get(kind)):
            found[kind].attributes.setdefault(name, set()).add(what)
            found[kind].counts[name] = found[kind].counts.get(name, 0) + n
    return found


def _shown(name: str, held: Used, declared: Schema | None) -> bool:
    """A declared attribute that is not there already is masked as absent."""
    return declared is None or name in held.attributes or name not in declared.kinds


def _further(actor: Actor) -> dict[str, int]:
    granted, parameters = access.visible(actor)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_TYPES).format(granted=granted), parameters)
        return {kind: int(n) for kind, n in cursor.fetchall()}


def _looked_at(actor: Actor) -> list[tuple[str, str, str, int]]:
    granted, parameters = access.visible(actor)
    asked = {**parameters, "personal": list(access.personal_types()), "most": LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_FOUND).format(granted=granted), asked)
        return list(cursor.fetchall())
