"""经营主体登记, 参保单位, 纳税人."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from lingqu.synthetic import defects
from lingqu.synthetic.departments import table
from lingqu.synthetic.departments.table import Batch, Table
from lingqu.synthetic.files import Csv, Writer, Xlsx
from lingqu.synthetic.organisations import TRADES
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Part, World

KIND_WORDS = {
    "92": "个体工商户",
    "1130": "有限责任公司(自然人投资或控股)",
    "1151": "有限责任公司(自然人独资)",
    "1200": "股份有限公司",
    "4540": "个人独资企业",
    "2100": "有限责任公司分公司",
}
STATUS_WORDS = {"1": "存续（在营、开业、在册）", "2": "吊销，未注销", "3": "注销", "5": "迁出"}
TAX_WORDS = {"1": "正常", "2": "非正常户", "3": "注销", "5": "迁出"}


def _batch(part: Part, who: np.ndarray, rates: Defects, columns: list[np.ndarray], rng: np.random.Generator) -> Batch:
    keep = table.repeated(len(who), rates, rng)
    return Batch(
        np.full(len(keep), -1),
        part.first_organisation + who[keep],
        np.full(len(keep), "", dtype=object),
        [np.asarray(column, dtype=object)[keep].tolist() for column in columns],
    )


def _order(who: np.ndarray, rates: Defects, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows in the order of the file, and which of them were entered a second time."""
    twice = who[defects.hit(rates.again, len(who), rng)]
    rows = np.concatenate([who, twice])
    again = np.arange(len(rows)) >= len(who)
    order = rng.permutation(len(rows))
    return rows[order], again[order]


def _number(part: Part, rows: np.ndarray, again: np.ndarray, purpose: str, pattern: str) -> np.ndarray:
    number = table.serial(part.first_organisation + rows + np.where(again, 400_000_000, 0), purpose)
    return np.array([pattern.format(n) for n in number.tolist()], dtype=object)


