"""One consistent made-up city: places first, then people and organisations, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from lingqu.synthetic import geography, numbers, organisations, people, recipe, sites
from lingqu.synthetic.organisations import Organisations
from lingqu.synthetic.people import Households, People

PART = 50_000
"""People that are made at once; memory grows with this, not with the population."""


@dataclass
class Homes:
    """Where households live: arrays over households."""

    site: np.ndarray
    block: np.ndarray
    unit: np.ndarray
    room: np.ndarray


@dataclass
class Part:
    """Some tens of thousands of people with all that belongs to them."""

    number: int
    first_person: int  # number of the first one in the whole population
    first_household: int
    first_organisation: int
    people: People
    households: Households
    home: Homes
    registered: Homes  # where the household register says they live
    organisations: Organisations
    employer: np.ndarray  # index into organisations, -1 for none


class World:
    """Places, counters and the recipe. Parts are made in order."""

    def __init__(self, city_folder: Path, count: int, seed: int) -> None:
        self.recipe = recipe.read(city_folder)
        self.geography = geography.read(city_folder, self.recipe)
        self.count, self.seed = count, seed
        self.sites, self.footprints = sites.lay_out(self.geography, self.recipe, count, self.random("places"))
        self.local = numbers.IdNumbers(self.recipe.local_prefixes)
        self.other = numbers.IdNumbers(self.recipe.other_prefixes)
        self.today = np.datetime64(self.recipe.as_of)
        areas = self.geography.areas
        self.site_area_code = np.array([area.code for area in areas], dtype=object)[self.sites.area]
        self.site_district = np.array([area.code[:6] for area in areas], dtype=object)[self.sites.area]
        self.prefix = self._prefixes()

    def random(self, purpose: str, part: int = 0) -> np.random.Generator:
        """A stream of its own for each purpose, so that changing one file does not change the others."""
        return np.random.default_rng([self.seed, part, crc32(purpose.encode())])

    def _prefixes(self) -> list[np.ndarray]:
        """The part of an address before building and room, in four styles."""
        where, names = self.recipe, self.sites.street_names
        areas = [area.name for area in self.geography.areas]
        rows = zip(
            self.site_district.tolist(),
            self.sites.area.tolist(),
            self.sites.street.tolist(),
            self.sites.number.tolist(),
            self.sites.compounds,
            strict=True,
        )
        styles: list[list[str]] = [[], [], [], []]
        for district, area, street, number, compound in rows:
            at, named = f"{names[street]}{number}号", where.districts.get(district, "")
            styles[0].append(f"{where.province}{where.city}{named}{areas[area]}{at}{compound}")
            styles[1].append(f"{where.city}{named}{at}{compound}")
            styles[2].append(f"{named}{at}")
            styles[3].append(f"{at}")
        return [np.array(style, dtype=object) for style in styles]

    def parts(self) -> list[tuple[int, int]]:
        """(number, size) of the parts."""
        count = -(-self.count // PART)
        sizes = [self.count // count + (1 if i < self.count % count else 0) for i in range(count)]
        return list(enumerate(sizes))

    def part(self, number: int, size: int, first_person: int, first_organisation: int) -> Part:
        rng = self.random("people", number)
        made, homes = people.make(size, self.recipe, self.local, self.other, rng)
        stride = -(-self.count // len(self.parts()))  # more than there are households in any part
        index = number * stride + np.arange(len(homes.kind))
        here = self._homes(index)
        elsewhere = self._homes(index + len(self.parts()) * stride)
        registered = Homes(
            *(np.where(homes.moved, getattr(elsewhere, k), getattr(here, k)) for k in ("site", "block", "unit", "room"))
        )
        firms, employer = organisations.make(
            first_organisation, made, len(self.sites.street), self.site_district, self.recipe, self.seed,
            self.random("organisations", number),
        )  # fmt: skip
        return Part(
            number, first_person, number * stride, first_organisation, made, homes, here, registered, firms, employer
        )

    def _homes(self, index: np.ndarray) -> Homes:
        return Homes(*self.sites.place(self.sites.dwelling(index % int(self.sites.first[-1]))))

    def addresses(self, homes: Homes, household: np.ndarray, style: np.ndarray) -> np.ndarray:
        """Addresses as text for households (with repetition) in styles 0 to 3."""
        out = np.empty(len(household), dtype=object)
        for number, tail in enumerate(("{}栋{}单元{}室", "{}号楼{}单元{}室", "{}栋{}-{}", " {}-{}-{}")):
            who = np.flatnonzero(style == number)
            there = household[who]
            before = self.prefix[number][homes.site[there]].tolist()
            inside = zip(
                homes.block[there].tolist(), homes.unit[there].tolist(), homes.room[there].tolist(), strict=True
            )
            out[who] = [b + tail.format(*i) for b, i in zip(before, inside, strict=True)]
        return out
