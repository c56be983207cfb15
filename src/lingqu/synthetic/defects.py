"""How files of departments go wrong. Functions take arrays of texts and give changed ones; rates are shares of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lingqu.kernel.identifiers.people import CHECK_CHARACTERS
from lingqu.synthetic import names_table as table
from lingqu.synthetic.recipe import Defects

IMPOSSIBLE = np.datetime64("1600-02-29")
"""Stands for a date that no calendar has until it is written."""


def hit(rate: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of the rows that have a defect."""
    return np.flatnonzero(rng.random(count) < rate)


def change(values: np.ndarray, rows: np.ndarray, how: Callable[[str], str]) -> None:
    """In place; empty values stay empty."""
    values[rows] = [how(value) if value else value for value in values[rows].tolist()]


def names(values: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    out, count = values.copy(), len(values)
    rare = np.flatnonzero([any(sign in table.RARE for sign in name) for name in out.tolist()])
    change(out, rare[rng.random(len(rare)) < rates.name_rare_lost], _without_rare)
    change(out, hit(rates.name_homophone, count, rng), _homophone)
    change(out, hit(rates.name_variant, count, rng), _variant)
    blanks = hit(rates.name_blank, count, rng)
    change(out, blanks[::2], lambda name: name[0] + " " + name[1:] if len(name) == 2 else name + " ")
    change(out, blanks[1::2], lambda name: name[0] + "\u3000" + name[1:])
    return out


def _without_rare(name: str) -> str:
    """What older systems made of characters they could not store."""
    return "".join({"喆": "吉", "堃": "坤", "淼": "水"}.get(c, "？") if c in table.RARE else c for c in name)


def _homophone(name: str) -> str:
    for place in range(len(name) - 1, 0, -1):
        if name[place] in table.HOMOPHONES:
            return name[:place] + table.HOMOPHONES[name[place]] + name[place + 1 :]
    return name


def _variant(name: str) -> str:
    return "".join(table.VARIANTS.get(sign, sign) for sign in name).replace("·", "•")


def identities(
    values: np.ndarray, born_year: np.ndarray, age: np.ndarray, parent: np.ndarray, rates: Defects,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """ID numbers as a department holds them. ``parent`` is the number of a parent, empty where there is none."""
    out, count = values.copy(), len(values)
    relative = hit(rates.id_relative, count, rng)
    relative = relative[(age[relative] < 15) & (parent[relative] != "")]
    out[relative] = parent[relative]
    old = hit(rates.id_fifteen, count, rng)
    change(out, old[born_year[old] < 2000], lambda number: number[:6] + number[8:17])
    change(out, hit(rates.id_typo, count, rng), _Typo(rng))
    change(out, hit(rates.id_transposed, count, rng), _Transposed(rng))
    spaced = hit(rates.id_spaced, count, rng)
    change(out, spaced[::3], lambda number: number[:6] + " " + number[6:14] + " " + number[14:])
    change(out, spaced[1::3], lambda number: " " + number)
    change(out, spaced[2::3], lambda number: number.lower() + "\u3000")
    out[hit(rates.id_missing, count, rng)] = ""
    young = hit(rates.id_missing_child, count, rng)
    out[young[age[young] < 7]] = ""
    return out


class _Typo:
    """One digit wrong: nearly always found by the check digit."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def __call__(self, number: str) -> str:
        place = int(self.rng.integers(6, len(number)))
        if number[place] == "X":
            return number[:place] + CHECK_CHARACTERS[int(self.rng.integers(0, 2))]
        return number[:place] + str((int(number[place]) + int(self.rng.integers(1, 10))) % 10) + number[place + 1 :]


class _Transposed(_Typo):
    def __call__(self, number: str) -> str:
        places = [i for i in range(6, len(number) - 2) if number[i] != number[i + 1]]
        if not places:
            return number
        place = places[int(self.rng.integers(0, len(places)))]
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def births(values: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    """Birth dates, some a little off, some exchanged (day and month), a few impossible (``IMPOSSIBLE``)."""
    out, count = values.copy(), len(values)
    wrong = hit(rates.birth_wrong, count, rng)
    month = out[wrong].astype("datetime64[M]")
    day = (out[wrong] - month).astype(int)  # from 0
    number = month.astype(int) % 12
    swapped = (month.astype("datetime64[Y]").astype("datetime64[M]") + day).astype("datetime64[D]") + number
    shift = rng.choice([-1, 1, 10, -10, 365, -365, 30], len(wrong)).astype("timedelta64[D]")
    out[wrong] = np.where((day < 12) & (rng.random(len(wrong)) < 0.35), swapped, out[wrong] - np.abs(shift))
    out[hit(rates.birth_impossible, count, rng)] = IMPOSSIBLE
    return out


def phones(values: np.ndarray, former: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    out, count = values.copy(), len(values)
    gone = hit(rates.phone_changed, count, rng)
    out[gone] = np.where(out[gone] == "", "", former[gone])
    out[hit(rates.phone_missing, count, rng)] = ""
    bad = hit(rates.phone_malformed, count, rng)
    change(out, bad[::3], lambda number: number[:-1])
    change(out, bad[1::3], lambda number: "+86 " + number)
    change(out, bad[2::3], lambda number: number[:3] + "-" + number[3:7] + "-" + number[7:])
    return out


def codes(values: np.ndarray, wrong: tuple[str, ...], rates: Defects, rng: np.random.Generator) -> np.ndarray:
    """Codes or code words, some of which the department does not define."""
    out = values.copy()
    rows = hit(rates.code_wrong, len(values), rng)
    out[rows] = np.array(wrong, dtype=object)[rng.integers(0, len(wrong), len(rows))]
    return out


def credit_codes(values: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    out, count = values.copy(), len(values)
    change(out, hit(rates.uscc_typo, count, rng), lambda code: code[:12] + code[13] + code[12] + code[14:])
    out[hit(rates.uscc_missing, count, rng)] = ""
    return out


_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def addresses(values: np.ndarray, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    out = values.copy()
    rows = hit(rates.address_full_width, len(values), rng)
    change(out, rows, lambda address: address.translate(_FULL_WIDTH))
    return out


def styles(count: int, rates: Defects, rng: np.random.Generator) -> np.ndarray:
    share = np.array(rates.address_styles)
    return rng.choice(4, count, p=share / share.sum())


def dates(values: np.ndarray, pattern: str) -> np.ndarray:
    """Dates (datetime64[D]) as text: ``pattern`` has {y}, {m}, {d}, or {m1}, {d1} without zeros. NaT is empty."""
    blank = np.isnat(values)
    safe = np.where(blank, np.datetime64("2000-01-01"), values)
    year = safe.astype("datetime64[Y]").astype(int) + 1970
    month = safe.astype("datetime64[M]").astype(int) % 12 + 1
    day = (safe - safe.astype("datetime64[M]")).astype(int) + 1
    no_such_day = values == IMPOSSIBLE
    year, month, day = (np.where(no_such_day, fixed, part) for fixed, part in ((1990, year), (2, month), (30, day)))
    out = [
        pattern.format(y=y, m=f"{m:02d}", d=f"{d:02d}", m1=m, d1=d)
        for y, m, d in zip(year.tolist(), month.tolist(), day.tolist(), strict=True)
    ]
    return np.where(blank, "", np.array(out, dtype=object))
