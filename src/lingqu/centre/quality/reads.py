"""Issues, scores and the content of resources."""

# ruff: noqa: S608 (names and values enter SQL through quality.sql only)

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange
from lingqu.centre.quality import sql
from lingqu.centre.quality.plan import Plan, plan_of, rule_set
from lingqu.centre.quality.values import SQL_TYPES


@dataclass(frozen=True)
class Issue:
    """One value or row that broke a rule."""

    row: int
    item: str
    column: str
    rule: str
    on_fail: str  # row | value | note
    value: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class RuleCount:
    rule: str
    item: str
    on_fail: str
    rows: int


@dataclass(frozen=True)
class Score:
    """Quality of a resource at one delivery: share of value checks passed, 0..1."""

    delivery: int
    at: datetime
    score: float
    rows: int
    bad_rows: int


def plan(resource: str, source: str) -> Plan:
    """With the digests of the contents it refers to; what has no content yet is not held against it."""
    rules = rule_set(catalogue.resource(resource)).rules
    named = {rule.to_resource for rule in rules if rule.check == "reference" and rule.to_resource}
    there = {code: content_digest(code) for code in sorted(named) if exchange.current(code)}
    return plan_of(resource, source, references=there)


def issues(delivery: int, rule: str, after_row: int, limit: int) -> list[Issue]:
    rows = _over_issues(
        delivery,
        'SELECT "row", item, "column", rule, on_fail, coalesce(value, \'\'), reason_zh, reason_en FROM {file} '
        'WHERE "row" > ? AND (? = \'\' OR rule = ?) ORDER BY "row", rule, item LIMIT ?',
        [after_row, rule, rule, limit],
    )
    return [Issue(*row) for row in rows]


def rule_counts(delivery: int) -> list[RuleCount]:
    rows = _over_issues(
        delivery,
        'SELECT rule, item, on_fail, count(DISTINCT "row") AS n FROM {file} GROUP BY ALL ORDER BY n DESC, rule, item',
        [],
    )
    return [RuleCount(*row) for row in rows]


def _over_issues(delivery: int, query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    given = exchange.delivery(delivery)
    file = exchange.lake().issues(given.resource, delivery)
    if not file.is_file():
        return []
    with duckdb.connect(config={"threads": 1}) as connection:
        table = f"read_parquet({sql.text(str(file))})"
        return connection.execute(query.format(file=table), parameters).fetchall()


def trend(resource: str, limit: int) -> list[Score]:
    found = exchange.deliveries(resource=resource, state="checked", limit=limit)
    return [
        Score(d.id, d.checked_at or d.received_at, d.score or 0.0, d.rows or 0, d.bad_rows or 0)
        for d in reversed(found)
    ]


def content(resource: str) -> str:
    definition = catalogue.resource(resource)
    lake = exchange.lake()
    files = [file for d in exchange.current(resource) if (file := lake.clean(resource, d.id)).is_file()]
    if not files:
        return _empty(resource)
    # a resource may have gained an item since a file was made
    there = f"SELECT * FROM read_parquet({sql.paths(files)}, union_by_name=true)"
    table = f"(SELECT * FROM {_empty(resource)} UNION ALL BY NAME {there})"
    if definition.mode == "append" and definition.key and len(files) > 1:
        return f"(SELECT * FROM {table} QUALIFY _delivery = max(_delivery) OVER (PARTITION BY _key))"
    return table


def _empty(resource: str) -> str:
    elements = catalogue.data_elements()
    kinds = {
        item.code: SQL_TYPES.get(elements[item.element].type, "VARCHAR") for item in catalogue.resource(resource).items
    }
    kinds |= {"_row": "BIGINT", "_delivery": "BIGINT", "_source": "VARCHAR", "_key": "VARCHAR"}
    columns = ", ".join(f"NULL::{kind} AS {sql.name(name)}" for name, kind in kinds.items())
    return f"(SELECT {columns} WHERE false)"


def content_digest(resource: str) -> str:
    told = [(d.id, d.sha256, d.rules) for d in exchange.current(resource)]
    return hashlib.sha256(json.dumps([resource, told]).encode()).hexdigest()


def outdated() -> list[int]:
    """Current deliveries that were checked with other rules than the city has now."""
    found = []
    for code in catalogue.resources():
        for d in exchange.current(code):
            if plan(code, d.source).digest != d.rules:
                found.append(d.id)
    return found
