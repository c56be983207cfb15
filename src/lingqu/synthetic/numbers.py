"""ID numbers, credit codes and telephones for many at once (the same arithmetic as ``kernel.identifiers``)."""

from __future__ import annotations

import numpy as np

from lingqu.kernel.identifiers.organisations import ORG_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS
from lingqu.kernel.identifiers.people import CHECK_CHARACTERS, WEIGHTS
from lingqu.synthetic.recipe import Prefix

SEQUENCES = 498
"""Sequence numbers given out for one region, day and sex."""
_FIRST_DAY = np.datetime64("1900-01-01")
_DAYS = 366 * 140
_CHECK = np.array(list(CHECK_CHARACTERS))
_USCC = np.array(list(USCC_ALPHABET))
_MOBILE_PREFIXES = "130 131 132 133 135 136 137 138 139 150 151 152 155 156 158 159 166 176 177 180 182 186 187 188 189"
_MOBILE = np.array(_MOBILE_PREFIXES.split())


class IdNumbers:
    """Gives out ID numbers, each once: remembers the last sequence of every region, day and sex."""

    def __init__(self, prefixes: tuple[Prefix, ...]) -> None:
        self.codes = np.array([prefix.code for prefix in prefixes])
        self.weights = np.array([prefix.weight for prefix in prefixes])
        self.since = np.array([prefix.since for prefix in prefixes])
        self.until = np.array([prefix.until for prefix in prefixes])
        self.last = np.zeros((len(prefixes), _DAYS, 2), dtype=np.uint16)

    def give(self, born: np.ndarray, sex: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """18 characters for each birth date (datetime64[D]) and sex (1, 2)."""
        year = born.astype("datetime64[Y]").astype(int) + 1970
        region = self._regions(year, rng)
        day = (born - _FIRST_DAY).astype(int)
        sequence = self._sequence(region, day, sex)
        months = born.astype("datetime64[M]").astype(int) % 12 + 1
        days = (born - born.astype("datetime64[M]")).astype(int) + 1
        body = np.zeros((len(born), 17), dtype=np.int64)
        _digits(body, self.codes.astype(int)[region], 0, 6)
        _digits(body, year * 10000 + months * 100 + days, 6, 8)
        _digits(body, sequence, 14, 3)
        check = _CHECK[body @ np.array(WEIGHTS) % 11]
        text = np.char.add(_join(body), check)
        return text.astype(object)

    def _regions(self, year: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        out = np.zeros(len(year), dtype=int)
        for value in np.unique(year):
            members = np.flatnonzero(year == value)
            weights = np.where((self.since <= value) & (value <= self.until), self.weights, 0.0)
            out[members] = rng.choice(len(weights), len(members), p=weights / weights.sum())
        return out

    def _sequence(self, region: np.ndarray, day: np.ndarray, sex: np.ndarray) -> np.ndarray:
        key = (region * _DAYS + day) * 2 + (sex % 2)
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        start = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1]
        within = np.arange(len(key)) - np.repeat(start, np.diff(np.r_[start, len(key)]))
        flat = self.last.reshape(-1)
        rank = np.empty(len(key), dtype=np.int64)
        rank[order] = flat[ordered] + within
        flat[ordered[start]] += np.diff(np.r_[start, len(key)]).astype(np.uint16)
        if rank.max(initial=0) >= SEQUENCES:
            raise OverflowError("more births on one day in one region than there are ID numbers")
        # A stride that is prime to the number of sequences scatters them without meeting one twice.
        return ((rank * 131 + day * 17) % SEQUENCES) * 2 + sex % 2


def _digits(body: np.ndarray, value: np.ndarray, start: int, length: int) -> None:
    for place in range(length):
        body[:, start + length - 1 - place] = value // 10**place % 10


def _join(body: np.ndarray) -> np.ndarray:
    return (body.astype(np.uint8) + 48).astype(np.uint8).view(f"S{body.shape[1]}").ravel().astype(str)


def credit_codes(first: int, count: int, individual: np.ndarray, region: np.ndarray, seed: int) -> list[str]:
    """Credit codes of the ``first``-th to ``first + count``-th organisation, each once.

    ``individual`` says who is a sole trader (category 92, otherwise 91); ``region`` is a 6-digit number.
    """
    serial = (np.arange(first, first + count) * 7_368_787 + seed * 104_729) % 31**6
    values = np.zeros((count, 17), dtype=np.int64)
    values[:, 0] = 9
    values[:, 1] = np.where(individual, 2, 1)
    _digits(values, region, 2, 6)
    values[:, 8] = USCC_ALPHABET.index("M")
    values[:, 9] = USCC_ALPHABET.index("A")
    for place in range(6):
        values[:, 15 - place] = serial // 31**place % 31
    as_org = np.array([int(c) if c.isdigit() else ord(c) - 55 for c in USCC_ALPHABET])
    org = 11 - as_org[values[:, 8:16]] @ np.array(ORG_WEIGHTS) % 11
    values[:, 16] = np.where(org == 10, USCC_ALPHABET.index("X"), np.where(org == 11, 0, org))
    check = (31 - values @ np.array(USCC_WEIGHTS) % 31) % 31
    whole = np.column_stack([values, check])
    return ["".join(row) for row in _USCC[whole]]


def mobiles(count: int, rng: np.random.Generator) -> np.ndarray:
    """Mobile numbers of 11 digits as text."""
    prefix = _MOBILE[rng.integers(0, len(_MOBILE), count)]
    rest = rng.integers(0, 10**8, count)
    return np.array([f"{p}{r:08d}" for p, r in zip(prefix.tolist(), rest.tolist(), strict=True)], dtype=object)


def landlines(area_code: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Fixed numbers as they are dialled, with a hyphen."""
    digits = rng.integers(20_000_000, 89_999_999, count)
    return np.array([f"0{area_code}-{number:08d}" for number in digits.tolist()], dtype=object)
