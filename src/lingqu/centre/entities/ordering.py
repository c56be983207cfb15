"""Orders of a query's own making (CIM 009 4.23) as SQL. Numbers come before text, what has no value comes last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson
from psycopg import sql

from lingqu.centre.entities.faults import bad
from lingqu.centre.entities.geoquery import EARTH
from lingqu.centre.entities.jsonpaths import HEADS
from lingqu.centre.entities.shapes import Sort

_COLUMNS = {"id": "id", "type": "type", "createdAt": "created_at", "modifiedAt": "modified_at"}
_SINCE = (
    "coalesce((select max(p.known_to) from entity_past p where p.entity_id = entity.id and p.was {has}), created_at)"
)
# Base letters before accents before case, as the root of the Unicode collation has it: the embedded server is built
# without ICU, so that it has no collations of languages.
_BASE = "lower(regexp_replace(normalize({text}, NFD), '[\u0300-\u036f]', '', 'g')) collate \"C\""
_DISTANCE = """
(select 2 * {earth} * asin(sqrt(least(1,
     sin(radians(c[1] - %({name}_y)s) / 2) ^ 2
     + cos(radians(c[1])) * cos(radians(%({name}_y)s)) * sin(radians(c[0] - %({name}_x)s) / 2) ^ 2)))
 from (select center(bounds) as c) as middle)
"""


def order_by(sorts: Sequence[Sort], parameters: dict[str, Any], collation: str) -> sql.Composable:
    """What stands behind ``order by``; puts its values into ``parameters``. Raises Invalid (``entity.order``)."""
    check(collation)
    parts = []
    for number, sort in enumerate(sorts):
        way = "desc nulls last" if sort.descending else "asc nulls last"
        parts += [f"{each} {way}" for each in _each(sort, f"sort_{number}", parameters, collation)]
    return sql.SQL(", ".join([*parts, "id"]))


def _each(sort: Sort, name: str, parameters: dict[str, Any], collation: str) -> list[str]:
    first, last = sort.names[0], sort.names[-1]
    if sort.near is not None:
        parameters |= {f"{name}_x": sort.near[0], f"{name}_y": sort.near[1]}
        return [_DISTANCE.format(earth=EARTH, name=name)]
    if len(sort.names) == 1 and first in _COLUMNS:
        return [_COLUMNS[first]]
    if len(sort.names) == 2 and last in ("createdAt", "modifiedAt"):
        parameters[name] = first if last == "modifiedAt" else orjson.dumps({first: None}).decode()
        return [_SINCE.format(has=f"? %({name})s" if last == "modifiedAt" else f"@> %({name})s::jsonb")]
    root = "$" + "".join(f".{orjson.dumps(n).decode()}" for n in sort.names)
    inner = "".join(f".{orjson.dumps(m).decode()}" for m in sort.members)
    heads = [f"jsonb_path_query_first(attrs, %({name}_{head})s::jsonpath)" for head in (*HEADS, "languageMap")]
    for head in (*HEADS, "languageMap"):
        parameters[f"{name}_{head}"] = f"{root}.{head}{inner}"
    held = f"coalesce({', '.join(heads)})"
    kind = f"jsonb_typeof({held})"
    number = f"case when {kind} = 'number' then ({held})::text::numeric end"
    rank = f"case {kind} when 'number' then 0 when 'string' then 1 when null then 3 else 2 end"
    text = f"case when {kind} <> 'number' then {held} #>> '{{}}' end"
    if sort.descending:
        rank = f"case when {held} is null then null else {rank} end"
    plain = f'({text}) collate "C"'
    return [rank, number, *([_BASE.format(text=f"({text})")] if collation else []), plain]


def check(collation: str) -> None:
    """Raises Invalid (``entity.order``) for what is no language tag."""
    if collation and not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", collation):
        raise bad("order", f"没有排序规则 {collation[:40]}", f"{collation[:40]!r} is no collation", "collation")
