"""``lingqu account``: the first administrator and systems, by the operator, in the ledger."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from access.offices import city, offices, roles_of  # noqa: F401
from lingqu.centre.access import administration as office
from lingqu.centre.access.models import Account, Credential, LedgerRow
from lingqu.kernel.errors import Invalid, Refused
from lingqu.site.commands import account

pytestmark = pytest.mark.usefixtures("offices")


@pytest.fixture(autouse=True)
def _up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "ready", lambda: None)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(account.account, arguments, catch_exceptions=False)


def test_the_first_administrator_is_made_at_the_machine() -> None:
    told = run("add", "zhang", "--name", "张三", "--department", "centre", "--role", "officer").output
    token = told.strip().splitlines()[-1].split("/")[3]
    assert office.come_in(token, "a long new password") == "zhang"
    assert roles_of("zhang") == ["officer"]
    row = LedgerRow.objects.filter(act="grant").first()
    assert row is not None
    assert row.actor.startswith("operator:")
    assert row.way == "command"


def test_a_system_gets_a_key_and_is_closed() -> None:
    run("add", "app", "--kind", "client", "--department", "housing", "--role", "desk", "--days", "30")
    assert run("key", "app", "--title", "nightly").output.startswith("lq_")
    assert Credential.objects.get().title == "nightly"
    with pytest.raises(Refused):
        run("link", "app")
    assert "app" in run("list", "--kind", "client").output
    run("close", "app", "--reason", "no longer used")
    assert not Account.objects.get().is_active
    assert "closed" in run("list").output


def test_what_the_drawing_does_not_know_is_refused() -> None:
    with pytest.raises(Invalid):
        run("add", "zhang", "--role", "king")
