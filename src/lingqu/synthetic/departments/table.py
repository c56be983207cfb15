"""What a departmental table is, and what the tables about persons have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from lingqu.synthetic import defects
from lingqu.synthetic.files import Writer
from lingqu.synthetic.recipe import Defects
from lingqu.synthetic.world import Homes, Part, World

SERIALS = 999_999_937  # prime: multiplying permutes the numbers below it


@dataclass
class Batch:
    """Rows of one part. ``columns`` are as long as ``person``; -1 in ``person``, ``organisation`` means none.

    ``building`` is the source number of a footprint or "". Where a row of the batch becomes several data rows (owners
    inside one record), ``records`` are the objects to write and the columns stay empty.
    """

    person: np.ndarray
    organisation: np.ndarray
    building: np.ndarray
    columns: Sequence[Any] = ()
    records: Iterable[Any] | None = None

    def first(self, count: int) -> Batch:
        """The first rows only; for batches of columns."""
        return Batch(
            self.person[:count], self.organisation[:count], self.building[:count], [c[:count] for c in self.columns]
        )


@dataclass(frozen=True)
class Table:
    """``once`` tables are about places and written with the first part only; ``most`` rows fit into the file."""

    code: str
    file: str
    header: tuple[str, ...]
    open: Callable[[Path, Table, World], Writer]
    build: Callable[[World, Part, Defects, np.random.Generator], Batch]
    once: bool = False
    most: int | None = None


@dataclass
class Persons:
    """Columns about persons, already with the department's defects. Arrays over rows."""

    who: np.ndarray  # index into the part's people
    again: np.ndarray  # row is a second entry of the same person
    name: np.ndarray
    id_number: np.ndarray
    sex: np.ndarray
    born: np.ndarray
    phone: np.ndarray
    address: np.ndarray
    home: np.ndarray = field(default_factory=lambda: np.zeros(0))  # True: lives there, False: the registered home


def serial(number: np.ndarray, purpose: str) -> np.ndarray:
    """A department's own number for a thing: unique in the purpose, without trace of the thing's number."""
    factor = crc32(purpose.encode()) % (SERIALS - 2) + 1
    return (number.astype(np.int64) + 1) * factor % SERIALS


def persons(
    world: World, part: Part, who: np.ndarray, rates: Defects, rng: np.random.Generator, *, stale: bool = True
) -> Persons:
    """The rows of ``who`` in a department's file, in the order of the file.

    ``stale``: the department still holds the registered home of some who have moved; otherwise the present one.
    """
    twice = who[defects.hit(rates.again, len(who), rng)]
    rows = np.concatenate([who, twice])
    again = np.concatenate([np.zeros(len(who), dtype=bool), np.ones(len(twice), dtype=bool)])
    order = rng.permutation(len(rows))
    rows, again = rows[order], again[order]
    people = part.people
    year = people.born[rows].astype("datetime64[Y]").astype(int) + 1970
    parent = np.where(people.mother[rows] >= 0, people.mother[rows], people.father[rows])
    parent_number = np.where(parent >= 0, people.id_number[parent], "")
    at_home = np.ones(len(rows), dtype=bool)
    moved = part.households.moved[people.household[rows]]
    if stale:
        at_home = ~(moved & (rng.random(len(rows)) < rates.address_old))
    return Persons(
        who=rows,
        again=again,
        name=defects.names(people.name[rows], rates, rng),
        id_number=defects.identities(people.id_number[rows], year, people.age[rows], parent_number, rates, rng),
        sex=people.sex[rows],
        born=defects.births(people.born[rows], rates, rng),
        phone=defects.phones(contact(part, rows), people.old_phone[rows], rates, rng),
        address=defects.addresses(
            addresses(world, part, rows, at_home, defects.styles(len(rows), rates, rng)), rates, rng
        ),
        home=at_home,
    )


def contact(part: Part, rows: np.ndarray) -> np.ndarray:
    """The own telephone, for children a parent's."""
    people = part.people
    out = people.phone[rows].copy()
    for kin in (people.mother[rows], people.father[rows]):
        without = (out == "") & (kin >= 0) & (people.age[rows] < 18)
        out[without] = people.phone[kin[without]]
    return out


def addresses(world: World, part: Part, rows: np.ndarray, at_home: np.ndarray, style: np.ndarray) -> np.ndarray:
    household = part.people.household[rows]
    out = np.empty(len(rows), dtype=object)
    for homes, which in ((part.home, at_home), (part.registered, ~at_home)):
        out[which] = world.addresses(homes, household[which], style[which])
    return out


def division(world: World, part: Part, rows: np.ndarray, at_home: np.ndarray) -> np.ndarray:
    household = part.people.household[rows]
    site = np.where(at_home, part.home.site[household], part.registered.site[household])
    return world.site_area_code[site]


def living(part: Part) -> np.ndarray:
    return np.isnat(part.people.died)


def person_batch(part: Part, rows: Persons, rates: Defects, columns: Sequence[Any], rng: np.random.Generator) -> Batch:
    """Rows as they are, some twice."""
    keep = repeated(len(rows.who), rates, rng)
    nothing = np.full(len(keep), -1)
    return Batch(
        part.first_person + rows.who[keep],
        nothing,
        np.full(len(keep), "", dtype=object),
        [np.asarray(column, dtype=object)[keep].tolist() for column in columns],
    )


def repeated(count: int, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    """Row indices in which duplicates stand right after their original."""
    return np.repeat(np.arange(count), 1 + (rng.random(count) < rates.duplicate))


def numbered(rows: Persons, part: Part, purpose: str, pattern: str) -> np.ndarray:
    """Department's numbers as text; a second entry has another number."""
    number = serial(part.first_person + rows.who + np.where(rows.again, 400_000_000, 0), purpose)
    return np.array([pattern.format(n) for n in number.tolist()], dtype=object)


def words(values: np.ndarray, mapping: dict[Any, str]) -> np.ndarray:
    return np.array([mapping[value] for value in values.tolist()], dtype=object)


__all__ = ["Batch", "Homes", "Persons", "Table"]
