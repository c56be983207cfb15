"""社会保险, 社会救助, 死亡登记."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from lingqu.synthetic import defects
from lingqu.synthetic.departments import table
from lingqu.synthetic.departments.table import Batch, Table
from lingqu.synthetic.files import Csv, Writer, Xlsx
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Part, World

SEX = {1: "男", 2: "女"}


def social_insurance(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people, firms = part.people, part.organisations
    age, employed = people.age, part.employer >= 0
    luck = rng.random(len(people))
    dead_still_paid = ~table.living(part) & (luck < 0.15)
    covered = (employed & (luck < 0.93)) | (~employed & (luck < np.where(age < 16, 0.62, 0.8)))
    who = np.flatnonzero((covered & table.living(part)) | (dead_still_paid & (age >= 60)))
    rows = table.persons(world, part, who, rates, rng)
    at = part.employer[rows.who]
    works = at >= 0
    pensioner = ~works & (people.age[rows.who] >= np.where(rows.sex == 1, 60, 52))
    stopped = rng.random(len(rows.who)) < 0.06
    kind = np.where(
        works | (pensioner & (rng.random(len(works)) < 0.75)), "城镇职工基本养老保险", "城乡居民基本医疗保险"
    )
    status = np.where(pensioner, "领取待遇", np.where(stopped, "暂停缴费", "参保缴费"))
    uscc = np.where(works, firms.uscc[at], "")
    columns = [
        table.numbered(rows, part, "insurance", "{:010d}"),
        rows.name,
        rows.id_number,
        defects.codes(table.words(rows.sex, SEX), ("9", "未知", "女性"), rates, rng),
        _mixed_dates(rows.born, rng),
        defects.codes(kind.astype(object), ("养老", "五险"), rates, rng),
        status,
        defects.credit_codes(uscc, rates, rng),
        np.where(works, firms.name[at], ""),
        rows.phone,
        rows.address,
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def _mixed_dates(born: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Written by four generations of software."""
    patterns = ("{y}-{m}-{d}", "{y}{m}{d}", "{y}/{m1}/{d1}", "{y}年{m1}月{d1}日")
    pick = rng.choice(4, len(born), p=[0.7, 0.15, 0.1, 0.05])
    out = np.empty(len(born), dtype=object)
    for number, pattern in enumerate(patterns):
        out[pick == number] = defects.dates(born[pick == number], pattern)
    return out


def assistance(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people, homes = part.people, part.households
    poor = (rng.random(len(homes.kind)) < 0.022) & ~homes.migrant
    kinds = np.array(["城市低保", "低保边缘", "城市特困", "支出型困难", "困难残疾人补贴"], dtype=object)
    kind = kinds[rng.choice(5, len(homes.kind), p=[0.62, 0.14, 0.08, 0.08, 0.08])]
    who = np.flatnonzero(poor[people.household] & table.living(part))
    rows = table.persons(world, part, who, rates, rng)
    columns = [
        table.numbered(rows, part, "assistance", "JZ{:09d}"),
        rows.name,
        table.words(rows.sex, SEX),
        defects.dates(rows.born, "{y}-{m}-{d}"),
        rows.id_number,
        defects.codes(kind[people.household[rows.who]], ("五保", "其他"), rates, rng),
        rows.address,
        table.division(world, part, rows.who, rows.home),
        rows.phone,
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def deaths(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people = part.people
    who = np.flatnonzero(~table.living(part) & (rng.random(len(people)) < 0.97))
    rows = table.persons(world, part, who, rates, rng)
    died = people.died[rows.who]
    columns = [
        table.numbered(rows, part, "deaths", "SW{:09d}"),
        rows.name,
        table.words(rows.sex, {1: "M", 2: "F"}),
        rows.id_number,
        defects.dates(rows.born, "{y}.{m}.{d}"),
        defects.dates(died, "{y}.{m}.{d}"),
        rows.address,
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def _insurance_file(path: Path, of: Table, world: World) -> Writer:
    return Csv(path, of.header, encoding="utf-8-sig")


def _assistance_file(path: Path, of: Table, world: World) -> Writer:
    titles = (f"{world.recipe.city}社会救助对象花名册", f"截至 {world.recipe.as_of}")
    return Xlsx(path, of.header, titles=titles, made=datetime.fromisoformat(world.recipe.as_of))


def _deaths_file(path: Path, of: Table, world: World) -> Writer:
    # GBK cannot hold every character in names.
    return Csv(path, of.header, encoding="gbk", delimiter=";")


TABLES = (
    Table(
        "human_resources.social_insurance",
        "human_resources/social_insurance.csv",
        (
            "个人编号", "参保人姓名", "身份证号", "性别", "出生年月日", "险种", "参保状态", "单位信用代码", "单位名称",
            "联系电话", "联系地址",
        ),
        _insurance_file,
        social_insurance,
    ),
    Table(
        "civil_affairs.assistance",
        "civil_affairs/assistance.xlsx",
        ("救助证号", "姓名", "性别", "出生日期", "身份证号码", "救助类别", "家庭住址", "街道代码", "联系电话"),
        _assistance_file,
        assistance,
    ),
    Table(
        "civil_affairs.deaths",
        "civil_affairs/deaths.csv",
        ("登记号", "死者姓名", "性别", "证件号", "出生日期", "死亡日期", "生前住址"),
        _deaths_file,
        deaths,
    ),
)  # fmt: skip
