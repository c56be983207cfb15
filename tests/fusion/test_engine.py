"""The laws of fusion, on a town of few people."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lingqu.kernel.identifiers import citizen_id_of

from .support import PERSON, drafts, fuse, groups, plan, remembered

Rows = dict[str, list[dict[str, Any]]]


def person(number: int, **changes: Any) -> dict[str, Any]:
    """A made-up person; the same number gives the same person."""
    chance = random.Random(number)
    born = date(1950 + chance.randrange(60), chance.randrange(1, 13), chance.randrange(1, 28))
    sequence = chance.randrange(1000)
    record = {
        "key": f"P{number}",
        "name": chance.choice("王李张刘陈杨赵黄")
        + chance.choice("伟芳娜敏静丽强磊军洋")
        + chance.choice("明华文德国建志海"),
        "idNumber": citizen_id_of("230103", born, sequence),
        "birthDate": born.isoformat(),
        "sex": "1" if sequence % 2 else "2",
        "phone": f"+86139{chance.randrange(10**8):08d}",
        "address": f"中山路{chance.randrange(1, 300)}号{chance.randrange(1, 9)}栋1单元{chance.randrange(101, 999)}室",
    }
    return {**record, **changes}


def town(size: int = 60) -> Rows:
    """Everybody in the household register; every second one has a health file, every third a vehicle. Every fifth
    health file lacks the number, every seventh has a slip in it."""
    files = []
    for number in range(0, size, 2):
        record = person(number, key=f"H{number}")
        if number % 10 == 0:
            record["idNumber"] = None
        elif number % 14 == 0:
            record["idNumber"] = (
                record["idNumber"][:10] + str((int(record["idNumber"][10]) + 1) % 10) + record["idNumber"][11:]
            )
        files.append(record)
    vehicles = [
        {"key": f"V{n}", "plate": f"黑A{n:05d}", **{a: person(n)[a] for a in ("name", "idNumber")}}
        for n in range(0, size, 3)
    ]
    households = [person(number) for number in range(size)]
    return {"police.households": households, "health.files": files, "police.vehicles": vehicles}


def truth(rows: Rows) -> set[frozenset[str]]:
    together: dict[str, set[str]] = {}
    for records in rows.values():
        for record in records:
            together.setdefault(record["key"][1:], set()).add(record["key"])
    return {frozenset(keys) for keys in together.values()}


def test_exact_and_linked_records_become_persons(tmp_path: Path) -> None:
    rows = town()
    assert groups(fuse(tmp_path, rows)) == truth(rows)


def test_fusing_twice_changes_nothing(tmp_path: Path) -> None:
    first = fuse(tmp_path, town())
    second = fuse(tmp_path, town(), links=remembered(first, tmp_path))
    assert drafts(first) == drafts(second)
    query = "SELECT entity_id, attrs, prov, region, digest FROM drafts ORDER BY 1"
    assert first.con.execute(query).fetchall() == second.con.execute(query).fetchall()


def test_the_order_of_rows_and_resources_does_not_matter(tmp_path: Path) -> None:
    rows = town()
    turned = {resource: list(reversed(rows[resource])) for resource in reversed(list(rows))}
    assert _facts(fuse(tmp_path, rows)) == _facts(fuse(tmp_path, turned))


def _facts(bench: Any) -> dict[str, str]:
    """Attributes without where in a delivery they stood."""
    return {entity_id: attrs for entity_id, (attrs, _) in drafts(bench).items()}


def test_a_correction_in_one_source_changes_only_that_person(tmp_path: Path) -> None:
    before = fuse(tmp_path, town())
    rows = town()
    rows["police.households"][7]["phone"] = "+8613612345678"
    after = fuse(tmp_path, rows, links=remembered(before, tmp_path))
    was, now = drafts(before), drafts(after)
    changed = [entity_id for entity_id in now if now[entity_id] != was[entity_id]]
    assert set(was) == set(now)
    assert len(changed) == 1
    assert json.loads(now[changed[0]][0])["phone"]["value"] == "+8613612345678"


def test_ids_stay_when_records_come_and_go(tmp_path: Path) -> None:
    rows = town()
    before = fuse(tmp_path, rows)
    owner = _owner(before, "P12")
    without = {**rows, "police.households": [r for r in rows["police.households"] if r["key"] != "P12"]}
    during = fuse(tmp_path, without, links=remembered(before, tmp_path))
    assert _owner(during, "H12") == owner
    back = fuse(tmp_path, rows, links=remembered(during, tmp_path, "during"))
    assert drafts(back) == drafts(before)


def _owner(bench: Any, key: str) -> str:
    query = "SELECT entity_id FROM things JOIN clusters USING (c) JOIN records USING (n) WHERE key = ?"
    return str(bench.con.execute(query, [key]).fetchall()[0][0])


def test_a_split_leaves_the_id_with_most_of_the_records(tmp_path: Path) -> None:
    one, other = person(1), person(2)
    shared = {"idNumber": one["idNumber"]}
    rows = {
        "police.households": [one],
        "health.files": [person(1, key="H1")],
        "police.vehicles": [{"key": "V2", "name": one["name"], "plate": "黑A1", **shared}],
    }
    before = fuse(tmp_path, rows)
    kept = _owner(before, "P1")
    rows["police.vehicles"][0].update(name=other["name"], idNumber=other["idNumber"])
    after = fuse(tmp_path, rows, links=remembered(before, tmp_path))
    assert _owner(after, "P1") == _owner(after, "H1") == kept
    assert _owner(after, "V2") != kept


def test_two_valid_numbers_are_never_one_person(tmp_path: Path) -> None:
    twin = {
        "name": "王建国",
        "birthDate": "1980-05-05",
        "phone": "+8613900000001",
        "address": "南岗区中山路1号1栋1单元101室",
    }
    ids = [citizen_id_of("230103", date(1980, 5, 5), n) for n in (11, 13)]
    rows = {
        "police.households": [{"key": "P1", **twin, "idNumber": ids[0]}, {"key": "P2", **twin, "idNumber": ids[1]}],
        "health.files": [{"key": "H1", **twin, "idNumber": None}],
        "police.vehicles": [],
    }
    found = groups(fuse(tmp_path, rows))
    assert frozenset({"P1", "P2"}) not in {g & {"P1", "P2"} for g in found}
    assert len(found) == 2


def test_a_child_under_a_parents_number_is_not_the_parent(tmp_path: Path) -> None:
    parent = person(3)
    child = person(4, idNumber=parent["idNumber"], birthDate="2019-03-03", key="H4")
    registered = person(4, birthDate="2019-03-03", idNumber=citizen_id_of("230103", date(2019, 3, 3), 22))
    rows = {"police.households": [parent, registered], "health.files": [child], "police.vehicles": []}
    assert groups(fuse(tmp_path, rows)) == {frozenset({"P3"}), frozenset({"P4", "H4"})}


def test_the_order_of_resources_decides_and_losers_are_kept(tmp_path: Path) -> None:
    rows = {
        "police.households": [person(5, phone="+8613900000001")],
        "health.files": [person(5, key="H5", phone="+8613900000002")],
        "police.vehicles": [],
    }
    bench = fuse(tmp_path, rows)
    ((attrs, prov),) = drafts(bench).values()
    assert json.loads(attrs)["phone"] == {"type": "Property", "value": "+8613900000001"}
    phone = json.loads(prov)["phone"]
    assert (phone["s"], phone["r"]) == ("police.households", 1)
    assert phone["lost"] == [{"s": "health.files", "d": 2, "r": 1, "v": "+8613900000002"}]
    disputes = bench.con.execute("SELECT attribute, held, held_by, others FROM disputes").fetchall()
    assert disputes == [("phone", '"+8613900000001"', "police.households", '[["health.files","+8613900000002"]]')]


@pytest.mark.parametrize(
    ("rule", "winner"),
    [
        ({"pick": "newest"}, "health.files"),
        ({"pick": "longest"}, "police.households"),
        ({"order": ["health.files"]}, "health.files"),
        ({"order": ["police.households"], "without": ["police.households"]}, "health.files"),
    ],
)
def test_survivorship(tmp_path: Path, rule: dict[str, Any], winner: str) -> None:
    rows = {
        "police.households": [person(6, name="欧阳建国强")],
        "health.files": [person(6, key="H6", name="欧阳建国")],
        "police.vehicles": [],
    }
    bench = fuse(tmp_path, rows, plan(survivorship={"name": rule}))
    ((_, prov),) = drafts(bench).values()
    assert json.loads(prov)["name"]["s"] == winner


def test_what_most_records_say_wins(tmp_path: Path) -> None:
    rows = {
        "police.households": [person(6, name="王大明")],
        "health.files": [person(6, key="H6", name="王大鸣")],
        "police.vehicles": [{"key": "V6", "name": "王大鸣", "idNumber": person(6)["idNumber"], "plate": "黑A6"}],
    }
    bench = fuse(tmp_path, rows, plan(survivorship={"name": {"pick": "most"}}))
    ((attrs, _),) = drafts(bench).values()
    assert json.loads(attrs)["name"]["value"] == "王大鸣"


def test_many_values_are_kept_as_a_list(tmp_path: Path) -> None:
    me = {a: person(8)[a] for a in ("name", "idNumber")}
    vehicles = [{"key": f"V{n}", "plate": plate, **me} for n, plate in enumerate(["黑A2", "黑A1", "黑A2"])]
    ((attrs, _),) = drafts(
        fuse(tmp_path, {"police.households": [], "health.files": [], "police.vehicles": vehicles})
    ).values()
    assert json.loads(attrs)["vehiclePlate"] == {"type": "Property", "value": ["黑A1", "黑A2"]}


def test_invalid_identifiers_do_not_survive(tmp_path: Path) -> None:
    rows = {"police.households": [person(9, idNumber="230103198001011234")], "health.files": [], "police.vehicles": []}
    ((attrs, _),) = drafts(fuse(tmp_path, rows)).values()
    assert "idNumber" not in json.loads(attrs)


def test_nothing_delivered_gives_nothing(tmp_path: Path) -> None:
    rows: Rows = {"police.households": [], "health.files": [], "police.vehicles": []}
    assert drafts(fuse(tmp_path, rows)) == {}
    assert PERSON.code == "Person"


def test_a_wider_code_and_a_lost_character_are_no_contradiction(tmp_path: Path) -> None:
    rows = {
        "police.households": [person(6, name="张？文", sex="21")],
        "health.files": [person(6, key="H6", name="张䶮文", sex="20")],
        "police.vehicles": [],
    }
    of = plan()
    coded = replace(of.attributes["sex"], kin=(("20", "21"),))
    bench = fuse(tmp_path, rows, replace(of, attributes={**of.attributes, "sex": coded}))
    ((attrs, _),) = drafts(bench).values()
    assert json.loads(attrs)["name"]["value"] == "张䶮文"
    assert json.loads(attrs)["sex"]["value"] == "21"
    assert bench.count("disputes") == 0


def test_codes_for_not_known_are_no_value(tmp_path: Path) -> None:
    rows = {
        "police.households": [person(6, sex="0")],
        "health.files": [person(6, key="H6", sex="2")],
        "police.vehicles": [],
    }
    bench = fuse(tmp_path, rows, plan(survivorship={"sex": {"unknown": ["0", "9"]}}))
    ((attrs, _),) = drafts(bench).values()
    assert json.loads(attrs)["sex"]["value"] == "2"
    assert bench.count("disputes") == 0


def test_a_slip_that_the_check_digit_does_not_show(tmp_path: Path) -> None:
    """One number fits its record's birth date, the other does not: the other is no second person."""
    right = person(21)
    wrong_day = date.fromisoformat(right["birthDate"]).replace(day=28)
    slipped = citizen_id_of("230103", wrong_day, int(right["idNumber"][14:17]))
    rows = {
        "police.households": [right],
        "health.files": [{**right, "key": "H21", "idNumber": slipped}],
        "police.vehicles": [],
    }
    bench = fuse(tmp_path, rows)
    ((attrs, prov),) = drafts(bench).values()
    assert json.loads(attrs)["idNumber"]["value"] == right["idNumber"]
    assert json.loads(prov)["idNumber"]["lost"][0]["v"] == slipped


def test_a_shaky_number_survives_where_it_is_the_only_one(tmp_path: Path) -> None:
    rows = {"police.households": [person(21, birthDate="1999-12-31")], "health.files": [], "police.vehicles": []}
    shaky = person(21)["idNumber"][:6] + "19991230" + "111"
    rows["police.households"][0]["idNumber"] = citizen_id_of("230103", date(1999, 12, 30), 111)
    ((attrs, _),) = drafts(fuse(tmp_path, rows)).values()
    assert json.loads(attrs)["idNumber"]["value"].startswith(shaky)
