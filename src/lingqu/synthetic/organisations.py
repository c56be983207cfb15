"""Firms and sole traders of a part of the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lingqu.synthetic import numbers
from lingqu.synthetic.people import People
from lingqu.synthetic.recipe import Recipe

PEOPLE_PER_ORGANISATION = 12

# Code of GB/T 4754, word in names of firms, word in names of shops, business scope, weight among firms and traders.
TRADES: tuple[tuple[str, str, str, str, float, float], ...] = (
    ("5212", "商贸", "超市", "食品、日用百货、预包装食品零售", 9, 16),
    ("5232", "服饰", "服装店", "服装、鞋帽零售", 3, 11),
    ("5223", "农产品", "水果店", "水果、蔬菜零售", 2, 8),
    ("5251", "医药", "大药房", "药品零售；第二类医疗器械销售", 3, 3),
    ("5262", "汽车配件", "汽配商店", "汽车零配件零售；机动车修理和维护", 3, 3),
    ("6210", "餐饮管理", "饭店", "餐饮服务；食品经营", 5, 14),
    ("6220", "餐饮", "快餐店", "快餐服务", 2, 8),
    ("7940", "美容", "美发店", "理发及美容服务", 1, 6),
    ("8011", "汽车服务", "汽车修理部", "汽车修理与维护", 2, 4),
    ("5430", "物流", "货运部", "道路货物运输；仓储服务", 5, 3),
    ("5090", "装饰工程", "装修部", "室内装饰装修；建筑装饰材料销售", 6, 2),
    ("4700", "建筑工程", "工程队", "房屋建筑工程施工；市政公用工程施工", 6, 0),
    ("6510", "软件", "电脑服务部", "软件开发；信息技术咨询服务；计算机系统集成", 7, 1),
    ("7010", "房地产开发", "房产服务部", "房地产开发经营；房屋销售", 2, 0),
    ("7020", "物业服务", "家政服务部", "物业管理；保洁服务", 4, 2),
    ("7030", "房产经纪", "房屋中介所", "房地产经纪；房屋租赁代理", 3, 3),
    ("7233", "企业管理咨询", "咨询服务部", "企业管理咨询；商务信息咨询", 6, 1),
    ("7240", "广告传媒", "图文广告社", "广告设计、制作、发布", 5, 3),
    ("7271", "旅行社", "票务代理处", "国内旅游业务；入境旅游业务", 2, 1),
    ("3511", "矿山机械", "机械加工部", "机械设备制造、销售；金属制品加工", 3, 1),
    ("1411", "食品", "糕点坊", "糕点制造；食品生产", 3, 2),
    ("2720", "制药", "中药铺", "化学药品制剂制造", 1, 0),
    ("5139", "贸易", "批发部", "针纺织品、日用品批发", 6, 5),
    ("8299", "教育科技", "培训学校", "教育信息咨询；职业技能培训", 4, 1),
    ("0111", "农业", "种植场", "谷物种植；农副产品收购", 2, 2),
)  # fmt: skip
KINDS = ("1130", "1151", "1200", "4540", "2100")
KIND_SHARES = (0.62, 0.26, 0.03, 0.05, 0.04)


@dataclass
class Organisations:
    """Arrays; ``head`` is the index of the legal representative in the chunk's people."""

    name: np.ndarray
    uscc: np.ndarray
    trader: np.ndarray  # sole trader, not a firm
    kind: np.ndarray  # code of organization_kind
    status: np.ndarray  # code of organization_status
    head: np.ndarray
    capital: np.ndarray  # yuan
    established: np.ndarray  # datetime64[D]
    trade: np.ndarray  # index into TRADES
    dwelling: np.ndarray
    site: np.ndarray
    phone: np.ndarray
    staff: np.ndarray

    def __len__(self) -> int:
        return len(self.uscc)


def make(
    first: int, people: People, sites_count: int, site_district: np.ndarray, recipe: Recipe, seed: int,
    rng: np.random.Generator,
) -> tuple[Organisations, np.ndarray]:  # fmt: skip
    """The organisations of a chunk, numbered from ``first``, and each person's employer in it (-1: none)."""
    count = max(len(people) // PEOPLE_PER_ORGANISATION, 3)
    trader = rng.random(count) < 0.6
    grown = np.flatnonzero((people.age >= 22) & (people.age < 72))
    head = grown[rng.integers(0, len(grown), count)]
    weights = np.array([[row[4] for row in TRADES], [row[5] for row in TRADES]], dtype=float)
    trade = np.where(
        trader,
        rng.choice(len(TRADES), count, p=weights[1] / weights[1].sum()),
        rng.choice(len(TRADES), count, p=weights[0] / weights[0].sum()),
    )
    site = rng.integers(0, sites_count, count)
    district = site_district[site]
    status = rng.choice(["1", "3", "2", "5"], count, p=[0.82, 0.12, 0.05, 0.01]).astype(object)
    days = (np.datetime64(recipe.as_of) - np.datetime64("1993-01-01")).astype(int)
    age = np.minimum(rng.gamma(1.6, 1500, count), days - 1).astype(int)
    capital = np.round(10 ** rng.normal(6.1, 0.55, count), -4).clip(10_000, 5e8)
    capital = np.where(trader, rng.choice([10_000, 20_000, 30_000, 50_000, 100_000], count), capital)
    employer, staff = _staff(people, ~trader & (status == "1"), rng)
    made = Organisations(
        name=_names(trader, trade, district, recipe, rng),
        uscc=np.array(numbers.credit_codes(first, count, trader, district.astype(int), seed), dtype=object),
        trader=trader,
        kind=np.where(trader, "92", rng.choice(KINDS, count, p=KIND_SHARES)).astype(object),
        status=status,
        head=head,
        capital=capital,
        established=np.datetime64(recipe.as_of) - age.astype("timedelta64[D]"),
        trade=trade,
        dwelling=rng.integers(1, 30, count),
        site=site,
        phone=np.where(
            rng.random(count) < 0.45,
            numbers.landlines(recipe.area_code, count, rng),
            np.where(people.phone[head] == "", people.old_phone[head], people.phone[head]),
        ),
        staff=staff,
    )
    return made, employer


def _names(
    trader: np.ndarray, trade: np.ndarray, district: np.ndarray, recipe: Recipe, rng: np.random.Generator
) -> np.ndarray:
    words = recipe.trade_names
    picked = rng.integers(0, len(words), (len(trader), 3))
    three = rng.random(len(trader)) < 0.55
    city = recipe.city
    out = np.empty(len(trader), dtype=object)
    for i in range(len(trader)):
        brand = words[picked[i, 0]] + words[picked[i, 1]] + (words[picked[i, 2]] if three[i] else "")
        row = TRADES[trade[i]]
        if trader[i]:
            out[i] = f"{city}{recipe.districts[district[i]]}{brand}{row[2]}"
        else:
            out[i] = f"{city.removesuffix('市')}{brand}{row[1]}有限公司"
    return out


def _staff(people: People, hires: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Employers by size as firms are distributed: many small, few large."""
    limit = np.where(people.sex == 1, 60, 53)
    able = np.flatnonzero((people.age >= 19) & (people.age < limit) & np.isnat(people.died))
    hired = able[rng.random(len(able)) < 0.56]
    employer = np.full(len(people), -1)
    firms = np.flatnonzero(hires)
    if len(firms) and len(hired):
        size = rng.pareto(1.25, len(firms)) + 0.4
        employer[hired] = firms[rng.choice(len(firms), len(hired), p=size / size.sum())]
    return employer, np.bincount(employer[employer >= 0], minlength=len(hires))
