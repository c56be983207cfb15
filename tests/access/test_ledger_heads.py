"""The heads of days, and a database that was set back as a whole."""

# ruff: noqa: F811

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledgers import WHO, four_days, ids, kinds, own_keys, raw, sealed, small_seals, tamper, write  # noqa: F401
from lingqu.centre.access import door
from lingqu.centre.access.chain import heads
from lingqu.kernel.errors import Invalid

pytestmark = pytest.mark.django_db(transaction=True)


# what stands outside the database


def test_every_day_that_ended_has_its_signed_head(four_days: None, settings: Any) -> None:
    found = door.ledger_heads()
    assert [head.position for head in found] == [12, 24, 36]
    assert [asdict(head) for head in found] == heads.lines(settings.LINGQU_LEDGER / "heads.jsonl")
    door.seal_ledger()
    assert door.ledger_heads() == found
    report = door.verify_ledger(witnessed=settings.LINGQU_LEDGER / "heads.jsonl")
    assert (report.fault_count, report.heads) == (0, 6)


def test_a_day_can_be_checked_alone(four_days: None) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1, hours=1)
    report = door.verify_ledger(since=yesterday)
    assert (report.fault_count, report.rows, report.position) == (0, 24, 48)
    tamper(f"update access_ledger set actor = 'x' where id in ({ids()[0]}, {ids()[40]})")
    assert kinds(since=yesterday) == [("edited", ids()[40])]


def test_a_database_set_back_is_told(four_days: None, settings: Any, tmp_path: Path) -> None:
    witnessed = tmp_path / "witnessed.jsonl"
    witnessed.write_text((settings.LINGQU_LEDGER / "heads.jsonl").read_text())
    tamper(
        f"delete from access_ledger where id > {ids()[23]}",
        "delete from access_ledger_seal where position > 24",
        "delete from access_ledger_head where position > 24",
    )
    for name in ("heads.jsonl", "latest.json"):
        (settings.LINGQU_LEDGER / name).unlink()
    assert kinds() == [], "the database alone is sound in itself"
    report = door.verify_ledger(witnessed=witnessed)
    assert {fault.kind for fault in report.faults} == {"head", "truncated"}
    fault = next(f for f in report.faults if f.kind == "truncated")
    assert (fault.position, fault.rows) == (25, 12)
    assert "backup" in fault.next_step.en


def test_an_end_cut_off_since_the_last_head_is_told(small_seals: None) -> None:
    write(25)
    sealed(25)
    tamper(f"delete from access_ledger where id > {ids()[19]}", "delete from access_ledger_seal where number = 3")
    (fault,) = door.verify_ledger().faults
    assert (fault.kind, fault.seal, fault.position, fault.rows) == ("truncated", 3, 21, 5)


def test_a_loss_stays_told_when_sealing_goes_on_until_it_is_accepted(small_seals: None) -> None:
    write(25)
    sealed(25)
    tamper(f"delete from access_ledger where id > {ids()[19]}", "delete from access_ledger_seal where number = 3")
    write(4)
    sealed(4)
    door.seal_ledger()
    assert [kind for kind, _ in kinds()] == ["truncated"]
    assert door.accept_ledger_loss(door.SYSTEM, "restored the backup of yesterday") == 1
    assert kinds() == []
    assert door.ledger_rows(door.SYSTEM)[0].detail["reason"] == "restored the backup of yesterday"


def test_an_acceptance_that_nobody_signed_counts_for_nothing(small_seals: None, settings: Any) -> None:
    write(25)
    sealed(25)
    tamper(f"delete from access_ledger where id > {ids()[19]}", "delete from access_ledger_seal where number = 3")
    write(4)
    sealed(4)
    with (settings.LINGQU_LEDGER / "heads.jsonl").open("a") as out:
        out.write(json.dumps({"accepted": [3], "by": "x", "reason": "", "at": "", "signature": "00" * 64}) + "\n")
    assert [kind for kind, _ in kinds()] == ["truncated"]


def test_a_forged_head_is_told(four_days: None) -> None:
    tamper("update access_ledger_head set position = position + 1 where number = 2")
    assert [kind for kind, _ in kinds()] == ["head"]


def test_a_file_of_heads_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("no heads\n")
    with pytest.raises(Invalid, match=r"ledger\.heads"):
        door.verify_ledger(witnessed=tmp_path / "heads")
