"""Services found in people's words, matters narrowed down by answers, and what a blueprint refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lingqu.blueprint.check import check
from lingqu.blueprint.load import load
from lingqu.blueprint.model import Blueprint
from lingqu.centre.guides import door, finding
from lingqu.centre.guides.bundles import in_order
from lingqu.centre.guides.definitions import Needed, Service, ServiceBundle
from lingqu.kernel.errors import NotFound

ASKED = [
    ("开饭馆", "open_restaurant"),
    ("开饭店需要什么手续", "open_restaurant"),
    ("我想开个小吃店", "open_restaurant"),
    ("open a restaurant", "open_restaurant"),
    ("opening a cafe", "open_restaurant"),
    ("开理发店", "open_salon"),
    ("生孩子", "birth_matter"),
    ("had a baby", "birth_matter"),
    ("我被裁员了", "lost_job"),
    ("关店", "close_firm"),
    ("去世了怎么办", "death_matter"),
    ("给娃上户口", "birth_registration"),
    ("宝宝打疫苗", "vaccination_card"),
    ("退休金", "pension_claim"),
    ("买到假货怎么办", "consumer_complaint"),
    ("吃坏肚子", "food_safety_report"),
    ("电瓶车上牌", "electric_bicycle"),
    ("丢了身份证", "identity_card"),
    ("lost my id card", "identity_card"),
    ("装电梯", "old_building_lift"),
    ("请护工", "home_care"),
    ("外地看病", "medical_elsewhere"),
    ("get married", "marriage_registration"),
    ("how do I register a company", "firm_founding"),
]


@pytest.mark.parametrize(("words", "first"), ASKED)
def test_people_find_it_in_their_own_words(services: None, words: str, first: str) -> None:
    found = finding.find(words)
    assert found
    assert found[0][1] == first


def test_what_nobody_offers_is_not_found(services: None) -> None:
    for words in ("zzz", "量子力学", "", "   ", "%_'\";--"):
        found = door.search(words)
        assert words.strip() == "" or (found.bundles, found.services) == ([], [])


@given(st.text(max_size=200))
def test_grams_of_anything(text: str) -> None:
    assert all(0 < len(gram) <= 200 for gram in finding.grams(text))
    assert finding.grams(text) == finding.grams(text.casefold())


def test_facets_narrow_and_count(services: None) -> None:
    everything = door.search()
    assert len(everything.services) >= 40
    firms = door.search("", {"audience": "firms"}).services
    counted = dict(door.facets(everything.services)["audience"])
    assert counted["firms"] == len(firms)
    assert all("firms" in s.audience for s in door.search("执照", {"audience": "firms"}).services)
    assert [s.code for s in door.search("", {"event": "marriage"}).services] == [
        "divorce_registration",
        "marriage_registration",
    ]
    assert door.search("", {"department": "nobody"}).services == []


def test_every_field_of_livelihood_has_services(services: None) -> None:
    assert len(door.groups("fields", "citizens")) == 9
    assert door.groups("stages", "firms")[0].code == "founding"


def test_a_matter_is_narrowed_down(services: None) -> None:
    restaurant = door.bundle("open_restaurant")
    everything = door.plan(restaurant, {})
    assert not all(place.sure for wave in everything.waves for place in wave)
    small = door.plan(restaurant, {"company": False, "large": False, "kitchen": True, "sign": False, "staff": False})
    assert [[p.service.code for p in wave] for wave in small.waves] == [
        ["individual_business"],
        ["food_business_licence", "drainage_permit", "tax_registration"],
    ]
    assert all(place.sure for wave in small.waves for place in wave)
    assert small.days == 1 + 7  # the licence, then the slowest of those that go side by side
    titles = [material.title.zh for material, _ in small.materials]
    assert len(titles) == len(set(titles)) < small.asked
    company = door.plan(restaurant, {"company": True})
    assert "individual_business" not in [s.code for s in company.services]


@given(st.data())
def test_order_is_kept_whatever_hangs_on_what(data: st.DataObject) -> None:
    codes = [f"s{n}" for n in range(data.draw(st.integers(1, 8)))]
    parts = [
        Needed(service=code, after=tuple(data.draw(st.lists(st.sampled_from(codes[:n]), unique=True)) if n else ()))
        for n, code in enumerate(codes)
    ]
    order = [part.service for part in in_order(data.draw(st.permutations(parts)))]
    assert sorted(order) == sorted(codes)
    for part in parts:
        assert all(order.index(code) < order.index(part.service) for code in part.after)


def test_what_waits_for_itself_is_left_out() -> None:
    ring = [Needed(service="a", after=("b",)), Needed(service="b", after=("a",)), Needed(service="c")]
    assert [part.service for part in in_order(ring)] == ["c"]


def test_unknown_ones_are_said_to_be(services: None) -> None:
    with pytest.raises(NotFound):
        door.service("nowhere")
    with pytest.raises(NotFound):
        door.bundle("../x")


Change = Callable[[dict[str, Any]], None]
BROKEN: list[tuple[str, Change]] = [
    ("guides.group", lambda d: d["service"].update(fields=["no_such_field"])),
    ("guides.after", lambda d: d["bundle"]["services"][0].update(after=["elsewhere"])),
    ("guides.question", lambda d: d["bundle"]["services"][0].update(when={"never_asked": True})),
    ("guides.twice", lambda d: d["bundle"]["services"].append({"service": "one"})),
    ("guides.cycle", lambda d: d["bundle"]["services"][0].update(after=["two"])),
    ("blueprint.reference", lambda d: d["service"].update(department="nobody")),
    ("blueprint.reference", lambda d: d["bundle"]["services"].append({"service": "nowhere"})),
    ("blueprint.wrong_value", lambda d: d["service"].update(legal_days=1, promised_days=2)),
    ("blueprint.wrong_value", lambda d: d["service"].update(link="javascript:alert(1)")),
]


def city(folder: Path, change: Change = lambda d: None) -> list[str]:
    """Rules that a city with two services and a matter breaks."""
    common = {"department": "d", "audience": ["citizens"], "description": "x"}
    documents: dict[str, Any] = {
        "service": {"code": "one", "title": "x", **common},
        "bundle": {
            "code": "both", "title": "x", "audience": ["citizens"], "description": "x",
            "services": [{"service": "one"}, {"service": "two", "after": ["one"]}],
        },
    }  # fmt: skip
    change(documents)
    files = {
        "city.yaml": {"code": "t", "title": "t", "division": "419901000000"},
        "departments/d.yaml": {"code": "d", "title": "d"},
        "services/one.yaml": documents["service"],
        "services/two.yaml": {"code": "two", "title": "x", **common},
        "service_bundles/both.yaml": documents["bundle"],
    }
    for name, document in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    return [fault.rule for fault in check(load(folder)) if fault.severity == "error"]


def test_a_good_one_has_no_fault(tmp_path: Path) -> None:
    assert city(tmp_path) == []


@pytest.mark.parametrize(("rule", "change"), BROKEN)
def test_a_broken_one_is_named(tmp_path: Path, rule: str, change: Change) -> None:
    assert rule in city(tmp_path, change)


def test_examples_are_marked_and_laws_are_cited(harbin: Blueprint) -> None:
    services = harbin.every(Service).values()
    assert all(s.example for s in services)
    assert sum(bool(s.laws) for s in services) >= 35
    assert len(harbin.every(ServiceBundle)) >= 6
