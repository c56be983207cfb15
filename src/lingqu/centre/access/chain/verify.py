"""Everything the ledger says of itself, checked in one pass over it.

Two streams are read side by side: rows by id, and seals by number. A row is held until its seal comes by; once the rows
have passed the id that a seal names, the row is known to be gone. So memory is for what long transactions interleave.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from lingqu.centre.access import apart
from lingqu.centre.access.chain import keys
from lingqu.centre.access.chain.encoding import Judged, judge, micros, moment
from lingqu.centre.access.chain.faults import Fault, Found
from lingqu.centre.access.chain.records import BEGINNING, SEAL_COLUMNS, Head, Seal, messages, seal_of
from lingqu.centre.access.chain.witnesses import Witnesses

TOLERANCE = 120_000_000
"""Microseconds by which the clocks of the machines that write may differ."""
SIGNATURES = 2_000
"""Signatures looked at when all is well: each vouches for the whole chain before it."""
_PAST_TRANSACTIONS = timedelta(minutes=10)


@dataclass(frozen=True)
class Report:
    """What a check said. ``sealed_to``: id and time of the last sealed row; ``waiting``: rows not yet sealed."""

    rows: int
    seals: int
    heads: int
    waiting: int
    faults: tuple[Fault, ...]
    fault_count: int
    seconds: float
    at: str
    macs: bool
    sealed_to: int = 0
    sealed_at: str = ""
    position: int = 0


@dataclass(frozen=True)
class Asked:
    """``macs``: check each row's mac (needs the key of the rows); else only what everybody can check with the public
    key. ``since``: from the first seal made then; ``witnessed``: heads kept elsewhere."""

    macs: bool = True
    key: str = ""
    since: datetime | None = None
    witnessed: tuple[Head, ...] = ()


def verify(asked: Asked) -> Report:
    """See ``door.verify_ledger``."""
    began = time.perf_counter()
    with _connection() as seals, _connection() as rows:
        check = _Check(asked, keys.Verifier(asked.key or keys.public_key()), seals, rows)
        check.run()
    last = check.last
    return Report(
        rows=check.stream.count,
        seals=check.seals,
        heads=check.witnesses.heads,
        waiting=check.waiting,
        faults=tuple(check.found.faults),
        fault_count=check.found.count,
        seconds=round(time.perf_counter() - began, 3),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        macs=asked.macs,
        sealed_to=last.last_id if last else 0,
        sealed_at=last.at.isoformat(timespec="seconds") if last else "",
        position=last.position if last else 0,
    )


def _connection() -> psycopg.Connection[Any]:
    connection = psycopg.connect(**apart.settings_of())
    connection.execute("set transaction isolation level repeatable read, read only")
    connection.execute("set statement_timeout = 0")
    return connection


@dataclass
class _Stream:
    """Rows by id. ``held`` are those passed whose seal has not come yet."""

    source: Iterator[bytes]
    key: bytes | None
    held: dict[int, Judged] = field(default_factory=dict)
    count: int = 0
    next: Judged | None = None

    def __post_init__(self) -> None:
        self.pull()

    def pull(self) -> None:
        message = next(self.source, None)
        self.next = None if message is None else judge(message, self.key)
        self.count += message is not None

    def take(self, number: int) -> Judged | None:
        """The row of this id, or None when there is none."""
        row = self.next
        if row is None or row.id > number:
            return self.held.pop(number, None)
        while row is not None and row.id < number:
            self.held[row.id] = row
            self.pull()
            row = self.next
        if row is None or row.id != number:
            return None
        self.pull()
        return row

    def rest(self) -> Iterator[Judged]:
        """Every row that no seal has claimed."""
        yield from self.held.values()
        while self.next is not None:
            yield self.next
            self.pull()


class _Check:
    def __init__(self, asked: Asked, verifier: keys.Verifier, seals: Any, rows: Any) -> None:
        self.asked, self.verifier = asked, verifier
        self.found = Found()
        self.seals = self.waiting = 0
        self.last: Seal | None = None
        self.neighbour: tuple[int, str] | None = None
        self.signed: list[tuple[int, bytes, bytes]] = []  # since the last signature that was looked at
        # The seals' snapshot is the older one: every row they name is in the other.
        self.first, self.total = self._begin(seals)
        self.connection = seals
        least = seals.execute(
            "select min(min_id) from access_ledger_seal where number >= %s and rows > 0", [self.first]
        ).fetchone()[0]
        which = sql.SQL("where id >= {} order by id").format(least or 0) if self.first > 1 else sql.SQL("order by id")
        self.stream = _Stream(messages(rows, which), keys.row_key() if asked.macs else None)
        self.witnesses = Witnesses(verifier, asked.witnessed, self.found, self.first)
        self.every = max(1, self.total // SIGNATURES)

    def _begin(self, seals: Any) -> tuple[int, int]:
        since = self.asked.since or datetime(2000, 1, 1, tzinfo=UTC)
        first, total = seals.execute(
            "select coalesce(min(number), 1), count(*) from access_ledger_seal where at >= %s", [since]
        ).fetchone()
        first = first if self.asked.since else 1
        row = seals.execute(
            f"select {SEAL_COLUMNS} from access_ledger_seal where number = %s",  # noqa: S608
            [first - 1],
        ).fetchone()
        if row:
            self.last = seal_of(row)
            self._signature(self.last.number, self.last.signed_text(), bytes(self.last.signature))
        return first, total

    def run(self) -> None:
        witnesses = self.witnesses
        with self.connection.cursor("seals") as cursor:
            cursor.itersize = 50
            cursor.execute(
                f"select {SEAL_COLUMNS} from access_ledger_seal where number >= %s order by number",  # noqa: S608
                [self.first],
            )
            for row in cursor:
                seal = seal_of(row)
                self._seal(seal)
                witnesses.compare(seal)
        self._look_at_signatures()
        self._rest()
        witnesses.missed(self.last, self.neighbour)

    # seals

    def _seal(self, seal: Seal) -> None:
        before = self.last
        number, digest = (before.number, bytes(before.digest)) if before else (0, BEGINNING)
        if seal.number != number + 1:
            self._gap(seal, number, before.position if before else 0)
        elif bytes(seal.previous) != digest:
            self._rewritten(seal, "its predecessor is another")
        elif before and (seal.at < before.at - timedelta(microseconds=TOLERANCE)):
            self.found.add("back-dated", seal=seal.number, at=seal.at.isoformat(), rows=seal.rows)
        self._rows(seal, before)
        if seal.reckoned() != bytes(seal.digest):
            self._rewritten(seal, "its digest does not fit what stands in it")
        self.signed.append((seal.number, seal.signed_text(), bytes(seal.signature)))
        self.seals += 1
        if self.seals % self.every == 0:
            self._look_at_signatures()
        self.last = seal

    def _gap(self, seal: Seal, number: int, position: int) -> None:
        missing = seal.position - seal.rows - position
        self.found.add(
            "gap",
            seal=number + 1,
            last_seal=seal.number - 1,
            rows=max(missing, 0),
            position=position + 1,
            after=self.neighbour,
            before=(seal.ids[0], seal.at.isoformat()) if seal.ids else None,
        )

    def _rewritten(self, seal: Seal, detail: str) -> None:
        self.found.add(
            "rewritten",
            seal=seal.number,
            rows=seal.rows,
            position=seal.position - seal.rows + 1,
            at=seal.at.isoformat(),
            after=self.neighbour,
            before=(seal.ids[-1], seal.at.isoformat()) if seal.ids else None,
            detail=detail,
        )

    def _look_at_signatures(self) -> None:
        """The newest vouches for all before it; where it does not hold, each is looked at to find the first."""
        if self.signed and not self.verifier.holds(self.signed[-1][2], self.signed[-1][1]):
            for number, text, signature in self.signed:
                self._signature(number, text, signature)
        self.signed.clear()

    def _signature(self, number: int, text: bytes, signature: bytes) -> None:
        if self.verifier.holds(signature, text):
            return
        row = self.connection.execute(
            "select rows, position, at, min_id, max_id from access_ledger_seal where number = %s", [number]
        ).fetchone()
        self.found.add(
            "rewritten",
            seal=number,
            rows=row[0],
            position=row[1] - row[0] + 1,
            at=row[2].isoformat(),
            after=(row[3], ""),
            before=(row[4], ""),
            detail="its signature is not this instance's",
        )

    # rows

    def _rows(self, seal: Seal, before: Seal | None) -> None:
        take = self.stream.take
        rows = [take(number) for number in seal.ids]
        present = [row for row in rows if row is not None]
        prints = b"".join([row.print for row in present])
        floor = micros(before.earliest) - TOLERANCE if before else None
        if (
            prints == seal.prints
            and all([row.whole for row in present])
            and len({row.mac for row in present}) == len(present)
            and self._timely(present, floor, micros(seal.at) + TOLERANCE)
        ):
            if present:
                self.neighbour = (present[-1].id, moment(present[-1].at).isoformat())
            return
        self._row_by_row(seal, rows, floor)

    @staticmethod
    def _timely(rows: list[Judged], floor: int | None, ceiling: int) -> bool:
        times = [row.at for row in rows]
        return not times or (max(times) <= ceiling and (floor is None or min(times) >= floor))

    def _row_by_row(self, seal: Seal, rows: list[Judged | None], floor: int | None) -> None:
        seen: set[bytes] = set()
        ceiling = micros(seal.at) + TOLERANCE
        for place, (number, row) in enumerate(zip(seal.ids, rows, strict=True)):
            kind: Any = "removed"
            if row is not None:
                sealed = bytes(seal.prints[32 * place : 32 * place + 32]) == row.print
                kind = self._kind(row, sealed, self._timely([row], floor, ceiling), seal.adopted, row.mac in seen)
                seen.add(row.mac)
            if kind:
                following = next((r for r in rows[place + 1 :] if r is not None), None)
                self.found.add(
                    kind,
                    row=number,
                    seal=seal.number,
                    position=seal.position - seal.rows + place + 1,
                    at=moment(row.at).isoformat() if row else "",
                    after=self.neighbour,
                    before=(following.id, moment(following.at).isoformat()) if following else None,
                )
            elif row:
                self.neighbour = (row.id, moment(row.at).isoformat())

    def _kind(self, row: Judged, sealed: bool, timely: bool, adopted: bool, again: bool) -> str:
        """What happened to a row that is there. One that was sealed as it stands without a mac of ours came from
        elsewhere; one with a mac of ours that was sealed otherwise stands at another's place."""
        whole = row.whole or (adopted and not row.mac)
        if not timely and not (adopted and sealed):
            return "back-dated"
        if not sealed:
            return "reordered" if self.asked.macs and whole and row.mac else "edited"
        if not whole or (again and row.mac):
            return "inserted"
        return ""

    def _rest(self) -> None:
        """Rows in no seal: they wait for their transaction's end, or the sealer never saw them at their place."""
        gaps = any(fault.kind == "gap" for fault in self.found.faults)
        last, overdue = self.last, micros(datetime.now(UTC) - _PAST_TRANSACTIONS)
        for row in self._unclaimed():
            past = last is not None and (row.id <= last.after_id or (row.xid, row.id) <= (last.xid, last.last_id))
            if past and row.whole and gaps:
                continue  # its seal is what is missing, and that has been said
            kind: Any = ""
            if past or not row.whole:
                kind = "inserted"
            elif row.at < overdue and self._ended(row):
                kind = "unsealed"
            if kind:
                self.found.add(kind, row=row.id, at=moment(row.at).isoformat(), after=self.neighbour)
            else:
                self.waiting += 1

    def _ended(self, row: Judged) -> bool:
        return bool(
            self.connection.execute(
                "select %s::text::xid8 < pg_snapshot_xmin(pg_current_snapshot())", [str(row.xid)]
            ).fetchone()[0]
        )

    def _unclaimed(self) -> Iterator[Judged]:
        """With ``since``, rows that an earlier seal holds are not looked at."""
        for row in self.stream.rest():
            if self.first > 1 and self._sealed_earlier(row.id):
                continue
            yield row

    def _sealed_earlier(self, number: int) -> bool:
        return bool(
            self.connection.execute(
                "select exists (select from access_ledger_seal where number < %(first)s and max_id >= %(id)s "
                "and min_id <= %(id)s and %(id)s = any(ids))",
                {"first": self.first, "id": number},
            ).fetchone()[0]
        )
