"""The sealer: takes rows whose transaction has ended into the chain, and signs how far it came.

Writers never wait for it and it never waits for them: it reads as far as the oldest transaction still open, like the
readers of the change log. A sealer that is killed leaves nothing; the next takes the same rows in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from lingqu.centre.access.chain import heads, keys
from lingqu.centre.access.chain.encoding import Judged, judge
from lingqu.centre.access.chain.records import BEGINNING, SEAL_COLUMNS, Seal, messages, seal_of

ROWS = 1_000
"""Rows a seal at most: so closely is found where hashes were reckoned anew."""
AT_ONCE = 20 * ROWS
LOCK = 73210013  # advisory: one sealer at a time

_NONE = Seal(0, 0, 0, datetime.min, datetime.min, 0, 0, 0, False, (), b"", b"", BEGINNING)
_LAST = f"""
select {SEAL_COLUMNS}, xid >= pg_snapshot_xmax(pg_current_snapshot())
from access_ledger_seal order by number desc limit 1
"""  # noqa: S608
# Whoever holds up the snapshot below had begun by then, and so had whoever waits behind him.
_EARLIEST = """
select least(min(xact_start), clock_timestamp()) from pg_stat_activity
where backend_xid is not null and pid <> pg_backend_pid()
"""
_INSERT = """
insert into access_ledger_seal (number, position, rows, at, earliest, xid, last_id, after_id, adopted, min_id, max_id,
                                ids, prints, previous, digest, signature)
values (%(number)s, %(position)s, %(rows)s, %(at)s, %(earliest)s, %(xid)s::text::xid8, %(last_id)s, %(after_id)s,
        %(adopted)s, %(min_id)s, %(max_id)s, %(ids)s, %(prints)s, %(previous)s, %(digest)s, %(signature)s)
"""


@dataclass(frozen=True)
class Sealed:
    rows: int = 0
    seals: int = 0
    heads: int = 0


def seal() -> Sealed:
    """See ``door.seal_ledger``."""
    rows = seals = 0
    while True:
        witnessed = heads.latest()
        with transaction.atomic():
            done = _some(witnessed)
        if done:
            heads.keep_latest(done[-1])
        rows += sum(each.rows for each in done)
        seals += len(done)
        more = done and (done[-1].rows == 0 or sum(each.rows for each in done) >= AT_ONCE)
        if not more:
            return Sealed(rows, seals, heads.close_days(LOCK))


def _some(witnessed: heads.Latest | None) -> list[Seal]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            return []
        # What is told to witnesses must not be lost by a crash of the server.
        cursor.execute("set local synchronous_commit = on")
        last, restored = _last(cursor)
        heads.note_loss(cursor, witnessed, last.number)
        cursor.execute(_EARLIEST)
        earliest = cursor.fetchone()[0]
        if restored:
            made = _restored(cursor, last, earliest)
        else:
            found = _rows(cursor, _unsealed(last), None)
            made = list(_seals(last, found, earliest, adopting=witnessed is None))
        for each in made:
            _keep(cursor, each)
        return made


def _last(cursor: Any) -> tuple[Seal, bool]:
    """The last seal, and whether transactions are numbered anew since, as after a restore into another server."""
    cursor.execute(_LAST)
    row = cursor.fetchone()
    return (seal_of(row[:-1]), row[-1]) if row else (_NONE, False)


def _unsealed(last: Seal) -> sql.Composed:
    return sql.SQL(
        "where (xid, id) > ({}::xid8, {}) and id > {} and xid < pg_snapshot_xmin(pg_current_snapshot()) "
        "order by xid, id limit {}"
    ).format(str(last.xid), last.last_id, last.after_id, AT_ONCE)


def _restored(cursor: Any, last: Seal, earliest: datetime) -> list[Seal]:
    """After a restore the numbers of the old server's transactions say nothing here: what of its rows was not sealed is
    sealed by id, then an empty seal says from which row on the new numbers count."""
    cursor.execute("select max(id) from access_ledger where xid >= pg_snapshot_xmax(pg_current_snapshot())")
    until = cursor.fetchone()[0] or last.after_id
    left = sql.SQL(
        "left join (select unnest(ids) as sealed from access_ledger_seal) s on s.sealed = id "
        "where s.sealed is null and id <= {} order by id limit {}"
    ).format(until, AT_ONCE)
    made = list(_seals(last, _rows(cursor, left, (last.xid, last.last_id)), earliest, adopting=False))
    if sum(each.rows for each in made) < AT_ONCE:
        newest = made[-1] if made else last
        made.append(_made(newest, [], earliest, (0, 0), after_id=until))
    return made


def _rows(cursor: Any, which: sql.Composed, place: tuple[int, int] | None) -> list[tuple[Judged, tuple[int, int]]]:
    """Rows in the order of the chain, each with the place from which the next sealer goes on."""
    raw = cursor.connection
    found = (judge(message, None) for message in messages(raw, which))
    return [(row, place or (row.xid, row.id)) for row in found]


def _seals(
    last: Seal, rows: Sequence[tuple[Judged, tuple[int, int]]], earliest: datetime, adopting: bool
) -> Iterator[Seal]:
    """Rows of a time before macs are taken as they are, once: while the chain consists of nothing else."""
    stream = iter(rows)
    kept: list[tuple[Judged, tuple[int, int]]] = []
    while kept := kept + list(islice(stream, ROWS - len(kept))):
        adopted = not kept[0][0].mac and (last.adopted or (adopting and last.number == 0))
        end = next((n for n, (row, _) in enumerate(kept) if row.mac), len(kept)) if adopted else len(kept)
        last = _made(last, [row for row, _ in kept[:end]], earliest, kept[end - 1][1], adopted=adopted)
        yield last
        kept = kept[end:]


def _made(
    last: Seal,
    rows: Sequence[Judged],
    earliest: datetime,
    place: tuple[int, int],
    *,
    adopted: bool = False,
    after_id: int | None = None,
) -> Seal:
    bare = Seal(
        number=last.number + 1,
        position=last.position + len(rows),
        rows=len(rows),
        at=datetime.now(UTC),
        earliest=earliest,
        xid=place[0],
        last_id=place[1],
        after_id=last.after_id if after_id is None else after_id,
        adopted=adopted,
        ids=[row.id for row in rows],
        prints=b"".join(row.print for row in rows),
        previous=bytes(last.digest),
    )
    hashed = replace(bare, digest=bare.reckoned())
    return replace(hashed, signature=keys.sign(hashed.signed_text()))


def _keep(cursor: Any, made: Seal) -> None:
    row = vars(made) | {"min_id": min(made.ids, default=0), "max_id": max(made.ids, default=0), "ids": list(made.ids)}
    cursor.execute(_INSERT, row | {"xid": str(made.xid)})


def holding(number: int) -> Seal | None:
    """The seal that holds a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {SEAL_COLUMNS} from access_ledger_seal where max_id >= %(id)s and min_id <= %(id)s "  # noqa: S608
            "and %(id)s = any(ids) limit 1",
            {"id": number},
        )
        row = cursor.fetchone()
    return seal_of(row) if row else None


def last() -> Seal | None:
    """The last seal that holds a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {SEAL_COLUMNS} from access_ledger_seal where rows > 0 order by number desc limit 1"  # noqa: S608
        )
        row = cursor.fetchone()
    return seal_of(row) if row else None
