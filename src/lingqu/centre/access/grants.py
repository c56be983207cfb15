"""Grants as SQL, and as a yes or no about one thing."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action, Grant
from lingqu.centre.access.policy import Policy, policy
from lingqu.kernel.identifiers import division_prefix

_LAST = "\U0010ffff"  # sorts behind every character in collation "C"
_NEEDS_PURPOSE = frozenset({"read", "export"})


def region_prefix(code: str) -> str:
    """The part of a division code that its subdivisions share; a code of another form stands for itself."""
    return division_prefix(code) if code.isdigit() and len(code) == 12 else code.rstrip("*")


def visible(actor: Actor, action: Action = "read") -> tuple[sql.Composable, dict[str, Any]]:
    """See ``door.visible``."""
    if actor.kind == "system":
        return sql.SQL("true"), {}
    now = policy()
    grants = now.grants(actor, action)
    withheld = withheld_types(now, actor, action)
    parameters: dict[str, Any] = {
        "access_owner": actor.department,
        "access_from": region_prefix(actor.region),
        "access_to": region_prefix(actor.region) + _LAST,
        "access_self": actor.person,
        "access_withheld": list(withheld),
    }
    parts = [part for n, grant in enumerate(grants) if (part := _condition(n, grant, actor, withheld, parameters))]
    if not parts:
        return sql.SQL("false"), {}
    whole = sql.SQL("(") + sql.SQL(" or ").join(parts) + sql.SQL(")")
    text = whole.as_string(None)
    return whole, {name: value for name, value in parameters.items() if f"%({name})s" in text}


def withheld_types(now: Policy, actor: Actor, action: Action) -> tuple[str, ...]:
    """Personal types, for an actor who names no purpose."""
    return now.personal if action in _NEEDS_PURPOSE and not actor.purpose and actor.kind != "system" else ()


def _condition(
    number: int, grant: Grant, actor: Actor, withheld: tuple[str, ...], parameters: dict[str, Any]
) -> sql.Composable | None:
    rows = _rows(grant, actor)
    if rows is None:
        return None
    if "*" in grant.types and grant.rows != "public":
        types: sql.Composable = sql.SQL("type <> all(%(access_withheld)s)") if withheld else sql.SQL("true")
    else:
        codes = [code for code in grant.types if code not in withheld]
        if not codes:
            return None
        name = f"access_types_{number}"
        parameters[name] = codes
        types = sql.SQL("type = any({})").format(sql.Placeholder(name))
    return sql.SQL("(") + sql.SQL(" and ").join([types, rows]) + sql.SQL(")")


def _rows(grant: Grant, actor: Actor) -> sql.Composable | None:
    if grant.rows == "own_department":
        return sql.SQL("owner = %(access_owner)s") if actor.department else None
    if grant.rows == "own_region":
        return sql.SQL("region >= %(access_from)s and region < %(access_to)s") if actor.region else None
    if grant.rows == "self":
        return sql.SQL("id = %(access_self)s") if actor.person else None
    return sql.SQL("true")


def reaches(grant: Grant, actor: Actor, owner: str, region: str, entity_id: str) -> bool:
    """Whether the rows of a grant hold this one. An empty owner or region asks whether there may be any such row."""
    if grant.rows == "own_department":
        return bool(actor.department) and owner in ("", actor.department)
    if grant.rows == "own_region":
        return bool(actor.region) and (not region or region.startswith(region_prefix(actor.region)))
    if grant.rows == "self":
        return bool(actor.person) and entity_id in ("", actor.person)
    return True


def covering(
    actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "", entity_id: str = ""
) -> list[Grant]:
    """The grants that allow an act on one (kind of) entity. ``entity_type="*"`` asks for all types at once."""
    now = policy()
    if entity_type in withheld_types(now, actor, action):
        return []
    return [
        g
        for g in now.grants(actor, action)
        if (entity_type in g.types or ("*" in g.types and g.rows != "public"))
        and reaches(g, actor, owner, region, entity_id)
    ]


def may(actor: Actor, action: Action, entity_type: str = "*", owner: str = "", region: str = "") -> bool:
    """See ``door.may``."""
    return actor.kind == "system" or bool(covering(actor, action, entity_type, owner, region))
