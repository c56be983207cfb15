"""Files and appeals of the applicant, for himself and for whom he acts; the reason of a refusal."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lingqu.centre.access.actors import acting
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.access.represented import Represented
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door, models
from lingqu.centre.procedures.actions import start
from lingqu.kernel.errors import NotFound, Refused
from procedures.little import APPLICANT, DOCUMENT, LEAD, OTHER, bureau, clerk, do, items, put, through  # noqa: F401
from procedures.test_pages import person
from procedures.test_walls import working
from web_role import as_web, web_role  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
APPEALED = {**DOCUMENT, "appeal": {"procedure": "review", "outcomes": ["refused"]}}
REVIEW = {**DOCUMENT, "code": "review", "title": {"zh": "复议", "en": "Review"}, "department": "housing"}
FIRM = "urn:ngsi-ld:Organization:1"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_applicant_adds_and_takes_back_his_files() -> None:
    li, zhao = person("li", "", "applicant"), person("zhao", "", "applicant")
    number = door.start(APPLICANT, "licence")
    address = f"/my/cases/{number}/"
    li.post(f"{address}files/", {"file": SimpleUploadedFile("合同.pdf", b"%PDF-1.7")})
    inner = door.attach(LEAD, number, "内部.pdf", b"%PDF-2")
    shown = door.attach(LEAD, number, "通知书.pdf", b"%PDF-3", shown=True)
    page = text(li.get(address))
    assert "合同.pdf" in page
    assert "通知书.pdf" in page
    assert "内部.pdf" not in page
    own = models.File.objects.get(department="").pk
    assert li.get(f"{address}files/{shown}/").content == b"%PDF-3"
    assert li.get(f"{address}files/{inner}/").status_code == 404
    for ask in (zhao.get, zhao.post):
        assert ask(f"{address}files/{own}/").status_code in (404, 405)
    assert zhao.post(f"{address}files/", {"file": SimpleUploadedFile("a.pdf", b"%PDF-")}).status_code == 404
    assert li.post(f"{address}files/{shown}/withdraw/").status_code == 403
    assert "of at most 10 MB, without" in text(
        li.post(f"{address}files/", {"file": SimpleUploadedFile("a", b"x")}, follow=True)
    )
    li.post(f"{address}files/{own}/withdraw/")
    assert li.get(f"{address}files/{own}/").status_code == 404
    assert Client().get(f"{address}files/{own}/").status_code == 302


def test_a_refusal_has_a_reason_that_the_applicant_reads_and_appeals_against() -> None:
    put(APPEALED, REVIEW)
    li = person("li", "", "applicant")
    number = door.start(APPLICANT, "licence")
    assert "nothing to appeal" in text(li.get(f"/my/cases/{number}/appeal/", follow=True))
    for node in ("accept", "a", "c"):
        do(number, node)
    door.complete(clerk("taxation"), items(number)["b"].id, {"note": "无"}, words="内部意见")
    decide = person("an", "market", "clerk")
    item = items(number)["decide"].id
    given = {"answer_approved": "no", "reason": "选址不符合规划", "words": "内部备注"}
    decide.post(f"/stewardship/cases/{number}/items/{item}/complete/", given)
    (message,) = notices.messages(acting(Account.objects.get(username="li")), kind="case", limit=1)
    assert f"within 60 days: /my/cases/{number}/appeal/" in message.words.en
    page = text(li.get(f"/my/cases/{number}/"))
    assert "选址不符合规划" in page
    assert "内部" not in page
    assert "you may appeal" in page
    asked = text(li.get(f"/my/cases/{number}/appeal/"))
    assert "选址不符合规划" in asked
    assert "Review" in asked
    assert li.post(f"/my/cases/{number}/appeal/", {"words": " "}).status_code == 422
    assert person("zhao", "", "applicant").post(f"/my/cases/{number}/appeal/", {"words": "x"}).status_code == 404
    li.post(f"/my/cases/{number}/appeal/", {"words": "规划已调整"})
    second = models.Case.objects.get(appeal_of=number).pk
    assert f'href="/my/cases/{number}/"' in text(li.get(f"/my/cases/{second}/"))
    assert f'href="/my/cases/{second}/"' in text(li.get(f"/my/cases/{number}/"))
    assert "nothing to appeal" in text(li.get(f"/my/cases/{number}/appeal/", follow=True))


def test_no_reason_no_act() -> None:
    number = door.start(APPLICANT, "licence")
    door.complete(LEAD, items(number)["accept"].id, {}, "备注", " ")
    assert [a.act for a in door.case(LEAD, number).acts] == ["start", "complete"]


def test_who_acts_for_a_firm_adds_files_and_appeals_for_it(as_web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Represented, "may", lambda *_: True)
    put(APPEALED, REVIEW)
    firm = Represented(FIRM, "Organization", "松江面馆", ())
    boss, colleague = replace(APPLICANT, behalf=firm), replace(OTHER, behalf=firm)
    number = start.start(boss, "licence", on_behalf_of=FIRM)
    with as_web(), working(colleague):
        own = door.attach(colleague, number, "章程.pdf", b"%PDF-1")
        assert [f.mine for f in door.files(colleague, number)] == [True]
    with as_web(), working(boss):
        door.withdraw_file(boss, own)
    with as_web(), working(OTHER), pytest.raises(NotFound):
        door.files(OTHER, number)
    with as_web(), working(APPLICANT), pytest.raises((NotFound, Refused)):
        door.attach(APPLICANT, number, "a.pdf", b"%PDF-")
    through(number, approved=False)
    with as_web(), working(colleague):
        second = door.appeal(colleague, number, "不服")
    assert models.Case.objects.get(pk=second).on_behalf_of == FIRM
    with as_web(), working(boss):
        assert [a.id for a in door.appeals(boss, number).by] == [second]


def test_a_clerk_who_may_act_for_the_firm_is_no_office_of_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    number = start.start(APPLICANT, "licence", on_behalf_of=FIRM)
    door.comment(LEAD, number, "材料可疑")
    door.attach(LEAD, number, "内部.pdf", b"%PDF-")
    monkeypatch.setattr("lingqu.centre.access.door.represents", lambda actor, *_: actor.name == "cousin")
    cousin: Actor = clerk("market", "cousin")
    assert door.comments(cousin, number) == []
    assert door.files(cousin, number) == []
    for act in (
        lambda: door.comment(cousin, number, "x"),
        lambda: door.attach(cousin, number, "a.pdf", b"%PDF-"),
        lambda: door.suspend(cousin, number, "x", "y"),
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.rule == "procedures.own_case"
