"""From answers back to every field of every form, as each office would have received it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from lingqu.centre.papers.book import Book
from lingqu.centre.papers.definitions import Holding
from lingqu.centre.papers.evaluate import Run, program
from lingqu.centre.papers.functions import Tables
from lingqu.centre.papers.proof import Fate, Merge, Source
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

Fetch = Callable[[Holding, Mapping[str, Any]], "Mapping[str, Any] | Sequence[Mapping[str, Any]] | None"]
"""Asks a register: key attributes of the entity → its attributes; a list where the subject's rows are found at once."""


@dataclass(frozen=True)
class Filled:
    """``forms``: form → field number → value (a list where the field has rows; None is an empty blank).
    ``values`` are the terms'; ``disputed`` are terms that the applicant corrected against a register."""

    forms: Mapping[str, Mapping[int, Any]]
    values: Mapping[str, Any]
    disputed: tuple[str, ...]

    def of_office(self, book: Book, office: str) -> dict[str, Mapping[int, Any]]:
        """The forms of one office and nothing else."""
        return {form.code: self.forms[form.code] for form in book.forms if form.office == office}


@dataclass
class Filler:
    """A merge made ready to fill: rules are compiled once and run for every application.

    ``tables`` holds the rows of tables that a register keeps; those written into the rules are known already.
    """

    book: Book
    made: Merge
    tables: Tables = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = {name: table.rows for name, table in self.book.rules.tables.items()}
        self._tables = own | dict(self.tables)
        self._holdings = {f"register:{each.code}": each for each in self.book.rules.holdings}
        self._order = [
            (s, self._program(s)) for s in sorted(self.made.sources.values(), key=lambda s: (s.step, s.term))
        ]
        self._fields = [(fate, *self._writing(fate)) for fate in self.made.fates]

    def fill(
        self,
        answers: Mapping[str, Any],
        fetch: Fetch,
        office: Mapping[str, Any] | None = None,
        signature: Mapping[str, Any] | None = None,
    ) -> Filled:
        """``answers`` by term (an answer to what a register holds corrects it); ``office`` what offices wrote so far;
        ``signature`` what the one signing gave. Numbers are ``Decimal``, dates ISO 8601 text."""
        run = _Run(self.book, answers, fetch, {"assigned": office or {}, "signed": signature or {}})
        for source, act in self._order:
            run.take(source, act, self._holdings.get(source.rule))
        forms: dict[str, dict[int, Any]] = {form.code: {} for form in self.book.forms}
        for fate, write, keep, subject in self._fields:
            blank = fate.how in ("blank", "lost")
            forms[fate.form][fate.n] = None if blank else _written(run.values, fate.term, write, keep, subject)
        return Filled(forms, run.values, tuple(sorted(run.disputed)))

    def _program(self, source: Source) -> Run | None:
        if source.how != "derived":
            return None
        return program(source.text, self.book.repeats, self._tables, self.book.repeats(source.term))

    def _writing(self, fate: Fate) -> tuple[Run | None, Run | None, str]:
        subject = self.book.repeats(fate.term)
        write, keep = (
            program(text, self.book.repeats, self._tables, subject) if text else None
            for text in (fate.written_as, fate.where)
        )
        return write, keep, subject


def _written(values: Mapping[str, Any], term: str, write: Run | None, keep: Run | None, subject: str) -> Any:
    if not subject:
        return write(values, 0) if write else values.get(term)
    rows = values.get(term) or ()
    kept = [i for i in range(len(rows)) if keep is None or keep(values, i) is True]
    return [write(values, i) if write else rows[i] for i in kept]


class _Run:
    """One application being filled."""

    def __init__(
        self, book: Book, answers: Mapping[str, Any], fetch: Fetch, others: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.book, self.answers, self.fetch, self.others = book, answers, fetch, others
        self.values: dict[str, Any] = {}
        self.rows: dict[str, int] = {}
        self.disputed: set[str] = set()
        self.fetched: dict[tuple[str, str], Any] = {}

    def take(self, source: Source, act: Run | None, holding: Holding | None) -> None:
        term, subject = source.term, self.book.repeats(source.term)
        if source.how == "asked":
            value = self.answers.get(term)
        elif source.how in self.others:
            value = self.others[source.how].get(term)
        elif source.how == "same":
            value = self.values.get(source.needs[0])
        elif act is not None:
            value = self._derived(source, act, subject)
        else:
            value = self._from_register(source, holding, subject)
        self.values[term] = value
        if subject and isinstance(value, list):
            self.rows[subject] = max(self.rows.get(subject, 0), len(value))

    def _derived(self, source: Source, act: Run, subject: str) -> Any:
        try:
            return [act(self.values, i) for i in range(self.rows.get(subject, 0))] if subject else act(self.values, 0)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise Invalid(
                "papers.value",
                Text(
                    zh=f"推导“{source.term}”时遇到不合类型的值",
                    en=f"A value of the wrong type in the rule of {source.term}",
                ),
                place=f"{source.text}: {error}",
                next_step=Text(zh="核对所填的值与规则", en="Compare the answers with the rule"),
            ) from error

    def _from_register(self, source: Source, holding: Holding | None, subject: str) -> Any:
        held, said = self._held(source, holding, subject), self.answers.get(source.term)
        if said is None:
            return held
        if isinstance(said, list) and isinstance(held, list):
            rows = [a if a is not None else b for a, b in zip_longest(said, held)]
            if any(b is not None and a != b for a, b in zip_longest(rows, held)):
                self.disputed.add(source.term)
            return rows
        if held is not None and said != held:
            self.disputed.add(source.term)
        return said

    def _held(self, source: Source, holding: Holding | None, subject: str) -> Any:
        assert holding is not None
        place = (holding.code, source.text)
        if place not in self.fetched:
            self.fetched[place] = self._ask(holding, source, subject)
        found, name = self.fetched[place], holding.gives[source.term.partition(".")[2]]
        if isinstance(found, list):
            return [row.get(name) if row else None for row in found]
        return found.get(name) if found else None

    def _ask(self, holding: Holding, source: Source, subject: str) -> Any:
        keys = [self.values.get(term) for term in source.needs]
        names = list(holding.key.values())
        if subject and any(self.book.repeats(term) for term in source.needs):
            rows = range(max((len(k) for k in keys if isinstance(k, list)), default=0))
            return [
                self.fetch(holding, {n: k[i] if isinstance(k, list) else k for n, k in zip(names, keys, strict=True)})
                for i in rows
            ]
        found = self.fetch(holding, dict(zip(names, keys, strict=True)))
        return list(found) if subject and found is not None else found
