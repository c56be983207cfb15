"""Pages for acting for others: the switch at the head, offering, accepting, ending, and what sessions cannot claim."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.models import Account, LedgerRow, Mandate
from lingqu.centre.entities import door as entities
from lingqu.centre.notices import door as notices
from ui.living import Town

pytestmark = pytest.mark.django_db
PAGE = "/my/mandates/"


@pytest.fixture
def firm(town: Town) -> str:
    """The shop that the register names the demo citizen for."""
    entities.follow_representations()
    (found,) = [each for each in access.represented(acting("citizen")) if each.type == "Organization"]
    return found.id


def acting(name: str) -> access.Actor:
    return access.Actor("person", name, account_id=1, person=Account.objects.get(username=name).person)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def switch(client: Client, entity: str) -> int:
    return int(client.post("/my/acting/", {"entity": entity, "next": PAGE}).status_code)


def offer(client: Client, entity: str, **more: Any) -> Any:
    today = timezone.localdate()
    given = {"entity": entity, "taker": "accountant", "does": ["see", "apply"], "services_kind": "all",
             "begins": f"{today}", "ends": f"{today + timedelta(days=30)}"} | more  # fmt: skip
    return client.post(PAGE, given)


def test_the_switch_stands_at_the_head_of_every_page_with_a_way_back(town: Town, firm: str) -> None:
    client = town.client("citizen")
    assert "Legal representative" in text(client.get(PAGE))
    assert "Acting for <b>" not in text(client.get("/citizen/"))
    assert switch(client, firm) == 302
    for page in ("/citizen/", "/registers/", PAGE):
        assert "Acting for <b>" in text(client.get(page))
    told = LedgerRow.objects.filter(act="login").latest("pk")
    assert told.detail["on_behalf"] == firm
    assert switch(client, "") == 302
    assert "Acting for <b>" not in text(client.get("/citizen/"))


def test_nobody_switches_to_what_is_not_theirs(town: Town, firm: str) -> None:
    client = town.client("accountant")
    for entity in (firm, "urn:ngsi-ld:Person:none", "x" * 3000):
        assert switch(client, entity) == 403
    session = client.session
    session["on_behalf"] = firm  # forged
    session.save()
    assert "You act for yourself again" in text(client.get("/citizen/"))
    assert "on_behalf" not in client.session
    assert town.client().post("/my/acting/", {"entity": firm}).status_code == 302  # to sign in
    assert client.post("/my/acting/", {"entity": "", "next": "https://evil.example/"}).url == PAGE


def test_a_mandate_from_offer_to_end(town: Town, firm: str) -> None:
    owner, accountant = town.client("citizen"), town.client("accountant")
    assert offer(owner, firm).status_code == 302
    number = Mandate.objects.latest("pk").number
    assert "wants you to act for" in text(accountant.get(PAGE))
    assert [m.kind for m in notices.messages(acting("accountant"), limit=1)] == ["mandate"]
    assert town.client("parent").post(f"{PAGE}{number}/", {"act": "accept"}).status_code == 404
    assert accountant.post(f"{PAGE}{number}/", {"act": "accept"}).status_code == 302
    assert switch(accountant, firm) == 302
    assert "by mandate" in text(accountant.get("/citizen/"))
    assert offer(accountant, firm, taker="parent").status_code == 403  # not passed on
    assert owner.post(f"{PAGE}{number}/", {"act": "end"}).status_code == 302
    assert "You act for yourself again" in text(accountant.get("/citizen/"))
    assert switch(accountant, firm) == 403


def test_what_is_wrong_is_said_at_its_field(town: Town, firm: str) -> None:
    client = town.client("citizen")
    for given, fault in (
        ({"taker": "citizen"}, "taker-fault"),
        ({"ends": "2020-01-01"}, "ends-fault"),
        ({"begins": "never"}, "ends-fault"),
        ({"does": []}, "Choose what the other may do"),
    ):
        answer = offer(client, firm, **given)
        assert answer.status_code == 400
        assert fault in answer.content.decode()


def test_a_parent_sees_the_childs_data_while_acting_and_not_otherwise(town: Town) -> None:
    entities.follow_representations()
    children = [each for each in access.represented(acting("parent")) if each.type == "Person"]
    assert len(children) == 1
    client, child = town.client("parent"), children[0]
    assert child.label not in text(client.get("/citizen/my-data/"))
    assert switch(client, child.id) == 302
    seen = text(client.get("/citizen/my-data/"))
    assert f"<h1>{child.label}</h1>" in seen
    assert "419901" in seen  # as it is, not masked
    look = access.reads_of(child.id, own=True, limit=1)[0]
    assert look.detail["on_behalf"] == child.id
    assert text(client.get("/citizen/my-data/looks/?own=1"))
    assert switch(client, "") == 302
    assert child.label not in text(client.get("/citizen/my-data/"))
    assert client.get(f"/registers/Person/{child.id}/").status_code in (302, 404)
