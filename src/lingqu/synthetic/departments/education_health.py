"""学籍, 居民健康档案."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lingqu.synthetic import defects
from lingqu.synthetic.departments import table
from lingqu.synthetic.departments.persons import SEX
from lingqu.synthetic.departments.police import GROUP_WORDS
from lingqu.synthetic.departments.table import Batch, Table
from lingqu.synthetic.files import Csv, Nested, Writer
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Part, World

MARITAL = {"10": "未婚", "20": "已婚", "30": "丧偶", "40": "离异"}
EDUCATION = {
    "10": "研究生",
    "20": "大学本科",
    "30": "大专",
    "41": "中专",
    "60": "高中",
    "70": "初中",
    "80": "小学",
    "90": "文盲或半文盲",
}


def students(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people = part.people
    share = np.interp(people.age, [5.4, 6, 15, 17.9, 18], [0, 0.98, 0.97, 0.85, 0])
    who = np.flatnonzero((rng.random(len(people)) < share) & table.living(part))
    rows = table.persons(world, part, who, rates, rng)
    columns = [
        table.numbered(rows, part, "students", "G" + world.recipe.city_code[:4] + "{:09d}"),
        rows.name,
        defects.codes(table.words(rows.sex, SEX), ("1", "?"), rates, rng),
        defects.dates(rows.born, "{y}-{m}-{d}"),
        rows.id_number,
        table.words(people.ethnic[rows.who], GROUP_WORDS),
        _schools(world, part, rows.who),
        rows.address,
        rows.phone,
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def _schools(world: World, part: Part, rows: np.ndarray) -> np.ndarray:
    """Primary schools by street-office area, middle schools a few to a district, high schools one."""
    household = part.people.household[rows]
    site = part.home.site[household]
    areas = [area.name.removesuffix("街道") for area in world.geography.areas]
    out = np.empty(len(rows), dtype=object)
    facts = zip(
        part.people.age[rows].tolist(),
        world.site_district[site].tolist(),
        world.sites.area[site].tolist(),
        strict=True,
    )
    for place, (age, district, area) in enumerate(facts):
        named = world.recipe.districts.get(district, "")
        if age < 12:
            out[place] = f"{named}{areas[area]}小学"
        elif age < 15:
            out[place] = f"{named}第{area % 6 + 1}初级中学"
        else:
            out[place] = f"{named}高级中学"
    return out


def health_files(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people = part.people
    share = np.interp(people.age, [0, 7, 18, 40, 60, 70], [0.93, 0.88, 0.5, 0.52, 0.78, 0.92])
    dead_still_there = ~table.living(part) & (rng.random(len(people)) < 0.4)
    who = np.flatnonzero((rng.random(len(people)) < share) & (table.living(part) | dead_still_there))
    rows = table.persons(world, part, who, rates, rng)
    columns = [
        table.numbered(rows, part, "health", world.recipe.city_code + "{:09d}"),
        rows.name,
        rows.id_number,
        defects.codes(table.words(rows.sex, {1: "男性", 2: "女性"}), ("未说明", "0"), rates, rng),
        defects.dates(rows.born, "{y}-{m}-{d}"),
        table.words(people.ethnic[rows.who], GROUP_WORDS),
        table.words(people.marital[rows.who], MARITAL),
        table.words(people.education[rows.who], EDUCATION),
        rows.address,
        table.division(world, part, rows.who, rows.home),
        rows.phone,
    ]
    batch = table.person_batch(part, rows, rates, columns, rng)
    batch.records = _nested(batch.columns)
    return batch


def _nested(columns: Any) -> Iterator[dict[str, Any]]:
    for number, name, identity, sex, born, group, marital, education, address, area, phone in zip(
        *columns, strict=True
    ):
        about = {"xm": name, "sfzh": identity or None, "xb": sex, "csrq": born, "mz": group}
        yield {
            "dabh": number,
            "jbxx": about | {"hyzk": marital, "whcd": education},
            "lxfs": {"xzz": address, "xzqh": area, "dh": phone or None},
        }


def _students_file(path: Path, of: Table, world: World) -> Writer:
    return Csv(path, of.header, encoding="utf-16", delimiter="\t")


def _health_file(path: Path, of: Table, world: World) -> Writer:
    return Nested(path, before="", after="\n", between="\n")


TABLES = (
    Table(
        "education.students",
        "education/students.txt",
        ("学籍号", "学生姓名", "性别", "出生日期", "身份证件号", "民族", "学校名称", "现住址", "监护人电话"),
        _students_file,
        students,
    ),
    Table("health.resident_files", "health/resident_files.jsonl", (), _health_file, health_files),
)
