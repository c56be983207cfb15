"""What others may know of runs, links and disputes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from django.db.models import Count

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion.definitions import RegisterRules
from lingqu.centre.fusion.models import FusionDispute, FusionRun
from lingqu.centre.fusion.plan import Plan, resolve
from lingqu.centre.fusion.results import Dispute, Member, Run, Step
from lingqu.centre.fusion.workbench import compose, name
from lingqu.centre.quality import door as quality

NO_LINKS = (
    "(SELECT ''::VARCHAR AS entity_id, ''::VARCHAR AS resource, ''::VARCHAR AS source, 0::BIGINT AS delivery, "
    "0::BIGINT AS row, ''::VARCHAR AS key, NULL::DOUBLE AS probability WHERE false)"
)


def registers() -> dict[str, RegisterRules]:
    found = drawing.every(RegisterRules)
    before = {code: {r for r in found[code].upstream() if r in found} for code in sorted(found)}
    return {code: found[code] for code in TopologicalSorter(before).static_order()}


def plan(register: str) -> Plan:
    rules = drawing.one(RegisterRules, register)
    return resolve(rules, entities.entity_type(rules.type), catalogue.data_elements(), catalogue.code_lists())


def last_done(register: str) -> FusionRun | None:
    return FusionRun.objects.filter(register=register, state="done").order_by("-id").first()


def inputs_digest(of: Plan) -> str:
    """Changes when something that a run of this register reads has changed."""
    upstream = [(code, run.links if (run := last_done(code)) else "") for code in of.rules.upstream()]
    resources = sorted({c.resource for c in of.rules.contributions})
    said = [of.digest(), [(code, quality.content_digest(code)) for code in resources], upstream]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def due() -> list[str]:
    """A register whose upstream is due is due itself: it will read a newer run."""
    late: list[str] = []
    for code, rules in registers().items():
        run = last_done(code)
        if run is None or set(rules.upstream()) & set(late) or run.inputs != inputs_digest(plan(code)):
            late.append(code)
    return late


def runs(register: str, limit: int) -> list[Run]:
    found = FusionRun.objects.order_by("-id")
    return [run_of(row) for row in (found.filter(register=register) if register else found)[:limit]]


def run_of(row: FusionRun) -> Run:
    return Run(
        id=row.pk,
        register=row.register,
        started_at=row.started_at,
        ended_at=row.ended_at,
        state=row.state,
        steps=tuple(Step(**step) for step in row.steps),
        progress=row.progress,
        error=row.error,
        **row.counts,
    )


def links_file(register: str, run: FusionRun) -> Path:
    return exchange.lake().links(register) / run.links


def entities_file(register: str, run: FusionRun) -> Path:
    """The values a run published for other registers."""
    return links_file(register, run).with_suffix(".entities.parquet")


def parquet(path: Path) -> str:
    return "read_parquet('" + str(path).replace("'", "''") + "')"


def links(register: str) -> str:
    run = last_done(register)
    return parquet(links_file(register, run)) if run else NO_LINKS


@cache
def _lookups() -> duckdb.DuckDBPyConnection:
    """One engine for all lookups of a process: to open one takes longer than to look up."""
    return duckdb.connect(config={"threads": 1, "memory_limit": "512MB"})


def members(entity_id: str, with_values: bool) -> list[Member]:
    kind = entity_id.split(":")[2] if entity_id.count(":") >= 2 else ""
    for code, rules in registers().items():
        if rules.type == kind and (found := _members(code, entity_id, with_values)):
            return found
    return []


def _members(register: str, entity_id: str, with_values: bool) -> list[Member]:
    with _lookups().cursor() as con:
        query = "SELECT resource, source, delivery, row, key, probability FROM {l} WHERE entity_id = ? ORDER BY ALL"
        rows = con.execute(compose(query, l=links(register)), [entity_id]).fetchall()
        values = _values(con, register, rows) if with_values else {}
        return [
            Member(resource, source, delivery, row, key, values.get((resource, delivery, row), {}), probability)
            for resource, source, delivery, row, key, probability in rows
        ]


def _values(
    con: duckdb.DuckDBPyConnection, register: str, rows: Iterable[tuple[Any, ...]]
) -> dict[tuple[str, int, int], dict[str, Any]]:
    """The rows as the department's clean delivery holds them, while the lake keeps it."""
    wanted: dict[tuple[str, int], list[int]] = {}
    for resource, _, delivery, row, *_rest in rows:
        wanted.setdefault((resource, delivery), []).append(row)
    found: dict[tuple[str, int, int], dict[str, Any]] = {}
    for (resource, delivery), numbers in wanted.items():
        path = exchange.lake().clean(resource, delivery)
        if not path.exists():
            continue
        # Rows stand in order: the smallest and the largest tell which parts of the file need not be read.
        query = compose(
            "SELECT * FROM {p} WHERE {r} BETWEEN ? AND ? AND list_contains(?, {r})", p=parquet(path), r=name("_row")
        )
        cursor = con.execute(query, [min(numbers), max(numbers), numbers])
        names = [column[0] for column in cursor.description or ()]
        for record in cursor.fetchall():
            values = dict(zip(names, record, strict=True))
            key = (resource, delivery, int(values["_row"]))
            found[key] = {k: v for k, v in values.items() if not k.startswith("_") and v is not None}
    return found


def disputes(register: str, attribute: str, entity_id: str, before: int | None, limit: int) -> list[Dispute]:
    asked = {"register": register, "attribute": attribute, "entity_id": entity_id}
    found = FusionDispute.objects.filter(**{k: v for k, v in asked.items() if v}).order_by("-id")
    if before is not None:
        found = found.filter(pk__lt=before)
    return [
        Dispute(
            id=row.pk,
            register=row.register,
            entity_id=row.entity_id,
            label=row.label,
            attribute=row.attribute,
            held=row.held,
            held_by=row.held_by,
            others=tuple((resource, value) for resource, value in row.others),
            state=row.state,
            since=row.since,
        )
        for row in found[:limit]
    ]


def dispute_counts() -> dict[tuple[str, str], int]:
    found = FusionDispute.objects.filter(state="open").values_list("register", "attribute")
    return {(register, attribute): n for register, attribute, n in found.annotate(n=Count("id"))}
