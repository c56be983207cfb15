"""cluster: from edges to things, never joining what must not be one.

Connected components first. Where a component breaks a guard it is built again edge by edge, the strongest first
(ties by record number), leaving out every edge that would break the guard: so the weakest links give way.

Guards: two different valid values of a ``never`` attribute are never one thing; linking never joins two things that
both have a record of a ``one_per_resource`` resource.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps.normalise import identifying
from lingqu.centre.fusion.workbench import Workbench, compose, name, text

Numbers = npt.NDArray[np.int64]


def connected(size: int, left: Numbers, right: Numbers) -> Numbers:
    """For each node 0..size-1 the smallest node of its component."""
    label = np.arange(size, dtype=np.int64)
    while len(left):
        l_root, r_root = label[left], label[right]
        apart = l_root != r_root
        left, right = left[apart], right[apart]
        high, low = np.maximum(l_root[apart], r_root[apart]), np.minimum(l_root[apart], r_root[apart])
        np.minimum.at(label, high, low)
        while not np.array_equal(label, jumped := label[label]):
            label = jumped
    return label


def components(bench: Workbench, edges: str, table: str, plan: Plan, *, guarded: bool) -> None:
    """Groups of records by ``edges`` (a, b, level; a lower level is stronger): a table (n, p)."""
    size = bench.count("records")
    found = bench.run(compose("SELECT a, b, level FROM {e} ORDER BY level, a, b", e=name(edges))).fetchnumpy()
    left, right = found["a"].astype(np.int64), found["b"].astype(np.int64)
    label = connected(size, left, right)
    _labelled(bench, table, label)
    if guarded and plan.rules.match.never:
        torn = _torn(bench, table, _never(plan), [])
        _rebuild(
            bench, label, torn, zip(left.tolist(), right.tolist(), strict=True), _signs(bench, table, torn, plan, False)
        )
        _labelled(bench, table, label)


def cluster(bench: Workbench, plan: Plan) -> None:
    """Pieces and ``links`` (a, b: pieces; weight; probability) become ``clusters`` (n, c, probability)."""
    with bench.step("cluster") as rows:
        size = bench.count("records")
        found = bench.run("SELECT a, b FROM links ORDER BY weight DESC, a, b").fetchnumpy()
        left, right = found["a"].astype(np.int64), found["b"].astype(np.int64)
        piece = bench.run("SELECT p FROM pieces ORDER BY n").fetchnumpy()["p"].astype(np.int64)
        label = connected(size, left, right)
        _labelled(bench, "grouped", label[piece])
        singles = _single_resources(plan)
        torn = _torn(bench, "grouped", _never(plan), singles)
        signs = _signs(bench, "grouped", torn, plan, True)
        _rebuild(bench, label, torn, zip(left.tolist(), right.tolist(), strict=True), signs)
        _labelled(bench, "grouped", label[piece])
        rows[0] = _with_probability(bench, plan)


_CLUSTERS = """
WITH inside AS (
  SELECT l.a, l.b, l.probability FROM links l
  JOIN grouped ga ON ga.n = l.a JOIN grouped gb ON gb.n = l.b WHERE ga.p = gb.p),
best AS (
  SELECT piece, max(probability) AS probability FROM (
    SELECT a AS piece, probability FROM inside UNION ALL SELECT b, probability FROM inside) GROUP BY piece),
sized AS (SELECT p, count(*) AS size, bool_or({known}) AS known FROM pieces JOIN normal USING (n) GROUP BY p),
anchored AS (
  SELECT s.p, s.p = first(s.p ORDER BY s.known DESC, s.size DESC, s.p) OVER (PARTITION BY g.p) AS anchor
  FROM sized s JOIN grouped g ON g.n = s.p)
