"""户籍, 流动人口, 机动车."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from lingqu.synthetic import defects
from lingqu.synthetic.departments import table
from lingqu.synthetic.departments.table import Batch, Table
from lingqu.synthetic.files import MOST_ROWS, Csv, Sqlite, Writer, Xlsx
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Part, World

PLATE_SIGNS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PLATES = len(PLATE_SIGNS) ** 5
VEHICLES = (("K33", 0.6), ("K32", 0.14), ("K31", 0.12), ("H31", 0.06), ("K43", 0.03), ("M21", 0.03), ("H11", 0.02))
GROUP_NAMES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 "
    "黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 "
    "撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 "
    "京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
"""Ethnic groups in the order of GB/T 3304."""
GROUP_WORDS = {f"{number:02d}": name + "族" for number, name in enumerate(GROUP_NAMES.split(), 1)}


def household_register(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people = part.people
    dead_still_there = living = table.living(part)
    dead_still_there = ~living & (rng.random(len(people)) < 0.3)
    local = ~part.households.migrant[people.household]
    who = np.flatnonzero(local & (living | dead_still_there))
    rows = table.persons(world, part, who, rates, rng, stale=False)
    registered = np.zeros(len(rows.who), dtype=bool)
    address = table.addresses(world, part, rows.who, registered, defects.styles(len(rows.who), rates, rng))
    # A marriage or a new degree is written down only when somebody comes to the counter.
    marital = np.where(people.married_lately[rows.who], "10", people.marital[rows.who])
    household = table.serial(part.first_household + people.household[rows.who], "household")
    number = table.numbered(rows, part, "household_register", world.recipe.city_code[:4] + "{:010d}")
    columns = [
        number,
        rows.name,
        rows.id_number,
        defects.codes(rows.sex.astype(str).astype(object), ("0", "9", "男"), rates, rng),
        defects.dates(rows.born, "{y}{m}{d}"),
        defects.codes(people.ethnic[rows.who], ("99", "汉", "1"), rates, rng),
        defects.codes(marital.astype(object), ("1", "2", "50"), rates, rng),
        people.education[rows.who],
        np.array([f"{n:09d}" for n in household.tolist()], dtype=object),
        people.relation[rows.who],
        address,
        table.division(world, part, rows.who, registered),
        rows.phone,
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def residence_registrations(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people = part.people
    luck = rng.random(len(people))
    migrant = part.households.migrant[people.household] & (luck < 0.85)
    moved = part.households.moved[people.household] & (luck < 0.3)
    rows = table.persons(world, part, np.flatnonzero((migrant | moved) & table.living(part)), rates, rng, stale=False)
    words = table.words(rows.sex, {1: "男", 2: "女"})
    columns = [
        table.numbered(rows, part, "residence", "LK{:09d}"),
        rows.name,
        words if not rates.code_wrong else defects.codes(words, ("未知", "M", "F"), rates, rng),
        table.words(people.ethnic[rows.who], GROUP_WORDS),
        defects.dates(rows.born, "{y}-{m}-{d}"),
        rows.id_number,
        rows.phone,
        rows.address,
        table.division(world, part, rows.who, rows.home),
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def vehicles(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    people = part.people
    age = people.age
    share = np.interp(age, [18, 25, 35, 50, 65, 75], [0, 0.12, 0.4, 0.33, 0.12, 0])
    owners = np.flatnonzero((rng.random(len(people)) < share) & table.living(part))
    second = owners[rng.random(len(owners)) < 0.09]
    who = np.concatenate([owners, second])
    rows = table.persons(world, part, who, rates.model_copy(update={"again": 0.0}), rng)
    seen = np.zeros(len(people), dtype=int)
    nth = np.empty(len(rows.who), dtype=int)
    for place, person in enumerate(rows.who.tolist()):
        nth[place] = seen[person]
        seen[person] += 1
    plate = [
        _plate(world.recipe.plate, n) for n in ((part.first_person + rows.who) * 2 + nth + world.seed * 7919).tolist()
    ]
    kinds, shares = zip(*VEHICLES, strict=True)
    kind = np.array(kinds, dtype=object)[rng.choice(len(kinds), len(rows.who), p=np.array(shares) / sum(shares))]
    columns = [
        plate,
        defects.codes(kind, ("小汽车", "K", "99"), rates, rng),
        rows.name,
        rows.id_number,
        rows.address,
        rows.phone,
    ]
    return table.person_batch(part, rows, rates, columns, rng)


def _plate(prefix: str, number: int) -> str:
    rest = number * 15_485_863 % PLATES
    signs = []
    for _ in range(5):
        rest, sign = divmod(rest, len(PLATE_SIGNS))
        signs.append(PLATE_SIGNS[sign])
    return prefix + "".join(signs)


def _register_file(path: Path, of: Table, world: World) -> Writer:
    return Csv(path, of.header, encoding="gb18030")


def _residence_file(path: Path, of: Table, world: World) -> Writer:
    titles = (f"{world.recipe.city}流动人口居住登记台账", f"导出日期：{world.recipe.as_of}    单位：人")
    groups = ("", *["人员信息"] * 6, *["居住信息"] * 2)
    return Xlsx(path, of.header, titles=titles, groups=groups, made=datetime.fromisoformat(world.recipe.as_of))


def _vehicle_file(path: Path, of: Table, world: World) -> Writer:
    return Sqlite(path, of.header, table="jdc_djxx")


TABLES = (
    Table(
        "police.household_register",
        "police/household_register.csv",
        ("RYBH", "XM", "GMSFHM", "XB", "CSRQ", "MZ", "HYZK", "WHCD", "HH", "YHZGX", "ZZ", "XZQH", "LXDH"),
        _register_file,
        household_register,
    ),
    Table(
        "police.residence_registrations",
        "police/residence_registrations.xlsx",
        ("登记编号", "姓名", "性别", "民族", "出生日期", "证件号码", "联系电话", "详细地址", "所属街道代码"),
        _residence_file,
        residence_registrations,
        most=MOST_ROWS,
    ),
    Table(
        "police.vehicles",
        "police/vehicles.db",
        ("hphm", "cllx", "syr", "sfzmhm", "zsxxdz", "sjhm"),
        _vehicle_file,
        vehicles,
    ),
)
