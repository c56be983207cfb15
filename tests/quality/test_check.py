"""What checking makes of a delivery, through the door."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import duckdb
import pytest

from lingqu.centre.exchange import door as exchange
from lingqu.centre.quality import door as quality
from lingqu.kernel.datum import convert
from lingqu.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


def test_values_are_typed_and_broken_ones_left_out(town):
    town.resource("name", "floors", "area", "rural", "birth_date", required=["name"])
    town.source({"name": "姓名", "floors": "层", "area": "面积", "rural": "农村", "birth_date": "生日"})
    checked = town.check(
        "姓名,层,面积,农村,生日\n"
        ' 张三　,12,"1,234.5",是,1990-02-03\n'
        "李四,１２,x,否,19900203\n"
        "王五,3.7,1e400,也许,1990年2月30日\n"
        ",1,1,1,1990-01-01\n"
    )
    assert town.clean(checked, "name", "floors", "area", "rural", "birth_date") == [
        ("张三", 12, 1234.5, True, date(1990, 2, 3)),
        ("李四", 12, None, False, date(1990, 2, 3)),
        ("王五", None, None, None, None),
    ]
    assert town.broken(checked) == [
        (2, "area", "type"),
        (3, "area", "type"),
        (3, "birth_date", "type"),
        (3, "floors", "type"),
        (3, "rural", "type"),
        (4, "name", "required"),
    ]
    assert (checked.state, checked.rows, checked.clean_rows, checked.bad_rows) == ("checked", 4, 3, 1)
    assert checked.score == pytest.approx(1 - 6 / 42)


def test_every_issue_says_value_column_and_reason(town):
    town.resource("floors")
    town.source({"floors": "总层数"})
    checked = town.check("总层数,x\n900,\n-1,\n")
    first, second = quality.issues(checked.id)
    assert (first.row, first.item, first.column, first.rule, first.value) == (1, "floors", "总层数", "maximum", "900")
    assert (first.on_fail, first.reason_zh, first.reason_en) == ("value", "大于 200", "Above 200")
    assert second.rule == "minimum"
    assert [i.row for i in quality.issues(checked.id, after_row=1)] == [2]
    assert [i.row for i in quality.issues(checked.id, rule="maximum")] == [1]
    assert {(c.rule, c.rows) for c in quality.rule_counts(checked.id)} == {("maximum", 1), ("minimum", 1)}


@pytest.mark.parametrize(("on_fail", "clean"), [("row", []), ("value", [(None,)]), ("note", [(900,)])])
def test_the_rule_set_says_what_happens(town, on_fail, clean):
    town.resource("floors")
    town.source({"floors": "层"})
    town.rules(on_fail={"floors": on_fail})
    assert town.clean(town.check("层,x\n900,\n"), "floors") == [c[0] for c in clean]


def test_mappings_extract_join_translate_scale_and_know_missing_words(town):
    town.resource("name", "floors", "area", "plate", "rural", "sex")
    town.source(
        {
            "name": {"columns": ["姓", "名"], "join": ""},
            "floors": {"column": "层", "extract": "([0-9]+)层", "missing": ["不详", "-"]},
            "area": {"column": "资本", "extract": r"([\d,.]+)", "scale": 10000},
            "plate": {"value": "黑A"},
            "rural": {"column": "户口", "values": {"农业": "true", "非农": "false"}},
            "sex": {"column": "性别", "values": {"先生": "1"}},
        }
    )
    checked = town.check('姓,名,层,资本,户口,性别\n张,三,共12层,"4,000(万元)",农业,先生\n,李,不详,10.5万,非农,女性\n')
    assert town.clean(checked, "name", "floors", "area", "plate", "rural", "sex") == [
        ("张三", 12, 40_000_000.0, "黑A", True, "1"),
        (None, None, 105_000.0, "黑A", False, "2"),
    ]


def test_codes_aliases_open_and_ended_lists(town):
    town.resource("sex", "kind")
    town.source({"sex": "性别", "kind": "类别"})
    checked = town.check("性别,类别\n男,a\n２,乙\nF,新类\n9,甲\n")
    assert town.clean(checked, "sex", "kind") == [("1", "a"), ("2", "b"), ("2", "新类"), (None, "a")]
    assert town.broken(checked) == [(2, "kind", "code_ended"), (3, "kind", "code_list"), (4, "sex", "code_list")]


def test_times_take_the_citys_zone_or_their_own(town):
    town.resource("at")
    town.source({"at": {"columns": ["日", "时"], "join": " "}})
    checked = town.check("日,时\n2020-04-02,08:00\n2020-04-02,08:00:00+00:00\n20200402,25:00\n")
    assert town.times(checked, "at") == [datetime(2020, 4, 2, 0, tzinfo=UTC), datetime(2020, 4, 2, 8, tzinfo=UTC), None]


@pytest.mark.parametrize("datum", ["WGS-84", "CGCS2000", "GCJ-02", "BD-09"])
def test_points_are_stored_as_wgs84(town, datum):
    lon, lat = convert(126.6424, 45.7567, "WGS-84", datum)
    town.resource("place")
    town.source({"place": {"longitude": "经度", "latitude": "纬度", "datum": datum}})
    (stored,) = town.clean(town.check(f"经度,纬度\n{lon!r},{lat!r}\n"), "place")
    assert json.loads(stored)["coordinates"] == pytest.approx([126.6424, 45.7567], abs=2e-6)  # 0.2 m


def test_each_row_may_have_its_own_datum(town):
    lon, lat = convert(126.6424, 45.7567, "WGS-84", "GCJ-02")
    town.resource("place")
    words = {"amap": "GCJ-02", "gps": "WGS-84"}
    town.source({"place": {"longitude": "x", "latitude": "y", "datum_column": "源", "datum_values": words}})
    checked = town.check(f"x,y,源\n{lon},{lat},amap\n126.6424,45.7567,gps\n126,45,自测\n")
    first, second, third = town.clean(checked, "place")
    assert json.loads(first)["coordinates"] == pytest.approx(json.loads(second)["coordinates"], abs=2e-6)
    assert third is None
    assert town.broken(checked) == [(3, "place", "datum")]


def test_shapes_are_parsed_mended_or_refused(town):
    town.resource("place")
    town.source({"place": "g"}, datum="WGS-84")
    bow = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}).replace('"', '""')
    checked = town.check(f'g,x\n"{bow}",\nPOINT (126 45),\n不是几何,\nPOINT (200 45),\n')
    shapes = town.clean(checked, "place")
    assert [json.loads(s)["type"] if s else None for s in shapes] == ["MultiPolygon", "Point", None, None]
    assert [b[::2] for b in town.broken(checked)] == [(1, "geometry_mended"), (3, "geometry"), (4, "geometry_range")]


def test_rules_across_items_and_rows(town):
    town.resource("name", "citizen_id", "sex", "birth_date", "floors", "area", key=["name"])
    town.source({i: i for i in ("name", "citizen_id", "sex", "birth_date", "floors", "area")})
    town.rules(
        {
            "code": "born",
            "check": "derived",
            "item": "birth_date",
            "identifier_item": "citizen_id",
            "part": "birth_date",
        },
        {"code": "sexed", "check": "derived", "item": "sex", "identifier_item": "citizen_id", "part": "sex"},
        {
            "code": "tall",
            "check": "condition",
            "on_fail": "value",
            "when": [{"item": "floors", "is": ">", "value": 10}, {"item": "sex", "is": "in", "value": ["1"]}],
            "then": {"item": "area", "is": ">", "to": "floors"},
        },
        {"code": "once", "check": "unique", "items": ["citizen_id"], "on_fail": "row"},
    )
    checked = town.check(
        "name,citizen_id,sex,birth_date,floors,area\n"
        "甲甲,110101199003070011,1,1990-03-07,20,5\n"
        "乙乙,230102195602292148,1,1956-03-01,1,1\n"
        "丙丙,310115200002293732,,,,\n"
        "丁丁,310115200002293732,,,,\n"
        "甲甲,,,,,\n"
    )
    assert town.broken(checked) == [
        (1, "name", "key"),
        (1, "area + floors", "tall"),
        (2, "birth_date", "born"),
        (2, "sex", "sexed"),
        (3, "citizen_id", "once"),
        (4, "citizen_id", "once"),
        (5, "name", "key"),
    ]
    assert town.clean(checked, "name", "area", "_row", "_key") == [
        ("甲甲", None, 1, "甲甲"),
        ("乙乙", 1.0, 2, "乙乙"),
        ("甲甲", None, 5, "甲甲"),
    ]


def test_references_follow_the_other_resources_content(town):
    town.resource("plate", code="police.plates")
    town.source({"plate": "号牌"}, code="police.plates", resource="police.plates")
    town.resource("plate")
    town.source({"plate": "号牌"})
    rule = {"code": "known", "check": "reference", "item": "plate", "to_resource": "police.plates", "to_item": "plate"}
    town.rules(rule)
    checked = town.check("号牌,x\n黑A1,\n黑A2,\n")
    assert town.broken(checked) == []  # nothing to hold it against yet
    assert quality.outdated() == []
    town.check("号牌,x\n黑A1,\n", source="police.plates")
    assert quality.outdated() == [checked.id]
    quality.check(checked.id)
    assert town.broken(checked) == [(2, "plate", "known")]
    assert quality.outdated() == []


def test_rows_that_could_not_be_cut_are_issues_too(town):
    town.resource("name")
    town.source({"name": "姓名"})
    checked = town.check("姓名,x\n张三,1\n坏,1,2\n")
    assert town.broken(checked) == [(2, "", "file.row")]
    assert (checked.rows, checked.clean_rows, checked.bad_rows) == (2, 1, 1)
    assert 0 < checked.score < 1


def test_hostile_names_and_values_stay_names_and_values(town):
    column, value = 'x"; DROP TABLE valued; --', "黑A' || 1/0 || '"
    town.resource("name", "plate")
    missing = ["'; DROP TABLE valued; --"]
    town.source({"name": {"column": column, "missing": missing}, "plate": {"value": value}})
    quoted = column.replace('"', '""')
    checked = town.check(f'"{quoted}",y\n张三,\n\'; DROP TABLE valued; --,\n=cmd|x,\n')
    assert town.clean(checked, "name", "plate") == [("张三", value), (None, value), ("=cmd|x", value)]
    assert town.broken(checked) == []


def test_checking_again_gives_the_same_bytes_whatever_the_threads(town, settings):
    town.resource("name", "floors", "kind", "citizen_id", key=["name"])
    town.source({"name": "姓名", "floors": "层", "kind": "类", "citizen_id": "号"})
    town.rules({"code": "once", "check": "unique", "items": ["floors"], "on_fail": "value"})
    text = "姓名,层,类,号\n" + "".join(
        f"张{i},{i % 211},{'ab新'[i % 3]},11010119900307001{i % 10}\n" for i in range(130_000)
    )
    checked = town.check(text)
    files = [exchange.lake().clean(checked.resource, checked.id), exchange.lake().issues(checked.resource, checked.id)]
    before = [file.read_bytes() for file in files]
    settings.LINGQU_DUCKDB_THREADS = 4
    for file in files:
        file.unlink()
    assert quality.check(checked.id) == checked
    assert [file.read_bytes() for file in files] == before


def test_content_is_the_newest_snapshot_or_all_that_was_appended(town):
    town.resource("name", "floors", key=["name"])
    town.source({"name": "姓名", "floors": "层"})
    assert contents("police.people") == []
    digests = {quality.content_digest("police.people")}
    town.check("姓名,层\n张三,1\n")
    town.check("姓名,层\n李四,2\n张三,3\n")
    assert contents("police.people") == [("张三", 3), ("李四", 2)]
    digests.add(quality.content_digest("police.people"))
    town.resource("name", "floors", key=["name"], mode="append")
    for delivery in quality.outdated():
        quality.check(delivery)
    town.check("姓名,层\n王五,4\n")
    assert contents("police.people") == [("张三", 3), ("李四", 2), ("王五", 4)]
    digests.add(quality.content_digest("police.people"))
    assert len(digests) == 3
    assert [s.rows for s in quality.trend("police.people")] == [1, 2, 1]


def contents(resource):
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT name, floors FROM {quality.content(resource)} ORDER BY ALL").fetchall()


def test_a_changed_mapping_is_landed_and_checked_anew(town):
    town.resource("name")
    town.source({"name": "姓名"})
    checked = town.check("姓名,户主\n张三,李四\n")
    town.source({"name": "户主"})
    assert quality.outdated() == [checked.id]
    assert town.clean(quality.check(checked.id), "name") == ["李四"]


def test_a_required_item_without_mapping_is_named(town):
    town.resource("name", "floors", required=["floors"])
    town.source({"name": "姓名"})
    with pytest.raises(Invalid, match="floors"):
        town.check("姓名,x\n张三,\n")


def test_the_statement_can_be_read(town):
    town.resource("name", "floors")
    town.source({"name": "姓名", "floors": "层"})
    told = quality.statement("police.people", "police.people")
    assert "read_parquet('rows.parquet')" in told
    assert '"姓名"' in told
