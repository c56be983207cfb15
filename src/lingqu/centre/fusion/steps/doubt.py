"""doubt: identifiers that contradict their record's own birth date.

*Borrowed* ones (the date is far off: a child under a parent's number) are taken out of ``normal`` altogether.
*Shaky* ones (the date is a little off and no other record has the number: a slip that the check digit does not show, or
a wrong date) no longer join or part records; they stand in ``h_<identifier>`` and survive where nothing better does.
"""

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


_SHAKY = """
WITH seen AS (SELECT n, {id} AS id, {born} IS NOT NULL AND {born} <> substr({id}, 7, 8) AS off
              FROM normal WHERE {id} IS NOT NULL)
SELECT s.n FROM seen s
WHERE s.off AND NOT EXISTS (SELECT 1 FROM seen b WHERE b.id = s.id AND b.n <> s.n AND NOT b.off)"""


def doubt(bench: Workbench, plan: Plan) -> None:
    rule = plan.rules.match.doubt
    if rule is None:
        return
    with bench.step("doubt") as rows:
        valid, norm, held = (name(kind, rule.identifier) for kind in ("v_", "n_", "h_"))
        born, agree = name("n_", rule.born), [name("n_", a) for a in rule.agree]
        bench.run(compose("ALTER TABLE normal ADD COLUMN {h} VARCHAR", h=held))
        named = "".join(f", {c}" for c in agree)
        borrowed = compose(
            _BORROWED,
            id=valid,
            far=compose(_FAR, born=born, id=valid),
            agree=named,
            named=named,
            same="".join(f" AND b.{c} = s.{c}" for c in agree) or " AND false",
        )
        rows[0] = bench.make("borrowed", borrowed)
        out = "UPDATE normal SET {v} = NULL, {n} = NULL WHERE n IN (SELECT n FROM borrowed)"
        bench.run(compose(out, v=valid, n=norm))
        rows[0] += bench.make("shaky", compose(_SHAKY, id=valid, born=born))
        out = "UPDATE normal SET {h} = {v}, {v} = NULL WHERE n IN (SELECT n FROM shaky)"
        bench.run(compose(out, v=valid, h=held))
