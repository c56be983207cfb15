"""identify: every cluster gets the id its records had in the last finished run, or a new one; the table ``things``.

Most of a cluster's records decide, ties go to the smallest id. Where a former thing is now several (a split) the one
with most of its records keeps the id, ties go to the smallest record; where several are now one (a merge) the id most
of the records had stays. A new id is made from the register and the smallest record, so that it does not depend on
when a run was made.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import pyarrow as pa

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.workbench import Workbench, compose, name

_FIRST = """
SELECT c, r.resource, r.key FROM (SELECT c, min(n) AS n FROM clusters GROUP BY c) JOIN records r USING (n) ORDER BY c"""

_VOTES = """
SELECT c.c, p.entity_id, count(*) AS votes
FROM clusters c JOIN records r USING (n) JOIN (SELECT DISTINCT entity_id, resource, key FROM {previous}) p
  ON p.resource = r.resource AND p.key = r.key
GROUP BY ALL ORDER BY votes DESC, p.entity_id, c.c"""


def identify(bench: Workbench, plan: Plan, previous: str = "") -> None:
    """``previous``: table expression with ``entity_id, resource, key`` of the last finished run, or empty.

    Makes ``things`` (c, entity_id).
    """
    with bench.step("identify") as rows:
        first = bench.run(_FIRST).fetchall()
        ids = _named(bench, plan) if plan.rules.id_from else _kept(bench, previous)
        used = set(ids.values())
        for c, resource, key in first:
            if c not in ids:
                ids[c] = _new(plan, resource, key, used)
                used.add(ids[c])
        numbers = pa.array(list(ids), pa.int64())
        bench.con.register("named", pa.table({"c": numbers, "entity_id": pa.array(list(ids.values()), pa.string())}))
        rows[0] = bench.make("things", "SELECT * FROM named")
        bench.con.unregister("named")


def _kept(bench: Workbench, previous: str) -> dict[int, str]:
    if not previous:
        return {}
    kept: dict[int, str] = {}
    gone: set[str] = set()
    for c, entity_id, _ in bench.run(compose(_VOTES, previous=previous)).fetchall():
        if c not in kept and entity_id not in gone:
            kept[c] = entity_id
            gone.add(entity_id)
    return kept


_VALUES = "SELECT c, {values} FROM clusters JOIN records USING (n) GROUP BY c HAVING {present} ORDER BY c"


def _named(bench: Workbench, plan: Plan) -> dict[int, str]:
    """Ids by natural keys; of several clusters with the same key the first has it."""
    columns = [name("r_", attribute) for attribute in plan.rules.id_from]
    values = ", ".join(compose("arg_min({c}, n) AS {c}", c=c) for c in columns)
    present = " AND ".join(compose("count({c}) > 0", c=c) for c in columns)
    named: dict[int, str] = {}
    used: set[str] = set()
    for c, *keys in bench.run(compose(_VALUES, values=values, present=present)).fetchall():
        urn = f"urn:ngsi-ld:{plan.rules.type}:" + ":".join(quote(key, safe="-._~") for key in keys)
        if urn not in used:
            named[c] = urn
            used.add(urn)
    return named


def _new(plan: Plan, resource: str, key: str, used: set[str]) -> str:
    again = 0
    while True:
        said = "\x1f".join([plan.code, resource, key, *([str(again)] if again else [])])
        urn = f"urn:ngsi-ld:{plan.rules.type}:{hashlib.sha256(said.encode()).hexdigest()[:20]}"
        if urn not in used:
            return urn
        again += 1
