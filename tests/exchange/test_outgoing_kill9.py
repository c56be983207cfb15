"""kill -9 of the process that delivers, in the middle of a batch: the next one goes on, and nothing is lost."""

# ruff: noqa: F811

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from handed_out import (
    KEY,
    STEWARD,
    Receiver,
    agreed,
    people,  # noqa: F401
    person_id,
    receiver,  # noqa: F401
    toytown,  # noqa: F401
)
from lingqu.centre.exchange import door

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("people")]
SEND = "import django; django.setup(); from lingqu.centre.exchange import door; door.send({})"


def sender(number: int) -> subprocess.Popen[bytes]:
    """Another process on the database of this test."""
    about = connection.get_connection_params()
    query = urlencode({k: str(about[k]) for k in ("host", "port") if about.get(k)})
    who = quote(str(about.get("user") or "")) + (f":{quote(str(about['password']))}" if about.get("password") else "")
    env = os.environ | {
        "DATABASE_URL": f"postgresql://{who}@/{about['dbname']}?{query}",
        "LINGQU_OUTBOUND": "127.0.0.1",
        "LINGQU_SECRET_civil_affairs__push": KEY,
    }
    return subprocess.Popen([sys.executable, "-c", SEND.format(number)], env=env)


@pytest.mark.parametrize("method", ["push", "subscription"])
def test_killed_while_a_batch_is_on_its_way(receiver: Receiver, method: str) -> None:
    agreement = agreed(method, {"url": receiver.url, "batch": "2", "timeout": "20"}, frequency="realtime")
    made = door.deliver(STEWARD, agreement.number)
    receiver.moods = ["good", "slow"]
    process = sender(made.id)
    try:
        until = time.monotonic() + 60
        while len(receiver.seen) < 2 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait(20)
    assert len(receiver.seen) == 2, "it was not killed at work"
    killed: Any = door.dispatch(made.id)
    assert (killed.state, killed.rows_received) == ("running", 2)
    assert door.pending_dispatches() == [made.id]
    done = door.send(made.id)
    assert done
    assert (done.state, done.rows_sent, done.rows_received) == ("acknowledged", done.rows_sent, done.rows_sent)
    assert set(receiver.rows) == {person_id(n) for n in range(5)}
    if method == "push":
        assert done.rows_received == 5
        keys = [headers["Idempotency-Key"] for headers, _ in receiver.seen]
        assert keys[1] == keys[2]  # the receipt was lost with the process
