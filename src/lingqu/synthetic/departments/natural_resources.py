"""不动产登记: one record for a title, its owners inside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lingqu.synthetic import defects
from lingqu.synthetic.departments import table
from lingqu.synthetic.departments.table import Batch, Table
from lingqu.synthetic.files import Nested, Writer
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Homes, Part, World

OWNED_SHARE, SECOND_SHARE = 0.64, 0.1


def real_estate_titles(world: World, part: Part, rates: Defects, rng: np.random.Generator) -> Batch:
    """Owned homes, and second flats (the registered home of those who moved away is one of them)."""
    homes, people = part.households, part.people
    count = len(homes.kind)
    first = np.searchsorted(people.household, np.arange(count))  # the head stands first
    owned = np.flatnonzero((rng.random(count) < np.where(homes.migrant, 0.25, OWNED_SHARE)) & table.living(part)[first])
    second = np.flatnonzero(homes.moved & (rng.random(count) < SECOND_SHARE * 4) & table.living(part)[first])
    household = np.concatenate([owned, second])
    at_home = np.arange(len(household)) < len(owned)
    order = rng.permutation(len(household))
    household, at_home = household[order], at_home[order]
    head = first[household]
    partner = people.spouse[head]
    shared = (partner >= 0) & (rng.random(len(head)) < 0.55) & (table.living(part)[partner])
    # Owners in the order of the file: head, then partner where the title is shared.
    title = np.repeat(np.arange(len(head)), 1 + shared)
    is_partner = np.r_[False, title[1:] == title[:-1]]
    owner = np.where(is_partner, partner[title], head[title])
    rows = _owners(part, owner, rates, rng)
    site = np.where(at_home, part.home.site[household], part.registered.site[household])
    style = defects.styles(len(head), rates, rng)
    place = table.addresses(world, part, first[household], at_home, style)
    records = _records(world, part, household, at_home, site, place, rng)
    return Batch(
        part.first_person + owner,
        np.full(len(owner), -1),
        np.full(len(owner), "", dtype=object),
        (),
        _with_owners(records, title.tolist(), *rows),
    )


def _owners(part: Part, owner: np.ndarray, rates: Defects, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    people = part.people
    year = people.born[owner].astype("datetime64[Y]").astype(int) + 1970
    nobody = np.full(len(owner), "", dtype=object)
    return (
        defects.names(people.name[owner], rates, rng).tolist(),
        defects.identities(people.id_number[owner], year, people.age[owner], nobody, rates, rng).tolist(),
    )


def _records(
    world: World, part: Part, household: np.ndarray, at_home: np.ndarray, site: np.ndarray, place: np.ndarray,
    rng: np.random.Generator,
) -> list[dict[str, Any]]:  # fmt: skip
    number = table.serial((part.first_household + household) * 2 + ~at_home, "titles")
    year = rng.integers(2016, int(world.recipe.as_of[:4]), len(household))
    size = np.round(rng.gamma(9, 9, len(household)) + 22, 2)
    short, city = world.recipe.plate[0], world.recipe.city
    unit = _units(world, part.home, part.registered, household, at_home, site)
    facts = zip(
        year.tolist(), number.tolist(), unit, place.tolist(), world.site_district[site].tolist(), size.tolist(),
        strict=True,
    )  # fmt: skip
    return [
        {
            "bdcqzh": f"{short}（{y}）{city}不动产权第{n:09d}号",
            "bdcdyh": u,
            "zl": p,
            "qxdm": d,
            "fwyt": "成套住宅",
            "jzmj": f"{s:.2f}",
        }
        for y, n, u, p, d, s in facts
    ]


def _units(
    world: World, home: Homes, registered: Homes, household: np.ndarray, at_home: np.ndarray, site: np.ndarray
) -> list[str]:
    """不动产单元代码 GB/T 37346-2019: county, zone, sub-zone, GB, parcel, F, building and unit."""
    block, unit, room = (
        np.where(at_home, getattr(home, k)[household], getattr(registered, k)[household])
        for k in ("block", "unit", "room")
    )
    zone = np.array([code[6:9] for code in world.site_area_code[site].tolist()])
    parts = zip(
        world.site_district[site].tolist(),
        zone.tolist(),
        (site // 90_000 + 1).tolist(),
        (site % 90_000 + 1).tolist(),
        block.tolist(),
        (unit % 9 * 1000 + room // 100 * 10 % 1000 + room % 10).tolist(),
        strict=True,
    )
    return [f"{d}{z}{s:03d}GB{p:05d}F{b:04d}{u % 10000:04d}" for d, z, s, p, b, u in parts]


def _with_owners(
    records: list[dict[str, Any]], title: list[int], names: list[str], numbers: list[str]
) -> Iterator[dict[str, Any]]:
    row = 0
    for number, record in enumerate(records):
        owners = []
        while row < len(title) and title[row] == number:
            owners.append({"qlrmc": names[row], "zjh": numbers[row] or "无"})
            row += 1
        way = "单独所有" if len(owners) == 1 else "共同共有"
        yield record | {"gyfs": way, "qlr": owners}


def _file(path: Path, of: Table, world: World) -> Writer:
    before = f'{{"code":0,"msg":"success","data":{{"date":"{world.recipe.as_of}","items":[\n'
    return Nested(path, before=before, after='\n],"total":$COUNT}}\n')


TABLES = (
    Table(
        "natural_resources.real_estate_titles",
        "natural_resources/real_estate_titles.json",
        (),
        _file,
        real_estate_titles,
    ),
)
