"""Accounts, approvals, loans and rights as pages, on the living toy town."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, get_args

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.test_credentials import certificate
from lingqu.centre.access.definitions import Action
from lingqu.centre.access.models import Account, Credential, Delegation, LedgerRow, Proposal
from lingqu.ui.my import words
from lingqu.ui.registers import big_exports
from ui.living import Town

pytestmark = pytest.mark.django_db
DESK = "/stewardship"
NEW = {"kind": "person", "username": "wang", "display_name": "王", "department": "civil_affairs"}

PINS = {
    f"{DESK}/accounts/": 30,
    f"{DESK}/accounts/steward/": 40,
    f"{DESK}/new-account/": 22,
    f"{DESK}/approvals/": 24,
    "/my/loans/": 22,
    "/my/rights/": 22,
}


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("address", PINS)
def test_pages_cost_a_known_number_of_queries(town: Town, address: str) -> None:
    client = town.client("officer")
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= PINS[address]


@pytest.mark.parametrize("who", ["", "steward", "clerk", "developer"])
def test_who_does_not_administer_sees_none_of_it(town: Town, who: str) -> None:
    client = town.client(who)
    before = LedgerRow.objects.filter(act="refused").count()
    gets = [f"{DESK}/accounts/", f"{DESK}/accounts/officer/", f"{DESK}/new-account/", f"{DESK}/approvals/"]
    posts = [f"{DESK}/new-account/", f"{DESK}/accounts/steward/close/", f"{DESK}/accounts/steward/key/"]
    posts += [f"{DESK}/accounts/steward/first/", f"{DESK}/approvals/1/second/", f"{DESK}/accounts/steward/change/"]
    answers = [client.get(a) for a in gets] + [client.post(a, NEW) for a in posts]
    if who:
        assert {a.status_code for a in answers} == {403}
        assert LedgerRow.objects.filter(act="refused").count() == before + len(answers)
        assert "/stewardship/accounts/" not in text(client.get("/"))
    else:
        assert all(a["Location"].startswith("/accounts/login/") for a in answers)
    assert not Account.objects.filter(username="wang").exists()


def test_the_tabs_are_for_administrators(town: Town) -> None:
    address = f'href="{DESK}/accounts/"'
    assert address in text(town.client("officer").get(f"{DESK}/"))
    assert address not in text(town.client("steward").get(f"{DESK}/"))


def test_an_account_from_its_making_to_its_first_sign_in(town: Town) -> None:
    client = town.client("officer", language="en")
    answer = client.post(f"{DESK}/new-account/", {**NEW, "roles": ["department_clerk"]}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/accounts/wang/")
    assert "Department clerk" in text(answer)
    told = text(client.post(f"{DESK}/accounts/wang/first/"))
    address = re.search(r"/accounts/first/[^/\"]+/", told)
    assert address
    assert "Shown this once" in told
    stranger = Client()
    assert "wang" in text(stranger.get(address[0]))
    assert stranger.post(address[0], {"password": "short", "again": "short"}).status_code == 400
    chosen = {"password": "a long sentence it is", "again": "a long sentence it is"}
    assert stranger.post(address[0], chosen).status_code == 302
    assert Client().post(address[0], chosen).status_code == 404
    assert Account.objects.get(username="wang").check_password(chosen["password"])
    assert "First sign-in" not in text(client.get(f"{DESK}/accounts/wang/"))


def test_faults_stand_at_their_fields(town: Town) -> None:
    client = town.client("officer", language="en")
    answer = client.post(f"{DESK}/new-account/", {**NEW, "username": "steward", "region": "12"})
    assert answer.status_code == 400
    assert 'id="username-fault"' in text(answer)
    assert 'id="region-fault"' in text(answer)
    answer = client.post(f"{DESK}/new-account/", {**NEW, "valid_until": "2020-13-45"})
    assert 'id="until-fault"' in text(answer)
    assert client.post(f"{DESK}/accounts/steward/close/", {"reason": ""}).status_code == 400
    assert client.get(f"{DESK}/accounts/nobody/").status_code == 404


def test_a_dangerous_role_waits_for_the_second_administrator(town: Town) -> None:
    officer, guardian = town.client("officer", language="en"), town.client("guardian", language="en")
    asked = {**NEW, "department": "information_centre", "roles": ["information_officer"]}
    assert 'id="reason-fault"' in text(officer.post(f"{DESK}/new-account/", asked))
    answer = officer.post(f"{DESK}/new-account/", {**asked, "reason": "new head of the centre"}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/approvals/")
    assert not Account.objects.filter(username="wang").exists()
    number = Proposal.objects.latest("pk").pk
    assert 'class="vh"> wait for you' in text(guardian.get(f"{DESK}/"))
    page = text(guardian.get(f"{DESK}/approvals/"))
    assert "may administer accounts and rights" in page
    assert "new head of the centre" in page
    assert officer.post(f"{DESK}/approvals/{number}/second/").status_code == 403
    assert guardian.post(f"{DESK}/approvals/{number}/refuse/", {"why": ""}).status_code == 400
    assert guardian.post(f"{DESK}/approvals/{number}/second/").status_code == 302
    assert Account.objects.get(username="wang").roles == ["information_officer"]
    assert guardian.post(f"{DESK}/approvals/{number}/second/").status_code == 409
    assert "information_officer" not in text(officer.get(f"{DESK}/accounts/?role=developer"))


def test_a_key_is_shown_once_and_withdrawn(town: Town) -> None:
    client = town.client("officer", language="en")
    client.post(f"{DESK}/new-account/", {**NEW, "kind": "client", "username": "app", "roles": ["department_clerk"]})
    assert client.post(f"{DESK}/accounts/app/key/", {"days": "900"}).status_code == 400
    told = client.post(f"{DESK}/accounts/app/key/", {"days": "90", "title": "nightly"})
    key = re.search(r'value="(lq_[^"]+)"', text(told))
    assert key
    assert "no-store" in told["Cache-Control"]
    page = text(client.get(f"{DESK}/accounts/app/"))
    assert key[1] not in page
    assert key[1][:10] in page
    headers = {"Authorization": f"Bearer {key[1]}"}
    assert Client().get("/ngsi-ld/v1/types", headers=headers).status_code == 200
    client.post(f"{DESK}/accounts/app/keys/{Credential.objects.latest('pk').pk}/withdraw/")
    assert Client().get("/ngsi-ld/v1/types", headers=headers).status_code == 401
    assert client.post(f"{DESK}/accounts/app/certificate/", {"pem": "junk"}).status_code == 400
    assert client.post(f"{DESK}/accounts/app/certificate/", {"pem": certificate()[0]}).status_code == 302
    assert client.post(f"{DESK}/accounts/app/certificate/", {"pem": certificate()[0]}).status_code == 302


def test_an_account_is_changed_closed_and_opened(town: Town) -> None:
    client = town.client("officer", language="en")
    client.post(f"{DESK}/new-account/", {**NEW, "roles": ["department_clerk"], "valid_until": "2099-12-31"})
    form = text(client.get(f"{DESK}/accounts/wang/change/"))
    assert 'value="2099-12-31"' in form
    assert re.search(r'value="department_clerk" checked', form)
    client.post(f"{DESK}/accounts/wang/change/", {"display_name": "王五", "department": "civil_affairs", "roles": []})
    assert Account.objects.get(username="wang").roles == []
    client.post(f"{DESK}/accounts/wang/close/", {"reason": "left"})
    assert not Account.objects.get(username="wang").is_active
    client.post(f"{DESK}/accounts/wang/reopen/")
    assert Account.objects.get(username="wang").is_active
    assert client.post(f"{DESK}/accounts/officer/close/", {"reason": "myself"}).status_code == 403


def test_a_person_is_linked_after_a_look_and_by_two(town: Town) -> None:
    client = town.client("officer", language="en")
    asked = {"person": town.disputed, "reason": "identity card shown"}
    assert "State a purpose first" in text(client.post(f"{DESK}/accounts/clerk/person/", asked))
    client = town.client("officer", purpose=True)
    unknown = {**asked, "person": "urn:ngsi-ld:Person:0"}
    assert client.post(f"{DESK}/accounts/clerk/person/", unknown).status_code == 400
    assert client.post(f"{DESK}/accounts/clerk/person/", asked).status_code == 302
    assert Account.objects.get(username="clerk").person == ""
    town.client("guardian").post(f"{DESK}/approvals/{Proposal.objects.latest('pk').pk}/second/")
    assert Account.objects.get(username="clerk").person == town.disputed


def test_a_role_is_lent_and_the_head_of_the_page_says_so(town: Town) -> None:
    Account.objects.create(username="mei", display_name="梅", department="civil_affairs", demo=True)
    clerk = town.client("clerk", language="en")
    mei = Client()
    mei.cookies["django_language"] = "en"
    mei.force_login(Account.objects.get(username="mei"))
    assert "You hold no role of your own" in text(mei.get("/my/loans/"))
    given = {"taker": "mei", "roles": ["department_clerk"], "begins": "2020-01-01", "reason": "on leave"}
    assert 'id="ends-fault"' in text(clerk.post("/my/loans/", {**given, "ends": "2020-01-02"}))
    assert clerk.post("/my/loans/", {**given, "ends": f"{_soon()}"}).status_code == 302
    assert "roles that clerk lent you: Department clerk" in text(mei.get("/"))
    page = text(mei.get("/my/rights/"))
    assert "lent by clerk" in page
    assert mei.post(f"/my/loans/{Delegation.objects.latest('pk').pk}/end/").status_code == 302
    assert "lent you" not in text(mei.get("/"))


def _soon() -> str:
    return f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}"


def test_what_may_i_see_is_said_in_words(town: Town) -> None:
    page = text(town.client("supervisor", language="en").get("/my/rights/"))
    assert "Grid supervisor" in page
    assert re.search(r"in \S+", page)
    assert "first letter" in page
    assert town.client().get("/my/rights/").status_code == 302
    assert town.client().get("/my/loans/").status_code == 302


def test_very_many_persons_leave_when_another_has_looked(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(big_exports, "MOST", 3)
    client, address = town.client("officer", purpose=True), "/registers/Person/export.csv"
    answer = client.get(address)
    assert answer.status_code == 403
    assert f"{address}/ask" in text(answer)
    assert LedgerRow.objects.filter(act="refused", detail__rule="access.four_eyes", entity_type="Person").exists()
    assert client.post(f"{address}/ask", {"reason": " "}).status_code == 400
    answer = client.post(f"{address}/ask", {"reason": "census of the district"}, follow=True)
    assert "three days" in text(answer)
    assert client.get(address).status_code == 403  # asked for is not seconded
    number = Proposal.objects.latest("pk").pk
    assert client.post(f"{DESK}/approvals/{number}/second/").status_code == 403
    assert town.client("guardian").post(f"{DESK}/approvals/{number}/second/").status_code == 302
    assert client.get(f"{address}?words=x").status_code == 200  # few enough
    assert client.get("/registers/Person/export.json").status_code == 403  # another file than was seconded
    assert b"".join(client.get(address).streaming_content).count(b"\n") > 3
    assert client.get(address).status_code == 403  # one time
    assert client.get("/registers/Building/export.csv").status_code == 200  # about no persons


def test_who_may_not_export_does_not_propose_it(town: Town) -> None:
    client = town.client("supervisor", purpose=True)
    assert client.post("/registers/Person/export.csv/ask", {"reason": "I would like to"}).status_code == 403
    assert not Proposal.objects.filter(asked_by="supervisor").exists()


def test_every_right_has_words() -> None:
    """A grant to verify had none, and whoever held one saw no rights at all."""
    assert words.actions().keys() == set(get_args(Action))
