"""Programs that show a key take a shorter way through the web server, and get the same answers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import credentials
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft
from little_city import city, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("city")
BASE = "/ngsi-ld/v1/entities"
ONE = "urn:ngsi-ld:Person:1"
ASKED = [
    (f"{BASE}/{ONE}", 200),
    (f"{BASE}?type=Person&limit=3", 200),
    (f"{BASE}?type=Person&q=status==%22x", 400),
    (f"{BASE}/urn:x:none", 404),
    ("/ngsi-ld/v1/nothing", 404),
    ("/api/whoami", 200),
    ("/api/nothing", 404),
]


@pytest.fixture
def key() -> str:
    door.write(SYSTEM, [Draft(ONE, "Person", person(1), owner="police")])
    account = Account.objects.create_user("police-system", kind="client", roles=["police"], department="police")
    return credentials.issue_key(account, "test", timezone.now() + timedelta(days=1), "test")[0]


def said(answer: Any) -> tuple[Any, ...]:
    names = ("Content-Type", "Link", "Content-Security-Policy", "X-Content-Type-Options", "Content-Length")
    body = re.sub(rb"urn:lingqu:fault:\w+", b"", answer.content)
    return answer.status_code, body, [answer.headers.get(name) for name in names]


@pytest.mark.parametrize(("address", "status"), ASKED)
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_the_short_way_answers_as_the_long_one(key: str, address: str, status: int, language: str) -> None:
    shown = {"Authorization": f"Bearer {key}", "Lingqu-Purpose": "test", "Accept-Language": language}
    short, long = Client(headers=shown), Client(headers=shown)
    long.cookies["theme"] = "dark"  # whoever brings a cookie may have a session
    found = short.get(address)
    assert found.status_code == status
    assert said(found) == said(long.get(address))


def test_rights_and_ledger_stand_on_the_short_way_too(key: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {key}"})
    before = LedgerRow.objects.count()
    assert client.get(f"{BASE}/{ONE}").status_code == 403  # no purpose
    client.get(f"{BASE}/{ONE}", headers={"Lingqu-Purpose": "test"})
    assert [row.act for row in LedgerRow.objects.order_by("pk")[before:]] == ["refused", "read"]


def test_a_wrong_key_opens_nothing_on_the_short_way(key: str) -> None:
    assert Client(headers={"Authorization": f"Bearer {key}x"}).get(f"{BASE}/{ONE}").status_code == 401


def test_text_with_nul_is_refused(key: str) -> None:
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert client.get(f"{BASE}?type=Person&q=name==%00").status_code == 400
