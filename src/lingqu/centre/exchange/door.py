"""Deliveries in: connectors, the lake, what stands where. Deliveries out (``Dispatch``): see ``outgoing``.

States of a delivery: ``received`` (bytes kept) → ``landed`` (rows as Parquet) → ``checked`` (clean rows and
quarantine) ; ``refused`` (cannot be read, or breaks the source's contract) ; ``withdrawn``.
``receive`` tells PostgreSQL's channel ``lingqu_delivery`` (NOTIFY, payload: the delivery's id) when it commits.

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

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from lingqu.centre.access.door import Actor
from lingqu.centre.exchange import contract as _contract
from lingqu.centre.exchange import lake as _lake
from lingqu.centre.exchange import limits as _limits
from lingqu.centre.exchange import reads as _reads
from lingqu.centre.exchange import shapes as _shapes
from lingqu.centre.exchange.actions import collect as _collect
from lingqu.centre.exchange.actions import land as _land
from lingqu.centre.exchange.actions import mark as _mark
from lingqu.centre.exchange.actions import preview as _preview
from lingqu.centre.exchange.actions import progress as _progress
from lingqu.centre.exchange.actions import receive as _receive
from lingqu.centre.exchange.actions.preview import Preview
from lingqu.centre.exchange.actions.progress import Progress
from lingqu.centre.exchange.connectors import CONNECTORS, config_of
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.definitions import Source
from lingqu.centre.exchange.lake import Lake
from lingqu.centre.exchange.options import FormatOptions
from lingqu.centre.exchange.outgoing import checks as _checks
from lingqu.centre.exchange.outgoing import reads as _dispatched
from lingqu.centre.exchange.outgoing import schedule as _schedule
from lingqu.centre.exchange.outgoing.actions import ask as _ask
from lingqu.centre.exchange.outgoing.actions import fetch as _fetch
from lingqu.centre.exchange.outgoing.actions import send as _send
from lingqu.centre.exchange.outgoing.records import Dispatch
from lingqu.centre.exchange.records import Delivery, State
from lingqu.centre.exchange.shapes import Shape

CHANNEL = _receive.CHANNEL


def lake() -> Lake:
    """The lake of this instance (setting ``LINGQU_LAKE``)."""
    return _lake.lake()


def scratch() -> AbstractContextManager[Path]:
    """An empty folder on the lake's disk for the length of a ``with``."""
    return _lake.scratch()


def keep(made: Path, at: Path) -> None:
    """Sync a finished file and rename it to its place in the lake."""
    _lake.keep(made, at)


def sources() -> dict[str, Source]:
    return _reads.sources()


def connectors() -> dict[str, type[FormatOptions]]:
    """Connector name → model of its settings."""
    return {name: connector.Config for name, connector in CONNECTORS.items()}


def settings_of(source: Source) -> FormatOptions:
    """A source's checked settings. Raises ``Invalid`` (``source.config``, ``source.connector``) with one fault each."""
    return config_of(source)


def contract_digest(source: Source) -> str:
    """Digest of all that decides how this source's files become rows: a delivery landed with another one is stale."""
    return _contract.digest(source)


def receive(actor: Actor, source: str, name: str, data: BinaryIO | Path) -> Delivery:
    """Keep the bytes as they came. The same bytes for the same source again give the earlier delivery
    (``again=True``); a refused one is then tried again. Raises ``Invalid`` for what is too large or empty."""
    return _receive.receive(actor, source, name, data)


def largest() -> int:
    """Bytes that one delivery may have at most (setting ``LINGQU_LIMIT_FILE_BYTES``)."""
    return _limits.current().file_bytes


def withdraw(actor: Actor, delivery: int, reason: str) -> Delivery:
    """Take a delivery out of its resource's content; the bytes stay. Raises ``Conflict`` when it already is."""
    return _receive.withdraw(actor, delivery, reason)


def preview(source: str, name: str, data: BinaryIO | Path, rows: int = 20) -> Preview:
    """Raises ``Invalid`` for a file that cannot be read."""
    return _preview.preview(source, name, data, rows)


def collect(actor: Actor, source: str, progress: Progress | None = None) -> list[Delivery]:
    """Pull what the source's connector finds (file, inbox, database, HTTP) and receive it."""
    return _collect.collect(actor, source, progress)


def self_check(source: str) -> list[Finding]:
    return _collect.self_check(source)


def land(delivery: int, progress: Progress | None = None) -> Delivery:
    """Parse the bytes to Parquet. Done again it gives the same file. A file that cannot be read ends ``refused``."""
    return _land.land(delivery, progress)


