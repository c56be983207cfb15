"""Finding and counting. Every read is one condition with the actor's grants in it."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
import psycopg.errors
from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import faults, frozen, ordering, seldom, tally
from lingqu.centre.entities.conditions import Condition, condition, identifier_forms, masking, standing
from lingqu.centre.entities.rows import COLUMNS, STORED, Reader
from lingqu.centre.entities.schema import fold, schemas
from lingqu.centre.entities.shapes import Entity, Page, Query
from lingqu.kernel.errors import NotFound

_ORDERS = {
    "id": ("id", ">", "id"),
    "label": ("label", ">", "label, id"),
    "modified": ("modified_at", ">", "modified_at, id"),
    "-modified": ("modified_at", "<", "modified_at desc, id desc"),
}
_BATCH = 500
PROBED = 2_000
"""Entities that are looked through to learn whether a value is frequent."""

LOOKED_THROUGH = 10_000
"""Entities of a type that are looked through one by one for a common word, before the index of words is asked."""


@contextmanager
def asking(again: bool = False) -> Iterator[Any]:
    """A cursor; what a query's own pattern or path gets wrong is told as Invalid, and so is what takes too long.
    ``again``: for statements of few shapes that are asked all the time."""
    inner = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with inner, access.prepared() if again else connection.cursor() as cursor:
            yield cursor
    except psycopg.errors.DataError as error:
        raise faults.bad("query", f"查询有误：{error}", f"the query is wrong: {error}") from error
    except Exception as error:
        if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
            raise faults.bad("query", "查询过于费时，请缩小范围", "the query takes too long; narrow it down") from error
        if isinstance(error.__cause__, psycopg.errors.DataError | psycopg.errors.SyntaxError):
            raise faults.bad("query", f"查询有误：{error}", f"the query is wrong: {error}") from error
        raise


def get(actor: Actor, entity_id: str, snapshot: str = "") -> Entity:
    """See ``door.get``."""
    with access.prepared() as cursor:
        granted, parameters = access.visible(actor)
        before, more = frozen.over(snapshot)
        statement = _one(granted.as_string())
        cursor.execute(before + sql.SQL(statement) if snapshot else statement, {**parameters, **more, "id": entity_id})
        row = cursor.fetchone()
    if row is None or not row[-1]:
        raise _absent(actor, entity_id, row)
    [entity] = Reader(actor, frozen=snapshot).entities([row])
    note(actor, [entity])
    return entity


@lru_cache(1000)
def _one(granted: str) -> str:
    where = "id = %(id)s and (expires_at is null or expires_at > now())"
    return f"select {COLUMNS}, {granted} from entity where {where}"  # noqa: S608


def _absent(actor: Actor, entity_id: str, row: Sequence[Any] | None) -> NotFound:
    """What is told of an entity that is not there, or not for this actor: the same, after the same work, so that
    neither words nor time tell one from the other. Raises Refused where a purpose, a living agreement or a person's
    consent is all that is missing."""
    if actor.kind != "system":
        kind, owner, region = (row[1], row[3], row[4]) if row else (_type_in(entity_id), "", "")
        if access.may_with_purpose(actor, kind, owner, region):
            access.require_purpose(actor, (kind,))
        access.require_agreement(actor, (kind,))
        access.require_consent(actor, kind, entity_id)
        if not access.is_public(kind):
            detail = {"rule": "entity.missing", "place": entity_id[:200]}
            access.record(actor, "refused", entity_type=kind, detail=detail)
    return faults.missing(entity_id)


def _type_in(entity_id: str) -> str:
    """``urn:ngsi-ld:Person:1`` → ``Person``"""
    parts = entity_id.split(":")
    return parts[2] if len(parts) > 3 else ""


def find(actor: Actor, query: Query) -> Page:
    """See ``door.find``."""
    asked, words = query, query.words
    if query.common:
        query = _looked_through(actor, replace(query, common=False))
    made = condition(actor, query)
    made.before, asked_of = frozen.over(query.frozen)
    made.parameters |= asked_of
    query = _unrevealing(actor, query)
    with asking(again=made.exact is not None or (_filtered(query) and not query.offset)) as cursor:
        rows = _exactly(cursor, made, query) if made.exact else _plainly(cursor, made, query)
    entities = Reader(actor, frozen=query.frozen).entities(rows[: query.limit])
    note(actor, entities, words=words)
    if not entities:
        _note_nobody(actor, asked, words)
    more = len(rows) > query.limit and query.limit > 0
    return Page(entities, _cursor(query.order, rows[query.limit - 1]) if more else "")


def freeze(actor: Actor, snapshot: str, query: Query, most: int) -> int:
    """See ``door.freeze``."""
    ids = frozen.freeze(actor, snapshot, query, most)
    for first in range(0, len(ids), _BATCH):
        chunk = tuple(ids[first : first + _BATCH])
        find(actor, Query(ids=chunk, limit=len(chunk), frozen=snapshot))
    return len(ids)


def _unrevealing(actor: Actor, query: Query) -> Query:
    """Where labels are masked for the actor, their order would tell of them: ids give it instead (ADR 4)."""
    if query.order != "label" or actor.kind == "system":
        return query
    declared = schemas()
    kinds = query.types or tuple(declared)
    read = [kind for kind in kinds if kind in declared and access.may(actor, "read", kind)]
    if not any(kind in masking(actor, declared[kind].definition.label) for kind in read):
        return query
    return replace(query, order="id")


def _looked_through(actor: Actor, query: Query) -> Query:
    """The same query by the ids of what the first entities of the type give, where these are enough."""
    words, plainly = fold(query.words).split(), replace(query, words="")
    if query.order != "id" or not words or not tally.holds(actor, plainly) or identifier_forms(query):
        return query
    made, looked = condition(actor, plainly), Condition()
    standing(looked, words)
    statement = sql.SQL(
        "select id from (select id, search from entity where {} order by id limit %(first)s) looked "
        "where {} order by id limit %(most)s"
    ).format(made.where(), looked.where())
    parameters = {**made.parameters, **looked.parameters, "first": LOOKED_THROUGH, "most": query.limit + 1}
    with asking() as cursor:
        cursor.execute(statement, parameters)
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) > query.limit or tally.of(actor, plainly) <= LOOKED_THROUGH:
        return replace(plainly, ids=tuple(ids) or ("",))
    return query


def _statement(made: Condition, query: Query, columns: str = COLUMNS) -> sql.Composable:
    if query.sorts:
        by = ordering.order_by(query.sorts, made.parameters, query.collation)
        return sql.SQL(f"select {columns} from entity where {{}} order by {{}}").format(made.where(), by)  # noqa: S608
    order = _ORDERS.get(query.order)
    if order is None:
        raise faults.bad("order", f"不能按“{query.order}”排序", f"cannot order by {query.order!r}", "order")
    column, sign, keys = order
    where = [made.where()]
    if query.after:
        value, last = _position(query)
        made.parameters |= {"after_value": value, "after_id": last}
        keyset = "id > %(after_id)s" if column == "id" else f"({column}, id) {sign} (%(after_value)s, %(after_id)s)"
        where.append(sql.SQL(keyset))
    statement = sql.SQL(f"select {columns} from entity where {{}} order by {keys}")  # noqa: S608
    return statement.format(sql.SQL(" and ").join(where))


def _plainly(cursor: Any, made: Condition, query: Query) -> list[Any]:
    if not _filtered(query):
        return _page(cursor, _statement(made, query), made, query)
    asked = seldom.shape(query)
    if not seldom.taken(asked):
        frequent = _frequent(cursor, made, query)
        seldom.saw(asked, rare=not frequent)
        if frequent:
            return _page(cursor, _statement(made, query), made, query)
    if query.after:
        made.parameters["after_id"] = _position(query)[1]
    statement = _rare(made.where().as_string(), bool(query.after), query.limit + 1, query.offset)
    cursor.execute(statement, made.parameters)
    rows = list(cursor.fetchall())
    if rows and rows[0][-1] > seldom.MANY:
        seldom.saw(asked, rare=False)
    return rows


@lru_cache(1000)
def _rare(where: str, after: bool, limit: int, offset: int) -> str:
    """All that is found is looked at, so little is carried along, and only what is told is written as text.

    Planned anew for each value: a plan for any of them takes the index of types along and costs ten times as much."""
    keyset = "where id > %(after_id)s" if after else ""
    return f"""
