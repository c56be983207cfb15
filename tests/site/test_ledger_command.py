"""``lingqu ledger``: what it prints, and with what it ends."""

# ruff: noqa: F811

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ledgers import four_days, ids, own_keys, sealed, small_seals, tamper, write  # noqa: F401
from lingqu.site import jobs, worker
from lingqu.site.commands import ledger as commands

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "ready", lambda: None)


def lingqu(*words: str) -> Result:
    return CliRunner().invoke(commands.ledger, words, env={"LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"})


def test_a_sound_ledger_ends_with_0(small_seals: None) -> None:
    write(25)
    sealed(25)
    said = lingqu("verify")
    assert said.exit_code == 0, said.output
    assert "nothing was tampered with" in said.output
    assert "25 rows, 3 seals" in said.output
    assert "rows/s" in said.output


def test_a_fault_is_named_with_its_place_and_the_next_step(small_seals: None) -> None:
    write(25)
    sealed(25)
    row = ids()[12]
    tamper(f"delete from access_ledger where id = {row}")
    said = lingqu("verify")
    assert said.exit_code == 1
    assert f"row {row}: was deleted  [ledger.removed]" in said.output
    assert f"between rows {row - 1} (" in said.output
    assert "→ " in said.output
    machine = json.loads(lingqu("verify", "--json", "--public-only").output)
    assert (machine["fault_count"], machine["faults"][0]["row"], machine["macs"]) == (1, row, False)


def test_heads_are_listed_and_compared(four_days: None, settings: Any, tmp_path: Path) -> None:
    assert len(lingqu("heads").output.splitlines()) == 3
    copy = tmp_path / "copy.jsonl"
    copy.write_text(lingqu("heads", "--json").output)
    assert copy.read_text() == (settings.LINGQU_LEDGER / "heads.jsonl").read_text()
    key = lingqu("key").output.strip()
    assert lingqu("verify", "--heads", str(copy), "--key", key).exit_code == 0
    assert lingqu("verify", "--heads", str(copy), "--key", "00" * 31 + "01").exit_code == 1
    tamper("delete from access_ledger_seal where position > 24", "delete from access_ledger_head where position > 24")
    assert "ledger.truncated" in lingqu("verify", "--heads", str(copy)).output


def test_the_worker_seals_and_checks_when_a_day_has_ended(
    small_seals: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    write(5)
    pump = worker.Pump()
    until = time.monotonic() + 60
    while worker.access.ledger_standing().sealed < 5 and time.monotonic() < until:
        pump.sealed = -100.0
        pump._seal()
    write(1)
    pump._seal()
    standing = worker.access.ledger_standing()
    assert standing.sealed == 5, "not so soon again"
    assert standing.sealed_to == ids()[4]
    jobs.verify_ledger()
    said = json.loads((settings.LINGQU_LEDGER / "verified.json").read_text())
    assert said["faults"] == 0
    monkeypatch.setattr(worker.access, "seal_ledger", lambda: 1 / 0)
    pump.sealed = -100.0
    assert pump._seal() is False
