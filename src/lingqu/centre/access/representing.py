"""Who represents whom by the registers, worked out from the store by the rules of the drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access.definitions import Representation
from lingqu.centre.drawing import door as drawing

_FORGET = """
delete from access_representation
where %(ids)s::text[] is null or represented = any(%(ids)s) or representative = any(%(ids)s) or via = any(%(ids)s)
"""
_BOTH = """
select representative from access_representation where rule = any(%(rules)s) and (until is null or until > now())
group by 1 having count(distinct rule) = %(count)s order by 1 limit %(limit)s
"""


def refresh(ids: Sequence[str] | None) -> None:
    """See ``door.refresh_representations``."""
    rules, relations = drawing.every(Representation), _relations()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(73210011)")
        cursor.execute(_FORGET, {"ids": None if ids is None else list(ids)})
        for rule in rules.values():
            chain = _Chain(rule, relations)
            for start in chain.nodes[:1] if ids is None else chain.nodes:
                statement, given = chain.statement(start, ids)
                cursor.execute(statement.as_string(cursor.cursor), given)


def representatives(rules: Sequence[str], limit: int) -> list[str]:
    """See ``door.representatives``."""
    with connection.cursor() as cursor:
        cursor.execute(_BOTH, {"rules": list(rules), "count": len(set(rules)), "limit": limit})
        return [str(row[0]) for row in cursor.fetchall()]


def _relations() -> set[tuple[str, str]]:
    """(type, attribute) of relationships: their value is called object."""
    return {
        (placed.code, name)
        for placed in drawing.placed()
        if placed.kind == "entity_type"
        for name, attribute in placed.document.get("attributes", {}).items()
        if attribute.get("kind") == "Relationship"
    }


class _Chain:
    """One rule as joined rows of the store: o (represented), where there is one l (link), p (representative)."""

    def __init__(self, rule: Representation, relations: set[tuple[str, str]]) -> None:
        self.rule, self.relations = rule, relations
        self.types = {"o": rule.type, "p": rule.by}
        edges = [("o", "p", rule.match)]
        if rule.through:
            self.types["l"] = rule.through.type
            edges = [("o", "l", rule.through.match), ("l", "p", rule.match)]
        self.edges: list[tuple[str, str, Mapping[str, str]]] = [*edges]
        self.edges += [(right, left, {b: a for a, b in match.items()}) for left, right, match in edges]
        self.nodes = ("o", "l", "p") if rule.through else ("o", "p")

    def statement(self, start: str, ids: Sequence[str] | None) -> tuple[sql.Composable, dict[str, Any]]:
        """Begins at the rows that changed, or at all of them (None)."""
        given: dict[str, Any] = {"rule": self.rule.code, "ids": None if ids is None else list(ids)}
        joins, reached = [sql.SQL("entity {}").format(sql.Identifier(start))], {start}
        while len(reached) < len(self.nodes):
            for left, right, match in self.edges:
                if left in reached and right not in reached:
                    joins.append(
                        sql.SQL("join entity {} on {}").format(
                            sql.Identifier(right), self._same(left, right, match, ids is None)
                        )
                    )
                    reached.add(right)
        within = sql.SQL("(%(ids)s::text[] is null or {} = any(%(ids)s))").format(sql.Identifier(start, "id"))
        conditions: list[sql.Composable] = [within]
        conditions += [self._condition(alias, given) for alias in self.nodes]
        text = sql.SQL(
            "insert into access_representation (rule, representative, represented, type, label, via, until) "
            "select distinct on (p.id, o.id) %(rule)s, p.id, o.id, o.type, left(o.label, 400), {via}, {until} "
            "from {joins} where {conditions} and o.id <> p.id and coalesce({until} > now(), true) "
            "on conflict do nothing"
        ).format(
            via=sql.SQL("l.id" if self.rule.through else "''"),
            until=self._until(given),
            joins=sql.SQL(" ").join(joins),
            conditions=sql.SQL(" and ").join(conditions),
        )
        return text, given

    def _value(self, alias: str, name: str) -> sql.Composable:
        key = "object" if (self.types[alias], name) in self.relations else "value"
        return sql.SQL("{} #> {}").format(sql.Identifier(alias, "attrs"), sql.Literal([name, key]))

    def _same(self, left: str, right: str, match: Mapping[str, str], whole: bool) -> sql.Composable:
        """``whole``: the two are hashed against each other; else a few rows look for theirs by the index."""
        parts = [sql.SQL("{} = {}").format(sql.Identifier(right, "type"), sql.Literal(self.types[right]))]
        for mine, its in match.items():
            value, other = self._value(left, mine), self._value(right, its)
            key = "object" if (self.types[right], its) in self.relations else "value"
            held = sql.SQL("{} @> jsonb_build_object({}::text, jsonb_build_object({}::text, {}))").format(
                sql.Identifier(right, "attrs"), sql.Literal(its), sql.Literal(key), value
            )
            same = sql.SQL("{} = {}").format(other, value) if whole else held
            parts.append(sql.SQL("{} <> 'null' and {}").format(value, same))
        return sql.SQL(" and ").join(parts)

    def _condition(self, alias: str, given: dict[str, Any]) -> sql.Composable:
        """What exists still and is not contested in what the rule stands on."""
        row = sql.Identifier(alias)
        where = {"o": self.rule.where, "p": self.rule.by_where}.get(alias, {})
        used = {name for left, _, match in self.edges if left == alias for name in match} | set(where)
        parts = [
            sql.SQL("{}.type = {}").format(row, sql.Literal(self.types[alias])),
            sql.SQL("({0}.true_to is null or {0}.true_to > now())").format(row),
            sql.SQL("not {}.contested && {}").format(row, sql.Literal(sorted(used))),
        ]
        for place, (name, values) in enumerate(where.items()):
            mark = f"{alias}_{place}"
            given[mark] = [str(value) for value in values]
            parts.append(
                sql.SQL("{} #>> {} = any({})").format(
                    sql.Identifier(alias, "attrs"), sql.Literal([name, "value"]), sql.Placeholder(mark)
                )
            )
        return sql.SQL(" and ").join(parts)

    def _until(self, given: dict[str, Any]) -> sql.Composable:
        """The birthday on which it ends; what has no birthday is represented no more."""
        if self.rule.born is None:
            return sql.SQL("null::timestamptz")
        given["years"] = self.rule.younger_than
        day = sql.SQL("coalesce(o.attrs #>> {}, o.attrs #>> {})").format(
            sql.Literal([self.rule.born, "value", "@value"]), sql.Literal([self.rule.born, "value"])
        )
        return sql.SQL(
            "case when {0} ~ '^\\d{{4}}-\\d\\d-\\d\\d' then left({0}, 10)::date + make_interval(years => %(years)s) "
            "else '-infinity' end"
        ).format(day)
