"""Services as pages, for anybody."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("services")]


def page(address: str, language: str = "en", status: int = 200) -> str:
    client = Client()
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_both_platforms_lead_to_their_services() -> None:
    assert 'href="/citizen/services/"' in page("/citizen/")
    assert 'href="/enterprise/services/"' in page("/enterprise/")
    citizens, firms = page("/citizen/services/", "zh-hans"), page("/enterprise/services/", "zh-hans")
    for words in ("社保", "医疗", "教育", "养老", "就业", "公共安全", "食品药品安全", "社区服务", "家政服务", "生育"):
        assert words in citizens
    for words in ("开办", "开业准营", "注销"):
        assert words in firms
    assert "结婚登记" not in firms


def test_searched_and_narrowed() -> None:
    found = page("/services/?words=开饭馆&audience=firms", "zh-hans")
    assert "/services/matters/open_restaurant/" in found
    assert "/services/guides/food_business_licence/" in found
    assert "Nothing found" in page("/services/?words=zzz")
    for odd in ("?from=x", "?from=²", "?from=999999", "?words=%25", "?department=%27", "?field=x&event=y", "?from=30"):
        page("/services/" + odd)
    assert "&lt;script&gt;" in page("/services/?words=<script>")


def test_a_guide_says_it_all() -> None:
    guide = page("/services/guides/food_business_licence/")
    for words in ("An example", "5 working days", "10 working days", "at most by law", "Food Safety Law", "Art. 35"):
        assert words in guide
    assert "checked in the register of legal entities" in guide
    assert 'href="/services/matters/open_restaurant/"' in guide
    assert re.search(r'<meta name="description" content="([^"]+)">[\s\S]*<p class="section">\1</p>', guide)
    page("/services/guides/nowhere/", status=404)
    told = Client().get("/services/guides/food_business_licence.json")
    assert told.json()["legal_days"] == 10
    assert told["Access-Control-Allow-Origin"] == "*"


def test_a_matter_asks_and_answers() -> None:
    before = page("/services/matters/open_restaurant/")
    assert "perhaps" in before
    after = page("/services/matters/open_restaurant/?company=no&large=no&kitchen=no&sign=no&staff=no&x=1")
    assert "perhaps" not in after
    assert "/services/guides/fire_check/" not in after
    assert re.search(r"6 working days", after)
    page("/services/matters/open_restaurant/?company=maybe")
    page("/services/matters/nowhere/", status=404)


def test_without_services_it_says_so() -> None:
    from lingqu.centre.drawing import door as drawing

    drawing.replace(
        [], [(p.kind, p.code) for p in drawing.placed() if p.kind.startswith("service")], actor="t", summary={}
    )
    assert "No services yet" in page("/services/")
    page("/citizen/services/")


def test_other_catalogues_read_it() -> None:
    """CPSV-AP 3.2.0: what it asks of a public service and of its authority is there."""
    told = Client().get("/services/catalogue.jsonld")
    assert told["Content-Type"] == "application/ld+json"
    graph = told.json()["@graph"]
    services = [node for node in graph if node["@type"] == "cpsv:PublicService"]
    known = {node["@id"]: node for node in graph}
    assert len(services) >= 40
    for service in services:
        assert {"dct:identifier", "dct:title", "dct:description", "cv:hasCompetentAuthority"} <= set(service)
        authority = known[service["cv:hasCompetentAuthority"]["@id"]]
        assert {"skos:prefLabel", "dct:spatial"} <= set(authority)
        assert all(event["@id"] in known for event in service.get("cv:isGroupedBy", ()))
    one, *_rest = Client().get("/services/guides/food_business_licence.jsonld").json()["@graph"]
    assert one["cv:processingTime"] == {"@type": "xsd:duration", "@value": "P5D"}
    assert Client().get("/services/guides/nowhere.jsonld").status_code == 404
