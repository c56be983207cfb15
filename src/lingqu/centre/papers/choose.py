"""The fewest terms to ask, so that every required one can be had.

Terms and ways are an AND-OR graph with shared costs: a way needs all of its terms, a term needs one of its ways or a
question. Finding the smallest set of questions is NP-hard (it holds set cover). What must be asked is found first by
propagation; what is left falls into independent parts, each solved exactly by branch and bound up to ``MOST`` steps.
Beyond that the best set found stands, made irredundant, beside the lower bound that is proved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

MOST = 20_000
Ways = Mapping[str, tuple[frozenset[str], ...]]


@dataclass(frozen=True)
class Choice:
    """``asked`` is irredundant; it is as small as can be where ``exact``. ``bound``: no set is smaller than this.
    ``lost`` are required terms that no set of questions gives."""

    asked: frozenset[str]
    exact: bool
    bound: int
    lost: frozenset[str]


def closure(start: Iterable[str], ways: Ways) -> set[str]:
    """All that can be had from ``start``; linear in the size of the ways."""
    have = set(start)
    waiting: dict[str, list[tuple[str, list[int]]]] = {}
    ready = list(have)
    for term, alternatives in ways.items():
        for needs in alternatives:
            left = [len(needs)]
            if not needs and term not in have:
                have.add(term)
                ready.append(term)
            for need in needs:
                waiting.setdefault(need, []).append((term, left))
    while ready:
        for term, left in waiting.get(ready.pop(), ()):
            left[0] -= 1
            if left[0] == 0 and term not in have:
                have.add(term)
                ready.append(term)
    return have


def choose(
    required: Collection[str], ways: Ways, askable: Collection[str], rank: Mapping[str, tuple[int, ...]]
) -> Choice:
    """``rank`` orders terms, the most natural questions first. The answer depends on no other order."""
    possible = closure(askable, ways)
    lost = frozenset(set(required) - possible)
    alive = {
        term: tuple(sorted({n for n in alternatives if n <= possible and term not in n}, key=sorted))
        for term, alternatives in ways.items()
    }
    wanted = set(required) - lost
    asked, still = _forced(alive, set(askable), wanted)
    exact, bound = True, len(asked)
    for part in _parts(alive, set(askable), closure(asked, alive), still, rank):
        found = part.solve()
        asked |= found
        exact &= part.exact
        bound += len(found) if part.exact else 1
    return Choice(frozenset(asked if exact else _lean(asked, wanted, alive)), exact, bound, lost)


def _forced(ways: Ways, askable: set[str], required: set[str]) -> tuple[set[str], set[str]]:
    """What leaves no choice: a term without ways is asked; one that cannot be asked and has one way requires what that
    needs. Gives what is asked, and what is required and still open."""
    asked: set[str] = set()
    required = set(required)
    while True:
        missing = required - closure(asked, ways)
        more = {term for term in missing if not ways.get(term)}
        needed = {n for t in missing - askable if len(ways[t]) == 1 for n in ways[t][0]} - required
        if not more and not needed:
            return asked, missing
        asked |= more
        required |= needed


def _parts(
    ways: Ways, askable: set[str], have: set[str], still: set[str], rank: Mapping[str, tuple[int, ...]]
) -> list[_Part]:
    """Open terms in groups that share nothing they could be had from."""
    groups: list[tuple[set[str], set[str]]] = []
    for term in sorted(still):
        reach, front = {term}, [term]
        while front:
            new = {n for needs in ways.get(front.pop(), ()) for n in needs} - have - reach
            reach |= new
            front.extend(new)
        joined = [group for group in groups if not group[1].isdisjoint(reach)]
        groups = [group for group in groups if group[1].isdisjoint(reach)]
        groups.append(({term}.union(*(g[0] for g in joined)), reach.union(*(g[1] for g in joined))))
    return [
        _Part(frozenset(terms), {t: tuple(n - have for n in ways.get(t, ())) for t in reach}, askable & reach, rank)
        for terms, reach in groups
    ]


def _lean(asked: set[str], required: set[str], ways: Ways) -> set[str]:
    """Without questions that the others make needless."""
    for term in sorted(asked):
        if required <= closure(asked - {term}, ways):
            asked = asked - {term}
    return asked


@dataclass
class _Part:
    """One independent part: ``ways`` and ``askable`` hold nothing else."""

    required: frozenset[str]
    ways: dict[str, tuple[frozenset[str], ...]]
    askable: set[str]
    rank: Mapping[str, tuple[int, ...]]
    steps: int = 0
    exact: bool = True
    best: set[str] = field(default_factory=set)
    seen: set[tuple[frozenset[str], ...]] = field(default_factory=set)

    def solve(self) -> set[str]:
        self.best = _lean(set(self.askable), set(self.required), self.ways)
        self._branch(frozenset(), self.required, frozenset())
        return self.best

    def _branch(self, asked: frozenset[str], wanted: frozenset[str], derived: frozenset[str]) -> None:
        """``wanted`` waits for a decision, ``derived`` is decided and waits for its needs. Following the ways of an
        optimal answer leads to it; a ring of decisions that rest on each other ends without an answer."""
        state = (asked, wanted, derived)
        self.steps += 1
        if self.steps > MOST:
            self.exact = False
        if self.steps > MOST or state in self.seen:
            return
        self.seen.add(state)
        have = closure(asked, self.ways)
        if self.required <= have:
            self.best = set(asked) if len(asked) < len(self.best) else self.best
            return
        wanted = wanted - have
        if not wanted or len(asked) + 1 >= len(self.best):
            return
        term = min(wanted, key=lambda t: (len(self.ways[t]), self.rank.get(t, (1 << 30,)), t))
        for needs in self.ways[term]:
            self._branch(asked, (wanted - {term}) | (needs - have - derived - asked), derived | {term})
        if term in self.askable:
            self._branch(asked | {term}, wanted - {term}, derived)
