"""A situation as an applicant meets it: its questions in groups, and what registers will say for him."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import is_
from typing import Any

from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers.book import Book
from lingqu.centre.papers.definitions import Form, FormRules, FormSituation, FormTerms, Holding
from lingqu.centre.papers.merge import merge
from lingqu.centre.papers.proof import Merge, Question, Source
from lingqu.kernel.elements import DataElement
from lingqu.kernel.errors import Invalid, NotFound
from lingqu.kernel.text import Text

_MOST_MERGES = 64


@dataclass(frozen=True)
class Group:
    """The questions of one subject. ``fetched``: terms of the subject that a register gives."""

    subject: str
    title: Text
    repeats: bool
    questions: tuple[Question, ...]
    fetched: tuple[Source, ...]


@dataclass(frozen=True)
class Asked:
    """One situation under the facts that are true of somebody, merged."""

    situation: FormSituation
    true: tuple[str, ...]
    book: Book
    made: Merge

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """By subject, in the order in which they are asked."""
        return tuple(
            self._group(subject, tuple(questions))
            for subject, questions in groupby(self.made.questions, key=lambda question: question.group)
        )

    def _group(self, subject: str, questions: tuple[Question, ...]) -> Group:
        known = self.book.terms.subjects.get(subject)
        fetched = tuple(
            source
            for source in self.made.sources.values()
            if source.how == "fetched" and source.term.partition(".")[0] == subject
        )
        title = known.title if known else Text(zh="其他", en="Other")
        return Group(subject, title, bool(known and known.repeats), questions, fetched)

    @cached_property
    def holdings(self) -> dict[str, Holding]:
        """By the rule's name, e.g. ``register:persons``."""
        return {f"register:{each.code}": each for each in self.book.rules.holdings}

    @cached_property
    def fetched(self) -> dict[str, Question]:
        """Terms that a register gives, as the questions they become where it does not, or is wrong."""
        return {
            source.term: self._as_question(source.term)
            for source in self.made.sources.values()
            if source.how == "fetched" and source.term in self.book.words
        }

    def _as_question(self, term: str) -> Question:
        word = self.book.words[term]
        fields = tuple(fate.key for fate in self.made.fates if fate.term == term)
        return Question(
            term, word.title, word.subject, word.attribute.type, word.attribute.codes, word.of.repeats, fields, (),
            many=word.attribute.many,
        )  # fmt: skip

    @cached_property
    def keys(self) -> dict[str, tuple[str, str]]:
        """Terms by which a register of the city is asked → (entity type, attribute)."""
        found: dict[str, tuple[str, str]] = {}
        for source in self.made.sources.values():
            holding = self.holdings.get(source.rule)
            if source.how == "fetched" and holding is not None and holding.type:
                for term, name in zip(source.needs, holding.key.values(), strict=True):
                    found[term] = (holding.type, name)
        return found

    @cached_property
    def schemes(self) -> dict[str, str]:
        """Those of the keys that are identifiers → their scheme."""
        found: dict[str, str] = {}
        types, elements = entities.entity_types(), drawing.every(DataElement)
        for term, (kind, name) in self.keys.items():
            attribute = types[kind].attributes.get(name) if kind in types else None
            element = elements.get(attribute.element or "") if attribute else None
            if element is not None and element.identifier:
                found[term] = element.identifier
        return found

    @property
    def answerable(self) -> dict[str, Question]:
        """All that an applicant may write: questions, and corrections of what registers say."""
        return self.fetched | {question.term: question for question in self.made.questions}


_merged: OrderedDict[tuple[str, tuple[str, ...]], tuple[tuple[object, ...], Asked]] = OrderedDict()
"""Merges by situation and facts, each with the definitions it was made of."""


def asked(code: str, true: Iterable[str] | None = None) -> Asked:
    """A situation of the drawing; ``true``: the facts that hold, else those of the situation. Raises ``NotFound``
    (``papers.situation``), ``Invalid`` (``papers.fact``)."""
    situation = drawing.every(FormSituation).get(code)
    if situation is None:
        raise NotFound(
            "papers.situation",
            Text(zh=f"没有“{code}”这种情形", en=f"There is no situation {code!r}"),
            place=code,
            next_step=Text(zh="从列表中重新选择", en="Choose one of the list"),
        )
    forms, rules = drawing.every(Form), drawing.every(FormRules)[situation.rules]
    of = tuple(forms[form] for form in dict.fromkeys(situation.forms))
    book = Book(of, drawing.every(FormTerms)[rules.terms], rules)
    facts = _facts(rules, situation.true if true is None else true)
    made_of, key = (situation, book.terms, rules, *of), (code, facts)
    before = _merged.get(key)
    if before is not None and len(before[0]) == len(made_of) and all(map(is_, before[0], made_of)):
        _merged.move_to_end(key)
        return before[1]
    found = Asked(situation, facts, book, merge(book, facts, code))
    _merged[key] = (made_of, found)
    while len(_merged) > _MOST_MERGES:
        _merged.popitem(last=False)
    return found


def _facts(rules: FormRules, true: Iterable[str]) -> tuple[str, ...]:
    wanted = set(true)
    if unknown := wanted - rules.facts.keys():
        raise Invalid(
            "papers.fact",
            Text(zh="没有这样的情形选项", en="There is no such fact"),
            place=", ".join(sorted(unknown))[:200],
            next_step=Text(zh="从列表中勾选", en="Tick those of the list"),
        )
    return tuple(fact for fact in rules.facts if fact in wanted)


def frozen(of: Asked) -> tuple[str, str]:
    """(SHA-256, canonical JSON) of the definitions that a sent application keeps to."""
    document = {
        "situation": of.situation.document(),
        "forms": [form.document() for form in of.book.forms],
        "terms": of.book.terms.document(),
        "rules": of.book.rules.document(),
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest(), text


@lru_cache(maxsize=32)
def thawed(edition: str, document: str, true: tuple[str, ...]) -> Asked:
    """What ``frozen`` kept."""
    kept: Mapping[str, Any] = json.loads(document)
    situation = FormSituation.model_validate(kept["situation"])
    forms = tuple(Form.model_validate(form) for form in kept["forms"])
    book = Book(forms, FormTerms.model_validate(kept["terms"]), FormRules.model_validate(kept["rules"]))
    return Asked(situation, true, book, merge(book, true, situation.code))