def _names(part: Part, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Clerks write brackets and blanks as they like."""
    out = part.organisations.name[rows].copy()
    loose = defects.hit(0.01, len(out), rng)
    defects.change(out, loose[::2], lambda name: name.replace("有限公司", "有限责任公司"))
    defects.change(out, loose[1::2], lambda name: " " + name + " ")
    return out


def _addresses(world: World, part: Part, rows: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    firms = part.organisations
    style = defects.styles(len(rows), rates, rng)
    out = np.empty(len(rows), dtype=object)
    for number in range(4):
        who = np.flatnonzero(style == number)
        before = world.prefix[number][firms.site[rows[who]]].tolist()
        rooms = firms.dwelling[rows[who]].tolist()
        out[who] = [f"{b}{room}号商服" for b, room in zip(before, rooms, strict=True)]
    return out


def _heads(part: Part, rows: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    return defects.names(part.people.name[part.organisations.head[rows]], rates, rng)


def registrations(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    firms = part.organisations
    rows, again = _order(np.arange(len(firms)), rates, rng)
    uscc = defects.credit_codes(firms.uscc[rows], rates, rng)
    lower = defects.hit(0.02, len(rows), rng)
    defects.change(uscc, lower, str.lower)
    uscc[(uscc == "") & (rng.random(len(rows)) < 0.5)] = "N/A"
    scopes = np.array([trade[3] for trade in TRADES], dtype=object)
    codes = np.array([trade[0] for trade in TRADES], dtype=object)
    columns = [
        _number(part, rows, again, "registrations", world.recipe.city_code + "{:012d}"),
        uscc,
        _names(part, rows, rng),
        table.words(firms.kind[rows], KIND_WORDS),
        defects.codes(table.words(firms.status[rows], STATUS_WORDS), ("K", "正常经营"), rates, rng),
        _heads(part, rows, rates, rng),
        _capital(firms.capital[rows], firms.trader[rows], rng),
        defects.dates(defects.births(firms.established[rows], rates, rng), "{y}年{m}月{d}日"),
        defects.codes(codes[firms.trade[rows]], ("0000", "F"), rates, rng),
        scopes[firms.trade[rows]],
        _addresses(world, part, rows, rates, rng),
        world.site_district[firms.site[rows]],
        defects.phones(firms.phone[rows], firms.phone[rows][::-1], rates, rng),
    ]
    return _batch(part, rows, rates, columns, rng)


def _capital(yuan: np.ndarray, trader: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In ten thousand yuan, in two hands' writing; sole traders often leave it out."""
    luck = rng.random(len(yuan))
    out = np.empty(len(yuan), dtype=object)
    for place, (value, alone, chance) in enumerate(zip(yuan.tolist(), trader.tolist(), luck.tolist(), strict=True)):
        tens = value / 10_000
        if alone and chance < 0.4:
            out[place] = "N/A" if chance < 0.05 else ""
        elif chance < 0.55:
            out[place] = f"{tens:,.0f}(万元)"
        else:
            out[place] = f"{tens:g}万元人民币" if tens < 100_000 else f"{tens:.0f}万元人民币"
    return out


def insured_employers(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    firms = part.organisations
    rows, again = _order(np.flatnonzero(firms.staff > 0), rates, rng)
    columns = [
        _number(part, rows, again, "employers", "{:08d}"),
        _names(part, rows, rng),
        defects.credit_codes(firms.uscc[rows], rates, rng),
        _heads(part, rows, rates, rng),
        _addresses(world, part, rows, rates, rng),
        defects.phones(firms.phone[rows], firms.phone[rows][::-1], rates, rng),
        firms.staff[rows],
    ]
    return _batch(part, rows, rates, columns, rng)


def taxpayers(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    firms = part.organisations
    rows, again = _order(np.flatnonzero(~firms.trader | (rng.random(len(firms)) < 0.55)), rates, rng)
    lost = (firms.status[rows] == "1") & (rng.random(len(rows)) < 0.03)
    state = np.where(lost, "非正常户", table.words(firms.status[rows], TAX_WORDS))
    office = [f"{world.recipe.districts.get(d, '')}税务局" for d in world.site_district[firms.site[rows]].tolist()]
    codes = np.array([trade[0] for trade in TRADES], dtype=object)
    columns = [
        _number(part, rows, again, "taxpayers", "DJ{:010d}"),
        defects.credit_codes(firms.uscc[rows], rates, rng),
        _names(part, rows, rng),
        defects.codes(state.astype(object), ("00", "待定"), rates, rng),
        office,
        _heads(part, rows, rates, rng),
        defects.dates(np.minimum(firms.established[rows] + rng.integers(1, 60, len(rows)), world.today), "{y}/{m}/{d}"),
        codes[firms.trade[rows]],
        _addresses(world, part, rows, rates, rng),
        defects.phones(firms.phone[rows], firms.phone[rows][::-1], rates, rng),
        np.maximum(firms.staff[rows], np.where(firms.trader[rows], rng.integers(1, 6, len(rows)), 0)),
    ]
    return _batch(part, rows, rates, columns, rng)


def representatives(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    firms = part.organisations
    rows, again = _order(np.arange(len(firms)), rates, rng)
    heads, none = firms.head[rows], np.full(len(rows), "", dtype=object)
    people = part.people
    columns = [
        _number(part, rows, again, "registrations", world.recipe.city_code + "{:012d}"),
        defects.credit_codes(firms.uscc[rows], rates, rng),
        defects.names(people.name[heads], rates, rng),
        defects.identities(
            people.id_number[heads].astype(object), np.zeros(len(rows), dtype=int), people.age[heads], none, rates, rng
        ),
    ]
    return _batch(part, rows, rates, columns, rng)


def _registrations_file(path: Path, of: Table, world: World) -> Writer:
    return Csv(path, of.header, encoding="gb18030")


def _employers_file(path: Path, of: Table, world: World) -> Writer:
    titles = (f"{world.recipe.city}社会保险参保单位名册",)
    return Xlsx(path, of.header, titles=titles, made=datetime.fromisoformat(world.recipe.as_of))


def _taxpayers_file(path: Path, of: Table, world: World) -> Writer:
    return Csv(path, of.header, encoding="utf-8", delimiter="|", newline="\n")


TABLES = (
    Table(
        "market.registrations",
        "market/registrations.csv",
        (
            "主体身份代码",
            "统一社会信用代码",
            "企业名称",
            "企业类型",
            "登记状态",
            "法定代表人",
            "注册资本",
            "成立日期",
            "行业代码",
            "经营范围",
            "住所",
            "登记机关区划",
            "联系电话",
        ),
        _registrations_file,
        registrations,
    ),
    Table(
        "market.representatives",
        "market/representatives.csv",
        ("主体身份代码", "统一社会信用代码", "法定代表人", "证件号码"),
        _registrations_file,
        representatives,
    ),
    Table(
        "human_resources.insured_employers",
        "human_resources/insured_employers.xlsx",
        ("单位编号", "单位名称", "统一社会信用代码", "法人代表", "单位地址", "联系电话", "参保人数"),
        _employers_file,
        insured_employers,
    ),
    Table(
        "taxation.taxpayers",
        "taxation/taxpayers.txt",
        (
            "DJXH", "NSRSBH", "NSRMC", "NSRZT", "ZGSWJ", "FDDBR", "DJRQ", "HYDM", "SCJYDZ", "LXDH", "CYRS",
        ),
        _taxpayers_file,
        taxpayers,
    ),
)  # fmt: skip
