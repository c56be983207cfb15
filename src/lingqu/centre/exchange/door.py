"""Deliveries in: connectors, the lake, what stands where.

States of a delivery: ``received`` (bytes kept) → ``landed`` (rows as Parquet) → ``checked`` (clean rows and
quarantine) ; ``refused`` (cannot be read, or breaks the source's contract) ; ``withdrawn``.

The lake, under ``<instance>/lake``
-----------------------------------
``raw/<source>/<delivery>/<name>``
    the bytes as they came, read-only
``rows/<source>/<delivery>.parquet``
    every column as text under the source's own names, and ``_row`` (1 = first data row)
``rows/<source>/<delivery>.broken.parquet``
    rows that could not be cut into columns: ``_row, reason_zh, reason_en, text``
``clean/<resource>/<delivery>.parquet``
    typed items by code, ``_row``, ``_delivery``, ``_source``, ``_key`` (record key, text). Types: BIGINT, DOUBLE,
    BOOLEAN, DATE, TIMESTAMP WITH TIME ZONE; a geometry is GeoJSON text in WGS-84; everything else VARCHAR
``issues/<resource>/<delivery>.parquet``
    ``row, item, column, rule, on_fail, value, reason_zh, reason_en``
Files are written under a temporary name and renamed, so a file that is there is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from lingqu.centre.access.door import Actor
from lingqu.centre.exchange.definitions import Source

State = Literal["received", "landed", "checked", "refused", "withdrawn"]
Progress = Callable[[int, int, str], None]
"""Called with (done, total or 0 when unknown, what is being done)."""


@dataclass(frozen=True)
class Delivery:
    id: int
    source: str
    resource: str
    name: str
    sha256: str
    size: int  # bytes
    received_at: datetime
    received_by: str
    state: State
    rows: int | None = None
    clean_rows: int | None = None
    bad_rows: int | None = None
    score: float | None = None  # 0..1
    error: Mapping[str, Any] | None = None  # rule, message {zh,en}, place, next_step {zh,en}
    progress: Mapping[str, Any] = field(default_factory=dict)  # done, total, what, at
    again: bool = False  # the same bytes came before: this is that earlier delivery


@dataclass(frozen=True)
class Finding:
    """One line of a connector's check of itself."""

    ok: bool
    what: str
    detail: str = ""
    next_step: str = ""


@dataclass(frozen=True)
class Preview:
    """The first rows of a file before it is taken in, and how its columns would be mapped."""

    columns: list[str]
    rows: list[list[str]]
    encoding: str
    unmapped: list[str]
    missing: list[str]
    coordinates: list[str]  # columns that look like coordinates without a datum, with the proposed datum


@dataclass(frozen=True)
class Lake:
    root: Path

    def raw(self, source: str, delivery: int) -> Path:
        return self.root / "raw" / source / str(delivery)

    def rows(self, source: str, delivery: int) -> Path:
        return self.root / "rows" / source / f"{delivery}.parquet"

    def clean(self, resource: str, delivery: int) -> Path:
        return self.root / "clean" / resource / f"{delivery}.parquet"

    def issues(self, resource: str, delivery: int) -> Path:
        return self.root / "issues" / resource / f"{delivery}.parquet"

    def links(self, register: str) -> Path:
        return self.root / "links" / register


def lake() -> Lake:
    """The lake of this instance (setting ``LINGQU_LAKE``)."""
    raise NotImplementedError


def sources() -> dict[str, Source]:
    raise NotImplementedError


def receive(actor: Actor, source: str, name: str, data: BinaryIO | Path) -> Delivery:
    """Keep the bytes as they came. The same bytes for the same source again give the earlier delivery
    (``again=True``). Raises ``Invalid`` for what is too large, empty, or of a kind the source does not take."""
    raise NotImplementedError


def preview(source: str, name: str, data: BinaryIO | Path, rows: int = 20) -> Preview:
    raise NotImplementedError


def collect(actor: Actor, source: str, progress: Progress | None = None) -> list[Delivery]:
    """Pull what the source's connector finds (file, inbox, database, HTTP) and receive it."""
    raise NotImplementedError


def self_check(source: str) -> list[Finding]:
    raise NotImplementedError


def land(delivery: int, progress: Progress | None = None) -> Delivery:
    """Parse the bytes to Parquet. Done again it gives the same file. A file that cannot be read ends ``refused``."""
    raise NotImplementedError


def mark_checked(delivery: int, *, clean_rows: int, bad_rows: int, score: float, rules: str) -> Delivery:
    """Called by quality when the clean rows stand in the lake; ``rules`` is the digest of the rules used."""
    raise NotImplementedError


def delivery(delivery_id: int) -> Delivery:
    raise NotImplementedError


def deliveries(
    *, source: str = "", resource: str = "", state: str = "", before: int | None = None, limit: int = 50
) -> list[Delivery]:
    """Newest first; ``before`` is the id of the last one seen."""
    raise NotImplementedError


def pending() -> list[Delivery]:
    """Received or landed, not yet checked, oldest first: what the worker has still to do."""
    raise NotImplementedError


def current(resource: str) -> list[Delivery]:
    """The checked deliveries that make up the resource's content now: for a snapshot resource the newest of each
    source, for an appending one all."""
    raise NotImplementedError


__all__ = ["Delivery", "Finding", "Lake", "Mapping", "Preview", "Progress", "Sequence", "Source", "State"]
