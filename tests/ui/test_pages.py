"""The shared pages on the living toy town: what they say, to whom, in which language, at what cost."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lingqu.centre.access.models import LedgerRow
from lingqu.ui import vendor
from lingqu.ui.headers import POLICY
from ui.living import Town

pytestmark = pytest.mark.django_db

HEAVIEST = 100_000
"""Bytes of a page with its style sheet and scripts, without a map."""

# Page → SQL queries at most, for a signed-in steward with a purpose. A page that needs more has grown a loop.
PINS = {
    "/": 24,
    "/citizen/": 24,
    "/enterprise/": 22,
    "/operations/": 24,
    "/registers/": 16,
    "/registers/Person/": 30,
    "/registers/Building/": 28,
    "/registers/search/?words=柳溪": 75,
}


def _queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", PINS)
def test_pages_cost_a_known_number_of_queries(town: Town, address: str) -> None:
    client = town.client("steward", purpose=True)
    client.get(address)
    assert _queries(client, address) <= PINS[address]


def test_a_list_costs_the_same_for_many_rows(town: Town) -> None:
    client = town.client()
    few = _queries(client, "/registers/Building/?words=望河1号楼")
    many = _queries(client, "/registers/Building/")
    assert many <= few + 8  # the facets of the longer list, not its rows


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "address", ["/", "/citizen/", "/enterprise/", "/operations/", "/registers/", "/accounts/login/"]
)
def test_public_pages_speak_one_language(town: Town, address: str, language: str) -> None:
    page = town.client(language=language).get(address).content.decode()
    assert f'<html lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in page
    for word in ("Skip to the content", "Sign in"):
        assert (word in page) == (language == "en")
    assert ("Made-up data" if language == "en" else "模拟数据") in page


def test_pages_describe_themselves_to_search_engines(town: Town) -> None:
    page = town.client(language="en").get("/citizen/").content.decode()
    (said,) = re.findall(r'<meta name="description" content="([^"]+)">', page)
    assert said.endswith("public services, progress of cases, base registers and maps in one place")
    assert not said.startswith(":")


def test_the_library_of_maps_comes_compressed_to_whom_takes_it() -> None:
    vendor.bring(dev=True)
    address = "/static/vendor/maplibre-gl.js"
    packed, plain = Client(headers={"Accept-Encoding": "gzip"}).get(address), Client().get(address)
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert "Content-Encoding" not in plain
    assert gzip.decompress(packed.getvalue()) == plain.getvalue()
    assert int(packed["Content-Length"]) * 3 < int(plain["Content-Length"])


def test_every_answer_carries_the_policy_and_no_inline_code(town: Town) -> None:
    client = town.client("steward", purpose=True)
    for address in (
        "/",
        "/registers/Building/?map=1",
        f"/registers/Person/{town.disputed}/",
        "/stewardship/",
        "/nowhere/",
    ):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer["Content-Security-Policy"] == POLICY
        assert not re.search(r"<[^>]+\sstyle=|<[^>]+\son\w+=|<style", page)
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_pages_are_light(town: Town) -> None:
    from pathlib import Path

    import lingqu.ui

    static = Path(lingqu.ui.__file__).parent / "static" / "ui"
    shared = sum((static / name).stat().st_size for name in ("style.css", "page.js"))
    client = town.client("steward", purpose=True)
    for address in ("/", "/registers/Person/", "/stewardship/", f"/registers/Person/{town.disputed}/"):
        assert len(client.get(address).content) + shared < HEAVIEST


def test_personal_registers_ask_for_a_purpose_first(town: Town) -> None:
    client = town.client("steward")
    answer = client.get("/registers/Person/?words=朱")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/purpose/?next=%2Fregisters%2FPerson%2F")
    assert client.post("/purpose/", {"code": "nonsense", "text": ""}).status_code == 400
    client.post("/purpose/", {"code": "casework", "text": "case 12"})
    before = LedgerRow.objects.filter(act="read", entity_type="Person").count()
    assert client.get("/registers/Person/").status_code == 200
    row = LedgerRow.objects.filter(act="read", entity_type="Person").latest("id")
    assert LedgerRow.objects.filter(act="read", entity_type="Person").count() > before
    assert row.purpose == "casework: case 12"
    assert row.actor == "steward"


def test_a_purpose_ends_by_time_and_by_hand(town: Town) -> None:
    client = town.client("steward", purpose=True)
    session = client.session
    session["purpose_until"] = 1.0
    session.save()
    assert client.get("/registers/Person/").status_code == 302
    assert "purpose" not in client.session
    client.post("/purpose/", {"code": "casework", "text": "case 13"})
    client.post("/purpose/", {"end": "1"})
    assert client.get("/registers/Person/").status_code == 302


def test_strangers_see_no_person(town: Town) -> None:
    answer = town.client().get("/registers/Person/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "You may not do this" in page
    assert re.search(r"<dd class=\"fault-number\">[0-9A-F]{8}<", page)


def test_a_record_names_its_sources_and_masks_what_it_must(town: Town) -> None:
    page = (
        town.client("steward", purpose=True, language="zh-hans")
        .get(f"/registers/Person/{town.disputed}/")
        .content.decode()
    )
    assert "部门说法不一" in page
    assert "由以下记录合成" in page
    assert "户籍人口登记" in page
    assert not re.search(r"\d{17}[\dX]", page)  # no citizen ID in full, not even among the disputes
    disputed = page.split('id="disputes"')[1].split("</section>")[0]
    assert "***" in disputed


def test_facets_words_and_paging_live_in_the_address(town: Town) -> None:
    client = town.client()
    page = client.get("/registers/Building/").content.decode()
    following = re.search(r'rel="next" href="(\?[^"]+)"', page)
    assert following
    second = client.get("/registers/Building/" + following[1].replace("&amp;", "&")).content.decode()
    ids = set(re.findall(r"/registers/Building/(urn:[^/]+)/", page))
    more = set(re.findall(r"/registers/Building/(urn:[^/]+)/", second))
    assert len(ids) == 25
    assert len(more) == 15
    assert not ids & more
    narrowed = client.get("/registers/Building/?use=30").content.decode()
    assert len(set(re.findall(r"/registers/Building/(urn:[^/]+)/", narrowed))) == 4


def test_search_finds_across_registers(town: Town) -> None:
    page = town.client(language="en").get("/registers/search/?words=望河路").content.decode()
    assert "/registers/Building/urn:" in page
    assert "/registers/Address/urn:" in page
    assert "/registers/Person/urn:" not in page


def test_exports_are_whole_and_say_the_same(town: Town) -> None:
    client = town.client(language="en")
    text = b"".join(client.get("/registers/Building/export.csv?use=30").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 5
    sheet = b"".join(client.get("/registers/Building/export.xlsx?use=30").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(sheet), read_only=True)
    assert [r[0] for r in book.active.iter_rows(values_only=True)] == [r[0] for r in rows]
    told = json.loads(b"".join(client.get("/registers/Building/export.json?use=30").streaming_content))
    assert {t["id"] for t in told} == {r[0] for r in rows[1:]}
    drawn = json.loads(b"".join(client.get("/registers/Building/export.geojson?use=30").streaming_content))
    assert all(f["geometry"]["type"] == "Point" for f in drawn["features"])


def test_persons_leave_only_with_the_right_to_export(town: Town) -> None:
    answer = town.client("steward", purpose=True).get("/registers/Person/export.csv")
    assert answer.status_code == 403
    assert LedgerRow.objects.filter(act="refused", entity_type="Person").exists()


def test_demo_accounts_sign_in_only_in_demo_mode(town: Town, settings) -> None:
    from django.test import Client

    client = Client()
    assert "严守正" in client.get("/accounts/login/", headers={"accept-language": "zh-CN"}).content.decode()
    assert client.post("/accounts/demo/", {"username": "lingqu"}).status_code == 404
    settings.DEMO = False
    assert client.post("/accounts/demo/", {"username": "steward"}).status_code == 404
    assert "password1" not in client.get("/accounts/signup/", follow=True).content.decode()


def test_faults_tell_programs_in_their_own_form(town: Town) -> None:
    answer = town.client().get("/registers/Nonsense/", headers={"accept": "application/json"})
    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert told["status"] == 404
    assert told["type"] == "urn:lingqu:rule:drawing.unknown"


@pytest.mark.parametrize(
    "address", ["/registers/Person/%00/", "/registers/Road/?words=%00", "/ngsi-ld/v1/entities/%00"]
)
def test_what_no_text_holds_is_a_broken_request(town: Town, address: str) -> None:
    assert town.client("steward", purpose=True).get(address).status_code == 400
