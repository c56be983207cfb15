"""Checks and cleaning, as SQL over the lake; quarantine; scores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lingqu.centre.exchange.door import Delivery, Progress


@dataclass(frozen=True)
class Issue:
    """One value or row that broke a rule."""

    row: int
    item: str
    column: str
    rule: str
    on_fail: str  # row | value | note
    value: str
    reason_zh: str
    reason_en: str


@dataclass(frozen=True)
class RuleCount:
    rule: str
    item: str
    on_fail: str
    rows: int


@dataclass(frozen=True)
class Score:
    """Quality of a resource at one delivery: share of value checks passed, 0..1."""

    delivery: int
    at: datetime
    score: float
    rows: int
    bad_rows: int


def check(delivery: int, progress: Progress | None = None) -> Delivery:
    """Check a landed delivery: write its clean rows and issues into the lake and mark it checked. Done again with the
    same rules it gives the same files."""
    raise NotImplementedError


def statement(resource: str, source: str) -> str:
    """The SQL that checking runs, for the reader and for tests."""
    raise NotImplementedError


def issues(delivery: int, *, rule: str = "", after_row: int = 0, limit: int = 100) -> list[Issue]:
    raise NotImplementedError


def rule_counts(delivery: int) -> list[RuleCount]:
    raise NotImplementedError


def trend(resource: str, limit: int = 30) -> list[Score]:
    raise NotImplementedError


def content(resource: str) -> str:
    """A DuckDB table expression over the clean rows of a resource's current deliveries, for ``SELECT … FROM`` it;
    an empty relation with the right columns where nothing was delivered."""
    raise NotImplementedError


def content_digest(resource: str) -> str:
    """Changes exactly when the content changes."""
    raise NotImplementedError
