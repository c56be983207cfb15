"""A delivery as others see it, made of its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from lingqu.centre.exchange import models

State = Literal["received", "landed", "checked", "refused", "withdrawn"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Delivery:
    """``contract`` and ``rules`` are digests of what it was landed and checked with. ``notes`` says in both
    languages what was seen in the file beyond its contract."""

    id: int
    source: str
    resource: str
    name: str
    sha256: str
    size: int  # bytes
    received_at: datetime
    received_by: str
    state: State
    rows: int | None = None  # data rows in the file, with the broken ones
    broken_rows: int | None = None  # could not be cut into columns
    clean_rows: int | None = None
    bad_rows: int | None = None
    score: float | None = None  # 0..1
    checked_at: datetime | None = None
    encoding: str = ""
    contract: str = ""
    rules: str = ""
    error: Mapping[str, Any] | None = None  # rule, message {zh,en}, place, next_step {zh,en}
    notes: Sequence[Mapping[str, str]] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)  # done, total, what, at
    again: bool = False  # the same bytes came before: this is that earlier delivery


def of_row(row: models.Delivery, *, again: bool = False) -> Delivery:
    names = [name for name in Delivery.__dataclass_fields__ if name not in ("again", "notes")]
    return Delivery(**{name: getattr(row, name) for name in names}, notes=tuple(row.notes), again=again)
