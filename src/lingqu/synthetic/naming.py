"""Names for persons: surname of the family, given name of the time."""

from __future__ import annotations

import numpy as np

from lingqu.synthetic import names_table as table
from lingqu.synthetic.recipe import Recipe

TAIL_SHARE = 0.22
RARE_SHARE = 0.004
SIBLINGS_SHARE = 0.2
"""Share of given names of two characters that follow the first character of the person before in the household."""


def _falling(count: int) -> np.ndarray:
    """Weights that fall with the rank as frequencies of characters do."""
    weights = 1.0 / (np.arange(count) + 9.0)
    return weights / weights.sum()


def surnames(recipe: Recipe, ethnic: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A surname for each person or family, by the ethnic group (GB/T 3304 code)."""
    names = np.array([name for name, _ in table.SURNAMES], dtype=object)
    weights = np.array([share * recipe.surname_factors.get(name, 1.0) for name, share in table.SURNAMES])
    out = names[rng.choice(len(names), len(ethnic), p=weights / weights.sum())]
    for group, own in table.GROUP_SURNAMES.items():
        members = np.flatnonzero((ethnic == group) & (rng.random(len(ethnic)) < 0.75))
        out[members] = np.array(list(own), dtype=object)[rng.choice(len(own), len(members), p=_falling(len(own)))]
    return out


def _characters(sex: int, cohort: int, count: int, rng: np.random.Generator) -> np.ndarray:
    pool, tail = table.GIVEN[sex, cohort], table.TAIL[sex]
    out = np.array(list(pool), dtype=object)[rng.choice(len(pool), count, p=_falling(len(pool)))]
    from_tail = np.flatnonzero(rng.random(count) < TAIL_SHARE)
    out[from_tail] = np.array(list(tail), dtype=object)[rng.integers(0, len(tail), len(from_tail))]
    rare = np.flatnonzero(rng.random(count) < RARE_SHARE)
    out[rare] = np.array(list(table.RARE), dtype=object)[rng.integers(0, len(table.RARE), len(rare))]
    return out


def given(sex: np.ndarray, year: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """First and second character (the second empty where there is one) for persons of ``sex`` (1, 2) and birth year."""
    cohort = np.searchsorted(np.array(table.COHORTS), year, side="right")
    first = np.empty(len(sex), dtype=object)
    second = np.empty(len(sex), dtype=object)
    for s in (1, 2):
        for c in range(len(table.COHORTS) + 1):
            members = np.flatnonzero((sex == s) & (cohort == c))
            first[members] = _characters(s, c, len(members), rng)
            one = rng.random(len(members)) < table.SINGLE_SHARE[c]
            second[members] = np.where(one, "", _characters(s, c, len(members), rng))
            whole = table.WHOLE_NAMES.get((s, c))
            if whole:
                fashion = members[rng.random(len(members)) < 0.04]
                picked = rng.integers(0, len(whole), len(fashion))
                first[fashion] = np.array([w[0] for w in whole], dtype=object)[picked]
                second[fashion] = np.array([w[1] for w in whole], dtype=object)[picked]
    return first, second


def follow_siblings(first: np.ndarray, second: np.ndarray, sibling_of: np.ndarray, rng: np.random.Generator) -> None:
    """Brothers and sisters who share a character. ``sibling_of`` is the index of an elder one, or -1; in place."""
    who = np.flatnonzero((sibling_of >= 0) & (rng.random(len(first)) < SIBLINGS_SHARE))
    who = who[(second[who] != "") & (second[sibling_of[who]] != "")]
    first[who] = first[sibling_of[who]]
    same = who[second[who] == second[sibling_of[who]]]
    second[same] = np.array(list(table.TAIL[1]), dtype=object)[rng.integers(0, len(table.TAIL[1]), len(same))]


def whole(surname: np.ndarray, first: np.ndarray, second: np.ndarray) -> list[str]:
    return [s + a + b for s, a, b in zip(surname.tolist(), first.tolist(), second.tolist(), strict=True)]
