import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from lingqu.centre.catalogue import door as catalogue
from lingqu.kernel.errors import NotFound
from toytown import toytown  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toytown")]


def codes(found):
    return [each.code for each in found]


def test_words_of_both_languages_find_resources_by_title_first():
    assert codes(catalogue.search("户籍")) == ["police.household_register"]
    assert codes(catalogue.search("HOUSEHOLD register")) == ["police.household_register"]
    assert codes(catalogue.search("社会 救助")) == ["civil_affairs.assistance"]
    by_item = codes(catalogue.search("统一社会信用代码"))
    assert by_item == ["market.registrations", "market.representatives"]
    assert codes(catalogue.search("公安")) == ["police.household_register"]
    assert catalogue.search("nothing of the kind") == []
    assert len(catalogue.search()) == 8
    assert codes(catalogue.search("楼盘"))[0] == "natural_resources.buildings"


def test_facets_narrow_and_count():
    found = catalogue.search("", {"department": "civil_affairs", "sharing": "unconditional"})
    assert codes(found) == ["civil_affairs.addresses", "civil_affairs.divisions"]
    facets = catalogue.facets(catalogue.search())
    assert set(facets) == set(catalogue.wording.FACETS)
    departments = {choice.value: (choice.title.en, choice.count) for choice in facets["department"]}
    assert departments["civil_affairs"] == ("Civil affairs", 3)
    assert sum(choice.count for choice in facets["class"]) == 8
    assert facets["opening"][0].title.zh == "无条件开放"


def test_data_elements_and_code_lists_are_found_too():
    found = {(each.kind, each.code) for each in catalogue.search_all("信用代码")}
    assert ("data_element", "uscc") in found
    assert ("resource", "market.registrations") in found
    assert ("code_list", "gbt3304_ethnic") in {(each.kind, each.code) for each in catalogue.search_all("蒙古族")}
    assert catalogue.search_all("  ") == []


def test_an_entry_has_its_items_resolved():
    entry = catalogue.entry("police.household_register")
    items = {item.code: item for item in entry.items}
    assert entry.department.title.en == "Police"
    assert entry.personal
    assert items["citizen_id"].sensitive
    assert items["sex"].code_list.code == "gbt2261_1_sex"
    assert items["external_id"].key
    assert not items["external_id"].personal
    assert items["residence_address"].title.en == "Registered home"
    assert {code: items[code].letter for code in ("sex", "birth_date")} == {"sex": "C", "birth_date": "D"}
    letters = {item.code: item.letter for item in catalogue.entry("market.registrations").items}
    assert letters["registered_capital"] == "Y"
    assert codes(entry.related) == ["civil_affairs.assistance"]
    with pytest.raises(NotFound):
        catalogue.entry("nowhere")


def test_the_thirteen_elements_stand_in_the_guides_order():
    found = catalogue.metadata("civil_affairs.assistance")
    assert [each.number for each in found] == list(range(1, 14))
    said = {each.title.zh: each.value.zh for each in found}
    assert said["信息资源代码"] == "203002/000001"
    assert said["信息项信息"].startswith("救助证号/C、姓名/C、公民身份号码/C、性别/C、出生日期/D")
    assert said["共享属性"] == "有条件共享；社会救助核对与待遇发放，经授权；文件下载"
    assert said["关联资源代码"] == "101001/000001"


def test_where_an_element_is_used():
    uses = {(use.kind, use.code, use.where) for use in catalogue.used_where("data_element", "residence_address")}
    assert ("resource", "police.household_register", "residence_address") in uses
    assert ("entity_type", "Person", "address") in uses
    assert [use.code for use in catalogue.used_where("code_list", "gbt2261_1_sex")] == ["sex"]
    assert len(catalogue.used_where("department", "civil_affairs")) == 3


@pytest.mark.parametrize(
    ("cycle", "days", "late", "overdue"),
    [
        ("daily", 1, 0, False),
        ("daily", 2, 1, True),
        ("weekly", 6, 0, False),
        ("monthly", 38, 7, False),
        ("monthly", 40, 9, True),
        ("yearly", 300, 0, False),
        ("irregular", 4000, 0, False),
    ],
)
def test_a_resource_is_overdue_after_its_cycle_and_a_quarter(cycle, days, late, overdue):
    now = datetime(2026, 6, 30, tzinfo=UTC)
    resource = catalogue.resource("market.registrations").model_copy(update={"update_cycle": cycle})
    fresh = catalogue.overdue(resource, now - timedelta(days=days), now)
    assert fresh.late == timedelta(days=late)
    assert fresh.overdue is overdue


def test_what_was_never_delivered_counts_from_its_publication():
    resource = catalogue.resource("market.registrations")
    assert catalogue.overdue(resource, None, datetime(2026, 1, 5, tzinfo=UTC)).late == timedelta(0)
    assert catalogue.overdue(resource, None, datetime(2026, 2, 15, tzinfo=UTC)).overdue


def test_the_catalogue_is_exported():
    every = catalogue.search()
    written = catalogue.as_csv(every, "zh-hans")
    rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
    assert len(rows) == 8
    assert len(rows[0]) == 13
    assert rows[0]["信息资源名称"] == "标准门牌地址"
    assert catalogue.as_rows(every, "en")[0]["Provider"] == "Civil affairs"
    found = json.loads(catalogue.as_json(every))
    assert found[0]["items"][-1] == {
        "code": "location", "title": {"zh": "位置", "en": "Location"}, "type": "G", "element": "point",
        "code_list": None, "required": True, "key": False, "personal": "none",
    }  # fmt: skip


def test_reading_many_entries_costs_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        found = catalogue.search("登记")
        catalogue.facets(found)
        catalogue.as_csv(found, "en")
        catalogue.entry("police.household_register")
