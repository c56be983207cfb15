"""Seals and heads as they are stored, what is signed of them, and the database's rows as a stream."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from struct import pack
from sys import byteorder
from typing import Any

import psycopg
from psycopg import sql

from lingqu.centre.access.chain.encoding import COLUMNS, micros, stripped

SEAL_COLUMNS = (
    "number, position, rows, at, earliest, xid::text::bigint, last_id, after_id, adopted, ids, prints, previous, "
    "digest, signature"
)
BEGINNING = bytes(32)
"""What the first seal names as the digest before it."""


@dataclass(frozen=True)
class Seal:
    """Up to a thousand rows in the order of the chain, and everything before them by ``previous``.

    ``earliest``: nothing sealed later was written before it. ``xid``, ``last_id``: where the sealer went on from.
    ``after_id``: rows up to it were there when the database was restored. ``adopted``: its rows are older than macs.
    """

    number: int
    position: int
    rows: int
    at: datetime
    earliest: datetime
    xid: int
    last_id: int
    after_id: int
    adopted: bool
    ids: Sequence[int]
    prints: bytes
    previous: bytes
    digest: bytes = b""
    signature: bytes = b""

    def reckoned(self) -> bytes:
        """The digest as it has to be: SHA-256 over the one before, all that stands here, and every row's print."""
        numbers = array("q", self.ids)
        if byteorder == "little":
            numbers.byteswap()
        head = pack(
            "!qqqqqqqq?",
            self.number,
            self.position,
            self.rows,
            micros(self.at),
            micros(self.earliest),
            self.xid,
            self.last_id,
            self.after_id,
            self.adopted,
        )
        own = hashlib.sha256(numbers.tobytes() + bytes(self.prints)).digest()
        return hashlib.sha256(bytes(self.previous) + head + own).digest()

    @property
    def digest_text(self) -> str:
        return bytes(self.digest).hex()

    @property
    def signature_text(self) -> str:
        return bytes(self.signature).hex()

    def signed_text(self) -> bytes:
        return b"lingqu ledger seal 1\n" + bytes(self.digest)


@dataclass(frozen=True)
class Head:
    """How far the chain had come at the end of a day of the city: the part of it that witnesses keep."""

    day: str
    number: int
    position: int
    digest: str
    at: str
    signature: str = ""

    def signed_text(self) -> bytes:
        words = f"{self.day} {self.number} {self.position} {self.digest} {self.at}"
        return b"lingqu ledger head 1\n" + words.encode()


def seal_of(row: Sequence[Any]) -> Seal:
    return Seal(*row)


def messages(raw: psycopg.Connection[Any], which: sql.Composable) -> Iterator[bytes]:
    """Rows of the ledger, each as one message of PostgreSQL's binary COPY; ``which`` is what follows ``from``."""
    query = sql.SQL("copy (select {} from access_ledger {}) to stdout (format binary)").format(sql.SQL(COLUMNS), which)  # type: ignore[arg-type]
    with raw.cursor() as cursor, cursor.copy(query) as copy:
        first = True
        for block in copy:
            message = bytes(block)
            if first or message[:2] != b"\x00\x0e":
                message, first = stripped(message), False
            if message:
                yield message
