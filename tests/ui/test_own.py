"""My page, my firm and what is due: for oneself, for whom one acts for, and for who has none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.centre.procedures import door as procedures
from lingqu.ui.own.calendars import Entry, ics
from ui.living import Town
from ui.test_mandates import acting, firm, offer, switch, text  # noqa: F401

pytestmark = pytest.mark.django_db


def test_my_page_for_oneself_a_child_and_an_account_of_nobody(town: Town) -> None:
    entities.follow_representations()
    client = town.client("parent")
    seen = text(client.get("/citizen/my/"))
    child = next(each for each in access.represented(acting("parent")) if each.type == "Person")
    assert "To do first" in seen
    assert child.label in seen
    assert switch(client, child.id) == 302
    assert f"<h1>{child.label}</h1>" in text(client.get("/citizen/my/"))
    assert "belongs to no person" in text(town.client("steward").get("/citizen/my/"))
    assert town.client().get("/citizen/my/").status_code == 302


def test_my_firm_for_who_has_none_and_who_has_one(town: Town, firm: str) -> None:  # noqa: F811
    assert "You act for no firm yet" in text(town.client("accountant").get("/enterprise/my/"))
    assert town.client().get("/enterprise/my/").status_code == 302
    client = town.client("citizen")
    assert "Which one?" in text(client.get("/enterprise/my/"))
    assert switch(client, firm) == 302
    seen = text(client.get("/enterprise/my/"))
    assert "92419901MA9000" in seen
    assert "This is wrong" in seen
    assert "Registrations of businesses" in seen  # the source
    assert client.get("/citizen/my/").url == "/enterprise/my/"
    assert text(client.get("/enterprise/my/looks/"))
    assert text(client.get("/enterprise/my/looks/?own=1"))
    assert "Annual report" in text(client.get("/my/dues/"))
    file = client.get("/my/dues.ics")
    assert file["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in file.content


def test_what_the_mandate_does_not_show_stays_hidden(town: Town, firm: str) -> None:  # noqa: F811
    owner, accountant = town.client("citizen"), town.client("accountant")
    assert offer(owner, firm, does=["apply"]).status_code == 302
    number = access.mandates(acting("accountant"))[0].number
    accountant.post(f"/my/mandates/{number}/", {"act": "accept"})
    assert switch(accountant, firm) == 302
    assert "but not see" in text(accountant.get("/enterprise/my/"))
    assert accountant.get("/enterprise/my/looks/").status_code == 302
    owner.post(f"/my/mandates/{number}/", {"act": "end"})
    assert "You act for no firm yet" in text(accountant.get("/enterprise/my/"))


def test_a_firm_asks_for_a_correction_in_its_name(town: Town, firm: str) -> None:  # noqa: F811
    client = town.client("citizen")
    address = f"/correct/{firm}/phone/"
    switch(client, firm)
    assert client.post(address, {"claimed": "0391-1234567", "words": "号码已换"}).status_code == 302
    assert "contested" in text(client.get("/enterprise/my/"))


def _dues(entity: entities.Entity, first: date, last: date) -> dict[date, str]:
    return {each.day: each.of.code for each in procedures.dues(entity, first, last)}


def test_dues_follow_the_calendar_and_who_they_are_about(town: Town, firm: str) -> None:  # noqa: F811
    entity = entities.get(access.SYSTEM, firm)
    assert entity.value("kind") == "92"
    found = _dues(entity, date(2026, 1, 1), date(2026, 12, 31))
    assert found[date(2026, 6, 30)] == "annual_report"
    assert found[date(2026, 3, 31)] == "business_income_tax"
    # Holidays of three days and more: as many working days are added to the 15th.
    assert [day for day, code in found.items() if code == "quarterly_taxes"] == [
        date(2026, 1, 20), date(2026, 4, 20), date(2026, 7, 15), date(2026, 10, 26),
    ]  # fmt: skip
    assert "corporate_income_tax" not in found.values()
    new = replace(entity, attrs={**entity.attrs, "established": {"type": "Property", "value": "2026-02-01"}})
    assert "annual_report" not in _dues(new, date(2026, 1, 1), date(2026, 12, 31)).values()
    gone = replace(entity, attrs={**entity.attrs, "status": {"type": "Property", "value": "3"}})
    assert _dues(gone, date(2026, 1, 1), date(2026, 12, 31)) == {}


def test_calendar_files_are_folded_and_escaped() -> None:
    entry = Entry("due-1", "年报，" * 30 + "a;b,c\\", "一\n二", date(2026, 6, 30))
    told = ics("city.example", "应办事项", [entry])
    lines = told.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = told.replace("\r\n ", "")
    assert "a\\;b\\,c\\\\" in whole
    assert "DESCRIPTION:一\\n二" in whole
    assert "DTSTART;VALUE=DATE:20260630\r\nDTEND;VALUE=DATE:20260701" in whole
    moment = timezone.now()
    timed = ics("city.example", "预约", [Entry("a", "b", "", moment, moment + timedelta(hours=1), "大厅")])
    assert timed.count("Z\r\n") == 3
