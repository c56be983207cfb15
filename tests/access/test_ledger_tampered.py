"""The ledger tells of every change made to it, though by whom has the database and switched its triggers off."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from ledgers import WHO, ids, kinds, own_keys, raw, sealed, small_seals, tamper, write  # noqa: F401
from lingqu.centre.access import door
from lingqu.centre.access.chain import encoding, records

pytestmark = pytest.mark.django_db(transaction=True)


# tampering


TAMPERED: dict[str, tuple[str, str]] = {
    "a column": ("update access_ledger set actor = 'nobody' where id = {row}", "edited"),
    "a purpose": ("update access_ledger set purpose = 'other' where id = {row}", "edited"),
    "a person of many": ("update access_ledger set entity_ids = '{{}}' where id = {row}", "edited"),
    "the detail": ("update access_ledger set detail = '{{\"n\": 99}}' where id = {row}", "edited"),
    "a mac": ("update access_ledger set mac = null where id = {row}", "edited"),
    "a mac of another length": ("update access_ledger set mac = '\\x00' where id = {row}", "edited"),
    "a minute": ("update access_ledger set at = at - interval '1 minute' where id = {row}", "edited"),
    "days back": ("update access_ledger set at = at - interval '3 days' where id = {row}", "back-dated"),
    "days on": ("update access_ledger set at = at + interval '3 days' where id = {row}", "back-dated"),
    "infinity": ("update access_ledger set at = '-infinity' where id = {row}", "back-dated"),
    "a row gone": ("delete from access_ledger where id = {row}", "removed"),
}


@pytest.mark.parametrize(
    ("way", "place"),
    [
        *((way, 17) for way in TAMPERED),
        *((way, at) for way in ("a column", "days back", "a row gone") for at in (0, 34)),
    ],
)
def test_a_changed_row_is_found_at_its_place(small_seals: None, way: str, place: int) -> None:
    write(35)
    sealed(35)
    row = ids()[place]
    statement, kind = TAMPERED[way]
    if way == "days back" and place == 0:
        kind = "edited"  # nothing is known of the time before the first seal
    if way == "infinity" and place == 0:
        kind = "edited"
    tamper(statement.format(row=row))
    report = door.verify_ledger()
    assert [(f.kind, f.row, f.position) for f in report.faults] == [(kind, row, place + 1)]
    if 0 < place < 34:
        assert report.faults[0].after is not None
        assert report.faults[0].after[0] == row - 1
    assert str(row) in report.faults[0].message.en
    assert str(row) in report.faults[0].message.zh
    assert report.faults[0].next_step.zh
    assert kinds(macs=False, key=door.ledger_key()) == [(kind, row)], "the public key alone is enough to find it"


def test_swapped_rows_are_found(small_seals: None) -> None:
    write(35)
    sealed(35)
    row = ids()[14]
    tamper(
        *(
            f"update access_ledger set id = {new} where id = {old}"
            for old, new in ((row, -1), (row + 1, row), (-1, row + 1))
        )
    )
    (fault,) = door.verify_ledger().faults
    assert (fault.kind, fault.row, fault.last_row) == ("reordered", row, row + 1)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_forged_row_is_found_sealed_or_not(small_seals: None, at_once: bool) -> None:
    write(15)
    sealed(15)
    columns = "at, actor, purpose, act, way, entity_type, entity_ids, attributes, count, detail, mac"
    tamper(
        f"insert into access_ledger ({columns}) select {columns.replace('actor', repr('forged'))} from access_ledger "
        "order by id desc limit 1"
    )
    if at_once:
        sealed(1)
    assert kinds() == [("inserted", ids()[-1])]


def test_a_row_smuggled_into_the_past_is_found(small_seals: None) -> None:
    write(15)
    sealed(15)
    columns = "at, actor, purpose, basis, act, way, entity_type, entity_ids, attributes, count, detail, mac, xid"
    tamper(f"insert into access_ledger (id, {columns}) select -5, {columns} from access_ledger order by id limit 1")
    assert door.seal_ledger().rows == 0
    assert kinds() == [("inserted", -5)]


def test_a_copy_of_a_true_row_is_found(small_seals: None) -> None:
    write(5)
    columns = "at, actor, purpose, basis, act, way, entity_type, entity_ids, attributes, count, detail, mac"
    tamper(f"insert into access_ledger ({columns}) select {columns} from access_ledger order by id limit 1")
    sealed(6)
    assert kinds() == [("inserted", ids()[-1])]


def reckon_anew(first: int, drop: int | None = None) -> None:
    """What who has the database alone can do: every hash from a seal on, without the keys."""
    with raw() as other:
        query = f"select {records.SEAL_COLUMNS} from access_ledger_seal order by number"
        previous = records.BEGINNING
        for seal in map(records.seal_of, other.execute(query).fetchall()):  # type: ignore[arg-type]
            if seal.number >= first:
                left = [n for n in seal.ids if n != drop]
                rows = [
                    encoding.judge(message, None)
                    for n in left
                    for message in records.messages(other, sql.SQL("where id = {}").format(n))
                ]
                seal = replace(
                    seal, ids=left, rows=len(left), prints=b"".join(row.print for row in rows), previous=previous
                )
                other.execute(
                    "update access_ledger_seal set ids = %s, rows = %s, prints = %s, previous = %s, digest = %s "
                    "where number = %s",
                    [left, len(left), seal.prints, previous, seal.reckoned(), seal.number],
                )
                previous = seal.reckoned()
            else:
                previous = bytes(seal.digest)


def test_an_edit_with_every_hash_reckoned_anew_is_found_at_its_row(small_seals: None) -> None:
    write(35)
    sealed(35)
    row = ids()[14]
    tamper(f"update access_ledger set actor = 'nobody' where id = {row}")
    with unlocked():
        reckon_anew(2)
    assert ("inserted", row) in kinds()
    assert ("rewritten", 2) in kinds()
    (first, *_) = door.verify_ledger(macs=False, key=door.ledger_key()).faults
    assert (first.kind, first.seal, first.last_seal) == ("rewritten", 2, 4)


def test_a_removal_with_every_hash_reckoned_anew_is_found_at_its_seal(small_seals: None) -> None:
    write(35)
    sealed(35)
    row = ids()[14]
    tamper(f"delete from access_ledger where id = {row}")
    with unlocked():
        reckon_anew(2, drop=row)
    first = door.verify_ledger().faults[0]
    assert (first.kind, first.seal) == ("rewritten", 2)


class unlocked:
    def __enter__(self) -> None:
        with raw() as other:
            other.execute("alter table access_ledger_seal disable trigger user")

    def __exit__(self, *_: object) -> None:
        with raw() as other:
            other.execute("alter table access_ledger_seal enable trigger access_ledger_seal_append_only")


@pytest.mark.parametrize("rows_too", [True, False])
def test_a_missing_seal_is_a_gap(small_seals: None, rows_too: bool) -> None:
    write(45)
    sealed(45)
    gone = ids()[10:20]
    tamper(
        f"delete from access_ledger where id between {gone[0]} and {gone[-1]} and {rows_too}",
        "delete from access_ledger_seal where number = 2",
    )
    (fault,) = door.verify_ledger().faults
    assert (fault.kind, fault.seal, fault.rows, fault.position) == ("gap", 2, 10, 11)
    assert (fault.after or (0,))[0] == gone[0] - 1
    assert (fault.before or (0,))[0] == gone[-1] + 1


def test_a_seal_of_another_key_is_found(small_seals: None, settings: Any, tmp_path: Path) -> None:
    write(15)
    sealed(15)
    key = door.ledger_key()
    settings.LINGQU_SECRETS = tmp_path / "others"
    write(10)
    sealed(10)
    assert ("rewritten", 3) in kinds(macs=False, key=key)
    settings.LINGQU_SECRETS = tmp_path / "secrets"
    assert {kind for kind, _ in kinds()} == {"inserted", "rewritten"}
