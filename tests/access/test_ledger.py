"""The ledger: what a row is, how rows come into the chain, and the tables."""

# ruff: noqa: F811

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import DataError, connection, transaction
from django.db.utils import InternalError, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from ledgers import WHO, four_days, ids, kinds, own_keys, raw, sealed, small_seals, tamper, write  # noqa: F401
from lingqu.centre.access import apart, door, ledger
from lingqu.centre.access.chain import encoding, keys, records, seals

pytestmark = pytest.mark.django_db(transaction=True)


# what a row is


WORDS = st.text(max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | WORDS
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    WORDS,
    WORDS,
    WORDS,
    st.lists(WORDS, max_size=4),
    st.lists(WORDS, max_size=4),
    st.integers(0, 2**63 - 1),
    st.dictionaries(WORDS, JSON, max_size=5),
)
def test_what_is_read_back_is_what_was_written(
    name: str,
    purpose: str,
    basis: str,
    entity_ids: list[str],
    attributes: list[str],
    count: int,
    detail: dict[str, Any],
) -> None:
    with raw() as other, pytest.MonkeyPatch.context() as patch:
        written: list[dict[str, Any]] = []
        kept = ledger.signed
        patch.setattr(ledger, "signed", lambda said: written.append(kept(said)) or written[-1])
        with transaction.atomic():
            door.record(
                replace(WHO, name=name, purpose=purpose),
                "read",
                entity_ids=entity_ids,
                attributes=attributes,
                count=count,
                detail=detail,
                basis=basis,
            )
            with connection.cursor() as cursor:
                message = next(records.messages(cursor.connection, sql.SQL("order by id desc limit 1")))
            transaction.set_rollback(True)
        other.rollback()
    said = {key: value for key, value in written[0].items() if key not in ("mac",)}
    assert message[34:-12] == encoding.Written(**said).body()
    assert encoding.judge(message, keys.row_key()).whole
    assert encoding.judge(message, keys.row_key()).at == encoding.micros(said["at"])


def test_two_rows_never_have_the_same_bytes() -> None:
    row = encoding.Written(datetime.now(UTC), "ab", "c", "", "read", "page", "", ["a", "b"], [], 0, "{}")
    others = [
        replace(row, actor="a", purpose="bc"),
        replace(row, entity_ids=["ab"]),
        replace(row, entity_ids=["a"], attributes=["b"]),
        replace(row, purpose="", basis="c"),
    ]
    assert len({each.body() for each in [row, *others]}) == 5


def test_a_detail_that_another_postgresql_writes_otherwise_still_holds() -> None:
    door.record(WHO, "read", detail={"b": 1, "aa": [1.5, "x"]})
    with raw() as other:
        message = next(records.messages(other, sql.SQL("")))
    assert b'{"b": 1, "aa": [1.5, "x"]}' in message
    fields = encoding._split(message)
    fields[12] = b'{"aa":[1.5,"x"],"b":1}'
    otherwise = message[:2] + b"".join(map(encoding._raw, fields))
    plain, odd = (encoding.judge(each, keys.row_key()) for each in (message, otherwise))
    assert odd.whole
    assert odd == plain


def test_what_postgresql_cannot_hold_does_not_escape_the_ledger() -> None:
    door.record(replace(WHO, name="a\0b", purpose="x" * 500), "read", entity_ids=["\ud800"], detail={"w\0": "\0\udfff"})
    (row,) = door.ledger_rows(door.SYSTEM)
    assert (row.actor, row.purpose, row.entity_ids) == ("a\ufffdb", "x" * 200, ("?",))
    assert row.detail == {"w\ufffd": "\ufffd?"}
    assert door.verify_ledger().fault_count == 0


def test_the_legal_basis_is_the_rows_or_the_actors() -> None:
    door.record(WHO, "read", basis="PIPL 13(3)")
    (row,) = door.ledger_rows(door.SYSTEM)
    assert row.basis == "PIPL 13(3)"


def test_the_keys_are_the_owners_alone(settings: Any) -> None:
    write()
    sealed(1)
    for name in ("ledger", "ledger_signing"):
        assert (settings.LINGQU_SECRETS / name).stat().st_mode & 0o777 == 0o600
    assert (settings.LINGQU_LEDGER / "key.pub").read_text().strip() == door.ledger_key()


# the chain


def test_a_sound_ledger_has_no_fault(small_seals: None) -> None:
    write(35)
    sealed(35)
    write(2)
    report = door.verify_ledger()
    assert (report.fault_count, report.rows, report.seals, report.position) == (0, 37, 4, 35)
    assert report.waiting == 2
    assert door.verify_ledger(macs=False, key=door.ledger_key()).fault_count == 0


def test_an_empty_ledger_has_no_fault() -> None:
    assert door.seal_ledger().rows == 0
    assert door.verify_ledger().fault_count == 0


