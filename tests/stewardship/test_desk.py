"""The centre's desk on the living toy town."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.exchange import door as exchange
from lingqu.centre.quality import door as quality
from toytown import TOYTOWN
from ui.living import Town

pytestmark = pytest.mark.django_db

# Page → SQL queries at most.
PINS = {
    "/stewardship/": 84,
    "/stewardship/catalogue/": 18,
    "/stewardship/catalogue/police.household_register/": 26,
    "/stewardship/deliveries/": 16,
    "/stewardship/upload/": 16,
    "/stewardship/sources/": 18,
    "/stewardship/sources/police.household_register/": 42,
    "/stewardship/fusion/": 80,
    "/stewardship/fusion/population/": 20,
    "/stewardship/disputes/": 46,
    "/stewardship/ledger/": 16,
    "/stewardship/blueprint/?kind=resource": 16,
    "/stewardship/blueprint/resource/police.household_register/": 14,
}


@pytest.mark.parametrize("address", PINS)
def test_desk_pages_cost_a_known_number_of_queries(town: Town, address: str) -> None:
    client = town.client("steward", purpose=True)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) <= PINS[address]


@pytest.mark.parametrize(
    "address", ["/stewardship/", "/stewardship/ledger/", "/stewardship/upload/police.household_register/"]
)
def test_the_desk_is_for_stewards(town: Town, address: str) -> None:
    answer = town.client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert town.client("developer").get(address).status_code == 403


def test_no_tab_of_the_desk_stays_shut(town: Town) -> None:
    client = town.client("steward")
    page = client.get("/stewardship/").content.decode()
    at = page.index('class="tabs"')
    tabs = re.findall(r'href="([^"]+)"', page[at : page.index("</nav>", at)])
    assert len(tabs) > 8
    assert {each: client.get(each).status_code for each in tabs} == dict.fromkeys(tabs, 200)


def test_an_entry_shows_thirteen_elements_and_where_data_goes(town: Town) -> None:
    page = (
        town.client("steward", language="zh-hans")
        .get("/stewardship/catalogue/police.household_register/")
        .content.decode()
    )
    for name in ("1 信息资源分类", "4 信息资源提供方", "9 共享属性", "13 关联资源代码"):
        assert name in page
    assert 'href="/stewardship/fusion/population/"' in page
    assert 'href="/registers/Person/"' in page
    assert "敏感个人信息" in page


def test_quarantine_is_told_without_telling_who(town: Town) -> None:
    number = town.deliveries["police.household_register"].id
    client = town.client("steward", language="en")
    page = client.get(f"/stewardship/deliveries/{number}/").content.decode()
    assert "row in quarantine" in page
    text = b"".join(client.get(f"/stewardship/deliveries/{number}/quarantine.csv").streaming_content).decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:3] == ["File", "Row", "Column"]
    assert len(rows) > 5
    for told in (page, text):
        assert not re.search(r"(?<!\d)\d{17}[\dX]", told)
    assert LedgerRow.objects.filter(act="export", entity_type="quarantine").exists()


def test_a_torn_row_about_persons_stays_closed(town: Town) -> None:
    lines = (TOYTOWN / "data" / "household_register.csv").read_bytes().splitlines(keepends=True)
    torn = b'"231299195001011234,' + lines[1]
    given = exchange.receive(SYSTEM, "police.household_register", "torn.csv", io.BytesIO(b"".join([*lines, torn])))
    exchange.land(given.id)
    assert quality.check(given.id).broken_rows == 1
    client = town.client("steward", language="en")
    page = client.get(f"/stewardship/deliveries/{given.id}/?rule=file.row").content.decode()
    file = b"".join(client.get(f"/stewardship/deliveries/{given.id}/quarantine.csv").streaming_content).decode()
    assert "file.row" in file
    assert "231299195001011234" not in page + file


def test_a_file_is_handed_in_after_a_look(town: Town) -> None:
    client = town.client("steward", language="en")
    raw = (TOYTOWN / "data" / "addresses.csv").read_bytes()
    changed = raw.replace(b"\n", b"\n", 1) + b"\n"
    page = client.post("/stewardship/upload/civil_affairs.addresses/", {"file": SimpleUploadedFile("new.csv", changed)})
    text = page.content.decode()
    assert page.status_code == 200
    assert "First rows" in text
    before = len(exchange.deliveries(source="civil_affairs.addresses"))
    token = re.search(r'name="token" value="([^"]+)"', text)
    assert token
    assert len(exchange.deliveries(source="civil_affairs.addresses")) == before  # nothing is loaded by looking
    answer = client.post("/stewardship/upload/civil_affairs.addresses/confirm/", {"token": token[1]})
    assert answer.status_code == 302
    newest = exchange.deliveries(source="civil_affairs.addresses")[0]
    assert newest.name == "new.csv"
    assert newest.received_by == "steward"
    part = client.get(f"/stewardship/deliveries/{newest.id}/progress/").content.decode()
    assert "data-refresh" in part
    again = client.post("/stewardship/upload/civil_affairs.addresses/confirm/", {"token": token[1]})
    assert again["Location"].endswith("/upload/civil_affairs.addresses/")


def test_the_same_bytes_lead_to_the_first_delivery(town: Town) -> None:
    client = town.client("steward", language="en")
    raw = (TOYTOWN / "data" / "household_register.csv").read_bytes()
    page = client.post("/stewardship/upload/police.household_register/", {"file": SimpleUploadedFile("b.csv", raw)})
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert token
    answer = client.post("/stewardship/upload/police.household_register/confirm/", {"token": token[1]}, follow=True)
    assert answer.redirect_chain[0][0].endswith(f"/{town.deliveries['police.household_register'].id}/")
    assert "delivered before" in answer.content.decode()


def test_what_is_too_large_is_not_even_taken(town: Town, settings: Any) -> None:
    address, big = "/stewardship/upload/civil_affairs.assistance/", b"x" * 200_000
    settings.LINGQU_LIMIT_FILE_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    assert town.client("steward").post(address, {"file": SimpleUploadedFile("x.csv", big)}).status_code in (400, 413)
    settings.LINGQU_LIMIT_FILE_BYTES = 300_000
    page = town.client("steward").post(address, {"file": SimpleUploadedFile("x.csv", big)})
    assert 'id="file-fault"' in page.content.decode()  # read, and refused for what stands in it
    stranger = Client(enforce_csrf_checks=True)
    stranger.get("/accounts/login/")
    given = {"file": SimpleUploadedFile("x.csv", big)}
    assert stranger.post("/accounts/login/", given).status_code in (400, 413)


def test_what_cannot_be_read_is_refused_with_a_reason(town: Town) -> None:
    client = town.client("steward", language="en")
    given = SimpleUploadedFile("x.xlsx", b"not a workbook")
    page = client.post("/stewardship/upload/civil_affairs.assistance/", {"file": given})
    assert page.status_code == 400
    assert 'id="file-fault"' in page.content.decode()
    assert client.post("/stewardship/upload/civil_affairs.assistance/", {}).status_code == 400


def test_a_delivery_is_taken_back_with_a_reason_only(town: Town) -> None:
    number = town.deliveries["civil_affairs.assistance"].id
    client = town.client("steward")
    client.post(f"/stewardship/deliveries/{number}/withdraw/", {"reason": ""})
    assert exchange.delivery(number).state == "checked"
    client.post(f"/stewardship/deliveries/{number}/withdraw/", {"reason": "wrong month"})
    assert exchange.delivery(number).state == "withdrawn"


def test_a_clerk_hands_in_and_takes_back_for_the_own_department_only(town: Town) -> None:
    client = town.client("clerk")
    number = town.deliveries["police.household_register"].id
    assert client.post(f"/stewardship/deliveries/{number}/withdraw/", {"reason": "not mine"}).status_code == 403
    assert exchange.delivery(number).state == "checked"
    own = town.deliveries["civil_affairs.assistance"].id
    client.post(f"/stewardship/deliveries/{own}/withdraw/", {"reason": "wrong month"})
    assert exchange.delivery(own).state == "withdrawn"


def test_the_ledger_is_whole_for_the_auditor_and_own_for_a_party(town: Town) -> None:
    town.client("steward", purpose=True).get("/registers/Person/")
    whole = town.client("auditor", language="en").get("/stewardship/ledger/").content.decode()
    assert "Handling a case · case 12" in whole
    own = town.client("clerk", language="en").get("/stewardship/ledger/?who=steward").content.decode()
    assert "case 12" not in own
    assert "You see your own entries" in own


def test_a_row_of_the_ledger_shows_everything_to_whom_the_ledger_is_open(town: Town) -> None:
    town.client("steward", purpose=True).get("/registers/Person/")
    row = LedgerRow.objects.filter(act="read", entity_type="Person", purpose="casework: case 12").latest("id")
    page = town.client("auditor", language="en").get(f"/stewardship/ledger/{row.pk}/").content.decode()
    for shown in ("casework: case 12", row.entity_ids[0], bytes(row.mac or b"").hex(), "not sealed yet", "Legal basis"):
        assert shown in page
    listing = town.client("auditor", language="en").get("/stewardship/ledger/").content.decode()
    assert f'href="/stewardship/ledger/{row.pk}/"' in listing
    assert "Nothing is sealed yet" in listing or "Sealed up to row" in listing
    assert "Not checked yet" in listing or "Checked" in listing
    hidden = town.client("clerk", language="en").get(f"/stewardship/ledger/{row.pk}/")
    missing = town.client("clerk", language="en").get("/stewardship/ledger/999999999/")
    assert hidden.status_code == missing.status_code == 404
    assert town.client("auditor").get(f"/stewardship/ledger/{2**70}/").status_code == 404


def test_disputes_about_persons_need_a_purpose_and_stay_masked(town: Town) -> None:
    client = town.client("steward", language="en")
    assert client.get("/stewardship/disputes/?register=population").status_code == 302
    assert "shown for a stated purpose" in client.get("/stewardship/disputes/").content.decode()
    client.post("/purpose/", {"code": "correction", "text": "case 9"})
    page = client.get("/stewardship/disputes/?register=population").content.decode()
    assert f"/registers/Person/{town.disputed}/" in page
    assert "***" in page
    row = LedgerRow.objects.filter(act="read", entity_type="Person", purpose="correction: case 9").latest("id")
    assert town.disputed in row.entity_ids


@pytest.mark.parametrize("who", ["auditor", "clerk"])
def test_disputes_are_told_to_who_may_see_the_record_only(town: Town, who: str) -> None:
    page = town.client(who, language="en", purpose=True).get("/stewardship/disputes/?register=population")
    assert f"/registers/Person/{town.disputed}/" not in page.content.decode()
    assert "your role does not see" in page.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/stewardship/deliveries/?before=\u00b2",
        "/stewardship/disputes/?before=99999999999999999999999",
        "/stewardship/ledger/?before=\u0663",
    ],
)
def test_a_broken_number_in_an_address_breaks_no_page(town: Town, address: str) -> None:
    assert town.client("steward").get(address).status_code == 200
