"""The ledger of reads and writes: what a row costs, and how soon and how closely every way of tampering with a million
rows is found.

    python -m bench.ledger [rows]

Runs on an instance of its own. Whoever tampers here is the database's superuser with the triggers switched off, who
reckons every hash anew that can be reckoned without the two keys.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from bench import harness
from bench.harness import Figure, below, own_peak, say

COUNT = int(next((a for a in sys.argv[1:] if a.isdigit()), "1000000"))
SECONDS = 10.0
COLUMNS = "at, actor, purpose, act, way, entity_type, entity_ids, attributes, count, detail, mac"
FEW = 2_000  # calls of record() a round


def main() -> None:
    say(appending())
    began = time.perf_counter()
    build(COUNT)
    print(f"{COUNT:,} rows written in {time.perf_counter() - began:.1f} s", flush=True)
    say(sealing())
    say(verifying())
    for way in WAYS:
        say([tampered(way)])


# what a row costs


def appending() -> list[Figure]:
    """record() with its mac, and the INSERT as it was before macs, in turns."""
    from lingqu.centre.access import door, ledger

    actor = door.Actor("person", "bench", purpose="case 12: 核查", way="page")
    kept = ledger.signed

    def one() -> None:
        door.record(
            actor,
            "read",
            entity_type="Person",
            entity_ids=["urn:ngsi-ld:Person:6f1c2a9b3d4e5f60"],
            attributes=["name", "idNumber", "phone", "address"],
            detail={"words": "张小明"},
        )

    from datetime import UTC, datetime

    spent: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    for _ in range(5):
        for name, way in (("with", kept), ("without", lambda said: {**said, "at": datetime.now(UTC), "mac": None})):
            ledger.signed = way
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(FEW):
                one()
            spent[name].append(((time.perf_counter() - wall) / FEW, (time.process_time() - cpu) / FEW))
    ledger.signed = kept
    execute("alter table access_ledger disable trigger all; truncate access_ledger restart identity")
    execute("alter table access_ledger enable trigger all")
    best = {name: (min(w for w, _ in each), min(c for _, c in each)) for name, each in spent.items()}
    (wall, cpu), (bare_wall, bare_cpu) = best["with"], best["without"]
    return [
        Figure(
            "record(): CPU of ours a row",
            cpu * 1e6,
            "µs",
            peer=f"{bare_cpu * 1e6:.0f} µs",
            how="the same call without its mac, in turns in the same run",
            ratio=round(bare_cpu / cpu, 2),
            note=f"mac and encoding {max(0.0, cpu - bare_cpu) * 1e6:.0f} µs",
        ),
        Figure(
            "record(): rows a second, one connection, one commit each",
            1 / wall,
            "/s",
            peer=f"{1 / bare_wall:,.0f} /s",
            how="the same call without its mac, in turns in the same run",
            ratio=round(bare_wall / wall, 2),
        ),
    ]


def build(count: int) -> None:
    """Rows as record() writes them, a thousand a transaction."""
    from lingqu.centre.access import door, ledger

    r = random.Random(7)
    actors = [door.Actor("person", f"clerk{n}", purpose=f"case {n}: 核查", way="page") for n in range(300)]
    names = [*COLUMNS.split(", "), "basis"]
    with raw() as connection:
        for begin in range(0, count, 1_000):
            with (
                connection.transaction(),
                connection.cursor().copy(f"copy access_ledger ({', '.join(names)}) from stdin") as out,
            ):
                for n in range(begin, min(begin + 1_000, count)):
                    actor = r.choice(actors)
                    said = {
                        "actor": actor.name,
                        "purpose": actor.purpose,
                        "basis": "",
                        "act": "read",
                        "way": actor.way,
                        "entity_type": "Person",
                        "entity_ids": [f"urn:ngsi-ld:Person:{r.randrange(10**9):020x}"],
                        "attributes": ["name", "idNumber", "phone", "address"],
                        "count": 1,
                        "detail": '{"words": "张小明"}' if n % 4 == 0 else "{}",
                    }
                    row = ledger.signed(said)
                    out.write_row([row[name] for name in names])
    execute("analyze access_ledger")


def sealing() -> list[Figure]:
    from lingqu.centre.access import door

    wall, cpu = time.perf_counter(), time.process_time()
    done = door.seal_ledger()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert done.rows == COUNT, done
    return [
        Figure(
            "sealing",
            done.rows / wall,
            "rows/s",
            note=f"{done.seals:,} seals, CPU {cpu / done.rows * 1e6:.1f} µs a row",
        )
    ]


def verifying() -> list[Figure]:
    from lingqu.centre.access import door

    figures = []
    for what, macs in (("everything", True), ("by the public key alone", False)):
        cpu = time.process_time()
        report = door.verify_ledger(macs=macs)
        cpu = time.process_time() - cpu
        assert (report.fault_count, report.rows) == (0, COUNT), report
        figures.append(
            below(
                f"verify {COUNT:,} rows, {what}",
                report.seconds,
                "s",
                SECONDS,
                note=f"{report.rows / report.seconds:,.0f} rows/s, CPU {cpu:.1f} s, peak {own_peak() / 2**20:.0f} MiB",
            )
        )
    return figures


# tampering


@dataclass(frozen=True)
class Way:
    """``act`` tampers and gives (what is expected: kind, id of the row or number of the seal, whether it is a row)."""

    name: str
    act: Callable[[int], tuple[str, int, bool]]
    closely: str = "the row"


def tampered(way: Way) -> Figure:
    from lingqu.centre.access import door

    row = COUNT // 2 + 137
    with kept():
        kind, place, is_row = way.act(row)
        report = door.verify_ledger()
    found = [f for f in report.faults if f.kind == kind]
    located = any((f.row <= place <= f.last_row) if is_row else (f.seal <= place <= f.last_seal) for f in found)
    noise = [f for f in report.faults if f.kind != kind]
    return below(
        f"{way.name}: found",
        report.seconds,
        "s",
        SECONDS,
        note=f"located: {'yes, ' + way.closely if located else 'NO'}; {report.fault_count} faults told"
        + (f", also {', '.join(sorted({f.kind for f in noise}))}" if noise else ""),
    )


@contextmanager
def kept() -> Iterator[None]:
    """What was there is there again afterwards."""
    tables = ("access_ledger", "access_ledger_seal", "access_ledger_head")
    middle = COUNT // 2
    places = {
        "access_ledger": f"id between {middle - 5000} and {middle + 5000} or id > {COUNT - 5000}",
        "access_ledger_seal": "true",
        "access_ledger_head": "true",
    }
    for table in tables:
        execute(
            f"alter table {table} disable trigger all; "
            f"create table kept_{table} as select * from {table} where {places[table]}"
        )
    try:
        yield
    finally:
        for table in tables:
            execute(
                f"delete from {table} where {places[table]}; insert into {table} select * from kept_{table}; "
                f"drop table kept_{table}; alter table {table} enable trigger all"
            )


def edit(row: int) -> tuple[str, int, bool]:
    execute(f"update access_ledger set actor = 'nobody' where id = {row}")
    return "edited", row, True


def edit_with_hashes(row: int) -> tuple[str, int, bool]:
    edit(row)
    rewrite(row)
    return "inserted", row, True


def remove(row: int) -> tuple[str, int, bool]:
    execute(f"delete from access_ledger where id = {row}")
    return "removed", row, True


def remove_with_hashes(row: int) -> tuple[str, int, bool]:
    seal = number_of(row)
    remove(row)
    rewrite(row)
    return "rewritten", seal, False


def remove_last(row: int) -> tuple[str, int, bool]:
    return remove(COUNT)


def remove_range(row: int) -> tuple[str, int, bool]:
    return "gap", remove_seal(row), False


def remove_end(row: int) -> tuple[str, int, bool]:
    return "truncated", remove_seal(COUNT), False


def remove_seal(row: int) -> int:
    seal = number_of(row)
    ids = f"(select ids from access_ledger_seal where number = {seal})"
    execute(f"delete from access_ledger where id = any({ids}::bigint[])")
    execute(f"delete from access_ledger_seal where number = {seal}")
    return seal


def swap(row: int) -> tuple[str, int, bool]:
    execute(
        f"update access_ledger set id = -1 where id = {row}; update access_ledger set id = {row} where id = {row + 1}; "
        f"update access_ledger set id = {row + 1} where id = -1"
    )
    return "reordered", row, True


def forge(row: int) -> tuple[str, int, bool]:
    number = execute(
        f"insert into access_ledger ({COLUMNS}) select {COLUMNS.replace('actor', repr('somebody'))} "
        f"from access_ledger where id = {row} returning id"
    )
    return "inserted", number, True


def back_date(row: int) -> tuple[str, int, bool]:
    execute(f"update access_ledger set at = at - interval '3 days' where id = {row}")
    return "back-dated", row, True


WAYS = (
    Way("a column changed", edit),
    Way("a column changed, hashes reckoned anew", edit_with_hashes),
    Way("a row deleted", remove),
    Way("a row deleted, hashes reckoned anew", remove_with_hashes, "the seal of 1,000 rows"),
    Way("the last row deleted", remove_last),
    Way("a sealed range deleted with its seal", remove_range, "the range"),
    Way("the end deleted with its seal", remove_end, "from which row on"),
    Way("two rows swapped", swap),
    Way("a forged row inserted", forge),
    Way("a row back-dated", back_date),
)


def number_of(row: int) -> int:
    return int(execute(f"select number from access_ledger_seal where {row} = any(ids)"))


def rewrite(row: int) -> None:
    """Every hash from the row's seal to the end, as who has the database alone can reckon them."""
    from psycopg import sql

    from lingqu.centre.access.chain.encoding import judge
    from lingqu.centre.access.chain.records import SEAL_COLUMNS, messages, seal_of

    with raw() as connection:
        first = number_of(row)
        found = connection.execute(
            f"select {SEAL_COLUMNS} from access_ledger_seal where number >= {first - 1} order by number"
        ).fetchall()
        previous = bytes(seal_of(found[0]).digest)
        for each in map(seal_of, found[1:]):
            if each.number == first:
                which = sql.SQL("where id = any({}) order by xid, id").format(list(each.ids))
                rows = [judge(m, None) for m in messages(connection, which)]
                each = replace(each, ids=[x.id for x in rows], prints=b"".join(x.print for x in rows), rows=len(rows))
            each = replace(each, previous=previous)
            previous = each.reckoned()
            connection.execute(
                "update access_ledger_seal set rows = %s, ids = %s, prints = %s, previous = %s, digest = %s "
                "where number = %s",
                [each.rows, each.ids, each.prints, each.previous, previous, each.number],
            )
        connection.commit()


def raw() -> Any:
    import psycopg

    from lingqu.centre.access import apart

    return psycopg.connect(**apart.settings_of())


def execute(statement: str) -> Any:
    with raw() as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


if __name__ == "__main__":
    with harness.own_instance():
        main()
