"""Checks and cleaning, as SQL over the lake; quarantine; scores.

An element's own rule that is broken leaves the value out (``value``), quarantines the row (``row``: required items and
the resource's key) or is only noted; the rule set's ``on_fail`` says otherwise for an item. Rules of the rule set are
noted unless they say otherwise. Rows that belong to one ``key`` twice are noted as rule ``key``.
"""

from __future__ import annotations

from pathlib import Path

from lingqu.centre.exchange.door import Delivery, Progress
from lingqu.centre.quality import reads as _reads
from lingqu.centre.quality.actions import check as _check
from lingqu.centre.quality.reads import Issue, RuleCount, Score
from lingqu.centre.quality.statement import Files as _Files
from lingqu.centre.quality.statement import Script as _Script
from lingqu.centre.quality.values import ANY_SHAPE as _ANY_SHAPE


def check(delivery: int, progress: Progress | None = None) -> Delivery:
    """Check a delivery: write its clean rows and issues into the lake and mark it checked. Landed first when it is not,
    or when its source changed since. Done again with the same rules it gives the same files."""
    return _check.check(delivery, progress)


def outdated() -> list[int]:
    """Deliveries in use that were checked with other rules, mappings, code lists or referred contents than stand now:
    to be checked again, for example after a blueprint was applied."""
    return _reads.outdated()


def statement(resource: str, source: str) -> str:
    """The SQL that checking runs, for the reader and for tests. Every mapped column counts as there."""
    plan = _reads.plan(resource, source)
    columns = {name: _ANY_SHAPE for item in plan.items if item.mapping for name in item.mapping.names()}
    files = _Files(*(Path(name) for name in ("rows.parquet", "broken.parquet", "clean.parquet", "issues.parquet")))
    return str(_Script(plan, files, columns, 0, {code: _reads.content(code) for code in plan.references}))


def issues(delivery: int, *, rule: str = "", after_row: int = 0, limit: int = 100) -> list[Issue]:
    """In the order of rows. Values may be personal data."""
    return _reads.issues(delivery, rule, after_row, limit)


def rule_counts(delivery: int) -> list[RuleCount]:
    """Rows that broke each rule, most first."""
    return _reads.rule_counts(delivery)


def trend(resource: str, limit: int = 30) -> list[Score]:
    """Scores of the latest deliveries, oldest first."""
    return _reads.trend(resource, limit)


def content(resource: str) -> str:
    """A DuckDB table expression over the clean rows of a resource's current deliveries, for ``SELECT … FROM`` it;
    an empty relation with the right columns where nothing was delivered. Of an appending resource with a key, a record
    delivered again counts as it came last."""
    return _reads.content(resource)


def content_digest(resource: str) -> str:
    """Changes exactly when the content changes."""
    return _reads.content_digest(resource)


__all__ = ["Delivery", "Issue", "Progress", "RuleCount", "Score"]
