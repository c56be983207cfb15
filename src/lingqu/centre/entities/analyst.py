"""One view a type for analysts, out of the drawing: what the role ``analyst`` may see, masked as for that role (ADR 6).

Columns are named in lower case (``idNumber`` → ``id_number``) and typed as their data elements say. An attribute
that is hashed for the role is left out: who may call the function that hashes could try every identity number.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Grant, Purpose, Role
from lingqu.centre.access.door import Actor
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities.schema import Schema, schemas
from lingqu.kernel.elements import DataElement, Mask

ROLE = "analyst"
_LEFT_OUT = ("absent", "hash")
_PLAIN = ("id", "owner", "region", "created_at", "modified_at", "version")
_CASTS = {"integer": "numeric", "number": "numeric", "boolean": "boolean"}
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


@transaction.atomic
def make_views() -> list[str]:
    """See ``door.analyst_views``. Views of a drawing before are taken away first."""
    made: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("select viewname from pg_views where schemaname = 'analyst'")
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop view analyst.{}").format(sql.Identifier(name)))
        cursor.execute("delete from guard.analyst_view")
        for code, schema in schemas().items():
            actor, purposes = _reader(code)
            if purposes and access.may(actor, "read", code):
                _make(cursor, code, schema, actor)
                cursor.execute(
                    "insert into guard.analyst_view (type, personal, purposes) values (%s, %s, %s)",
                    [code, access.is_personal(code), purposes],
                )
                made.append(_name(code))
    return made


def _reader(code: str) -> tuple[Actor, list[str]]:
    """Somebody who holds the role and nothing else, and the purposes for which the role shows the type."""
    role = drawing.every(Role).get(ROLE)
    grants = [g for g in role.grants if "read" in g.actions and {code, "*"} & set(g.types)] if role else []
    purposes = sorted({purpose for grant in grants for purpose in grant.purposes})
    stated = next((p for p in purposes if p != "*"), next(iter(drawing.every(Purpose)), "analysis"))

    def serving(purpose: str) -> list[Grant]:
        return [grant for grant in grants if {"*", purpose} & set(grant.purposes)]

    # One view has one condition: purposes that open something else are not served by it.
    alike = [purpose for purpose in purposes if serving(purpose) == serving(stated)]
    return Actor("person", ROLE, roles=(ROLE,), purpose=stated, way="view"), alike


def _make(cursor: Any, code: str, schema: Schema, actor: Actor) -> None:
    granted, parameters = access.visible(actor)
    statement = sql.SQL(
        "create view analyst.{name} with (security_barrier) as select {columns} from public.entity "
        "where type = {code} and (expires_at is null or expires_at > now()) and {granted} "
        "and (select guard.reading({code}))"
    ).format(
        name=sql.Identifier(_name(code)), columns=_columns(schema, actor, code), code=sql.Literal(code), granted=granted
    )
    cursor.execute(statement, parameters)


def _columns(schema: Schema, actor: Actor, code: str) -> sql.Composable:
    masks = access.hidden(actor, code)
    otherwise: Mask = masks.get("*", "none")
    found: dict[str, sql.Composable] = {name: sql.Identifier(name) for name in _PLAIN}
    for attribute in schema.definition.attributes:
        how = masks.get(attribute, otherwise)
        if how not in _LEFT_OUT:
            found |= _column(schema, attribute, how)
    pairs = [sql.SQL("{} as {}").format(value, sql.Identifier(name)) for name, value in found.items()]
    return sql.SQL(", ").join(pairs)


def _column(schema: Schema, attribute: str, how: Mask) -> dict[str, sql.Composable]:
    kind, name = schema.kinds[attribute], _name(attribute)
    name = f"{name}_value" if name in _PLAIN else name
    if kind == "GeoProperty":
        if how != "none" or attribute != schema.definition.geometry:
            return {}
        middle = sql.SQL("(((bounds[0])[{0}] + (bounds[1])[{0}]) / 2)")
        return {"longitude": middle.format(sql.SQL("0")), "latitude": middle.format(sql.SQL("1"))}
    member = {"Relationship": "object", "LanguageProperty": "languageMap"}.get(kind, "value")
    at = sql.SQL("attrs -> {} -> {}").format(sql.Literal(attribute), sql.Literal(member))
    text = sql.SQL("attrs -> {} ->> {}").format(sql.Literal(attribute), sql.Literal(member))
    if how == "none":
        return {name: _typed(schema, attribute, at, text)}
    one = sql.SQL("guard.masked({}, {})").format(sql.Literal(how), text)
    if not schema.definition.attributes[attribute].many:
        return {name: one}
    each = sql.SQL(
        "case when jsonb_typeof({at}) = 'array' then "
        "(select string_agg(guard.masked({how}, m), ' ') from jsonb_array_elements_text({at}) m) else {one} end"
    )
    return {name: each.format(at=at, how=sql.Literal(how), one=one)}


def _typed(schema: Schema, attribute: str, at: sql.Composable, text: sql.Composable) -> sql.Composable:
    if schema.kinds[attribute] == "LanguageProperty" or schema.definition.attributes[attribute].many:
        return sql.SQL("({})").format(at)
    element = drawing.every(DataElement).get(schema.definition.attributes[attribute].element or "")
    cast = _CASTS.get(element.type, "") if element else ""
    if not cast:
        return sql.SQL("({})").format(text)
    # A value that breaks its standard is left out, as a cast that fails would fail the whole query.
    form = sql.Literal("boolean" if cast == "boolean" else "number")
    return sql.SQL("case when jsonb_typeof({}) = {} then ({})::{} end").format(at, form, text, sql.SQL(cast))


def _name(code: str) -> str:
    """``idNumber`` → ``id_number``, of an IRI the letters and digits; 63 bytes at most."""
    return re.sub(r"\W+", "_", _CAPITAL.sub(r"_\1", code)).lower()[-60:].strip("_")
