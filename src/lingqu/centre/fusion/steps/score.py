"""block and score: pieces without a valid identifier are compared with all others by Splink; the table ``links``.

A piece stands in the comparison with each distinct combination of its values (``variants``), not with each record.
Pairs of pieces that both carry a valid identifier are never compared: the guard would part them again.

Weights (Splink's m and u): u from chance pairs; m from records that a valid identifier says are one, where there
are enough of them, else by expectation maximisation. Both are added to the ladders' own shares as if these had been
seen a few times, so that little data gives sensible weights. Samples are taken by hash: the same data gives the
same weights.
"""

from __future__ import annotations

import re
from typing import Any, TypedDict

from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI

from lingqu.centre.fusion.plan import Plan
from lingqu.centre.fusion.steps.comparisons import LADDERS, Rung
from lingqu.centre.fusion.steps.normalise import ADDRESS_PARTS, identifying
from lingqu.centre.fusion.workbench import Workbench, compose, name

CHANCE_RECORDS = 800  # compared all with all: some 300,000 chance pairs
KNOWN_THINGS = 20000
ENOUGH_KNOWN = 200  # pairs
ENOUGH_TO_TRAIN = 1000  # variants
CHANCE_PRIOR, KNOWN_PRIOR = 1000.0, 50.0  # how many pairs the ladders' own shares count as

Weights = dict[str, list[tuple[float, float]]]
"""Attribute → (m, u) for each rung of its ladder."""


class Trained(TypedDict):
    """Weights and the number of variants they were trained on."""

    variants: int
    weights: Weights


def score(bench: Workbench, plan: Plan, trained: Trained | None = None) -> Trained | None:
    """Makes ``links`` (a, b, weight, probability); uses ``trained`` unless the data is twice or half as much."""
    bench.make("links", _NOTHING)
    if not plan.rules.match.compare:
        return None
    with bench.step("block") as rows:
        variants = rows[0] = _variants(bench, plan)
    if not bench.con.execute("SELECT count(*) FROM variants WHERE open").fetchall()[0][0]:
        return trained
    with bench.step("train") as rows:
        if trained is None or not variants / 2 <= trained["variants"] <= variants * 2:
            trained = Trained(variants=variants, weights=weigh(bench, plan))
            rows[0] = bench.count("chance")
    with bench.step("score") as rows:
        _predict(bench, plan, trained["weights"])
        rows[0] = bench.count("links")
    return trained


_NOTHING = "SELECT 0::BIGINT AS a, 0::BIGINT AS b, 0.0::DOUBLE AS weight, 0.0::DOUBLE AS probability WHERE false"

_LINKS = """
SELECT least(l.p, r.p) AS a, greatest(l.p, r.p) AS b, round(max(s.match_weight), 4) AS weight,
       round(max(s.match_probability), 6) AS probability
FROM {scored} s JOIN variants l ON l.unique_id = s.unique_id_l JOIN variants r ON r.unique_id = s.unique_id_r
GROUP BY 1, 2"""


def compared(attribute: str, part: str = "") -> str:
    """Column of an attribute (or of a part of an address) in ``variants``; Splink wants plain names."""
    return "x_" + re.sub(r"\W", "_", attribute) + ("__" + part if part else "")


def _columns(plan: Plan) -> list[tuple[str, str]]:
    """(column of ``normal``, column of ``variants``) of all that is compared or blocked on."""
    wanted = set(plan.rules.match.compare)
    wanted |= {re.split(r"[\[.]", key)[0] for block in plan.rules.match.blocks for key in block}
    columns = []
    for attribute in sorted(wanted):
        columns.append((name("n_", attribute), compared(attribute)))
        if plan.attributes[attribute].normal == "address":
            columns += [(name("n_", attribute, ".", part), compared(attribute, part)) for part in ADDRESS_PARTS]
    return columns


_VARIANTS = """
WITH filled AS (SELECT p, {fill}, {known} AS known FROM pieces JOIN normal USING (n) GROUP BY p),
spread AS (SELECT DISTINCT p, NOT f.known AS open, {own} FROM pieces JOIN normal USING (n) JOIN filled f USING (p))
SELECT row_number() OVER (ORDER BY ALL) AS unique_id, s.* FROM (SELECT * FROM spread) s"""


