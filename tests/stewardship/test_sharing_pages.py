"""Sharing on the desk: requested by one department, decided by another, watched by the information centre."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.catalogue import models
from lingqu.site import demo_sharing
from lingqu.stewardship.sharing import bulletins, figures
from ui.living import Town

pytestmark = pytest.mark.django_db
POLICE = "police.household_register"
NEW = f"/stewardship/sharing/new/{POLICE}/"
ANSWERS = {
    "items": {"items": ["person_name", "sex"]},
    "purpose": {"purpose": "casework", "matter": "社会救助对象核对", "basis": "《社会救助暂行办法》第五十八条"},
    "rows": {"regions": "419901000000", "where.sex": ["1"]},
    "period": {"begins": "", "ends": "", "frequency": "daily", "quota": "1000"},
    "method": {"method": "api"},
    "reach": {"more_accounts": "assist-app", "people_roles": ["department_clerk"]},
    "protection": {"security": "专网访问，专人专用"},
}


@pytest.fixture
def clerk(town: Town) -> Client:
    return town.client("clerk")


@pytest.fixture
def owner(town: Town) -> Client:
    return town.client("owner")


@pytest.fixture
def centre(town: Town) -> Client:
    return town.client("steward")


def asked(clerk: Client, **answers: dict[str, object]) -> str:
    """A draft with every group answered; gives its number."""
    place = clerk.post(NEW, {"consumer": "civil_affairs"})["Location"]
    number = re.search(r"R-\d{4}-\d{6}", place)
    assert number
    today = timezone.localdate()
    days = {"begins": f"{today}", "ends": f"{today + timedelta(days=300)}"}
    for group, given in ANSWERS.items():
        given = {**given, **(days if group == "period" else {}), **answers.get(group, {})}
        answer = clerk.post(f"/stewardship/sharing/{number[0]}/{group}/", given)
        assert answer.status_code == 302
    return number[0]


def sent(clerk: Client) -> str:
    number = asked(clerk)
    assert clerk.post(f"/stewardship/sharing/{number}/send/")["Location"].endswith(f"/{number}/")
    return number


def act(client: Client, number: str, **given: str) -> str:
    answer = client.post(f"/stewardship/sharing/{number}/act/", given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def agreed(clerk: Client, owner: Client, centre: Client) -> str:
    number = sent(clerk)
    act(centre, number, act="check", how="pass")
    page = act(owner, number, act="decide", **{"item.person_name": "unmask", "item.sex": "grant"})
    found = re.search(r"A-\d{4}-\d{6}", page)
    assert found
    return found[0]


def test_from_the_catalogue_to_an_agreement_and_its_end(clerk: Client, owner: Client, centre: Client) -> None:
    entry = clerk.get(f"/stewardship/catalogue/{POLICE}/").content.decode()
    assert f'href="{NEW}"' in entry
    assert "10 working days" in clerk.get(NEW).content.decode()
    number = sent(clerk)
    record = clerk.get(f"/stewardship/sharing/{number}/").content.decode()
    assert "being checked" in record
    assert "2 working days left" in record
    assert number in centre.get("/stewardship/sharing/").content.decode()
    assert "Pass on to the owner" in centre.get(f"/stewardship/sharing/{number}/").content.decode()
    assert "Pass on to the owner" not in owner.get(f"/stewardship/sharing/{number}/").content.decode()
    act(centre, number, act="check", how="pass")
    page = act(owner, number, act="decide", **{"item.person_name": "unmask", "item.sex": "grant"})
    agreement = re.search(r"A-\d{4}-\d{6}", page)
    assert agreement
    for said in ("in force", "Person.name", "as it is", "Not used yet"):
        assert said in page
    ended = act(owner, agreement[0], act="withdraw", words="used for another purpose")
    assert "withdrawn" in ended
    assert "used for another purpose" in clerk.get(f"/stewardship/sharing/{agreement[0]}/").content.decode()
    assert "Withdraw the agreement" not in ended


def test_each_group_is_kept_and_shown_again(clerk: Client) -> None:
    number = asked(clerk)
    for group, said in {
        "items": 'value="sex" checked',
        "purpose": "社会救助对象核对",
        "rows": 'value="419901000000"',
        "period": 'value="1000"',
        "method": 'value="api" checked',
        "reach": 'value="department_clerk" checked',
        "protection": "专网访问",
    }.items():
        assert said in clerk.get(f"/stewardship/sharing/{number}/{group}/").content.decode()
    assert clerk.get(f"/stewardship/sharing/{number}/nowhere/").status_code == 404
    left = clerk.post(f"/stewardship/sharing/{number}/items/", {"items": ["sex"], "then": "leave"})
    assert left["Location"].endswith(f"/{number}/")
    clerk.post(f"/stewardship/sharing/{number}/method/", {"method": "push"})
    assert "target.url" in clerk.get(f"/stewardship/sharing/{number}/reach/").content.decode()


def test_what_is_missing_is_named_before_sending(clerk: Client) -> None:
    number = asked(clerk, items={"items": ["citizen_id"]}, purpose={"basis": ""})
    page = clerk.get(f"/stewardship/sharing/{number}/send/").content.decode()
    assert "impact assessment first" in page
    assert f"/stewardship/sharing/{number}/protection/?summary=1" in page
    assert "Send the request" not in page
    assert clerk.post(f"/stewardship/sharing/{number}/send/")["Location"].endswith("/send/")
    assert models.Request.objects.get(number=number).state == "draft"


def test_what_one_collects_oneself_is_said(clerk: Client) -> None:
    number = asked(clerk)
    page = clerk.get(f"/stewardship/sharing/{number}/send/").content.decode()
    assert "Your department collects this itself" in page


def test_another_department_sees_nothing_of_it(town: Town, clerk: Client) -> None:
    number = sent(clerk)
    auditor = town.client("auditor")
    assert number not in auditor.get("/stewardship/sharing/?tab=all").content.decode()
    for answer in (
        auditor.get(f"/stewardship/sharing/{number}/"),
        auditor.get(f"/stewardship/sharing/{number}/items/"),
        auditor.post(f"/stewardship/sharing/{number}/act/", {"act": "check", "how": "pass"}),
        auditor.post(f"/stewardship/sharing/{number}/act/", {"act": "message", "words": "x"}),
        auditor.get("/stewardship/sharing/R-2001-000001/"),
    ):
        assert answer.status_code == 403
    assert LedgerRow.objects.filter(act="refused", actor="auditor", detail__rule="sharing.side").count() >= 5
    assert town.client("developer").get("/stewardship/sharing/").status_code == 403
    assert town.client().get("/stewardship/sharing/").status_code == 302


def test_wrong_acts_are_answered_on_the_record(clerk: Client, owner: Client, centre: Client) -> None:
    number = sent(clerk)
    assert "Say what has to be completed" in act(centre, number, act="check", how="return")
    assert "it cannot be" in act(owner, number, act="decide", **{"item.sex": "grant"})
    assert centre.post(f"/stewardship/sharing/{number}/act/", {"act": "nothing"}).status_code == 404
    assert clerk.post(f"/stewardship/sharing/{number}/act/", {"act": "check", "how": "pass"}).status_code == 403
    assert "please hurry" in act(clerk, number, act="message", words="please hurry")
    assert "please hurry" in owner.get(f"/stewardship/sharing/{number}/").content.decode()


def test_renewed_changed_and_reported(clerk: Client, owner: Client, centre: Client) -> None:
    number = agreed(clerk, owner, centre)
    assert "Renews" in act(clerk, number, act="renew")
    assert "Which items do you need?" in act(clerk, number, act="change")
    assert "checked 300" in act(clerk, number, act="report", year="2026", use="checked 300", benefit="", trouble="")
    assert "Write the report" not in owner.get(f"/stewardship/sharing/{number}/").content.decode()


def test_lists_narrow_sort_page_and_export(clerk: Client, owner: Client, centre: Client) -> None:
    agreement = agreed(clerk, owner, centre)
    waiting = sent(clerk)
    page = clerk.get("/stewardship/sharing/?tab=all").content.decode()
    assert "state=submitted" in page
    narrowed = clerk.get("/stewardship/sharing/?tab=mine&state=submitted&words=核对&order=due").content.decode()
    assert waiting in narrowed
    assert "Nothing found" in clerk.get("/stewardship/sharing/?tab=all&words=nonsense").content.decode()
    answer = centre.get("/stewardship/sharing/requests.csv?tab=all&state=submitted")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert waiting in {row[0] for row in rows}
    assert agreement in owner.get("/stewardship/sharing/agreements/?tab=provided").content.decode()
    assert agreement in owner.get("/stewardship/sharing/agreements.csv").content.decode("utf-8-sig")
    assert LedgerRow.objects.filter(act="export", entity_type="Sharing").count() == 2


@pytest.fixture
def late(clerk: Client, centre: Client) -> str:
    """A request whose owner did not answer in time."""
    number = sent(clerk)
    act(centre, number, act="check", how="pass")
    ago = timezone.now() - timedelta(days=40)
    models.Request.objects.filter(number=number).update(submitted_at=ago, passed_at=ago, since=ago, due=ago)
    return number


def test_figures_count_what_their_rows_are(late: str, clerk: Client, owner: Client, centre: Client) -> None:
    agreement = agreed(clerk, owner, centre)
    access.use(access.SYSTEM, {agreement: (7, None)})
    month = figures.of(timezone.localdate())
    assert month.rows["police"]["overdue"] == [late]
    assert len(month.rows["police"]["answered"]) == len(month.rows["police"]["asked"]) == 1
    assert month.in_time("police") == 0.5
    assert month.rows["civil_affairs"]["used"] == [agreement]
    assert month.records == {"civil_affairs": 7}
    page = centre.get("/stewardship/sharing/monitoring/").content.decode()
    href = re.search(r'href="(/stewardship/sharing/monitoring/rows/\?[^"]*figure=overdue[^"]*)"', page)
    assert href
    assert "50.0%" in page
    opened = centre.get(href[1].replace("&amp;", "&")).content.decode()
    assert f"/stewardship/sharing/{late}/" in opened
    text = centre.get("/stewardship/sharing/monitoring.csv").content.decode("utf-8-sig")
    assert "0.5000" in text


def test_rows_of_others_are_counted_and_not_opened(late: str, town: Town) -> None:
    month = f"{timezone.localdate():%Y-%m}"
    address = f"/stewardship/sharing/monitoring/rows/?month={month}&figure=overdue&department=police"
    page = town.client("auditor").get(address).content.decode()
    assert "of other departments" in page
    assert f"/stewardship/sharing/{late}/" not in page


def test_a_bulletin_stays_as_it_was_issued(late: str, clerk: Client, centre: Client) -> None:
    last = bulletins.last_month()
    begun = timezone.make_aware(timezone.datetime(last.year, last.month, 1)) - timedelta(days=30)
    models.Request.objects.filter(number=late).update(submitted_at=begun, passed_at=begun)
    assert clerk.post("/stewardship/sharing/bulletins/issue/", {"month": f"{last:%Y-%m}"}).status_code == 403
    assert bulletins.issue_due()
    assert not bulletins.issue_due()
    page = centre.get(f"/stewardship/sharing/bulletins/{last:%Y-%m}/").content.decode()
    assert late in page
    models.Request.objects.filter(number=late).update(state="withdrawn", since=begun)
    assert late in centre.get(f"/stewardship/sharing/bulletins/{last:%Y-%m}/").content.decode()
    assert f"{last:%Y-%m}" in centre.get("/stewardship/sharing/bulletins/").content.decode()
    assert catalogue.bulletins()[0].issued_by == "lingqu"
    assert centre.get("/stewardship/sharing/bulletins/2001-01/").status_code == 404
    future = {"month": f"{date(2099, 1, 1):%Y-%m}"}
    assert centre.post("/stewardship/sharing/bulletins/issue/", future).status_code == 400


def test_the_demo_tells_a_story_once(town: Town) -> None:
    assert demo_sharing.tell() == 7
    assert demo_sharing.tell() == 0
    states = {r.state for r in catalogue.requests(access.SYSTEM)}
    assert states == {"draft", "submitted", "returned", "deciding", "agreed"}
    assert {a.method for a in catalogue.agreements(access.SYSTEM)} == {"api", "verify"}


PINS = {
    "/stewardship/sharing/": 24,
    "/stewardship/sharing/agreements/": 18,
    "/stewardship/sharing/monitoring/": 24,
    "/stewardship/sharing/bulletins/": 16,
    NEW: 18,
}


@pytest.mark.parametrize("address", PINS)
def test_pages_of_sharing_cost_a_known_number_of_queries(town: Town, address: str) -> None:
    demo_sharing.tell()
    client = town.client("steward")
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= PINS[address]


def test_what_is_overdue_is_said_everywhere(late: str, centre: Client) -> None:
    catalogue.tick()
    assert models.Request.objects.get(number=late).escalated_at is not None
    catalogue.tick()
    assert models.Step.objects.filter(number=late, act="escalate").count() == 1
    assert "Requests for sharing" in centre.get("/stewardship/").content.decode()
    assert "overdue by" in centre.get("/stewardship/sharing/").content.decode()


def test_nobody_acts_for_another_department(town: Town, clerk: Client, owner: Client, centre: Client) -> None:
    """What is sent along and was not asked for changes nothing; what is another side's act is refused."""
    number = sent(clerk)
    act(centre, number, act="check", how="pass")
    record, draft = f"/stewardship/sharing/{number}/", asked(clerk)
    refused = [
        clerk.post(record + "act/", {"act": "decide", "item.sex": "unmask"}),
        centre.post(record + "act/", {"act": "decide", "item.sex": "unmask"}),
        owner.post(record + "act/", {"act": "withdraw", "words": "x"}),
        owner.post(NEW, {"consumer": "civil_affairs"}),
        clerk.post(NEW, {"consumer": "market"}),
        owner.get(f"/stewardship/sharing/{draft}/"),
        owner.post(f"/stewardship/sharing/{draft}/items/", {"items": ["citizen_id"]}),
        centre.post(f"/stewardship/sharing/{draft}/items/", {"items": ["citizen_id"]}),
        owner.post(f"/stewardship/sharing/{draft}/send/"),
        town.client("auditor").post("/stewardship/sharing/bulletins/issue/", {"month": "2026-01"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert LedgerRow.objects.filter(act="refused", detail__rule="sharing.side").count() >= len(refused)
    clerk.post(f"/stewardship/sharing/{draft}/items/", {"items": ["sex"], "state": "agreed", "consumer": "market"})
    kept = models.Request.objects.get(number=draft)
    assert (kept.state, kept.consumer, kept.items) == ("draft", "civil_affairs", ["sex"])
    foreign = act(owner, number, act="decide", **{"item.sex": "grant", "item.citizen_id": "unmask", "words": "x"})
    assert "Some items are refused" in foreign
    assert models.Request.objects.get(number=number).state == "deciding"


def test_what_a_spreadsheet_would_run_is_quoted(clerk: Client) -> None:
    asked(clerk, purpose={"purpose": "casework", "matter": "=cmd|' /C calc'!A0", "basis": "x"})
    text = clerk.get("/stewardship/sharing/requests.csv?tab=mine").content.decode("utf-8-sig")
    assert "'=cmd" in text