SELECT pieces.n, g.p AS c, CASE WHEN NOT anchored.anchor THEN best.probability END AS probability
FROM pieces JOIN grouped g ON g.n = pieces.n JOIN anchored ON anchored.p = pieces.p
LEFT JOIN best ON best.piece = pieces.p"""


def _with_probability(bench: Workbench, plan: Plan) -> int:
    """The piece with a valid identifier, else the largest, is there by itself; others by their best link."""
    known = " OR ".join(compose("{c} IS NOT NULL", c=c) for c in _never(plan)) or "false"
    bench.make("clusters", compose(_CLUSTERS, known=known))
    return int(bench.con.execute("SELECT count(DISTINCT c) FROM clusters").fetchall()[0][0])


def _labelled(bench: Workbench, table: str, label: Numbers) -> None:
    bench.con.register("labels", pa.table({"n": np.arange(len(label), dtype=np.int64), "p": label}))
    bench.make(table, "SELECT * FROM labels")
    bench.con.unregister("labels")


def _never(plan: Plan) -> list[str]:
    return [identifying(plan, a) for a in plan.rules.match.never]


def _single_resources(plan: Plan) -> list[str]:
    rule = plan.rules.match.one_per_resource
    if rule is True:
        return sorted({c.resource for c in plan.rules.contributions})
    return sorted(rule) if rule else []


def _torn(bench: Workbench, table: str, never: list[str], singles: list[str]) -> Numbers:
    """Labels of the groups that break a guard."""
    broken = [compose("count(DISTINCT {c}) > 1", c=c) for c in never]
    queries = []
    if broken:
        query = "SELECT g.p FROM {t} g JOIN normal USING (n) GROUP BY g.p HAVING {b}"
        queries.append(compose(query, t=name(table), b=" OR ".join(broken)))
    if singles:
        query = (
            "SELECT p FROM (SELECT DISTINCT g.p, r.resource, pieces.p AS piece FROM {t} g "
            "JOIN records r USING (n) JOIN pieces USING (n) WHERE r.resource IN ({s})) GROUP BY p, resource "
            "HAVING count(*) > 1"
        )
        queries.append(compose(query, t=name(table), s=", ".join(map(text, singles))))
    if not queries:
        return np.empty(0, dtype=np.int64)
    return bench.run(" UNION ".join(queries)).fetchnumpy()["p"].astype(np.int64)


Sign = tuple[str, str]
"""(attribute or '', value or resource): what a thing has at most one of."""


def _signs(bench: Workbench, table: str, torn: Numbers, plan: Plan, linking: bool) -> dict[int, set[Sign]]:
    """For each node of a torn group what it brings: its never values and its resources."""
    bench.con.register("torn", pa.table({"p": torn}))
    never = _never(plan)
    values = ", ".join(never) if never else "NULL"
    query = (
        "SELECT {node}, r.resource, {v} FROM {t} g JOIN torn USING (p) "
        "JOIN records r USING (n) JOIN normal USING (n) {j}"
    )
    node, join = ("pieces.p", "JOIN pieces USING (n)") if linking else ("g.n", "")
    rows = bench.con.execute(compose(query, node=node, v=values, t=name(table), j=join)).fetchall()
    bench.con.unregister("torn")
    singles = set(_single_resources(plan)) if linking else set()
    signs: dict[int, set[Sign]] = {}
    for row in rows:
        mine = signs.setdefault(int(row[0]), set())
        if row[1] in singles:
            mine.add(("", row[1]))
        mine.update((c, v) for c, v in zip(never, row[2:], strict=False) if v is not None)
    return signs


def compatible(one: Iterable[Sign], other: set[Sign]) -> bool:
    """Whether two things may be one: no resource on both sides, no attribute with two values."""
    values = {attribute: value for attribute, value in other if attribute}
    for attribute, value in one:
        if (attribute and values.get(attribute, value) != value) or (not attribute and ("", value) in other):
            return False
    return True


def _rebuild(
    bench: Workbench, label: Numbers, torn: Numbers, edges: Iterable[tuple[int, int]], signs: dict[int, set[Sign]]
) -> None:
    """Build torn groups again, strongest edge first; ``label`` is changed in place."""
    if not len(torn):
        return
    inside = np.isin(label, torn)
    nodes = np.flatnonzero(inside)
    parent = {int(node): int(node) for node in nodes}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in edges:
        if not inside[left]:
            continue
        low, high = sorted((root(left), root(right)))
        mine, theirs = signs.setdefault(low, set()), signs.setdefault(high, set())
        if low != high and compatible(theirs, mine):
            parent[high] = low
            mine |= theirs
    for node in nodes:
        label[node] = root(int(node))
