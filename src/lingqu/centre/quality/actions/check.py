"""Check a landed delivery: clean rows and issues by one SQL script."""

from __future__ import annotations

from pathlib import Path

import duckdb
from django.conf import settings

from lingqu.centre.exchange import door as exchange
from lingqu.centre.exchange.door import Delivery, Progress
from lingqu.centre.quality import geometry, reads
from lingqu.centre.quality.plan import Plan
from lingqu.centre.quality.statement import Files, Script


def check(delivery: int, progress: Progress | None = None) -> Delivery:
    given = exchange.delivery(delivery)
    lake = exchange.lake()
    if _stale(given):
        given = exchange.land(delivery, progress)
    if given.state in ("refused", "withdrawn"):
        return given
    plan = reads.plan(given.resource, given.source)
    tell = exchange.reporter(delivery, progress)
    tell(0, 3, "rules")
    clean, issues = lake.clean(given.resource, delivery), lake.issues(given.resource, delivery)
    with exchange.scratch() as folder:
        made = Files(
            lake.rows(given.source, delivery),
            lake.broken(given.source, delivery),
            folder / "clean.parquet",
            folder / "issues.parquet",
        )
        counts = _run(plan, made, delivery, folder, tell)
        exchange.keep(made.issues, issues)
        exchange.keep(made.clean, clean)
    rows, kept, failed, done = counts
    score = 1.0 if not done else max(0.0, 1 - failed / done)
    return exchange.mark_checked(delivery, clean_rows=kept, bad_rows=rows - kept, score=score, rules=plan.digest)


def _stale(given: Delivery) -> bool:
    """Not landed, landed by other settings than the source has now, or without its file."""
    if given.state in ("refused", "withdrawn"):
        return False
    source = exchange.sources().get(given.source)
    landed = given.state in ("landed", "checked") and exchange.lake().rows(given.source, given.id).is_file()
    return not landed or (source is not None and exchange.contract_digest(source) != given.contract)


def _run(plan: Plan, files: Files, delivery: int, folder: Path, tell: Progress) -> tuple[int, int, int, int]:
    references = {resource: reads.content(resource) for resource in plan.references}
    script = Script(plan, files, exchange.shapes(files.rows), delivery, references)
    with connected(folder) as connection:
        steps = script.steps()
        for done, step in enumerate(steps):
            tell(done, len(steps), "rules")
            connection.execute(step)
        rows, kept, failed, made = connection.execute(script.counts()).fetchone() or (0, 0, 0, 0)
    return rows, kept, failed, made


def connected(folder: Path) -> duckdb.DuckDBPyConnection:
    """DuckDB held to its memory (LINGQU_DUCKDB_MEMORY); what does not fit goes to ``folder``."""
    connection = duckdb.connect(
        config={
            "memory_limit": getattr(settings, "LINGQU_DUCKDB_MEMORY", "2GB"),
            "threads": getattr(settings, "LINGQU_DUCKDB_THREADS", 2),
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
        }
    )
    geometry.register(connection)
    return connection
