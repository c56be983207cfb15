"""Linking records into the base registers, as named steps; survivorship; disputes; lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lingqu.centre.exchange.door import Progress
from lingqu.centre.fusion.definitions import RegisterRules


@dataclass(frozen=True)
class Step:
    """One named step of a fusion run, with the SQL it ran."""

    name: str
    seconds: float
    rows: int
    statement: str = ""


@dataclass(frozen=True)
class Run:
    id: int
    register: str
    started_at: datetime
    ended_at: datetime | None
    state: str  # running | done | failed
    records: int = 0
    entities: int = 0
    created: int = 0
    changed: int = 0
    disputes: int = 0
    steps: tuple[Step, ...] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Member:
    """One department's record that is part of a fused entity."""

    resource: str
    source: str
    delivery: int
    row: int
    key: str
    values: Mapping[str, Any]
    probability: float | None = None  # of the link that brought it in; None for an exact one


@dataclass(frozen=True)
class Dispute:
    """Two departments that disagree about one fact."""

    id: int
    register: str
    entity_id: str
    label: str
    attribute: str
    held: Any
    held_by: str
    others: tuple[tuple[str, Any], ...]  # (resource, value)
    state: str  # open | settled
    since: datetime


def registers() -> dict[str, RegisterRules]:
    """In the order in which they are fused."""
    raise NotImplementedError


def due() -> list[str]:
    """Registers whose inputs or rules changed since their last finished run, in order."""
    raise NotImplementedError


def fuse(register: str, progress: Progress | None = None) -> Run:
    """Fuse one register. Killed at any point and run again it ends in the state of an undisturbed run."""
    raise NotImplementedError


def runs(register: str = "", limit: int = 20) -> list[Run]:
    raise NotImplementedError


def members(entity_id: str) -> list[Member]:
    """The records an entity was made of: lineage down to the row."""
    raise NotImplementedError


def disputes(
    *, register: str = "", attribute: str = "", entity_id: str = "", before: int | None = None, limit: int = 50
) -> list[Dispute]:
    raise NotImplementedError


def dispute_counts() -> dict[tuple[str, str], int]:
    """Open disputes by (register, attribute)."""
    raise NotImplementedError


def links(register: str) -> str:
    """DuckDB table expression over the current links: ``entity_id, resource, source, delivery, row, key, probability``."""
    raise NotImplementedError
