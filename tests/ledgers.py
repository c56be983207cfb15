"""Writing, sealing and tampering, for tests of the ledger. Import its fixtures into a test module that needs them::

from ledgers import own_keys, small_seals  # noqa: F401
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lingqu.centre.access import apart, door, ledger
from lingqu.centre.access.chain import seals
from lingqu.centre.access.door import Actor

ENDED = """
select coalesce(max(xid) filter (where xid < '900000000000') < pg_snapshot_xmin(pg_current_snapshot()), true)
from access_ledger
"""
WHO = Actor("person", "li", purpose="case 7", way="page")


@pytest.fixture(autouse=True)
def own_keys(transactional_db: None, settings: Any, tmp_path: Path) -> None:
    """An empty ledger with keys of its own. Refusals of other tests stay, as they are written apart."""
    settings.LINGQU_SECRETS = tmp_path / "secrets"
    settings.LINGQU_LEDGER = tmp_path / "ledger"
    with raw() as other:
        other.execute("truncate access_ledger, access_ledger_seal, access_ledger_head")
        # What analysts of other tests left waiting for a seal.
        other.execute("alter table guard.inbox disable trigger user")
        other.execute("truncate guard.inbox, guard.inbox_taken")
        other.execute("alter table guard.inbox enable trigger user")


@pytest.fixture
def small_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "ROWS", 10)


def write(count: int = 1, actor: Actor = WHO, **more: Any) -> None:
    for n in range(count):
        door.record(
            actor, "read", entity_type="Person", entity_ids=[f"urn:ngsi-ld:Person:{n}"], detail={"n": n}, **more
        )


def sealed(rows: int) -> None:
    """Seal, once nothing that began earlier on this server is open (other test runs share it): so always in the same
    seals."""
    until = time.monotonic() + 600
    with raw() as other:
        other.autocommit = True
        while not other.execute(ENDED).fetchone()[0]:  # type: ignore[index]
            assert time.monotonic() < until, "another transaction of this server stayed open"
            time.sleep(0.02)
    done = door.seal_ledger()
    assert done.rows == rows, done


def tamper(*statements: str) -> None:
    with raw() as other:
        for table in ("access_ledger", "access_ledger_seal", "access_ledger_head"):
            other.execute(f"alter table {table} disable trigger user")  # type: ignore[arg-type]
        for statement in statements:
            other.execute(statement)  # type: ignore[arg-type]
        for table in ("access_ledger", "access_ledger_seal", "access_ledger_head"):
            other.execute(f"alter table {table} enable trigger {table}_append_only")  # type: ignore[arg-type]


def raw() -> psycopg.Connection[Any]:
    return psycopg.connect(**apart.settings_of())


def ids() -> list[int]:
    with raw() as other:
        return [row[0] for row in other.execute("select id from access_ledger order by id").fetchall()]


def kinds(**asked: Any) -> list[tuple[str, int]]:
    report = door.verify_ledger(**asked)
    return [(fault.kind, fault.row or fault.seal) for fault in report.faults]


def at_day(monkeypatch: pytest.MonkeyPatch, days_ago: int) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) - timedelta(days=days_ago)

    monkeypatch.setattr(seals, "datetime", Then)
    monkeypatch.setattr(ledger, "datetime", Then)
    monkeypatch.setattr(seals, "_EARLIEST", f"select clock_timestamp() - interval '{days_ago} days'")


@pytest.fixture
def four_days(small_seals: None) -> None:
    """Twelve rows on each of the last four days, sealed on their day."""
    for ago in (3, 2, 1, 0):
        with pytest.MonkeyPatch.context() as patch:
            at_day(patch, ago)
            write(12)
            sealed(12)
    door.seal_ledger()
