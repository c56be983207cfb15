"""The inbox and a case on the desk."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.procedures import door
from procedures.little import APPLICANT, DOCUMENT, LEAD, bureau, do, items, put  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]


def person(name: str, department: str, *roles: str) -> Client:
    account = Account.objects.create(username=name, department=department, roles=list(roles))
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_empty_it_says_how_to_begin() -> None:
    page = person("an", "market", "clerk").get("/stewardship/cases/").content.decode()
    assert "Nothing to do" in page


def test_who_handles_nothing_is_refused() -> None:
    assert person("li", "", "applicant").get("/stewardship/cases/").status_code == 403
    assert Client().get("/stewardship/cases/").status_code == 302


def test_from_the_inbox_through_a_step() -> None:
    clerk = person("an", "taxation", "clerk")
    number = door.start(APPLICANT, "licence", title="<b>面馆</b>")
    do(number, "accept")
    item = items(number)["b"].id
    page = clerk.get("/stewardship/cases/").content.decode()
    assert f'href="/stewardship/cases/{number}/"' in page
    assert "&lt;b&gt;面馆" in page
    address = f"/stewardship/cases/{number}/"
    assert clerk.post(f"{address}items/{item}/claim/").status_code == 302
    assert items(number)["b"].holder == "an"
    answer = clerk.post(f"{address}items/{item}/complete/", {"words": "x"}, follow=True).content.decode()
    assert "is not answered" in answer
    assert "b" in items(number)
    clerk.post(f"{address}items/{item}/return/", {"missing": "合同：缺页\n授权书: 未签"})
    assert [m["why"] for m in items(number)["b"].missing] == ["缺页", "未签"]
    door.supplement(APPLICANT, item, "已补")
    clerk.post(f"{address}items/{item}/complete/", {"answer_note": "齐全"})
    assert "b" not in items(number)
    assert "sent back to the applicant" in clerk.get(address).content.decode()


def test_another_departments_case_is_not_there() -> None:
    number = door.start(APPLICANT, "licence")
    stranger = person("an", "housing", "clerk")
    assert stranger.get(f"/stewardship/cases/{number}/").status_code == 404
    item = items(number)["accept"].id
    assert stranger.post(f"/stewardship/cases/{number}/items/{item}/complete/").status_code == 404
    assert stranger.post(f"/stewardship/cases/{number}/items/{item}/destroy/").status_code == 404
    assert LedgerRow.objects.filter(act="refused", actor="an").count() >= 2
    assert door.case(LEAD, number).items[0].state == "open"


def test_the_inbox_keeps_its_filters_in_the_address_and_pages_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingqu.stewardship.case_lists.PAGE", 2)
    clerk = person("an", "market", "clerk")
    numbers = [door.start(APPLICANT, "licence", title=f"面馆 {n}") for n in range(3)]
    first = clerk.get("/stewardship/cases/?clock=calm&procedure=licence").content.decode()
    assert [f'/cases/{n}/"' in first for n in numbers] == [True, True, False]
    (following,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', first)
    assert "clock=calm" in following
    second = clerk.get("/stewardship/cases/" + html.unescape(following)).content.decode()
    assert [f'/cases/{n}/"' in second for n in numbers] == [False, False, True]
    assert "First page" in second
    assert "Nothing found" in clerk.get("/stewardship/cases/?clock=overdue").content.decode()
    assert f'/cases/{numbers[1]}/"' in clerk.get("/stewardship/cases/?words=面馆+1").content.decode()
    for odd in ("?clock=x", "?after=~", "?procedure=%27", "?after=1~2~3"):
        assert clerk.get("/stewardship/cases/" + odd).status_code == 200


def test_every_case_is_found_by_number_words_and_applicant() -> None:
    clerk = person("an", "market", "clerk")
    first, second = (door.start(APPLICANT, "licence", title=title) for title in ("明月面馆", "春风书店"))
    page = clerk.get("/stewardship/cases/all/").content.decode()
    assert page.index(f'/cases/{second}/"') < page.index(f'/cases/{first}/"')
    assert clerk.get(f"/stewardship/cases/all/?q={first}").headers["Location"] == f"/stewardship/cases/{first}/"
    found = clerk.get("/stewardship/cases/all/?q=春风").content.decode()
    assert [f'/cases/{n}/"' in found for n in (first, second)] == [False, True]
    assert "Nothing found" in clerk.get("/stewardship/cases/all/?q=99999999").content.decode()
    assert "Nothing found" in clerk.get("/stewardship/cases/all/?applicant=nobody").content.decode()
    assert f'/cases/{first}/"' in clerk.get("/stewardship/cases/all/?applicant=li&state=running").content.decode()
    other = person("bo", "housing", "clerk")
    assert "No cases yet" in other.get("/stewardship/cases/all/").content.decode()
    assert "Nothing found" in other.get(f"/stewardship/cases/all/?q={first}").content.decode()


def test_a_step_is_said_in_both_languages() -> None:
    tasks = {**DOCUMENT["tasks"], "accept": {**DOCUMENT["tasks"]["accept"], "title": {"zh": "受理", "en": "Take in"}}}
    put({**DOCUMENT, "tasks": tasks})
    number = door.start(APPLICANT, "licence")
    clerk = person("an", "market", "clerk")
    assert "Take in" in clerk.get(f"/stewardship/cases/{number}/").content.decode()
    assert "Take in" in clerk.get("/stewardship/cases/").content.decode()
