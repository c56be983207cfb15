"""The chain against what was said of it elsewhere: stored heads, files beside the database, copies others keep."""

from __future__ import annotations

from collections.abc import Sequence

from lingqu.centre.access.chain import heads, keys
from lingqu.centre.access.chain.faults import Found
from lingqu.centre.access.chain.records import Head, Seal


class Witnesses:
    """``heads`` counts those that are signed by this instance; ``first`` is the first seal that is looked at."""

    def __init__(self, verifier: keys.Verifier, copies: Sequence[Head], found: Found, first: int) -> None:
        self.found, self.heads = found, 0
        self.latest = heads.latest()
        self.expected: dict[int, list[Head]] = {}
        stored = heads.stored()
        days = {head.day for head in stored}
        beside = [head for head in heads.read(heads.folder() / heads.HEADS) if head not in stored]
        for head in [*stored, *beside, *copies]:
            if not verifier.holds(head.signature, head.signed_text()):
                self._head(head, "its signature is not this instance's")
                continue
            if head.day not in days:
                self._head(head, "the database does not hold it any more")
            if head.number >= first:
                self.expected.setdefault(head.number, []).append(head)
            self.heads += 1

    def _head(self, head: Head, what: str, seal: int = 0) -> None:
        self.found.add("head", at=head.day, seal=seal, detail=f"{head.day}: {what}")

    def compare(self, seal: Seal) -> None:
        """What was said of this seal."""
        for head in self.expected.pop(seal.number, ()):
            if head.digest != bytes(seal.digest).hex() or head.position != seal.position:
                self._head(head, "another chain was witnessed that day", seal.number)
        latest = self.latest
        if latest and latest.number == seal.number and latest.digest != bytes(seal.digest).hex():
            self._truncated(seal.number - 1, None, seal.number, 0, f"{latest.at} (ledger/latest.json)")

    def missed(self, last: Seal | None, neighbour: tuple[int, str] | None) -> None:
        """What was said of seals that are not there: the database was set back."""
        number, position = (last.number, last.position) if last else (0, 0)
        for left in sorted(self.expected):
            head = self.expected[left][0]
            self._truncated(number, position, head.number, head.position, f"{head.day} (head)", neighbour)
        if self.latest and self.latest.number > number:
            where = f"{self.latest.at} (ledger/latest.json)"
            self._truncated(number, position, self.latest.number, self.latest.position, where, neighbour)
        for line in heads.losses():
            lost, where = line["lost"], f"{line['lost']['at']} (ledger/heads.jsonl)"
            self._truncated(line["standing"], None, lost["number"], lost["position"], where)

    def _truncated(
        self,
        number: int,
        position: int | None,
        until: int,
        last: int,
        detail: str,
        neighbour: tuple[int, str] | None = None,
    ) -> None:
        """The chain stands at ``number``, ``position``; it had come to ``until``, ``last``."""
        self.found.add(
            "truncated",
            seal=min(number + 1, until),
            last_seal=until,
            rows=0 if position is None else max(last - position, 0),
            position=0 if position is None else position + 1,
            after=neighbour,
            detail=detail,
        )
