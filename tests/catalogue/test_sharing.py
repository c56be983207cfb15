"""From catalogue entry to use: stages, clocks, rights, and that what ends ends at once."""

# ruff: noqa: F811

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue import door
from lingqu.centre.catalogue.door import Wish
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft, Query
from lingqu.kernel.errors import NotFound, Refused
from toytown import toytown  # noqa: F401

pytestmark = pytest.mark.django_db
POLICE = "police.household_register"
CLERK = Actor("person", "an", roles=("department_clerk",), department="civil_affairs", purpose="casework")
OWNER = Actor("person", "qiao", roles=("department_clerk",), department="police", purpose="casework")
CENTRE = Actor("person", "su", roles=("steward",), department="information_centre", purpose="casework")
OTHER = Actor("person", "ma", roles=("department_clerk",), department="market", purpose="casework")
APP = Actor("client", "assist-app", department="civil_affairs", purpose="casework", way="api")
NOTE = "目的限于核对救助对象身份，只取必要字段，结果不留存，影响可控。"


def wish(**how: Any) -> Wish:
    today = timezone.localdate()
    base: dict[str, Any] = {
        "items": ("person_name", "sex", "citizen_id"),
        "purpose": "casework",
        "matter": "社会救助对象身份核对",
        "basis": "《社会救助暂行办法》第五十八条",
        "begins": today,
        "ends": today + timedelta(days=365),
        "security": "专网访问，专人专用",
        "assessment": NOTE,
        "accounts": ("assist-app",),
    }
    return Wish(**(base | how))


def asked(**how: Any) -> door.Request:
    return door.submit(CLERK, door.draft(CLERK, "civil_affairs", POLICE, wish(**how)).number)


def agreed(decision: dict[str, str] | None = None, **how: Any) -> door.Agreement:
    number = door.check(CENTRE, asked(**how).number, passed=True).number
    items = decision or {"person_name": "unmask", "sex": "grant", "citizen_id": "grant"}
    found = door.decide(OWNER, number, items, reason="证件号码不必要", law="《个人信息保护法》第六条")
    return door.agreement(OWNER, found.agreement)


@pytest.fixture
def people(toytown: Any) -> None:
    for n in range(3):
        person = {
            "name": "王小明",
            "sex": "12"[n % 2],
            "idNumber": "11010519491231002X" if not n else None,
            "region": f"41990100{n + 1}000",
            "phone": "+8613812341234",
        }
        attrs = {k: {"type": "Property", "value": v} for k, v in person.items() if v}
        draft = Draft(f"urn:ngsi-ld:Person:{n}", "Person", attrs, owner="police", region=person["region"] or "")
        entities.write(SYSTEM, [draft])


PEOPLE = Query(types=("Person",))


def change(kind: str, code: str, **values: Any) -> None:
    """One definition of the drawing changed."""
    found = next(p for p in drawing.placed() if (p.kind, p.code) == (kind, code))
    drawing.replace([replace(found, document={**found.document, **values})], [], actor="tests", summary={})


def test_the_way_from_entry_to_use_and_its_end(people: None) -> None:
    with pytest.raises(Refused):
        entities.find(APP, PEOPLE)
    found = agreed()
    assert found.attributes == (("person_name", "name"), ("sex", "sex"), ("citizen_id", "idNumber"))
    assert (found.provider, found.consumer, found.entity_type) == ("police", "civil_affairs", "Person")
    seen = entities.find(APP, PEOPLE).entities
    assert len(seen) == 3
    assert set(seen[0].attrs) <= {"name", "sex", "idNumber"}
    assert {e.value("name") for e in seen} == {"王小明"}
    assert {e.value("idNumber") for e in seen} - {None} == {"1101**********002X"}
    began = time.monotonic()
    door.withdraw(OWNER, found.number, "用途超出约定")
    with pytest.raises(Refused, match="用途超出约定|ended"):
        entities.find(APP, PEOPLE)
    assert time.monotonic() - began < 1
    over = door.agreement(CLERK, found.number)
    assert (over.state, over.ended_by, over.ended_why) == ("withdrawn", "qiao", "用途超出约定")
    assert [s.act for s in door.news(CLERK)][0] == "withdraw"
    assert [s.act for s in door.steps(CLERK, found.request)] == ["draft", "submit", "pass", "agree"]


def test_another_departments_agreement_is_refused_and_kept_in_the_ledger(toytown: Any) -> None:
    number = agreed().number
    for act in (door.agreement, door.renew, door.steps, lambda a, n: door.withdraw(a, n, "x")):
        with pytest.raises(Refused) as caught:
            act(OTHER, number)
        assert caught.value.rule == "sharing.side"
    assert LedgerRow.objects.filter(act="refused", actor="ma", detail__rule="sharing.side").count() == 4
    with pytest.raises(Refused) as missing:
        door.agreement(OTHER, "A-2020-000001")
    assert missing.value.message.en.replace("A-2020-000001", number) == caught.value.message.en
    with pytest.raises(NotFound):
        door.agreement(CENTRE, "A-2020-000001")
    assert door.agreements(OTHER) == []
    assert len(door.agreements(CENTRE)) == len(door.agreements(OWNER)) == len(door.agreements(CLERK)) == 1
    assert door.requests(OTHER) == []
