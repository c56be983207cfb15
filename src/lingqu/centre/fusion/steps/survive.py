"""survive: for each thing and attribute the value that wins, and what lost.

One table ``w_<attribute>`` each: ``c``, ``raw`` and ``norm`` of the winner, ``n`` its record, and for attributes with
many values ``every_raw`` (list). The table ``losses`` (c, attribute, norm, n) has one row for each other value, the
first record that says it, by the order of precedence.
"""

from __future__ import annotations

import pyarrow as pa

from lingqu.centre.fusion.definitions import Survivorship
from lingqu.centre.fusion.plan import Attribute, Plan
from lingqu.centre.fusion.workbench import Workbench, compose, name, text

_IN_WORDS = ("text", "name", "address")
_LOST_SIGNS = "regexp_matches({}, '[?？□�]')"
"""What older systems put in the place of a character they could not hold."""


def survive(bench: Workbench, plan: Plan) -> None:
    with bench.step("survive") as rows:
        bench.make(
            "recency",
            "SELECT received, row_number() OVER (ORDER BY received DESC) AS late "
            "FROM (SELECT DISTINCT received FROM records)",
        )
        bench.make("losses", "SELECT 0::BIGINT AS c, '' AS attribute, '' AS norm, 0::BIGINT AS n WHERE false")
        for attribute in plan.contributed():
            rows[0] += _many(bench, plan, attribute) if attribute.many else _one(bench, plan, attribute)


_SAID = """
SELECT c.c, r.n, r.{raw} AS raw, {norm} AS norm, {rank} AS rank
FROM records r JOIN normal x USING (n) JOIN clusters c USING (n) JOIN recency USING (received) {most}
WHERE r.{raw} IS NOT NULL AND {norm} IS NOT NULL"""

_MOST = """
JOIN (SELECT c.c, {norm} AS norm, count(*) AS votes FROM normal x JOIN clusters c USING (n) GROUP BY ALL) votes
  ON votes.c = c.c AND votes.norm = {norm}"""

_WINNERS = """
SELECT b.c, s.n, s.raw, s.norm FROM (SELECT c, min(rank) AS rank FROM said GROUP BY c) b
JOIN said s ON s.c = b.c AND s.rank = b.rank"""

_LOSSES = """
INSERT INTO losses SELECT s.c, {attribute}, s.norm, arg_min(s.n, s.rank)
FROM said s JOIN {winners} w USING (c) WHERE s.norm <> w.norm {apart} GROUP BY s.c, s.norm"""


def _one(bench: Workbench, plan: Plan, attribute: Attribute) -> int:
    rule = plan.survivorship(attribute.name)
    raw, norm, winners = name("r_", attribute.name), _counted(plan, attribute), name("w_", attribute.name)
    most = compose(_MOST, norm=norm) if rule.pick == "most" else ""
    bench.make("said", compose(_SAID, raw=raw, norm=norm, rank=_rank(plan, attribute), most=most) + _without(rule, raw))
    count = bench.make("w_" + attribute.name, _WINNERS)
    if attribute.normal != "geometry":
        bench.run(compose(_LOSSES, attribute=text(attribute.name), winners=winners, apart=_apart(bench, attribute)))
    return count


def _counted(plan: Plan, attribute: Attribute) -> str:
    """The comparable form of what may survive: of identifiers only the valid ones, shaky ones behind the others."""
    if _doubted(plan, attribute):
        return compose("coalesce(x.{v}, x.{h})", v=name("v_", attribute.name), h=name("h_", attribute.name))
    return "x." + name("v_" if attribute.normal in ("identifier", "phone") else "n_", attribute.name)


def _doubted(plan: Plan, attribute: Attribute) -> bool:
    rule = plan.rules.match.doubt
    return rule is not None and rule.identifier == attribute.name


def _without(rule: Survivorship, raw: str) -> str:
    conditions = []
    if rule.without:
        conditions.append(compose(" AND r.resource NOT IN ({r})", r=", ".join(map(text, rule.without))))
    if rule.unknown:
        conditions.append(compose(" AND r.{raw} NOT IN ({u})", raw=raw, u=", ".join(map(text, rule.unknown))))
    return "".join(conditions)


def _apart(bench: Workbench, attribute: Attribute) -> str:
    """What is left out of the losses: a wider code of the same branch, and a text with signs that a system lost."""
    conditions = []
    if attribute.kin:
        both = [*attribute.kin, *((b, a) for a, b in attribute.kin)]
        columns = {"one": [a for a, _ in both], "other": [b for _, b in both]}
        bench.con.register("kindred", pa.table(columns))
        bench.make("kin", "SELECT * FROM kindred")
        bench.con.unregister("kindred")
        conditions.append("NOT EXISTS (SELECT 1 FROM kin k WHERE k.one = s.norm AND k.other = w.norm)")
    if attribute.normal in _IN_WORDS:
        conditions.append(compose("NOT {lost}", lost=_LOST_SIGNS.format("s.raw")))
    return "".join(" AND " + condition for condition in conditions)


def _rank(plan: Plan, attribute: Attribute) -> str:
    """One number, smaller is better: what is picked by, then the order of resources, the newest, the first record."""
    rule = plan.survivorship(attribute.name)
    places = " ".join(f"WHEN {text(resource)} THEN {place}" for place, resource in enumerate(rule.order))
    order = f"(CASE r.resource {places} ELSE {len(rule.order)} END)" if places else "0"
    raw = name("r_", attribute.name)
    whole = "0"
    if _doubted(plan, attribute):
        whole = compose("CASE WHEN x.{v} IS NULL THEN 1 ELSE 0 END", v=name("v_", attribute.name))
    if attribute.normal in _IN_WORDS:
        whole = compose("CASE WHEN {lost} THEN 1 ELSE 0 END", lost=_LOST_SIGNS.format("r." + raw))
    first = {
        "most": "(1000 - least(999, votes.votes))",
        "longest": f"(1000 - least(999, length(r.{raw})))",
    }.get(rule.pick, "0")
    # Ten bits, ten bits, sixteen bits and the rest for the number of the record.
    keys = [(order, 1 << 10), ("late", 1 << 16)]
    if rule.pick == "newest":
        keys.reverse()
    rank = f"({whole}::HUGEINT * 1024 + {first})"
    for key, size in keys:
        rank = f"({rank} * {size} + least({key}, {size - 1}))"
    return f"({rank} * {1 << 40} + r.n)"


def _many(bench: Workbench, plan: Plan, attribute: Attribute) -> int:
    raw, norm = name("r_", attribute.name), _counted(plan, attribute)
    bench.make("said", compose(_SAID, raw=raw, norm=norm, rank="0", most=""))
    return bench.make(
        "w_" + attribute.name,
        "SELECT c, min(n) AS n, arg_min(raw, n) AS raw, arg_min(norm, n) AS norm, list(raw ORDER BY norm) AS every_raw "
        "FROM (SELECT c, norm, min(n) AS n, arg_min(raw, n) AS raw FROM said GROUP BY c, norm) GROUP BY c",
    )
