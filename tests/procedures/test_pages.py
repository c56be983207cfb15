"""The inbox and a case on the desk."""

from __future__ import annotations

import pytest
from django.test import Client

from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.procedures import door
from procedures.little import APPLICANT, LEAD, bureau, do, items  # noqa: F401

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
