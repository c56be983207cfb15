"""gather: all contributions in one table ``records``; one row a department's record.

Columns: ``n`` (number in the order of resource, key, source, delivery, row; 0 first), ``resource``, ``source``,
``delivery``, ``row``, ``key``, ``received`` (ISO time of the delivery), and ``r_<attribute>`` for each contributed
attribute, the value as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.centre.fusion.definitions import Contribution
from lingqu.centre.fusion.plan import Attribute, Plan
from lingqu.centre.fusion.workbench import Workbench, compose, name, text


@dataclass(frozen=True)
class Inputs:
    """``content`` gives for each resource a DuckDB table expression over its clean rows, ``times`` for each delivery
    the ISO time at which it was received."""

    content: Mapping[str, str]
    times: Mapping[int, str]


def gather(bench: Workbench, plan: Plan, inputs: Inputs) -> None:
    with bench.step("gather") as rows:
        times = [{"delivery": d, "received": received} for d, received in sorted(inputs.times.items())]
        bench.con.execute("CREATE OR REPLACE TEMP TABLE times (delivery BIGINT, received VARCHAR)")
        if times:
            bench.con.executemany("INSERT INTO times VALUES (?, ?)", [[t["delivery"], t["received"]] for t in times])
        parts, parameters = [], []
        for number, contribution in enumerate(plan.rules.contributions):
            statement, values = _selected(bench, plan, contribution, number, inputs.content[contribution.resource])
            parts.append(statement)
            parameters += values
        rows[0] = bench.make("records", compose(_RECORDS, parts="\nUNION ALL\n".join(parts)), parameters)


_RECORDS = """
SELECT (row_number() OVER (ORDER BY resource, key, source, delivery, row, contribution) - 1)::BIGINT AS n, g.*,
       coalesce(t.received, '') AS received
FROM ({parts}) g LEFT JOIN times t USING (delivery)"""


def _selected(
    bench: Workbench, plan: Plan, contribution: Contribution, number: int, content: str
) -> tuple[str, list[Any]]:
    described = bench.con.execute(compose("DESCRIBE SELECT * FROM {c}", c=content)).fetchall()
    types = {row[0]: row[1] for row in described}
    parameters: list[Any] = []
    values = []
    for attribute in plan.contributed():
        expression = _value(attribute, contribution, types, parameters)
        values.append(compose("{e} AS {a}", e=expression, a=name("r_", attribute.name)))
    where = []
    for item, allowed in contribution.when.items():
        where.append(compose("list_contains(?, {i}::VARCHAR)", i=name(item)))
        parameters.append(list(allowed))
    statement = compose(
        "SELECT {n} AS contribution, {resource} AS resource, _source AS source, _delivery::BIGINT AS delivery, "
        "_row::BIGINT AS row, _key::VARCHAR AS key, {values} FROM {content}{where}{newest}",
        n=number,
        resource=text(contribution.resource),
        values=", ".join(values),
        content=content,
        where=_where(contribution, where),
        newest=_newest(contribution),
    )
    return statement, parameters


def _value(attribute: Attribute, contribution: Contribution, types: Mapping[str, str], parameters: list[Any]) -> str:
    item = contribution.attributes.get(attribute.name)
    if item is None:
        if attribute.name not in contribution.constants:
            return "NULL::VARCHAR"
        parameters.append(contribution.constants[attribute.name])
        return "?::VARCHAR"
    if item not in types:
        return "NULL::VARCHAR"
    if types[item] in ("DOUBLE", "FLOAT"):
        # 12.0 as 12, and never in exponents
        return compose("rtrim(rtrim(format('{{:.6f}}', {i}), '0'), '.')", i=name(item))
    if types[item].startswith("TIMESTAMP"):
        return compose("strftime({i}, '%Y-%m-%dT%H:%M:%SZ')", i=name(item))  # the connection's time zone is UTC
    return compose("nullif(trim({i}::VARCHAR), '')", i=name(item))


def _where(contribution: Contribution, conditions: list[str]) -> str:
    having = contribution.newest.having if contribution.newest else ()
    every = [*conditions, *(compose("{i} IS NOT NULL", i=name(item)) for item in having)]
    return " WHERE " + " AND ".join(every) if every else ""


def _newest(contribution: Contribution) -> str:
    if contribution.newest is None:
        return ""
    return compose(
        " QUALIFY row_number() OVER (PARTITION BY {per} ORDER BY {by} DESC NULLS LAST, _delivery DESC, _row DESC) = 1",
        per=", ".join(name(item) for item in contribution.newest.per),
        by=name(contribution.newest.by),
    )