def test_rows_are_sealed_in_the_order_of_transactions_and_none_is_missed() -> None:
    """A transaction that stays open keeps back those that began later; its rows come first when it ends."""
    with raw() as slow:
        slow.execute("select pg_current_xact_id()")
        slow.execute(ledger._APPEND, _signed("slow 1"))
        writers = [threading.Thread(target=_writes, args=(f"w{n}", 20)) for n in range(4)]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            assert door.seal_ledger().rows == 0
        slow.execute(ledger._APPEND, _signed("slow 2"))
        slow.commit()
    sealed(82)
    with raw() as other:
        order = [
            row[0] for row in other.execute("select unnest(ids) from access_ledger_seal order by number").fetchall()
        ]
        by_actor = dict(other.execute("select id, actor from access_ledger").fetchall())
    assert sorted(order) == ids()
    assert [by_actor[number] for number in order[:2]] == ["slow 1", "slow 2"]
    assert door.verify_ledger().fault_count == 0


def _signed(actor: str) -> dict[str, Any]:
    return ledger.signed(
        {
            "actor": actor,
            "purpose": "",
            "basis": "",
            "act": "read",
            "way": "page",
            "entity_type": "",
            "entity_ids": [],
            "attributes": [],
            "count": 0,
            "detail": "{}",
        }
    )


def _writes(actor: str, count: int) -> None:
    try:
        for _ in range(count):
            with transaction.atomic():
                write(1, replace(WHO, name=actor))
    finally:
        connection.close()


def test_a_killed_sealer_leaves_nothing_and_the_next_seals_the_same(
    small_seals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(25)
    kept, calls = seals._keep, []

    def dies(cursor: Any, made: Any) -> None:
        calls.append(list(made.ids))
        if len(calls) == 3:
            raise KeyboardInterrupt
        kept(cursor, made)

    monkeypatch.setattr(seals, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        sealed(25)
    monkeypatch.setattr(seals, "_keep", kept)
    with raw() as other:
        assert other.execute("select count(*) from access_ledger_seal").fetchone() == (0,)
    sealed(25)
    with raw() as other:
        found = other.execute("select ids from access_ledger_seal order by number").fetchall()
    assert [row[0] for row in found] == calls
    assert door.verify_ledger().fault_count == 0


def test_of_two_sealers_one_works() -> None:
    write(3)
    with raw() as other:
        other.execute("select pg_advisory_xact_lock(%s)", [seals.LOCK])
        assert door.seal_ledger().rows == 0
    sealed(3)


def test_rows_of_a_time_before_macs_are_taken_as_they_are_once(small_seals: None) -> None:
    old = _signed("old") | {"mac": None}
    with raw() as other:
        other.execute(ledger._APPEND, old)
    write(2)
    sealed(3)
    with raw() as other:
        assert other.execute("select adopted, rows from access_ledger_seal order by number").fetchall() == [
            (True, 1),
            (False, 2),
        ]
    assert door.verify_ledger().fault_count == 0
    with raw() as other:
        other.execute(ledger._APPEND, old | {"at": datetime.now(UTC)})
    sealed(1)
    assert kinds() == [("inserted", ids()[-1])]


def test_a_dump_restored_into_another_server_goes_on(small_seals: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """There transactions are numbered anew, lower than those of the rows that came."""
    with raw() as other:
        other.execute("alter table access_ledger alter column xid set default '900000000000'::xid8")
    try:
        monkeypatch.setattr(
            seals, "_unsealed", lambda last: sql.SQL("where id > {} order by xid, id").format(last.last_id)
        )
        write(12)
        sealed(12)
        monkeypatch.undo()
        monkeypatch.setattr(seals, "ROWS", 10)
        write(3)  # written and not sealed when the dump was made
    finally:
        with raw() as other:
            other.execute("alter table access_ledger alter column xid set default pg_current_xact_id()")
    write(4)
    sealed(7)
    assert door.verify_ledger().fault_count == 0
    write(5)
    sealed(5)
    report = door.verify_ledger()
    assert (report.fault_count, report.position, report.waiting) == (0, 24, 0)


# the tables, and the way in


@pytest.mark.parametrize("table", ["access_ledger", "access_ledger_seal", "access_ledger_head"])
def test_the_tables_are_only_appended_to(four_days: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} enable trigger {table}_kept")
        try:
            for statement in (f"truncate {table}", f"delete from {table}", f"update {table} set at = now()"):
                with pytest.raises((ProgrammingError, InternalError), match="append-only"):
                    cursor.execute(statement)
        finally:
            cursor.execute(f"alter table {table} disable trigger {table}_kept")


def test_refusals_share_one_connection_that_survives_its_end() -> None:
    with transaction.atomic():
        door.record(WHO, "refused")
    (first,) = apart._kept.values()
    with transaction.atomic():
        door.record(WHO, "refused")
    assert list(apart._kept.values()) == [first]
    with raw() as other:
        other.execute("select pg_terminate_backend(%s)", [first.info.backend_pid])
    with transaction.atomic():
        door.record(WHO, "refused")
        transaction.set_rollback(True)
    assert len(ids()) == 3
    assert door.verify_ledger().fault_count == 0


def test_a_refusal_that_cannot_be_written_is_not_tried_twice() -> None:
    with transaction.atomic(), pytest.raises((DataError, psycopg.DataError)):
        door.record(replace(WHO, way="x" * 30), "refused")  # type: ignore[arg-type]
    with transaction.atomic():
        door.record(WHO, "refused")
    assert len(ids()) == 1
