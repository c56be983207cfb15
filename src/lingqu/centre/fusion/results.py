"""What fusion tells others, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
    deleted: int = 0
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
