"""write: what a run publishes in the lake, and the drafts it hands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps.compile import held
from lingqu.centre.fusion.steps.normalise import ADDRESS_PARTS
from lingqu.centre.fusion.workbench import Workbench, compose, name

_LINKS = """
SELECT t.entity_id, r.resource, r.source, r.delivery, r.row, r.key, min(c.probability) AS probability
FROM clusters c JOIN drafts t USING (c) JOIN records r USING (n)
GROUP BY ALL ORDER BY t.entity_id, r.resource, r.key, r.source, r.delivery, r.row"""

LOOKED_UP = 8_192
"""Rows in a group of the file of links: one entity's links are looked up in one group."""


def publish(bench: Workbench, plan: Plan, links: Path, entities: Path) -> None:
    """Links of records to entities, and the entities' values for other registers, as Parquet."""
    with bench.step("publish") as rows:
        links.parent.mkdir(parents=True, exist_ok=True)
        _copy(bench, _LINKS, links, LOOKED_UP)
        _copy(bench, _published(plan), entities)
        rows[0] = bench.count("drafts")


def _published(plan: Plan) -> str:
    columns, joins = ["d.entity_id", "d.digest"], []
    given = {a.name for a in plan.contributed()}
    for attribute in held(plan):
        w = name("w_", attribute.name)
        columns.append(compose("{w}.raw AS {a}", w=w, a=name("r_", attribute.name)))
        columns.append(compose("{w}.norm AS {a}", w=w, a=name("n_", attribute.name)))
        joins.append(compose("LEFT JOIN {w} ON {w}.c = d.c", w=w))
        if attribute.normal == "address" and attribute.name in given:
            x = name("x_", attribute.name)
            joins.append(compose("LEFT JOIN normal {x} ON {x}.n = {w}.n", x=x, w=w))
            for part in ADDRESS_PARTS:
                column = name("n_", attribute.name, ".", part)
                columns.append(compose("{x}.{c} AS {c}", x=x, c=column))
    query = "SELECT {c} FROM drafts d {j} ORDER BY d.entity_id"
    return compose(query, c=", ".join(columns), j=" ".join(joins))


def _copy(bench: Workbench, query: str, path: Path, group: int = 122_880) -> None:
    part = path.with_name(path.name + ".part")
    # The path is ours, not a value: COPY takes no parameter there.
    bench.con.execute(
        compose(
            "COPY ({q}) TO '{p}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {g})",
            q=query,
            p=str(part).replace("'", "''"),
            g=group,
        )
    )
    exchange.keep(part, path)


_CHANGED = """
SELECT entity_id, attrs, prov, region FROM drafts d {unless} ORDER BY entity_id"""


def drafts(bench: Workbench, unless: str = "") -> Iterator[tuple[Any, ...]]:
    """(entity_id, attrs, prov, region) of every entity whose digest is not in the table expression ``unless``."""
    same = "ANTI JOIN {u} u ON u.entity_id = d.entity_id AND u.digest = d.digest"
    cursor = bench.con.execute(compose(_CHANGED, unless=compose(same, u=unless) if unless else ""))
    while batch := cursor.fetchmany(5000):
        yield from batch
