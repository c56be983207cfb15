"""Households and the people in them, many at once.

Ages, sizes and kinds of household follow the censuses of 2010 and 2020 in the three north-eastern provinces: 2.2
persons to a household, few children, every fourth person above 60.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lingqu.synthetic import names_table as table
from lingqu.synthetic import naming, numbers
from lingqu.synthetic.recipe import Recipe

KINDS = (
    "elder", "single", "young_couple", "elder_couple", "family", "large_family",
    "three_generations", "single_parent", "grown_child", "shared",
)  # fmt: skip
SHARES = {False: (0.125, 0.085, 0.055, 0.255, 0.255, 0.045, 0.08, 0.045, 0.05, 0.005),
          True: (0.02, 0.32, 0.18, 0.03, 0.22, 0.08, 0.03, 0.03, 0.01, 0.08)}  # fmt: skip
"""Share of each kind among local and migrant households."""

HEAD, SPOUSE, CHILD, PARENT, OTHER = range(5)
TWINS_SHARE = 0.012
YEAR = 365.2425


@dataclass
class People:
    """Arrays over persons; ``household`` is an index into the arrays of ``Households``, ``mother``, ``father`` and
    ``spouse`` into these arrays, -1 where there is none."""

    household: np.ndarray
    role: np.ndarray
    sex: np.ndarray  # GB/T 2261.1
    born: np.ndarray  # datetime64[D]
    age: np.ndarray  # whole years
    mother: np.ndarray
    father: np.ndarray
    spouse: np.ndarray
    relation: np.ndarray  # GB/T 4761
    name: np.ndarray
    ethnic: np.ndarray
    marital: np.ndarray  # GB/T 2261.2
    married_lately: np.ndarray  # registers may not know yet
    education: np.ndarray  # GB/T 4658
    id_number: np.ndarray
    phone: np.ndarray  # empty for children
    old_phone: np.ndarray
    died: np.ndarray  # datetime64[D], NaT for the living

    def __len__(self) -> int:
        return len(self.household)


@dataclass
class Households:
    kind: np.ndarray
    migrant: np.ndarray
    moved: np.ndarray  # does not live where it is registered, or has moved lately
    size: np.ndarray


def make(
    count: int, recipe: Recipe, local: numbers.IdNumbers, other: numbers.IdNumbers, rng: np.random.Generator
) -> tuple[People, Households]:
    """``count`` people in whole households, the last of which may have been cut."""
    homes = _households(int(count / 1.6) + 40, recipe, rng)
    members = _members(homes, rng)
    members = {key: value[:count] for key, value in members.items()}
    used = int(members["household"][-1]) + 1
    homes = Households(homes.kind[:used], homes.migrant[:used], homes.moved[:used], np.bincount(members["household"]))
    today = np.datetime64(recipe.as_of)
    born = today - np.maximum(members["days"], 1).astype("timedelta64[D]")
    for key in ("mother", "father", "spouse"):
        members[key] = np.where(members[key] < count, members[key], -1)
    return _complete(members, born, homes, recipe, (local, other), rng), homes


def _households(count: int, recipe: Recipe, rng: np.random.Generator) -> Households:
    migrant = rng.random(count) < recipe.migrant_share
    kind = np.where(
        migrant,
        rng.choice(len(KINDS), count, p=SHARES[True]),
        rng.choice(len(KINDS), count, p=SHARES[False]),
    )
    moved = rng.random(count) < recipe.moved_share
    return Households(kind, migrant, moved & ~migrant, np.ones(count, dtype=int))


def _head_ages(kind: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Age of the head and of the eldest child (where there is one), in years."""
    count = len(kind)
    child = _child_ages(count, rng)
    grown = rng.triangular(21, 26, 45, count)
    child = np.where(kind == KINDS.index("grown_child"), grown, child)
    gap = np.clip(rng.normal(26.8, 3.9, count), 19, 44)
    ages = {
        "elder": rng.triangular(60, 71, 97, count),
        "single": 20 + rng.gamma(2.6, 8.0, count) % 40,
        "young_couple": rng.triangular(22, 29, 44, count),
        "elder_couple": rng.triangular(44, 57, 91, count),
        "shared": rng.triangular(18, 24, 45, count),
    }
    head = child + gap
    for name, values in ages.items():
        head = np.where(kind == KINDS.index(name), values, head)
    return head, child