def shapes(rows: Path) -> dict[str, Shape]:
    """Columns of a rows file → what their cells are like: of ``blank``, ``edged``, ``wide`` those that occur."""
    return _shapes.read(rows)


def reporter(delivery: int, also: Progress | None = None) -> Progress:
    """Writes a delivery's progress into its row, at most once a second, and passes it on."""
    return _progress.reporter(delivery, also)


def mark_checked(delivery: int, *, clean_rows: int, bad_rows: int, score: float, rules: str) -> Delivery:
    """Called by quality when the clean rows stand in the lake; ``rules`` is the digest of the rules used."""
    return _mark.mark_checked(delivery, clean_rows=clean_rows, bad_rows=bad_rows, score=score, rules=rules)


def delivery(delivery_id: int) -> Delivery:
    """Raises ``NotFound``."""
    return _reads.delivery(delivery_id)


def deliveries(
    *, source: str = "", resource: str = "", state: str = "", before: int | None = None, limit: int = 50
) -> list[Delivery]:
    """Newest first; ``before`` is the id of the last one seen."""
    return _reads.deliveries(source, resource, state, before, limit)


def pending() -> list[Delivery]:
    """Received or landed, not yet checked, oldest first: what the worker has still to do."""
    return _reads.pending()


def current(resource: str) -> list[Delivery]:
    """The checked deliveries that make up the resource's content now: for a snapshot resource the newest of each
    source, for an appending one all. Oldest first."""
    return _reads.current(resource)


def due_dispatches() -> list[int]:
    """Make the dispatches that agreements are due for by their frequency, or of subscriptions by what changed; ids."""
    return _schedule.look()


def pending_dispatches() -> list[int]:
    """Ids of what the worker has to do now, the oldest first."""
    return _dispatched.pending()


def send(number: int) -> Dispatch | None:
    """Work on one dispatch. It may be done twice and killed anywhere. None where there was nothing to tell."""
    return _send.send(number)


def deliver(actor: Actor, agreement: str) -> Dispatch:
    """Deliver now. Raises ``Conflict`` where a dispatch is open, ``Refused`` to who may not steward what the provider
    provides, or where the agreement does not stand."""
    return _ask.deliver(actor, agreement)


def try_again(actor: Actor, number: int) -> Dispatch:
    """A dispatch that is parked, failed, waits or was received otherwise than sent."""
    return _ask.try_again(actor, number)


def park(actor: Actor, number: int) -> Dispatch:
    """Leave a dispatch until somebody tries it again."""
    return _ask.park(actor, number)


def fetch(actor: Actor, number: int, name: str) -> Path:
    """A file of a dispatch, for a system of its consumer, or a person of it who holds a role that the agreement names.
    Raises ``NotFound`` for everybody else, ``Refused`` where the agreement ended, ``Conflict`` where a consent did."""
    return _fetch.fetch(actor, number, name)


def acknowledge(actor: Actor, number: int, rows: int, sha256: str) -> Dispatch:
    """What the consumer received: reconciled (``acknowledged``), or ``differs``."""
    return _fetch.acknowledge(actor, number, rows, sha256)


def may_fetch(actor: Actor, dispatch: Dispatch) -> bool:
    """Whether the dispatch is this actor's to fetch, were its agreement living."""
    return _fetch.is_own(actor, dispatch.agreement)


def dispatch(number: int) -> Dispatch:
    """Raises ``NotFound``."""
    return _dispatched.dispatch(number)


def dispatches(
    *,
    agreement: str = "",
    state: str = "",
    channel: str = "",
    consumer: str = "",
    sides: tuple[str, ...] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Dispatch]:
    """Newest first; ``before`` is the id of the last one seen. ``sides``: only those that one of these departments
    provides or receives."""
    return _dispatched.dispatches(
        agreement=agreement,
        state=state,
        channel=channel,
        consumer=consumer,
        sides=sides,
        before=before,
        limit=limit,
    )


def dispatch_counts(facet: str, sides: tuple[str, ...] | None = None) -> dict[str, int]:
    """How many dispatches each ``agreement``, ``state``, ``channel`` or ``consumer`` has, the most first."""
    return _dispatched.counts(facet, sides)


def check_target(agreement: str) -> list[Finding]:
    """Try an agreement's target with everything short of sending data; never raises."""
    return _checks.check(agreement)


def tidy_outbox() -> int:
    """Remove files of agreements that ended and files older than LINGQU_OUTBOX_DAYS; gives how many."""
    return _schedule.tidy()


__all__ = [
    "Delivery",
    "Dispatch",
    "Finding",
    "Lake",
    "Mapping",
    "Preview",
    "Progress",
    "Sequence",
    "Shape",
    "Source",
    "State",
]