def _variants(bench: Workbench, plan: Plan) -> int:
    columns = _columns(plan)
    never = [compose("bool_or({c} IS NOT NULL)", c=identifying(plan, a)) for a in plan.rules.match.never]
    query = compose(
        _VARIANTS,
        fill=", ".join(compose("arg_min({n}, n) AS {x}", n=n, x=x) for n, x in columns),
        own=", ".join(compose("coalesce({n}, f.{x}) AS {x}", n=n, x=x) for n, x in columns),
        known=" OR ".join(never) or "false",
    ).replace("ORDER BY ALL", "ORDER BY p, " + ", ".join(x for _, x in columns))
    return bench.make("variants", query)


def said(rung: Rung, attribute: str, column: str = "{side}.{x}") -> str:
    """The rung's condition on two variants, whose columns are written as in ``column``."""

    def written(found: re.Match[str]) -> str:
        return column.format(side=found[1], x=compared(attribute, found[2] or ""))

    return re.sub(r"\{([lr])(?:\.(\w+))?\}", written, rung.condition)


def weigh(bench: Workbench, plan: Plan) -> Weights:
    chance, known = _chance(bench, plan), _known(bench, plan)
    weights: Weights = {}
    for attribute, comparison in plan.rules.match.compare.items():
        ladder = LADDERS[comparison]
        u = _blend(chance[attribute], [rung.u for rung in ladder], CHANCE_PRIOR)
        # Known pairs agree on the identifier that makes them known: it says nothing about itself.
        counts = [0] * len(ladder) if attribute in plan.rules.match.never else known.get(attribute, [0] * len(ladder))
        m = _blend(counts, [rung.m for rung in ladder], KNOWN_PRIOR)
        weights[attribute] = list(zip(m, u, strict=True))
    if not known and bench.count("variants") >= ENOUGH_TO_TRAIN:
        return _maximised(bench, plan, weights)
    return weights


def _blend(counts: list[int], prior: list[float], strength: float) -> list[float]:
    total = sum(counts) + strength * sum(prior)
    return [float(f"{(count + strength * share) / total:.5g}") for count, share in zip(counts, prior, strict=True)]


def _chance(bench: Workbench, plan: Plan) -> dict[str, list[int]]:
    query = "SELECT * FROM variants ORDER BY hash(unique_id), unique_id LIMIT ?"
    bench.make("chance", query, [CHANCE_RECORDS])
    return _counted(bench, plan, "chance l JOIN chance r ON l.unique_id < r.unique_id AND l.p <> r.p")


_KNOWN = """
SELECT {id} AS id, r.resource, n, {columns} FROM normal JOIN records r USING (n)
WHERE {id} IS NOT NULL AND hash({id}) % (
  SELECT greatest(1, count(DISTINCT {id}) // ?) FROM normal) = 0"""


def _known(bench: Workbench, plan: Plan) -> dict[str, list[int]]:
    """Rungs reached by pairs of records of different resources with the same valid identifier."""
    if not plan.rules.match.never:
        return {}
    columns = ", ".join(compose("{n} AS {x}", n=n, x=x) for n, x in _columns(plan))
    identifier = identifying(plan, plan.rules.match.never[0])
    bench.make("known", compose(_KNOWN, id=identifier, columns=columns), [KNOWN_THINGS])
    pairs = "known l JOIN known r ON l.id = r.id AND l.resource < r.resource"
    counts = _counted(bench, plan, pairs)
    enough = max((sum(c) for a, c in counts.items() if a not in plan.rules.match.never), default=0)
    return counts if enough >= ENOUGH_KNOWN else {}


def _counted(bench: Workbench, plan: Plan, pairs: str) -> dict[str, list[int]]:
    counters, places = [], []
    for attribute, comparison in plan.rules.match.compare.items():
        before = f"l.{compared(attribute)} IS NULL OR r.{compared(attribute)} IS NULL"
        rungs = LADDERS[comparison]
        cases = " ".join(f"WHEN {said(rung, attribute)} THEN {i}" for i, rung in enumerate(rungs) if rung.condition)
        counters.append(f"CASE WHEN {before} THEN NULL {cases} ELSE {len(rungs) - 1} END AS {compared(attribute)}")
        places.append((attribute, len(rungs)))
    sums = ", ".join(
        f"count(*) FILTER ({compared(attribute)} = {i})" for attribute, size in places for i in range(size)
    )
    found = bench.run(compose("SELECT {s} FROM (SELECT {c} FROM {p})", s=sums, c=", ".join(counters), p=pairs))
    values = iter(found.fetchall()[0])
    return {attribute: [int(next(values)) for _ in range(size)] for attribute, size in places}


