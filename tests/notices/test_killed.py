"""kill -9 of the process that delivers, while a call is on its way: it is sent again under the same key, once."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.db import connection

from lingqu.centre.access.door import Actor
from lingqu.centre.notices import door
from lingqu.kernel.text import Text
from receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)
LI = Actor("person", "li", account_id=7)
DELIVER = "import django; django.setup(); from lingqu.centre.notices import door; door.deliver()"


def deliverer() -> subprocess.Popen[bytes]:
    """Another process on the database of this test."""
    about = connection.get_connection_params()
    query = urlencode({k: str(about[k]) for k in ("host", "port") if about.get(k)})
    who = quote(str(about.get("user") or "")) + (f":{quote(str(about['password']))}" if about.get("password") else "")
    url = f"postgresql://{who}@/{about['dbname']}?{query}"
    env = os.environ | {"DATABASE_URL": url, "LINGQU_OUTBOUND": "127.0.0.1", "LINGQU_SECRET_KEY": settings.SECRET_KEY}
    return subprocess.Popen([sys.executable, "-c", DELIVER], env=env)


def test_killed_while_a_call_is_on_its_way() -> None:
    receiver = Receiver()
    try:
        door.keep_preferences(LI, language="zh", mail="", hook=receiver.url, ways={"case": ("hook",)})
        for n in range(3):
            door.tell(["li"], "case", Text(zh=f"办件 {n}", en=f"Case {n}"), key=str(n))
        receiver.answers = [200, 20]
        process = deliverer()
        until = time.monotonic() + 60
        while len(receiver.arrived) < 2 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
        process.wait(20)
        assert len(receiver.arrived) == 2, "it was not killed at work"
        assert [each.state for each in door.sendings(LI)] == ["waiting", "waiting"]
        assert door.deliver() == door.Delivered(2, 0)
        keys = [headers["Idempotency-Key"] for headers in receiver.arrived]
        assert keys[1] == keys[2]  # what was on its way
        assert len(set(keys)) == 3
        assert door.sendings(LI) == []
    finally:
        receiver.close()
