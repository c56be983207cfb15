"""Deliveries out on the desk and in the interface for systems."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from handed_out import OWNER, STEWARD, agreed, people, run, toytown  # noqa: F401
from lingqu.centre.access.credentials import issue_key
from lingqu.centre.access.models import Account
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door as exchange

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def person(name: str, department: str, *roles: str) -> Client:
    account = Account.objects.create(username=name, department=department, roles=list(roles))
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def steward() -> Client:
    return person("si", "information_centre", "steward")


@pytest.fixture
def key() -> str:
    account = Account.objects.create(username="assist-app", kind="client", department="civil_affairs")
    return issue_key(account, "tests", timezone.now() + timedelta(days=1), "tests")[0]


def call(key: str, path: str, document: Any = None) -> Any:
    sent = {"Authorization": f"Bearer {key}"}
    client = Client()
    if document is None:
        return client.get(f"/api/{path}", headers=sent)
    return client.post(f"/api/{path}", json.dumps(document), content_type="application/json", headers=sent)


def test_empty_it_says_how_to_begin(steward: Client) -> None:
    page = steward.get("/stewardship/outgoing/").content.decode()
    assert "Nothing delivered yet" in page
    assert 'href="/stewardship/sharing/"' in page


def test_from_the_agreement_to_the_receipt(steward: Client, key: str) -> None:
    agreement = agreed("file", {"format": "csv"})
    page = steward.get(f"/stewardship/sharing/{agreement.number}/").content.decode()
    assert "Deliver now" in page
    answer = steward.post(f"/stewardship/outgoing/agreements/{agreement.number}/deliver/")
    (made,) = exchange.dispatches(agreement=agreement.number)
    assert answer["Location"] == f"/stewardship/outgoing/{made.id}/"
    assert made.asked_by == "si"
    assert "data-refresh" in steward.get(f"/stewardship/outgoing/{made.id}/").content.decode()
    again = steward.post(f"/stewardship/outgoing/agreements/{agreement.number}/deliver/", follow=True)
    assert "open delivery already" in again.content.decode()
    exchange.send(made.id)
    page = steward.get(f"/stewardship/outgoing/{made.id}/").content.decode()
    assert "delivered, no receipt yet" in page
    told = call(key, f"agreements/{agreement.number}/dispatches").json()["dispatches"]
    (file,) = told[0]["files"]
    content = b"".join(call(key, f"dispatches/{made.id}/files/{file['name']}").streaming_content)
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    receipt = call(key, f"dispatches/{made.id}/receipt", {"rows": 5, "sha256": file["sha256"]})
    assert receipt.json()["state"] == call(key, f"dispatches/{made.id}").json()["state"] == "acknowledged"
    assert "received in full" in steward.get(f"/stewardship/outgoing/{made.id}/").content.decode()
    rows = steward.get(f"/stewardship/outgoing/?agreement={agreement.number}&state=acknowledged").content.decode()
    assert f"/stewardship/outgoing/{made.id}/" in rows
    assert (
        f"/stewardship/outgoing/{made.id}/" in steward.get(f"/stewardship/sharing/{agreement.number}/").content.decode()
    )


def test_a_failure_says_why_and_can_be_tried_again(steward: Client) -> None:
    done = run(agreed("push", {"url": "http://169.254.169.254/"}))
    page = steward.get(f"/stewardship/outgoing/{done.id}/").content.decode()
    assert "may not be asked" in page
    assert "LINGQU_OUTBOUND" in page
    steward.post(f"/stewardship/outgoing/{done.id}/act/", {"act": "again"})
    assert exchange.dispatch(done.id).state == "waiting"
    steward.post(f"/stewardship/outgoing/{done.id}/act/", {"act": "park"})
    assert exchange.dispatch(done.id).state == "parked"
    assert steward.get(f"/stewardship/outgoing/{done.id}/progress/").status_code == 200


def test_others_do_not_learn_of_it(key: str) -> None:
    agreement = agreed("file", {"format": "csv"})
    done = run(agreement)
    name = done.files[0]["name"]
    stranger = person("ma", "market", "department_clerk")
    assert stranger.get(f"/stewardship/outgoing/{done.id}/").status_code == 404
    assert stranger.get(f"/stewardship/outgoing/{done.id}/files/{name}").status_code == 404
    assert f"/outgoing/{done.id}/" not in stranger.get("/stewardship/outgoing/").content.decode()
    assert stranger.post(f"/stewardship/outgoing/{done.id}/act/", {"act": "park"}).status_code == 404
    assert Client().get(f"/api/dispatches/{done.id}").status_code == 401
    account = Account.objects.create(username="market-app", kind="client", department="market")
    other = issue_key(account, "tests", timezone.now() + timedelta(days=1), "tests")[0]
    assert call(other, f"dispatches/{done.id}").status_code == 404
    assert call(other, f"dispatches/{done.id}/files/{name}").status_code == 404
    assert call(other, f"agreements/{agreement.number}/dispatches").json()["dispatches"] == []
    catalogue.withdraw(OWNER, agreement.number, "用途超出约定")
    assert call(key, f"dispatches/{done.id}/files/{name}").status_code == 403


def test_the_consumer_sees_it_but_may_not_act(steward: Client) -> None:
    done = run(agreed("file", {"format": "csv"}, people_roles=("department_clerk",)))
    clerk = person("an", "civil_affairs", "department_clerk")
    page = clerk.get(f"/stewardship/outgoing/{done.id}/").content.decode()
    assert "What you can do" not in page
    name = done.files[0]["name"]
    assert clerk.get(f"/stewardship/outgoing/{done.id}/files/{name}").status_code == 200
    assert clerk.post(f"/stewardship/outgoing/{done.id}/act/", {"act": "again"}).status_code == 403
    assert "can fetch it" in steward.get(f"/stewardship/outgoing/{done.id}/").content.decode()
    assert steward.get(f"/stewardship/outgoing/{done.id}/files/{name}").status_code == 404
