"""A dispatch as others see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, get_args

from lingqu.centre.exchange import models

State = Literal["waiting", "running", "delivered", "acknowledged", "differs", "parked", "withdrawn", "failed"]
STATES: tuple[State, ...] = get_args(State)
CHANNELS = ("file", "database", "push", "subscription")
OPEN = ("waiting", "running", "parked")


@dataclass(frozen=True)
class Dispatch:
    """States: ``waiting`` (for its turn or its next try) → ``running`` → ``delivered`` (no receipt yet) →
    ``acknowledged`` (what was received is what was sent) or ``differs``; ``parked`` after too many tries, ``failed``
    where trying again changes nothing, ``withdrawn`` where the agreement ended. ``receipt``: what the receiver said,
    and of files the manifest."""

    id: int
    agreement: str
    resource: str
    provider: str
    consumer: str
    entity_type: str
    channel: str
    state: str
    attempts: int
    next_at: datetime
    batch: int
    rows_read: int
    rows_sent: int
    rows_received: int | None
    digest: str
    receipt: Mapping[str, Any]
    error: Mapping[str, Any] | None
    tries: Sequence[Mapping[str, Any]]
    asked_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cursor_from: str
    cursor_to: str

    @property
    def working(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def files(self) -> list[Mapping[str, Any]]:
        """Of a file dispatch: ``name``, ``bytes``, ``sha256``, ``rows``."""
        manifest = self.receipt.get("manifest")
        return [manifest["file"]] if manifest and not self.receipt.get("removed_at") else []


def of(row: models.Dispatch) -> Dispatch:
    return Dispatch(**{f.name: getattr(row, f.name) for f in fields(Dispatch)})
