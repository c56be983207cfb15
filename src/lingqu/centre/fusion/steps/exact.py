"""exact: records that agree on all of one attribute tuple are one piece; the table ``pieces`` (n, p).

Identifiers count only where they are valid. Where records that agree on a tuple carry different values of a
``never`` attribute, only those with the same value belong together, and those without one are left to linking.
"""

from __future__ import annotations

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps.cluster import components
from lingqu.centre.fusion.steps.normalise import identifying
from lingqu.centre.fusion.workbench import Workbench, compose


def exact(bench: Workbench, plan: Plan) -> None:
    with bench.step("exact") as rows:
        never = [identifying(plan, a) for a in plan.rules.match.never]
        tuples = [[identifying(plan, a) for a in attributes] for attributes in plan.rules.match.exact]
        edges = "\nUNION ALL\n".join(_edges(t, never, level) for level, t in enumerate(tuples))
        bench.make("exact_edges", edges or "SELECT 0::BIGINT AS a, 0::BIGINT AS b, 0 AS level WHERE false")
        components(bench, "exact_edges", "pieces", plan, guarded=len(tuples) > 1)
        rows[0] = int(bench.con.execute("SELECT count(DISTINCT p) FROM pieces").fetchall()[0][0])


_TUPLE = """
SELECT a, b, {level} AS level FROM (
  SELECT min(n) OVER g AS a, n AS b FROM (
    SELECT n, {key}, {never} AS never,
           min({never}) OVER k IS DISTINCT FROM max({never}) OVER k AS torn
    FROM normal WHERE {present} WINDOW k AS (PARTITION BY {key}))
  WHERE NOT torn OR never IS NOT NULL
  WINDOW g AS (PARTITION BY {key}, CASE WHEN torn THEN never END))
WHERE a <> b"""

_IDENTIFIED = """
SELECT a, b, {level} AS level FROM (
  SELECT min(n) OVER (PARTITION BY {key}) AS a, n AS b FROM normal WHERE {present})
WHERE a <> b"""


def _edges(key: list[str], never: list[str], level: int) -> str:
    present = " AND ".join(compose("{c} IS NOT NULL", c=c) for c in key)
    others = [c for c in never if c not in key]
    parts = {"level": level, "key": ", ".join(key), "present": present}
    if not others:
        return compose(_IDENTIFIED, **parts)
    joined = others[0] if len(others) == 1 else compose("nullif(concat_ws('|', {c}), '')", c=", ".join(others))
    return compose(_TUPLE, never=joined, **parts)
