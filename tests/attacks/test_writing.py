"""Ways to change what one may not, and to bring in what does harm: each is refused, changes nothing, and is told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from attacks.siege import ENTITIES, Attack, Siege, besieged, outcome, told
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, StandingGrant
from lingqu.centre.exchange import door as exchange
from ui.living import Town, town

__all__ = ["town"]
pytestmark = pytest.mark.django_db
ATTACKS: dict[str, Attack] = {}
SOURCE = "police.household_register"


def attack(act: Attack) -> Attack:
    ATTACKS[act.__name__.replace("_", " ")] = act
    return act


@pytest.fixture
def siege(town: Town) -> Iterator[Siege]:
    yield besieged(town)
    StandingGrant.objects.all().delete()
    Account.objects.filter(kind="client").delete()


def send(client: Client, method: str, path: str, document: Any) -> Any:
    return getattr(client, method)(path, json.dumps(document), content_type="application/json")


NAMED = {"name": {"type": "Property", "value": "改名"}}


@attack
def a_stranger_writes(siege: Siege) -> Any:
    return send(Client(), "post", ENTITIES, {"id": "urn:x:1", "type": "Building"})


@attack
def a_clerk_changes_another_departments_person(siege: Siege) -> Any:
    return send(siege.client("clerk"), "patch", f"{ENTITIES}/{siege.person.id}", NAMED)


@attack
def a_supervisor_replaces_an_attribute(siege: Siege) -> Any:
    return send(siege.client("supervisor"), "post", f"{ENTITIES}/{siege.person.id}/attrs", NAMED)


@attack
def a_developer_deletes(siege: Siege) -> Any:
    building = siege.town.first("Building")
    return [
        siege.client("developer").delete(f"{ENTITIES}/{building}"),
        siege.client("developer").delete(f"{ENTITIES}/{siege.person.id}"),
    ]


@attack
def a_developer_purges(siege: Siege) -> Any:
    client = siege.client("developer")
    return [client.delete(f"{ENTITIES}?type={kind}") for kind in ("Building", "Person")]


@attack
def a_stranger_hosts_a_context(siege: Siege) -> Any:
    return send(Client(), "post", "/ngsi-ld/v1/jsonldContexts", {"@context": {"name": "https://ex.org/name"}})


@attack
def an_agreement_to_read_is_none_to_write(siege: Siege) -> Any:
    siege.agree("A-1")
    app = siege.app()
    body = json.dumps(NAMED)
    return app.ask(f"{ENTITIES}/{siege.person.id}", method="patch", data=body, content_type="application/json")


@attack
def a_form_from_another_site(siege: Siege) -> Any:
    client = Client(enforce_csrf_checks=True)
    client.post("/accounts/demo/", {"username": "steward"})
    signed_in = siege.client("steward")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    return [
        strict.post("/purpose/", {"code": "casework", "text": "case 12"}),
        send(strict, "post", ENTITIES, {"id": "urn:x:1", "type": "Building"}),
    ]


@attack
def an_account_raised_through_a_form(siege: Siege) -> Any:
    """Mass assignment: fields that no form has are no fields."""
    client = siege.client("developer")
    client.post("/purpose/", {"code": "casework", "text": "x y", "roles": "information_officer", "is_superuser": "1"})
    account = Account.objects.get(username="developer")
    assert (account.roles, account.is_superuser, account.is_staff) == (["developer"], False, False)
    return client.get("/stewardship/ledger/")


@attack
def a_delivery_for_another_department(siege: Siege) -> Any:
    clerk = Actor("person", "clerk", roles=("department_clerk",), department="civil_affairs")
    return exchange.receive(clerk, SOURCE, "register.csv", io.BytesIO(b"a,b"))


@attack
def another_departments_delivery_taken_back(siege: Siege) -> Any:
    number = siege.town.deliveries[SOURCE].id
    return siege.client("clerk").post(f"/stewardship/deliveries/{number}/withdraw/", {"reason": "because"})


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_changes_nothing_and_is_told(siege: Siege, name: str) -> None:
    before = _state()
    with told() as rows:
        answers = outcome(ATTACKS[name], siege)
    for answer in answers:
        assert answer[0] == "4", answer[:300]
    assert len(rows) >= len(answers)
    assert _state() == before


def _state() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("select count(*), sum(version), max(modified_at) from entity")
        stored = cursor.fetchone()
        cursor.execute("select count(*), max(id) from exchange_delivery where state <> 'refused'")
        return stored, cursor.fetchone()


# Files that do harm. They are received as they came (nothing is lost) and refused when they are read.


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return packed.getvalue()


def entities_in_xml() -> bytes:
    packed = io.BytesIO()
    evil = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook>&a;</workbook>'
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", evil)
    return packed.getvalue()


HARMFUL = {
    "a workbook that blows up": ("bomb.xlsx", bomb),
    "a workbook with external entities": ("xxe.xlsx", entities_in_xml),
    "an archive of two files": ("two.csv", lambda: _zipped({"a.csv": "a\n1", "b.csv": "a\n1"})),
    "a path out of the archive": ("../../out.csv", lambda: _zipped({"../../../tmp/out.csv": "a\n1"})),
    "a program": ("tool.csv", lambda: b"\x7fELF" + bytes(range(256)) * 40),
}


def _zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize("what", HARMFUL)
def test_a_harmful_file_is_refused_and_told(siege: Siege, settings: Any, what: str) -> None:
    settings.LINGQU_LIMIT_UNPACKED_BYTES = 20_000_000
    name, make = HARMFUL[what]
    with told() as rows:
        received = exchange.receive(_steward(), SOURCE, name, io.BytesIO(make()))
        landed = exchange.land(received.id)
    assert landed.state == "refused"
    assert "/" not in landed.name
    assert [r.detail["rule"] for r in rows]
    exchange.withdraw(_steward(), received.id, "siege is over")


def _steward() -> Actor:
    return Actor("person", "steward", roles=("steward",), department="information_centre")
