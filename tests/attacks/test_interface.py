"""Ways through the interface for systems, its tokens and its outbound calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from attacks.siege import ENTITIES, Attack, Siege, besieged, outcome, told
from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account, Consent, LedgerRow, StandingGrant
from lingqu.kernel.errors import Invalid
from ui.living import Town, town

__all__ = ["town"]
pytestmark = pytest.mark.django_db
ATTACKS: dict[str, Attack] = {}
VERIFY = {"actions": ["verify"], "purposes": ["verification"]}
BASIS = "《社会救助暂行办法》第五十八条"


def attack(act: Attack) -> Attack:
    ATTACKS[act.__name__.replace("_", " ")] = act
    return act


@pytest.fixture
def siege(town: Town) -> Iterator[Siege]:
    yield besieged(town)
    StandingGrant.objects.all().delete()
    Consent.objects.all().delete()
    Account.objects.filter(kind="client").delete()


def post(siege: Siege, path: str, document: Any, **more: Any) -> Any:
    body = json.dumps(document)
    return siege.app().ask(f"/api/{path}", method="post", data=body, content_type="application/json", **more)


def claim(siege: Siege, **items: Any) -> dict[str, Any]:
    return {"who": {"idNumber": siege.person.value("idNumber")}, "items": items}


@attack
def to_verify_without_authorisation(siege: Siege) -> Any:
    return post(siege, "verify", claim(siege, sex="1"))


@attack
def to_verify_with_an_agreement_to_read(siege: Siege) -> Any:
    siege.agree("A-1")
    return post(siege, "verify", claim(siege, name="x"))


@attack
def to_read_with_an_agreement_to_verify(siege: Siege) -> Any:
    siege.agree("A-1", grant=VERIFY, basis=BASIS)
    return [siege.app().ask(f"{ENTITIES}?type=Person"), siege.app().ask("/api/agreements/A-1/records")]


@attack
def to_verify_an_item_beyond_the_agreement(siege: Siege) -> Any:
    siege.agree("A-1", grant=VERIFY, basis=BASIS)
    return post(siege, "verify", claim(siege, phone="13800000000"))


@attack
def to_verify_under_another_departments_agreement(siege: Siege) -> Any:
    siege.agree("A-1", grant=VERIFY, basis=BASIS, department="civil_affairs")
    return post(siege, "verify", claim(siege, sex="1") | {"agreement": "A-1"})


@attack
def to_verify_as_a_person_on_a_page(siege: Siege) -> Any:
    client = siege.client("developer")
    return client.post("/api/verify", json.dumps(claim(siege, sex="1")), content_type="application/json")


@attack
def to_enter_a_paper_for_another_department(siege: Siege) -> Any:
    siege.agree("A-1", consent=True, department="civil_affairs")
    other = access.Actor("client", "relief-app", department="civil_affairs")
    until = timezone.now() + timedelta(days=1)
    asked = access.ask_consent(
        other,
        person=siege.person.id,
        agreement="A-1",
        department="civil_affairs",
        items=("name",),
        matter="relief",
        until=until,
    )
    return post(siege, f"consents/{asked.number}/paper", {"number": "7", "sha256": "0" * 64})


@attack
def to_ask_consent_under_an_agreement_of_others(siege: Siege) -> Any:
    siege.agree("A-1", consent=True, department="civil_affairs")
    until = (timezone.now() + timedelta(days=1)).isoformat()
    wanted = {"agreement": "A-1", "items": ["name"], "matter": "relief", "until": until}
    return post(siege, "consents", wanted | {"persons": [{"idNumber": siege.person.value("idNumber")}]})


@attack
def a_token_that_was_made_up(siege: Siege) -> Any:
    siege.agree("A-1")
    return Client().get(f"{ENTITIES}?type=Person", headers={"Authorization": "Bearer made-up-token-of-nobody"})


@attack
def records_of_an_agreement_by_a_stranger(siege: Siege) -> Any:
    siege.agree("A-1")
    return Client().get("/api/agreements/A-1/records")


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_and_told(siege: Siege, name: str) -> None:
    with told() as rows:
        answers = outcome(ATTACKS[name], siege)
    for answer in answers:
        assert answer[0] == "4", answer[:300]
        assert not [s for s in siege.secrets if s in answer], answer[:300]
    assert len(rows) >= len(answers)


def test_a_value_is_not_found_by_trying(siege: Siege) -> None:
    """Five values of an item a day; whoever tries more is refused and somebody is told."""
    siege.agree("A-1", grant=VERIFY | {"attributes": ["birthDate"]}, basis=BASIS)
    years = [f"{year}-01-01" for year in range(1930, 1940)]
    answers = [post(siege, "verify", claim(siege, birthDate=year)).json() for year in years]
    assert [a["state"] for a in answers] == ["answered"] * 5 + ["too_many_values"] * 5
    assert not any(a["items"] for a in answers[5:])
    assert LedgerRow.objects.filter(act="alert").exists()


def test_who_exists_is_not_told(siege: Siege) -> None:
    siege.agree("A-1", grant=VERIFY, consent=True)
    nobody = {"who": {"idNumber": "230102199001011234"}, "items": {"name": "x"}}
    there, not_there = (post(siege, "verify", c).json() for c in (claim(siege, name="x"), nobody))
    assert there == not_there


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest/meta-data", "http://[::ffff:10.0.0.1]/", "http://0x7f.1/", "http://2130706433/", "file:///etc/passwd", "http://allowed.example@10.0.0.1/"])  # fmt: skip # noqa: E501
def test_no_call_leads_inside(siege: Siege, settings: Any, address: str) -> None:
    settings.DEMO = False
    settings.LINGQU_OUTBOUND = "allowed.example"
    with pytest.raises(Invalid, match="outbound"):
        access.outbound_place(address)