def _settings(plan: Plan, weights: Weights, prior: float) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        comparisons=[_comparison(plan, attribute, weights[attribute]) for attribute in plan.rules.match.compare],
        blocking_rules_to_generate_predictions=[
            {"blocking_rule": _block(plan, block), "sql_dialect": "duckdb"} for block in plan.rules.match.blocks
        ],
    )


def _comparison(plan: Plan, attribute: str, weights: list[tuple[float, float]]) -> dict[str, Any]:
    x = compared(attribute)
    levels: list[dict[str, Any]] = [
        {"sql_condition": f'"{x}_l" IS NULL OR "{x}_r" IS NULL', "label_for_charts": "absent", "is_null_level": True}
    ]
    for rung, (m, u) in zip(LADDERS[plan.rules.match.compare[attribute]], weights, strict=True):
        condition = said(rung, attribute, '"{x}_{side}"') or "ELSE"
        level = {"sql_condition": condition, "label_for_charts": rung.label, "m_probability": m, "u_probability": u}
        if rung.frequency:
            level |= {"tf_adjustment_column": x, "tf_adjustment_weight": 1.0}
        levels.append(level)
    return {"output_column_name": x, "comparison_levels": levels}


def _block(plan: Plan, block: tuple[str, ...]) -> str:
    same = " AND ".join(_same(key) for key in block)
    return f"{same} AND l.p <> r.p" + (" AND (l.open OR r.open)" if plan.rules.match.never else "")


def _same(key: str) -> str:
    found = re.fullmatch(r"(\w+)(?:\.(house|road|room))?(?:\[:(\d+)\])?", key)
    if found is None:
        raise ValueError(f"not a block: {key!r}")
    attribute, part, length = found.groups()
    x = compared(attribute, part or "")
    return f"left(l.{x}, {length}) = left(r.{x}, {length})" if length else f"l.{x} = r.{x}"


def _prior(bench: Workbench) -> float:
    """Chance that two records are one, if every second piece without an identifier has a partner."""
    pieces, without = bench.con.execute(
        "SELECT count(DISTINCT p), count(DISTINCT p) FILTER (open) FROM variants"
    ).fetchall()[0]
    pairs = without * (pieces - without) + without * (without - 1) / 2
    return min(0.5, 0.5 * without / max(pairs, 1))


def _linker(bench: Workbench, plan: Plan, weights: Weights) -> Linker:
    table = DuckDBAPI(bench.con).register("variants", dataset_display_name="variants")
    return Linker(table, _settings(plan, weights, _prior(bench)), log_level=40, validate_settings=False)


def _predict(bench: Workbench, plan: Plan, weights: Weights) -> None:
    linker = _linker(bench, plan, weights)
    found = linker.inference.predict(threshold_match_probability=plan.rules.match.threshold)
    bench.make("links", compose(_LINKS, scored=name(found.physical_name)))
    bench.drop(found.physical_name)


def _maximised(bench: Workbench, plan: Plan, weights: Weights) -> Weights:
    """m by expectation maximisation inside the first three blocks; an attribute that is blocked on learns nothing."""
    linker = _linker(bench, plan, weights)
    for block in plan.rules.match.blocks[:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(
            _block(plan, block), estimate_without_term_frequencies=True, record_sample_proportion=1.0
        )
    model = {c["output_column_name"]: c["comparison_levels"] for c in linker.misc.save_model_to_json()["comparisons"]}
    learned: Weights = {}
    for attribute, rungs in weights.items():
        levels = [level for level in model[compared(attribute)] if not level.get("is_null_level")]
        m = [level.get("m_probability") or rung[0] for level, rung in zip(levels, rungs, strict=True)]
        learned[attribute] = [(float(f"{share / sum(m):.4g}"), u) for share, (_, u) in zip(m, rungs, strict=True)]
    return learned