def _child_ages(count: int, rng: np.random.Generator) -> np.ndarray:
    """Few small children: births fell by half between 2016 and 2025."""
    edges = np.array([0.0, 3.0, 6.0, 10.0, 15.0, 18.0, 22.0, 27.0, 33.0])
    band = rng.choice(8, count, p=[0.055, 0.085, 0.16, 0.2, 0.12, 0.15, 0.15, 0.08])
    return edges[band] + rng.random(count) * (edges[band + 1] - edges[band])


def _is(kind: np.ndarray, *names: str) -> np.ndarray:
    return np.isin(kind, [KINDS.index(name) for name in names])


def _members(homes: Households, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Everybody in the order of households: role, sex, age in days, and who is whose parent and spouse."""
    slots = _slots(homes.kind, rng)
    there = np.stack([slot[1] for slot in slots], axis=1)
    index = np.full(there.shape, -1)
    index[there] = np.arange(int(there.sum()))
    out = {
        "household": np.repeat(np.arange(len(homes.kind)), there.sum(axis=1)),
        "role": np.broadcast_to(np.array([slot[0] for slot in slots]), there.shape)[there],
        "sex": np.stack([slot[2] for slot in slots], axis=1)[there],
        "days": (np.stack([slot[3] for slot in slots], axis=1) * YEAR).astype(np.int64)[there],
    }
    return out | _kin(there, index, slots[0][2])


def _slots(kind: np.ndarray, rng: np.random.Generator) -> list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """The places in a household: role, which households have somebody there, sex, age in years.

    No age is cut off at a bound: that would put many births on one day.
    """
    count = len(kind)
    head, child = _head_ages(kind, rng)
    couple = _is(kind, "young_couple", "elder_couple", "family", "large_family", "three_generations")
    head_sex = np.where(rng.random(count) < np.where(couple, 0.76, 0.46), 1, 2)
    # Wives are two years younger on average.
    spouse = 20 + np.abs(head - np.where(head_sex == 1, 1, -1) * rng.normal(1.9, 2.4, count) - 20)
    three = _is(kind, "three_generations")
    with_child = three | _is(kind, "family", "large_family", "single_parent", "grown_child")
    twins = (rng.random(count) < TWINS_SHARE) & with_child & ~_is(kind, "grown_child")
    second = np.where(twins, child, child - np.clip(rng.normal(4.5, 2.2, count), 1, 12))
    has_second = twins | ((second > 0) & (_is(kind, "large_family") | (three & (rng.random(count) < 0.12))))
    parent = head + np.clip(rng.normal(26.5, 4, count), 19, 42)
    widowed = rng.random(count)
    others = np.where(_is(kind, "shared"), rng.integers(1, 4, count), 0)
    grown_pair = _is(kind, "grown_child") & (rng.random(count) < 0.6)
    sexes = [rng.integers(1, 3, count) for _ in range(5)]
    return [
        (HEAD, np.ones(count, dtype=bool), head_sex, head),
        (SPOUSE, couple | grown_pair, 3 - head_sex, spouse),
        (CHILD, with_child, sexes[0], child),
        (CHILD, has_second, sexes[1], np.maximum(second, 0)),
        (PARENT, three & (widowed < 0.72) & (parent < 97), np.full(count, 1), parent + 1.5),
        (PARENT, three & (widowed > 0.28) & (parent < 98), np.full(count, 2), parent - 1.0),
        *((OTHER, others > i, sexes[2 + i], rng.triangular(18, 24, 45, count)) for i in range(3)),
    ]


def _kin(there: np.ndarray, index: np.ndarray, head_sex: np.ndarray) -> dict[str, np.ndarray]:
    count = int(there.sum())
    mother, father, spouse = (np.full(count, -1) for _ in range(3))
    partner = index[:, 1]
    for slot in (2, 3):
        children = index[:, slot]
        have = children >= 0
        mother[children[have]] = np.where(head_sex == 2, index[:, 0], partner)[have]
        father[children[have]] = np.where(head_sex == 1, index[:, 0], partner)[have]
    # Grandparents are those of the husband.
    husband = np.where(head_sex == 1, index[:, 0], partner)
    for slot, whose in ((4, father), (5, mother)):
        have = (index[:, slot] >= 0) & (husband >= 0)
        whose[husband[have]] = index[have, slot]
    for a, b in ((0, 1), (4, 5)):
        have = (index[:, a] >= 0) & (index[:, b] >= 0)
        spouse[index[have, a]], spouse[index[have, b]] = index[have, b], index[have, a]
    return {"mother": mother, "father": father, "spouse": spouse}


def _complete(
    members: dict[str, np.ndarray],
    born: np.ndarray,
    homes: Households,
    recipe: Recipe,
    ids: tuple[numbers.IdNumbers, numbers.IdNumbers],
    rng: np.random.Generator,
) -> People:
    household, role, sex = members["household"], members["role"], members["sex"]
    age = (members["days"] // YEAR).astype(int)
    count = len(household)
    ethnic = _ethnic(members, homes, recipe, rng)
    name = _names(members, born, ethnic, recipe, rng)
    married = members["spouse"] >= 0
    marital = _marital(members, age, homes, rng)
    migrant = homes.migrant[household] | (rng.random(count) < np.where((role == SPOUSE) & (age > 18), 0.12, 0.03))
    id_number = np.empty(count, dtype=object)
    for who, given in ((~migrant, ids[0]), (migrant, ids[1])):
        id_number[who] = given.give(born[who], sex[who], rng)
    has_phone = rng.random(count) < np.interp(age, [0, 9, 12, 16, 65, 80, 95], [0, 0, 0.55, 0.97, 0.94, 0.75, 0.4])
    phone = np.where(has_phone, numbers.mobiles(count, rng), "")
    died = np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")
    dead = rng.random(count) < np.minimum(3 * 0.00003 * np.exp(0.092 * age), 0.5)
    ago = np.minimum(rng.integers(3, 3 * 365, count), np.maximum(members["days"] - 1, 1))
    died[dead] = (np.datetime64(recipe.as_of) - ago.astype("timedelta64[D]"))[dead]
    return People(
        household=household,
        role=role,
        sex=sex,
        born=born,
        age=age,
        mother=members["mother"],
        father=members["father"],
        spouse=members["spouse"],
        relation=_relations(members, sex),
        name=name,
        ethnic=ethnic,
        marital=marital,
        married_lately=married & (age < 36) & (rng.random(count) < 0.25),
        education=_education(age, born, rng),
        id_number=id_number,
        phone=phone,
        old_phone=numbers.mobiles(count, rng),
        died=died,
    )


def _ethnic(members: dict[str, np.ndarray], homes: Households, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    codes = np.array(list(recipe.ethnic), dtype=object)
    shares = np.array(list(recipe.ethnic.values()))
    family = codes[rng.choice(len(codes), len(homes.kind), p=shares / shares.sum())]
    own = codes[rng.choice(len(codes), len(members["role"]), p=shares / shares.sum())]
    mixed = np.isin(members["role"], [SPOUSE, OTHER]) & (rng.random(len(own)) < 0.5)
    return np.where(mixed, own, family[members["household"]])


def _names(
    members: dict[str, np.ndarray], born: np.ndarray, ethnic: np.ndarray, recipe: Recipe, rng: np.random.Generator
) -> np.ndarray:
    """Children have the father's surname, grandfathers the husband's; wives keep their own."""
    surname = naming.surnames(recipe, ethnic, rng)
    father = members["father"]
    fathers = np.flatnonzero(father >= 0)
    # From the eldest generation down: a grandfather names his son, he his child.
    for generation in (members["role"][fathers] != CHILD, members["role"][fathers] == CHILD):
        who = fathers[generation]
        surname[who] = surname[father[who]]
    alone = np.flatnonzero((father < 0) & (members["mother"] >= 0) & (rng.random(len(father)) < 0.3))
    surname[alone] = surname[members["mother"][alone]]
    year = born.astype("datetime64[Y]").astype(int) + 1970
    first, second = naming.given(members["sex"], year, rng)
    sibling = np.full(len(father), -1)
    child = np.flatnonzero(members["role"] == CHILD)
    pairs = child[1:][members["household"][child[1:]] == members["household"][child[:-1]]]
    sibling[pairs] = pairs - 1
    naming.follow_siblings(first, second, sibling, rng)
    same = pairs[(first[pairs] == first[pairs - 1]) & (second[pairs] == second[pairs - 1])]
    second[same] = "二"
    name = np.array(naming.whole(surname, first, second), dtype=object)
    own = np.flatnonzero(np.isin(ethnic, table.FOREIGN_GROUPS) & (father < 0) & (rng.random(len(name)) < 0.2))
    name[own] = np.array(table.FOREIGN_SOUNDING, dtype=object)[rng.integers(0, len(table.FOREIGN_SOUNDING), len(own))]
    return name


def _marital(
    members: dict[str, np.ndarray], age: np.ndarray, homes: Households, rng: np.random.Generator
) -> np.ndarray:
    count = len(age)
    luck = rng.random(count)
    old = np.where(luck < 0.72, "30", np.where(luck < 0.9, "40", "10"))
    young = np.where((luck < 0.2) & (age > 27), "40", "10")
    out = np.where(age >= 60, old, young).astype(object)
    parent = np.isin(members["role"], [HEAD]) & (homes.kind[members["household"]] == KINDS.index("single_parent"))
    out[parent] = np.where(luck[parent] < 0.75, "40", "30")
    out[(members["role"] == PARENT)] = "30"
    together = members["spouse"] >= 0
    out[together] = "20"
    out[age < 20] = "10"
    return out


def _relations(members: dict[str, np.ndarray], sex: np.ndarray) -> np.ndarray:
    male = sex == 1
    role = members["role"]
    out = np.where(role == HEAD, "02", "99").astype(object)
    out[role == SPOUSE] = np.where(male, "11", "12")[role == SPOUSE]
    out[role == CHILD] = np.where(male, "20", "30")[role == CHILD]
    out[role == PARENT] = np.where(male, "51", "52")[role == PARENT]
    return out


EDUCATION = ("10", "20", "30", "41", "60", "70", "80", "90")
_BY_COHORT = np.array([
    [0.00, 0.02, 0.03, 0.05, 0.08, 0.30, 0.42, 0.10],
    [0.01, 0.05, 0.08, 0.09, 0.22, 0.42, 0.11, 0.02],
    [0.02, 0.12, 0.15, 0.12, 0.22, 0.32, 0.045, 0.005],
    [0.06, 0.27, 0.23, 0.12, 0.14, 0.165, 0.012, 0.003],
    [0.09, 0.38, 0.27, 0.10, 0.10, 0.055, 0.004, 0.001],
])  # fmt: skip


def _education(age: np.ndarray, born: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    year = born.astype("datetime64[Y]").astype(int) + 1970
    cohort = np.searchsorted(np.array(table.COHORTS), year, side="right").clip(0, 4)
    level = (rng.random(len(age))[:, None] > np.cumsum(_BY_COHORT, axis=1)[cohort]).sum(axis=1).clip(0, 7)
    out = np.array(EDUCATION, dtype=object)[level]
    out[age < 22] = "60"
    out[age < 18] = "70"
    out[age < 15] = "80"
    out[age < 12] = "90"
    return out
