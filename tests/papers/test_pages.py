"""The pages of one form for many: a group a page, kept, summed up, every form filled."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM
from lingqu.kernel.identifiers import citizen_id_of

CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding, newborn]\n"
WAY = "/enterprise/papers/founding_common/"
HERE = "/apply/founding_common/"


@pytest.fixture
def city(db, tmp_path):
    (tmp_path / "city.yaml").write_text(CITY, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(tmp_path))


def text(client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_city_says_what_will_be_here(client, db):
    assert "Situations appear here" in text(client, "/enterprise/papers/")


def test_every_page_in_both_languages(client, city):
    assert "555" in text(client, "/enterprise/papers/")
    for language, words in (("en", "the same term once"), ("zh-hans", "同一数据项只填一次")):
        page = text(client, WAY, language)
        assert words in page
        assert "<svg" in page
        assert " style=" not in page
    for address in ("1/", "summary/", "forms/F09/"):
        assert text(client, HERE + address, "zh-hans") != text(client, HERE + address, "en")
    assert client.get(HERE + "99/").status_code == client.get(HERE + "forms/X/").status_code == 404
    for address in ("/enterprise/papers/none/", "/apply/none/", "/apply/none/1/"):
        assert client.get(address).status_code == 404
    assert client.get("/apply/12/1/").status_code == 302


def _number(client, title: str) -> int:
    """The page of a group by its title."""
    for number in range(1, 20):
        if f"<h1>{title}</h1>" in text(client, f"{HERE}{number}/"):
            return number
    raise AssertionError(title)


def test_answers_are_kept_and_fill_every_form(client, city):
    firm = f"{HERE}{_number(client, 'Firm')}/"
    names = client.get(firm).context["page"].lines[0].blanks
    of = {blank.question.term: blank.name for blank in names}
    sent = {
        of["企业.名称"]: "松江一号公司",
        of["企业.从业人数"]: "12",
        of["企业.经营范围"]: "软件开发；餐饮服务",
        "then": "leave",
    }
    assert client.post(firm, sent).url == HERE
    investors = f"{HERE}{_number(client, 'Investor')}/"
    of = {b.question.term: b.name for b in client.get(investors).context["page"].lines[0].blanks}
    assert client.post(investors, {of["投资人.认缴出资额"]: "30", "then": "row"}).url == investors
    rows = client.get(investors).context["page"].lines
    assert len(rows) == 2
    money = [b.name for row in rows for b in row.blanks if b.question.term == "投资人.认缴出资额"]
    client.post(investors, {money[0]: "30", money[1]: "60", "then": "next"})
    assert "松江一号公司" in text(client, HERE + "summary/")
    for form in ("F01", "F02", "F08", "F09", "F13", "F17"):
        assert "松江一号公司" in text(client, f"{HERE}forms/{form}/")
    page = text(client, HERE + "forms/F09/")
    assert "33.33；66.67" in page
    assert "6510" in page
    assert ">90<" in page
    client.post(HERE + "drop/")
    assert "松江一号公司" not in text(client, HERE + "summary/")


def test_what_is_not_understood_is_said_and_stays_typed(client, city):
    firm = f"{HERE}{_number(client, 'Firm')}/"
    of = {blank.question.term: blank.name for blank in client.get(firm).context["page"].lines[0].blanks}
    answer = client.post(
        firm, {of["企业.从业人数"]: "zwölf", of["企业.类型"]: "nonsense"}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Write a number" in page
    assert "Choose one of the list" in page
    assert 'value="zwölf"' in page
    assert client.get(firm).context["page"].lines[0].blanks[0].value == ""


def test_nobody_else_sees_them(client, city, django_user_model):
    legal = f"{HERE}{_number(client, 'Legal representative')}/"
    name = client.get(legal).context["page"].lines[0].blanks[-1].name
    number = citizen_id_of("230102", date(1990, 1, 1), 3)
    client.post(legal, {name: number, "then": "next"})
    assert number in text(client, HERE + "summary/")
    assert number not in text(Client(), HERE + "summary/")


def test_it_is_said_while_one_types_and_nothing_is_kept(client, city):
    answer = client.post(HERE + "check/", {"term": "企业.从业人数", "text": "viele"}, headers={"accept-language": "en"})
    assert answer.json() == {"fault": "Write a number"}
    assert client.post(HERE + "check/", {"term": "企业.从业人数", "text": "12"}).json() == {"fault": ""}
    assert ">12<" not in text(client, HERE + "summary/")


def test_a_stranger_is_led_to_sign_in_before_sending(client, city):
    assert client.post(HERE + "send/", {"agreed": "1"}).status_code == 302
    page = text(client, HERE + "summary/")
    assert "/accounts/login/?next=" in page
    assert "Sign and send" not in page
