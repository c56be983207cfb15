"""doubt: borrowed identifiers are taken out of ``normal``, so that their records are linked by what else they say."""

from __future__ import annotations

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.workbench import Workbench, compose, name

# Off by one part (day, month or year) is a slip; a parent and a child differ in all three, or by many years.
_FAR = """
{born} IS NOT NULL AND (CASE WHEN left({born}, 4) = substr({id}, 7, 4) THEN 0
      WHEN abs(try_cast(left({born}, 4) AS INTEGER) - try_cast(substr({id}, 7, 4) AS INTEGER)) > 10 THEN 2 ELSE 1 END
 + CASE WHEN substr({born}, 5, 2) = substr({id}, 11, 2) THEN 0 ELSE 1 END
 + CASE WHEN substr({born}, 7, 2) = substr({id}, 13, 2) THEN 0 ELSE 1 END) >= 3"""

_BORROWED = """
WITH seen AS (SELECT n, {id} AS id, coalesce({far}, false) AS far {agree} FROM normal WHERE {id} IS NOT NULL),
believed AS (SELECT DISTINCT id {named} FROM seen WHERE NOT far)
SELECT s.n FROM seen s WHERE s.far AND NOT EXISTS (SELECT 1 FROM believed b WHERE b.id = s.id {same})"""


def doubt(bench: Workbench, plan: Plan) -> None:
    rule = plan.rules.match.doubt
    if rule is None:
        return
    with bench.step("doubt") as rows:
        identifier, agree = name("v_", rule.identifier), [name("n_", a) for a in rule.agree]
        query = compose(
            _BORROWED,
            id=identifier,
            far=compose(_FAR, born=name("n_", rule.born), id=identifier),
            agree="".join(f", {c}" for c in agree),
            named="".join(f", {c}" for c in agree),
            same="".join(f" AND b.{c} = s.{c}" for c in agree) or " AND false",
        )
        rows[0] = bench.make("borrowed", query)
        out = "UPDATE normal SET {v} = NULL, {n} = NULL WHERE n IN (SELECT n FROM borrowed)"
        bench.run(compose(out, v=identifier, n=name("n_", rule.identifier)))
