"""Agreements of the toy town to deliver under, people to deliver, and a receiver. Import its fixtures::

from handed_out import people, receiver  # noqa: F401
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from toytown import toytown

POLICE = "police.household_register"
CLERK = Actor("person", "an", roles=("department_clerk",), department="civil_affairs", purpose="casework")
OWNER = Actor("person", "qiao", roles=("department_clerk",), department="police", purpose="casework")
CENTRE = Actor("person", "su", roles=("steward",), department="information_centre", purpose="casework")
STEWARD = Actor("person", "si", roles=("steward",), department="information_centre", purpose="casework")
APP = Actor("client", "assist-app", department="civil_affairs", purpose="casework", way="api")
KEY = "a key that signs"


def agreed(method: str, target: dict[str, str], **how: Any) -> catalogue.Agreement:
    today = timezone.localdate()
    wish: dict[str, Any] = {
        "items": ("person_name", "sex", "citizen_id"),
        "purpose": "casework",
        "matter": "社会救助对象身份核对",
        "basis": "《社会救助暂行办法》第五十八条",
        "begins": today,
        "ends": today + timedelta(days=365),
        "security": "专网访问，专人专用",
        "assessment": "目的限于核对救助对象身份，只取必要字段，结果不留存，影响可控。",
        "method": method,
        "target": target,
    }
    asked = catalogue.draft(CLERK, "civil_affairs", POLICE, catalogue.Wish(**(wish | how)))
    catalogue.submit(CLERK, asked.number)
    catalogue.check(CENTRE, asked.number, passed=True)
    items = {"person_name": "unmask", "sex": "grant", "citizen_id": "grant"}
    found = catalogue.decide(OWNER, asked.number, items)
    return catalogue.agreement(OWNER, found.agreement)


def person_id(number: int) -> str:
    return f"urn:ngsi-ld:Person:{number:05d}"


def put(*numbers: int, name: str = "王小明", region: str = "419901001000") -> None:
    values = {"name": name, "sex": "1", "idNumber": "11010519491231002X", "phone": "+8613812341234"}
    attrs = {k: {"type": "Property", "value": v} for k, v in (values | {"region": region}).items()}
    drafts = [entities.Draft(person_id(n), "Person", attrs, owner="police", region=region) for n in numbers]
    entities.write(SYSTEM, drafts)


@pytest.fixture
def people(toytown: Path, settings: Any, tmp_path: Path) -> None:
    """Five of them, and an outbox, and the consumer's secret."""
    settings.LINGQU_OUTBOX, settings.LINGQU_SECRETS = tmp_path / "outbox", tmp_path / "secrets"
    settings.LINGQU_SECRETS.mkdir()
    (settings.LINGQU_SECRETS / "civil_affairs__push").write_text(KEY)
    put(*range(5))


def run(agreement: catalogue.Agreement) -> exchange.Dispatch:
    """One dispatch asked for and worked on once."""
    made = exchange.deliver(STEWARD, agreement.number)
    found = exchange.send(made.id)
    assert found
    return found


class Receiver:
    """A consumer's server. It checks signatures as the manual says, and behaves as it is told: ``moods`` are answered
    one after another, then ``mood`` for ever."""

    def __init__(self) -> None:
        self.mood, self.moods = "good", list[str]()
        self.seen: list[tuple[dict[str, str], list[dict[str, Any]]]] = []
        self.keys: dict[str, int] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self.before: Callable[[], None] = lambda: None
        self.url = ""

    def take(self, headers: dict[str, str], body: bytes) -> None:
        signed = dict(part.split("=") for part in headers["Lingqu-Signature"].split(","))
        text = f"{signed['t']}.{headers['Idempotency-Key']}.".encode() + body
        assert hmac.compare_digest(signed["v1"], hmac.new(KEY.encode(), text, hashlib.sha256).hexdigest())
        assert abs(int(signed["t"]) - time.time()) < 60
        plain = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
        json_rows = headers["Content-Type"] == "application/json"
        rows = json.loads(plain) if json_rows else [json.loads(line) for line in plain.splitlines()]
        self.seen.append((headers, rows))
        self.count = len(rows)
        if headers["Idempotency-Key"] in self.keys:
            return
        self.keys[headers["Idempotency-Key"]] = len(rows)
        for row in rows:
            if row.get("op") == "delete":
                self.rows.pop(row["id"], None)
            elif row.get("op") == "upsert":
                self.rows[row["id"]] = row["record"]
            else:
                self.rows[row["_id"]] = row


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.before()
            mood = receiver.moods.pop(0) if receiver.moods else receiver.mood
            if mood in ("good", "lies", "deaf", "short", "slow"):
                receiver.take(dict(self.headers), body)
            if mood in ("hangs", "slow"):
                time.sleep(9)
            status = {"broken": 503, "no": 403, "away": 302}.get(mood, 200)
            count = getattr(receiver, "count", 0)
            told = {"lies": {"received": count + 7}, "short": {"received": max(count - 1, 0)}}
            answer = json.dumps(told.get(mood, {"received": count})).encode() if mood != "deaf" else b"thanks"
            try:
                self.send_response(status)
                if mood == "away":
                    self.send_header("Location", "http://169.254.169.254/")
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                pass

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(found)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.DEMO, settings.LINGQU_OUTBOUND = False, ("127.0.0.1",)
        found.url = f"http://127.0.0.1:{server.server_port}/in"
        yield found
        server.shutdown()


__all__ = ["people", "receiver", "toytown"]
