"""Consultation and complaints: asked on one page, passed on, answered for the applicant to read."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guides.harbin import HARBIN, KINDS, placed
from lingqu.blueprint.load import load
from lingqu.centre.access.actors import acting
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.drawing import door as drawing
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door, models, store
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from procedures.test_pages import person
from procedures.test_walls import working
from web_role import as_web, web_role  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
LI = Actor("person", "li", roles=("applicant",))
PAGE = "/citizen/consult/"
ASKED = {
    "sort": "complaint",
    "office": "market",
    "service": "",
    "what": "商家不退款\n<b>拒绝</b>",
    "place": "望河路",
    "contact": "",
    "whom": "",
}


@pytest.fixture(scope="module")
def drawn() -> list[drawing.Placed]:
    return placed(load(HARBIN), KINDS)


@pytest.fixture
def city(db: None, drawn: list[drawing.Placed]) -> None:
    store.forget()
    drawing.replace(drawn, [], actor="tests", summary={})


def clerk(department: str) -> Actor:
    return Actor("person", f"{department}-clerk", roles=("case_supervisor",), department=department)


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def open_item(number: int) -> door.Item:
    (found,) = (item for item in door.case(Actor("system", "tests"), number).items if item.state in store.OPEN)
    return found


def test_a_complaint_from_the_page_to_its_answer() -> None:
    li = person("li", "", "applicant")
    files = [SimpleUploadedFile("小票.pdf", b"%PDF-1.7"), SimpleUploadedFile("合同.pdf", b"%PDF-1.4")]
    sent = li.post(PAGE, {**ASKED, "files": files}, follow=True)
    case = models.Case.objects.get()
    assert sent.redirect_chain == [(f"/my/cases/{case.pk}/", 302)]
    page = text(sent)
    for words in (f"Number {case.pk}, code ", "望河路", "小票.pdf", "合同.pdf", "Market supervision", "What you said"):
        assert words in page
    assert "&lt;b&gt;" in sent.content.decode()
    assert case.title == "商家不退款"
    assert f"/my/cases/{case.pk}/" in text(li.get("/my/cases/"))

    first = open_item(case.pk)
    assert (first.node, first.department) == ("accept", "market")
    desk = person("market-clerk", "market", "case_supervisor")
    here = f"/stewardship/cases/{case.pk}/"
    assert "望河路" in text(desk.get(here))
    assert "Market supervision" in text(desk.get(here))
    door.complete(clerk("market"), first.id)
    second = open_item(case.pk)
    assert (second.node, second.department) == ("answer", "market")
    desk.post(f"{here}items/{second.id}/complete/", {"answer_reply": "已责令退款。\n请查收"})
    told = text(li.get(f"/my/cases/{case.pk}/"))
    assert "已责令退款。<br>请查收" in told
    assert f"/services/rate/{case.pk}/" in told


def test_who_is_not_concerned_passes_it_on() -> None:
    li = person("li", "", "applicant")
    li.post(PAGE, {**ASKED, "office": ""})
    number = models.Case.objects.get().pk
    first = open_item(number)
    assert first.department == "hotline"
    with pytest.raises(Invalid):
        door.pass_on(clerk("hotline"), first.id, "hotline", "x")
    with pytest.raises(Invalid):
        door.pass_on(clerk("hotline"), first.id, "nowhere", "x")
    with pytest.raises(Invalid):
        door.pass_on(clerk("hotline"), first.id, "market", " ")
    with pytest.raises(Refused):
        door.pass_on(replace(clerk("market"), name="li"), first.id, "market", "x")
    with pytest.raises(NotFound):
        door.case(clerk("police"), number)

    hotline = person("hotline-clerk", "hotline", "case_supervisor")
    ask = f"/stewardship/cases/{number}/items/{first.id}/pass/to/"
    assert ask in text(hotline.get(f"/stewardship/cases/{number}/"))
    assert "Market supervision" in text(hotline.get(ask))
    hotline.post(ask.replace("/pass/to/", "/pass/"), {"to": "market", "words": "属市场监管职责"})
    second = open_item(number)
    assert (second.node, second.department) == ("accept", "market")
    with pytest.raises(Conflict):
        door.pass_on(clerk("hotline"), first.id, "police", "x")
    page = text(li.get(f"/my/cases/{number}/"))
    assert "passed on to another department" in page
    assert "属市场监管职责" in page
    told = notices.messages(acting(Account.objects.get(username="li")), limit=9)
    (message,) = (each for each in told if "passed on" in each.subject.en)
    assert "Market supervision" in message.subject.en
    door.complete(clerk("market"), second.id)
    assert open_item(number).department == "market"
    door.complete(clerk("market"), open_item(number).id, {"reply": "好"})
    assert door.case(LI, number).state == "ended"


def test_a_consultation_is_answered_in_one_step() -> None:
    li = person("li", "", "applicant")
    li.post("/enterprise/consult/", {**ASKED, "sort": "consultation", "service": "food_business_licence"})
    number = models.Case.objects.get().pk
    assert "Food business licence" in text(li.get(f"/my/cases/{number}/"))
    with pytest.raises(Invalid):
        door.complete(clerk("market"), open_item(number).id)
    door.complete(clerk("market"), open_item(number).id, {"reply": "五个工作日"})
    assert door.case(LI, number).state == "ended"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sort": "x"}, "Choose whether"),
        ({"what": " \0 "}, "Say what happened"),
        ({"what": "x" * 2001}, "At most 2000"),
        ({"place": "x" * 201}, "At most 2000"),
        ({"office": "nowhere"}, "Choose the department"),
        ({"service": "nowhere"}, "Choose the service"),
        ({"files": [SimpleUploadedFile(f"{n}.pdf", b"%PDF-") for n in range(6)]}, "At most 5 files"),
        ({"files": [SimpleUploadedFile("a.exe", b"MZ")]}, "of at most 10 MB"),
    ],
)
def test_what_is_not_taken_begins_no_case(wrong: dict[str, Any], said: str) -> None:
    answer = person("li", "", "applicant").post(PAGE, {**ASKED, **wrong})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not models.Case.objects.exists()


def test_sent_twice_it_is_one_case() -> None:
    li = person("li", "", "applicant")
    li.post(PAGE, ASKED)
    assert "sent this already" in text(li.post(PAGE, ASKED, follow=True))
    li.post(PAGE, {**ASKED, "what": "别的"})
    assert models.Case.objects.count() == 2


def test_the_guide_leads_to_it() -> None:
    way = f"{PAGE}?service=consumer_complaint"
    assert way in text(Client().get("/services/guides/consumer_complaint/"))
    assert PAGE in text(Client().get("/citizen/services/"))
    assert Client().get(way).status_code == 302
    page = text(person("li", "", "applicant").get(way))
    for chosen in ('value="complaint" required checked', '"market" selected', '"consumer_complaint" selected'):
        assert chosen in page


def test_the_law_s_shorter_term_is_the_case_s() -> None:
    """Consumer Rights Law of the PRC, art. 46: seven working days."""
    li = person("li", "", "applicant")
    li.post(PAGE, ASKED)
    li.post(PAGE, {**ASKED, "what": "别的", "service": "consumer_complaint"})
    fifteen, seven = models.Case.objects.order_by("id").values_list("due", flat=True)
    assert fifteen is not None
    assert seven is not None
    assert seven < fifteen


def test_nobody_asks_for_whom_he_may_not_act() -> None:
    answer = person("li", "", "applicant").post(PAGE, {**ASKED, "whom": "urn:ngsi-ld:Organization:1"})
    assert answer.status_code == 403
    assert not models.Case.objects.exists()


def test_what_is_asked_for_a_person_is_seen_by_him() -> None:
    agent, him = replace(LI, person="urn:ngsi-ld:Person:1"), Actor("person", "zhao", person="urn:ngsi-ld:Person:1")
    number = door.start(agent, "complaint", answers={"what": "x"}, on_behalf_of=agent.person)
    assert [case.id for case in door.applications(him)] == [number]
    assert door.applications(LI) == []


def test_a_city_without_them_says_so() -> None:
    gone = [(p.kind, p.code) for p in drawing.placed() if p.kind == "procedure"]
    drawing.replace([], gone, actor="t", summary={})
    assert "Nothing is taken here" in text(person("li", "", "applicant").get(PAGE))
    assert PAGE not in text(Client().get("/citizen/services/"))


def test_behind_the_walls_it_is_passed_on_too(as_web: Any) -> None:  # noqa: F811
    number = door.start(LI, "complaint", answers={"what": "x"})
    item = open_item(number).id
    with as_web(), working(clerk("hotline")):
        door.pass_on(clerk("hotline"), item, "market", "x")
    assert open_item(number).department == "market"