with found as materialized (select {STORED} from entity where {where}),
page as (select * from found {keyset} order by id limit {limit:d} offset {offset:d})
select {COLUMNS}, (select count(*) from found) from page order by id
"""  # noqa: S608


def _page(cursor: Any, statement: sql.Composable, made: Condition, query: Query) -> list[Any]:
    limit = sql.SQL(" limit {} offset {}").format(sql.Literal(query.limit + 1), sql.Literal(query.offset))
    cursor.execute(made.before + statement + limit, made.parameters)
    return list(cursor.fetchall())


def _filtered(query: Query) -> bool:
    """Whether attributes pick out what is listed by id. The planner cannot know how often a value occurs, takes it for
    frequent, and would walk through a whole type for one that is rare."""
    declared = schemas()
    known = bool(query.types) and all(t in declared for t in query.types)
    by_value = known and bool(query.q or query.facets) and not query.frozen
    return by_value and query.order == "id" and not query.sorts and query.limit > 0


def _frequent(cursor: Any, made: Condition, query: Query) -> bool:
    """Whether the first entities of the types, behind the cursor, fill the page already."""
    each = (
        sql.SQL("(select * from entity where type = {} and id > %(behind)s order by id limit {})").format(
            sql.Literal(kind), sql.Literal(PROBED // len(query.types))
        )
        for kind in query.types[:PROBED]
    )
    statement = sql.SQL("select count(*) from (select 1 from ({}) entity where {} limit %(page)s) found").format(
        sql.SQL(" union all ").join(each), made.where()
    )
    wanted = query.limit + query.offset + 1
    behind = _position(query)[1] if query.after else ""
    cursor.execute(statement, {**made.parameters, "behind": behind, "page": wanted})
    return int(cursor.fetchone()[0]) >= wanted


def _exactly(cursor: Any, made: Condition, query: Query) -> list[Any]:
    """Candidates in the order asked for, their shapes looked at in batches until a page is full; then the page."""
    assert made.exact
    exact, wanted = made.exact, query.offset + query.limit + 1
    shape = "geo ->> %(geo_attribute)s" if exact.attribute else "geom"
    cursor.execute(made.before + _statement(made, query, f"id, {shape}"), made.parameters)
    found: list[str] = []
    while len(found) < wanted and (rows := cursor.fetchmany(_BATCH)):
        found.extend(row[0] for row, holds in zip(rows, exact.holds([r[-1] for r in rows]), strict=True) if holds)
    page = found[query.offset : wanted]
    if not page:
        return []
    made.add("id = any(%(exact_page)s)", exact_page=page)
    cursor.execute(made.before + _statement(made, replace(query, after="")), made.parameters)
    return list(cursor.fetchall())


def _cursor(order: str, row: Sequence[Any]) -> str:
    """A label may be masked for who holds the cursor, so it is not in it."""
    at = row[12].isoformat() if order.endswith("modified") else ""
    return base64.urlsafe_b64encode(orjson.dumps([order, at, row[0]])).decode().rstrip("=")


def _position(query: Query) -> tuple[str, str]:
    try:
        order, value, last = orjson.loads(base64.urlsafe_b64decode(query.after + "=" * (-len(query.after) % 4)))
    except (ValueError, TypeError) as error:
        raise faults.bad("after", "翻页标记无效", "the page's cursor is not one of ours", "after") from error
    if order != query.order:
        raise faults.bad("after", "翻页标记属于另一种排序", "the page's cursor is of another order", "after")
    return (_label(last) if order == "label" else str(value)), str(last)


def _label(entity_id: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select label from entity where id = %(id)s", {"id": entity_id})
        row = cursor.fetchone()
    if row is None:
        raise faults.bad(
            "after", "上一页的末条已被删除，请从头查看", "the last page's end is gone; begin anew", "after"
        )
    return str(row[0])


def count(actor: Actor, query: Query, most: int | None) -> int:
    """See ``door.count``."""
    made = condition(actor, query)
    made.before, more = frozen.over(query.frozen)
    made.parameters |= more
    if tally.holds(actor, query):
        return tally.of(actor, query)
    number = _count(made, most)
    _note_count(actor, query, number)
    return number


def _count(made: Condition, most: int | None) -> int:
    with asking() as cursor:
        if made.exact is None:
            # In order, so that the planner does not gather all that is found before it counts a part of it.
            limited = sql.SQL("order by id limit %(most)s" if most is not None else "")
            found = sql.SQL("select 1 from entity where {} {}").format(made.where(), limited)
            statement = sql.SQL("select count(*) from ({}) found").format(found)
            cursor.execute(made.before + statement, {**made.parameters, "most": (most or 0) + 1})
            return int(cursor.fetchone()[0])
        shape = "geo ->> %(geo_attribute)s" if made.exact.attribute else "geom"
        statement = sql.SQL(f"select {shape} from entity where {{}}").format(made.where())  # noqa: S608
        cursor.execute(made.before + statement, made.parameters)
        total = 0
        while rows := cursor.fetchmany(_BATCH):
            total += sum(made.exact.holds([row[0] for row in rows]))
        return total


def _note_count(actor: Actor, query: Query, number: int, attributes: Sequence[str] = ()) -> None:
    """To count persons who are picked out is to read: a count of one says that there is that one."""
    personal = set(access.personal_types())
    concerned = sorted(personal & set(query.types)) if query.types else sorted(personal)
    if not concerned or not actor.purpose or actor.kind == "system":
        return
    for kind in concerned if query.types else ("*",):
        access.record(actor, "read", entity_type=kind, attributes=attributes, count=number, detail={"counted": True})


def _note_nobody(actor: Actor, query: Query, words: str) -> None:
    """That there is no such person is an answer, too. A page beyond the last is none."""
    if query.after or query.offset or tally.holds(actor, query) or actor.kind == "system" or not actor.purpose:
        return
    for kind in sorted(set(access.personal_types()) & set(query.types)):
        access.record(actor, "read", entity_type=kind, detail=_searched(words))


def _searched(words: str) -> dict[str, str]:
    return {"words": words} if words else {}


def types_found(actor: Actor, query: Query, most: int) -> set[str] | None:
    """See ``door.types_found``."""
    made = condition(actor, query)
    if made.exact is not None:
        return None
    found = sql.SQL("select type from entity where {} limit %(most)s").format(made.where())
    with asking() as cursor:
        statement = sql.SQL("select type, count(*) from ({}) found group by type").format(found)
        cursor.execute(statement, {**made.parameters, "most": most})
        counts = dict(cursor.fetchall())
    return None if sum(counts.values()) >= most else set(counts)


def facet_counts(
    actor: Actor, query: Query, attributes: Sequence[str], limit: int, most: int | None
) -> dict[str, list[tuple[str, int]]]:
    """See ``door.facet_counts``. One pass over what the query finds, for all attributes."""
    if not attributes:
        return {}
    made = condition(actor, query)
    parameters: dict[str, Any] = {"most": limit, "sample": most, "exact_ids": _exact_ids(made)}
    held = []
    for number, attribute in enumerate(attributes):
        parameters |= {f"facet_of_{number}": attribute, f"masked_{number}": sorted(masking(actor, attribute))}
        text = "({0}::text, case when type <> all({1}::text[]) then "
        text += ("facets -> {0}" if _apart(query, attribute) else _WITHIN) + " end)"
        held.append(sql.SQL(text).format(sql.Placeholder(f"facet_of_{number}"), sql.Placeholder(f"masked_{number}")))
    # By id: most ids are digests, so that the first are a fair sample.
    sampled = sql.SQL("order by id limit %(sample)s" if most is not None else "")
    statement = sql.SQL(_FACETS).format(where=made.where(), held=sql.SQL(", ").join(held), sample=sampled)
    with asking() as cursor:
        cursor.execute(statement, {**made.parameters, **parameters})
        rows = cursor.fetchall()
    if not tally.holds(actor, query):
        _note_count(actor, query, 0, attributes)
    return {a: [(str(value), int(n)) for name, value, n in rows if name == a] for a in attributes}


def _apart(query: Query, attribute: str) -> bool:
    """Whether every type asked for keeps the attribute among its facets."""
    declared = schemas()
    return bool(query.types) and all(t in declared and attribute in declared[t].facets for t in query.types)


_WITHIN = "coalesce(attrs #> array[{0}, 'value'], attrs #> array[{0}, 'object'])"
_FACETS = """
select name, value, n from (
    select name, value, count(*) as n, row_number() over (partition by name order by count(*) desc, value) as place
    from (
        select name, coalesce(member, held #>> '{{}}') as value
        from (
            select type, facets, attrs from entity
            where {where} and (%(exact_ids)s::text[] is null or id = any(%(exact_ids)s::text[])) {sample}
        ) picked
        cross join lateral (values {held}) as asked(name, held)
        left join lateral jsonb_array_elements_text(case when jsonb_typeof(held) = 'array' then held end)
                  as each(member) on true
        where held is not null
    ) found
    where value is not null group by name, value
) ranked
where place <= %(most)s order by name, place
"""


def _exact_ids(made: Condition) -> list[str] | None:
    if made.exact is None:
        return None
    shape = "geo ->> %(geo_attribute)s" if made.exact.attribute else "geom"
    with asking() as cursor:
        statement = sql.SQL(f"select id, {shape} from entity where {{}}").format(made.where())  # noqa: S608
        cursor.execute(statement, made.parameters)
        rows = cursor.fetchall()
    return [row[0] for row, holds in zip(rows, made.exact.holds([r[1] for r in rows]), strict=True) if holds]


def type_counts(actor: Actor) -> dict[str, int]:
    """See ``door.type_counts``."""
    return tally.by_type(actor)


def every(actor: Actor, query: Query, chunk: int) -> Iterator[Entity]:
    """See ``door.every``. Refusals come at once, not with the first entity."""
    made = condition(actor, query)
    if actor.way in ("export", "delivery"):
        _exportable(made, actor, query)
    exact = made.exact
    shape = "null" if exact is None else "geo ->> %(geo_attribute)s" if exact.attribute else "geom"
    return _streamed(actor, made, _statement(made, query, f"{COLUMNS}, {shape}"), chunk)


def _exportable(made: Condition, actor: Actor, query: Query) -> None:
    """Rows that may be read are not thereby rows that may be taken away."""
    for kind in query.types or ("*",):
        access.require(actor, "export", kind)
    granted, parameters = access.visible(actor, "export")
    made.parts.append(granted)
    made.parameters |= parameters


def _streamed(actor: Actor, made: Condition, statement: sql.Composable, chunk: int) -> Iterator[Entity]:
    exact, reader, version = made.exact, Reader(actor), access.version()
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, made.parameters)
        while rows := cursor.fetchmany(chunk):
            if exact is not None:
                rows = [r for r, holds in zip(rows, exact.holds([r[-1] for r in rows]), strict=True) if holds]
            if access.version() != version:
                rows, reader = _still_granted(actor, rows), Reader(actor)
            entities = reader.entities(rows)
            note(actor, entities, "export" if actor.way in ("export", "delivery") else "read")
            try:
                yield from entities
            except GeneratorExit:
                return  # who stops reading has read what was given: the ledger's rows are kept


def _still_granted(actor: Actor, rows: list[Any]) -> list[Any]:
    """What a long read may still give after agreements or consents changed. Raises Refused where it was all."""
    access.require_agreement(actor, tuple({row[1] for row in rows}))
    granted, parameters = access.visible(actor)
    with connection.cursor() as cursor:
        statement = sql.SQL("select id from entity where id = any(%(ids)s) and {}").format(granted)
        cursor.execute(statement, {**parameters, "ids": [row[0] for row in rows]})
        living = {row[0] for row in cursor.fetchall()}
    return [row for row in rows if row[0] in living]


def note(
    actor: Actor,
    entities: Sequence[Entity],
    act: access.Act = "read",
    words: str = "",
    more: Mapping[str, Any] | None = None,
) -> None:
    """A ledger row per personal type among what was read. Lingqu's own reads (fusion) leave one count a page.
    ``more``: what else its detail tells."""
    personal = set(access.personal_types()) if entities else set()
    if not personal:
        return
    by_type: dict[str, list[Entity]] = {}
    for entity in entities:
        if entity.type in personal:
            by_type.setdefault(entity.type, []).append(entity)
    for kind, read in by_type.items():
        attributes = Counter(name for e in read for name in e.attrs)
        access.record(
            actor,
            act,
            entity_type=kind,
            entity_ids=() if actor.kind == "system" else [e.id for e in read],
            attributes=sorted(attributes),
            count=len(read),
            detail=_searched(words) | ({"agreement": actor.agreement} if actor.agreement else {}) | dict(more or {}),
        )
