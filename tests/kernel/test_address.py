"""Addresses: elements, and one key for every spelling of a place."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lingqu.kernel.address import Address, address_key, door_key, normalize_address, parse_address

CITY = Path(__file__).parents[2] / "cities/harbin"
STREETS = ["中央大街", "学府路", "和兴十四道街", "头道街", "世茂大道", "北新胡同", "友协大街", "红专街", "经纬十二道街"]
BEFORE = ["", "道里区", "哈尔滨市道里区", "黑龙江省哈尔滨市道外区靖宇街道", "黑龙江省哈尔滨市南岗区奋斗路街道办事处"]
INSIDE = ["{}栋{}单元{}室", "{}号楼{}单元{}室", "{}栋{}-{}", " {}-{}-{}", "{}幢{}单元{}", "（院内）{}座 {}单元 {} 号"]


ORDER = [field.name for field in dataclasses.fields(Address)][:-1]


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (
            "黑龙江省哈尔滨市道里区兆麟街道中央大街12号3栋2单元501室",
            "黑龙江省 哈尔滨市 道里区 兆麟街道 - 中央大街 12号 - 3 2 - 501",
        ),
        ("松北区世茂大道幸福小区Ａ座１２层１２０１", "- - 松北区 - - 世茂大道 - 幸福小区 A - 12 1201"),
        ("道外区靖宇街道办事处北头道街5号院2号楼1单元301", "- - 道外区 靖宇街道 - 北头道街 5号 - 2 1 - 301"),
        ("南岗区奋斗路街道奋斗路7号", "- - 南岗区 奋斗路街道 - 奋斗路 7号 - - - - -"),
        ("双城区新兴镇新民村12号", "- - 双城区 新兴镇 新民村 - 12号 - - - - -"),
        ("北京市东城区王府井大街1号", "北京市 - 东城区 - - 王府井大街 1号 - - - - -"),
        ("道里区爱建社区上海街1号4栋", "- - 道里区 - 爱建社区 上海街 1号 - 4 - - -"),
        ("尚志大街7-1号2栋1-302", "- - - - - 尚志大街 7-1号 - 2 1 - 302"),
        ("工程街道工人新村5栋", "- - - 工程街道 - - - 工人新村 5 - - -"),
        ("经纬十二道街22号附3号", "- - - - - 经纬十二道街 22号附3号 - - - - -"),
        ("新区大街100号", "- - - - - 新区大街 100号 - - - - -"),
        ("不详", "- - - - - - - 不详 - - - -"),
        ("", "- - - - - - - - - - - -"),
    ],
)
def test_elements(text, elements):
    parsed = parse_address(text)
    assert " ".join(getattr(parsed, name) or "-" for name in ORDER) == elements
    assert parsed.rest == ""


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("中央大街十二号三栋二单元五〇一室", "中央大街12号3栋2单元501室"),
        ("一百零三号", "103号"),
        ("和兴十四道街", "和兴十四道街"),
        ("学府路５２号 ３－２－５０１", "学府路52号3-2-501"),
        ("中山路188号（省政府）", "中山路188号"),
    ],
)
def test_normal_form(text, normal):
    assert normalize_address(text) == normal


def test_doors():
    assert door_key("哈尔滨市双城区新兴镇新民村12号") == "新民村12号"
    assert door_key("世茂大道幸福小区A座") == "幸福小区"
    assert address_key("12号") == ""
    assert parse_address("道里区学府路5号 3-501").local == "学府路5号3幢501室"


@given(
    st.sampled_from(BEFORE),
    st.sampled_from(STREETS),
    st.integers(1, 999),
    st.sampled_from(INSIDE),
    st.tuples(st.integers(1, 60), st.integers(1, 9), st.integers(101, 3308)),
)
def test_every_spelling_gives_one_key(before, street, number, inside, flat):
    text = f"{before}{street}{number}号{inside.format(*flat)}"
    assert address_key(text) == "|".join([f"{street}{number}号", *map(str, flat)])


@given(st.text(max_size=40))
def test_any_text_is_answered(text):
    normal = normalize_address(text)
    assert normalize_address(normal) == normal
    assert address_key(normal) == address_key(text)


def test_real_streets_keep_their_names():
    roads = {
        thing.tags["name"]
        for thing in osmium.FileProcessor(str(CITY / "data/harbin.osm.pbf"), osmium.osm.WAY)
        if "highway" in thing.tags and "name" in thing.tags
    }
    streets = {name for name in roads if name.isalpha() and name[-1] in "路街道巷" and len(name) < 12}
    lost = {name for name in streets if door_key(f"哈尔滨市南岗区{name}12号3栋") != f"{name}12号"}
    assert len(streets) > 700
    assert len(lost) <= 3, sorted(lost)
