"""My data: what persons see of their record and of who looked, what they allow, object to and want corrected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.kernel.errors import LingquError, Refused
from ui.living import Town

pytestmark = pytest.mark.django_db
MY = "/citizen/my-data/"
NUMBER = "419901198407285332"


@pytest.fixture
def me(town: Town) -> Actor:
    account = Account.objects.get(username="citizen")
    assert account.person
    return Actor("person", "citizen", roles=("citizen",), person=account.person, purpose="my_data")


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def look(person: str, username: str = "clerk", *, department: str = "police", purpose: str = "casework: 118") -> None:
    Account.objects.filter(username=username).update(department=department)
    reader = Actor("person", username, roles=("department_clerk",), department=department, purpose=purpose)
    entities.get(reader, person)


def investigate(person: str) -> None:
    reader = Actor("person", "investigator", roles=("investigator",), department="police", purpose="investigation: 7")
    entities.get(reader, person)


def consent(person: str, **more: Any) -> access.Consented:
    asked = {"agreement": "A-1", "department": "civil_affairs", "items": ("name", "sex"), "matter": "住房补贴"} | more
    app = Actor("client", "housing-app", department="civil_affairs")
    return access.ask_consent(app, person=person, until=timezone.now() + timedelta(days=30), **asked)


def test_only_ones_own(town: Town, me: Actor) -> None:
    assert Client().get(MY).status_code == 302
    assert "not linked" in text(town.client("steward").get(MY))
    seen = text(town.client("citizen").get(MY))
    assert NUMBER in seen
    assert "Household register" in seen or "Police" in seen
    assert town.client("citizen").get(f"/registers/Person/{me.person}x/").status_code in (302, 404)
    with pytest.raises(Refused):
        entities.find(
            Actor("person", "citizen", roles=("citizen",), person=me.person), entities.Query(types=("Person",))
        )


def test_who_looked_when_why_and_on_which_basis(town: Town, me: Actor) -> None:
    client = town.client("citizen")
    look(me.person)
    seen = text(client.get(MY + "looks/"))
    assert "Handling a case" in seen
    assert "118" in seen
    assert "PIPL art. 13(1)(3)" in seen
    assert "Name" in seen
    assert "casework" not in text(client.get(MY + "looks/?own=1"))
    assert "118" not in text(client.get(MY + "looks/?words=nothing"))
    assert "118" not in text(client.get(MY + "looks/?department=civil_affairs"))
    file = client.get(MY + "looks.csv").content.decode("utf-8-sig")
    assert "118" in file
    assert LedgerRow.objects.filter(act="export", actor="citizen").exists()


def test_ones_own_looks_are_apart(town: Town, me: Actor) -> None:
    client = town.client("citizen")
    client.get(MY)
    assert [r.own for r in access.reads_of(me.person, own=None)] == [True]
    assert access.reads_of(me.person) == []
    assert len(access.reads_of(me.person, own=True)) == 1
    assert access.readers_of(me.person) == []


def test_paging_goes_through_all(town: Town, me: Actor) -> None:
    for n in range(7):
        look(me.person, purpose=f"casework: {n}")
    seen, before = [], None
    while page := access.reads_of(me.person, before=before, limit=3):
        seen += [r.words for r in page]
        before = page[-1].number
    assert seen == [str(n) for n in reversed(range(7))]


def test_what_is_told_later_waits_and_that_is_in_the_ledger(town: Town, me: Actor) -> None:
    client = town.client("citizen")
    investigate(me.person)
    assert "Investigating" not in text(client.get(MY + "looks/"))
    assert access.readers_of(me.person) == []
    [held] = LedgerRow.objects.filter(detail__has_key="held_back")
    assert held.entity_ids == []
    row = LedgerRow.objects.get(actor="investigator")
    assert held.detail["held_back"] == [row.pk]
    [waits] = access.delayed_reads()
    assert (waits.number, waits.shown_at - waits.at) == (row.pk, timedelta(days=30))
    auditor = text(town.client("auditor").get("/stewardship/objections/delayed/"))
    assert "Investigating" in auditor
    assert town.client("clerk").get("/stewardship/objections/delayed/").status_code == 403


def test_it_is_shown_when_its_days_are_over(town: Town, me: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    investigate(me.person)
    later = timezone.now() + timedelta(days=31)
    monkeypatch.setattr("lingqu.centre.access.looks.timezone.now", lambda: later)
    assert [r.purpose for r in access.reads_of(me.person)] == ["investigation"]


def test_nobody_hides_a_look_by_choosing_the_purpose(town: Town, me: Actor) -> None:
    with pytest.raises(LingquError):
        look(me.person, purpose="investigation: curious")
    client = town.client("clerk")
    given = {"code": "investigation", "text": "curious", "next": "/"}
    assert client.post("/purpose/", given).status_code == 400
    assert town.client("investigator").post("/purpose/", given).status_code == 302


def test_a_consent_is_given_and_withdrawn(town: Town, me: Actor) -> None:
    client, asked = town.client("citizen"), consent(me.person)
    assert "住房补贴" in text(client.get(MY + "consents/"))
    address = f"{MY}consents/{asked.number}/"
    assert client.post(address, {"act": "give"}).status_code == 302
    assert access.consents_of(me.person)[0].state == "given"
    client.post(address, {"act": "withdraw"})
    assert access.consents_of(me.person)[0].state == "withdrawn"
    assert "withdrawn" in text(client.get(MY + "consents/"))
    assert client.post(address, {"act": "give"}).status_code == 409
    other = consent(me.person + "x")
    assert client.post(f"{MY}consents/{other.number}/", {"act": "give"}).status_code == 404


def test_an_objection_is_answered_by_the_department(town: Town, me: Actor) -> None:
    client = town.client("citizen")
    look(me.person, department="police")
    [row] = access.reads_of(me.person)
    assert client.post(f"{MY}object/", {"look": row.number, "words": "x"}).status_code == 400
    assert client.post(f"{MY}object/", {"look": row.number, "words": "我没有办这件事"}).status_code == 302
    assert client.post(f"{MY}object/", {"look": row.number, "words": "我没有办这件事"}).status_code == 400
    [objected] = access.objections_of(me.person)
    assert (objected.department, objected.state, objected.look) == ("police", "open", row.number)
    assert (objected.due_at - objected.asked_at).days >= 15
    assert "我没有办这件事" in text(town.client("auditor").get("/stewardship/objections/"))
    desk = town.client("clerk")  # of the police by now
    answer = {"number": objected.number, "act": "uphold", "words": "查看不当，已处理"}
    assert desk.post("/stewardship/objections/", answer).status_code == 302
    assert "查看不当" in text(client.get(MY + "objections/"))
    assert town.client("auditor").post("/stewardship/objections/", answer).status_code == 403


def test_a_correction_from_my_record_to_the_desk(town: Town, me: Actor) -> None:
    client = town.client("citizen")
    address = f"/correct/{me.person}/ethnicGroup/"
    assert "working days" in text(client.get(address))
    file = SimpleUploadedFile("户口本.png", b"\x89PNG\r\n\x1a\n1", "image/png")
    wrong = {"claimed": "03", "words": "户口本有误", "evidence": SimpleUploadedFile("a.png", b"GIF8", "image/png")}
    assert client.post(address, wrong).status_code == 400
    assert client.post(address, wrong | {"evidence": file}).status_code == 302
    [asked] = fusion.corrections_of(me.person)
    assert "contested" in text(client.get(MY))
    Account.objects.filter(username="clerk").update(department="police")
    desk = town.client("clerk", purpose=True)
    assert f"/corrections/{asked.number}/" in text(desk.get("/stewardship/corrections/"))
    assert "户口本有误" in text(desk.get(f"/stewardship/corrections/{asked.number}/"))
    evidence = desk.get(f"/stewardship/corrections/{asked.number}/evidence/")
    assert evidence["Content-Disposition"].startswith("attachment")
    assert evidence.content.startswith(b"\x89PNG")
    refused = {"act": "refuse", "words": "档案无误"}
    assert desk.post(f"/stewardship/corrections/{asked.number}/", refused).status_code == 400
    assert desk.post(f"/stewardship/corrections/{asked.number}/", refused | {"law": "条例第十七条"}).status_code == 302
    assert "条例第十七条" in text(client.get(MY + "corrections/"))


def test_a_clerk_says_that_a_fact_is_wrong(town: Town, me: Actor) -> None:
    Account.objects.filter(username="clerk").update(department="police")
    client = town.client("clerk", purpose=True)
    record = f"/registers/Person/{me.person}/"
    assert f"/correct/{me.person}/sex/" in text(client.get(record))
    assert client.post(f"/correct/{me.person}/sex/", {"claimed": "2", "words": "与档案不符"}).status_code == 302
    assert "contested" in text(client.get(record))
    told = client.get(f"/ngsi-ld/v1/entities/{me.person}", headers={"Lingqu-Purpose": "correction"}).json()
    assert told["sex"]["contested"] == {"type": "Property", "value": True}
    assert "contested" not in told["birthDate"]


def test_behind_the_walls_of_the_database(town: Town, me: Actor, requests_as_web: None) -> None:
    client, asked = town.client("citizen"), consent(me.person)
    for page in ("", "looks/", "consents/", "corrections/", "objections/"):
        assert client.get(MY + page).status_code == 200, page
    assert client.post(f"{MY}consents/{asked.number}/", {"act": "give"}).status_code == 302
    given = {"claimed": "03", "words": "户口本有误"}
    assert client.post(f"/correct/{me.person}/ethnicGroup/", given).status_code == 302
    [correction] = fusion.corrections_of(me.person)
    assert client.post(f"{MY}corrections/{correction.number}/withdraw/").status_code == 302
    assert client.post(f"{MY}object/", {"department": "police", "words": "请停止处理"}).status_code == 302
    assert "请停止处理" in text(client.get(MY + "objections/"))
    assert "户口本有误" in text(client.get(MY + "corrections/"))
