"""Forms, words and rules of one merge side by side, with what follows from them at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lingqu.centre.papers.definitions import Attribute, Form, FormField, FormRules, FormTerms, Subject
from lingqu.centre.papers.evaluate import program
from lingqu.centre.papers.grammar import names
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Word:
    """A term with its subject. ``place`` is its rank in the vocabulary, which orders questions."""

    term: str
    subject: str
    of: Subject
    attribute: Attribute
    place: int

    @property
    def title(self) -> Text:
        return Text(
            zh=f"{self.of.title.zh} · {self.attribute.title.zh}", en=f"{self.of.title.en}: {self.attribute.title.en}"
        )


@dataclass(frozen=True)
class Way:
    """One way a term can be had. ``how``: assigned | signed | derived | same | fetched."""

    how: str
    gives: str
    needs: tuple[str, ...]
    rule: str
    why: Text
    reverse: bool = False
    text: str = ""


@dataclass(frozen=True)
class Book:
    forms: tuple[Form, ...]
    terms: FormTerms
    rules: FormRules

    @cached_property
    def words(self) -> dict[str, Word]:
        found: dict[str, Word] = {}
        for name, subject in self.terms.subjects.items():
            for key, attribute in subject.attributes.items():
                found[f"{name}.{key}"] = Word(f"{name}.{key}", name, subject, attribute, len(found))
        return found

    def repeats(self, term: str) -> str:
        """The repeated subject a term belongs to; empty for others."""
        subject = term.partition(".")[0]
        found = self.terms.subjects.get(subject)
        return subject if found is not None and found.repeats else ""

    def fields(self) -> Iterator[tuple[Form, FormField]]:
        """Every field, forms in the order of their codes."""
        for form in sorted(self.forms, key=lambda form: form.code):
            for field in form.fields:
                yield form, field

    def ways(self) -> Iterator[tuple[str, Way]]:
        """Every way of the rules with the condition it stands under."""
        rules = self.rules
        for signed in rules.signed:
            for term in signed.terms:
                yield "", Way("signed", term, (), f"sign:{term}", signed.why)
        for assigned in rules.assigned:
            for term in assigned.terms:
                yield "", Way("assigned", term, (), f"office:{assigned.office}", assigned.why)
        for index, rule in enumerate(rules.derivations):
            needs = self.needs(rule.by)
            yield rule.when, Way("derived", rule.gives, needs, f"rule:{index}", rule.why, rule.reverse, rule.by)
        for index, same in enumerate(rules.equivalences):
            yield same.when, Way("same", same.term, (same.of,), f"same:{index}", same.why, same.reverse, same.of)
        yield from self._fetched()

    def _fetched(self) -> Iterator[tuple[str, Way]]:
        for holding in self.rules.holdings:
            for subject in holding.subjects:
                needs = tuple(key if key in self.words else f"{subject}.{key}" for key in holding.key)
                for attribute in holding.gives:
                    term = f"{subject}.{attribute}"
                    if term in self.words:
                        rule = f"register:{holding.code}"
                        yield holding.when, Way("fetched", term, needs, rule, holding.title, text=subject)

    def needs(self, text: str) -> tuple[str, ...]:
        """Terms an expression reads; names of tables are none."""
        return tuple(name for name in names(text) if name not in self.rules.tables)

    def holds(self, condition: str, facts: Mapping[str, bool]) -> bool:
        """Whether a condition over facts holds; an empty one does. Raises ``Invalid`` (``papers.fact``)."""
        if not condition:
            return True
        for name in names(condition):
            if name not in self.rules.facts:
                raise Invalid(
                    "papers.fact",
                    Text(zh=f"没有事实“{name}”", en=f"There is no fact {name!r}"),
                    place=condition,
                    next_step=Text(zh="在 form_rules 的 facts 中定义它", en="Define it in facts of form_rules"),
                )
        return program(condition, lambda _: "", {})(facts, 0) is True

    def condition_of(self, field: FormField) -> tuple[str, ...]:
        """The conditions of a field, its term and its subject, those that are empty left out."""
        word = self.words.get(field.binds or "")
        return tuple(filter(None, (field.when, word.attribute.when if word else "", word.of.when if word else "")))

    def spoken(self, conditions: Iterable[str]) -> Text:
        """Conditions in words: their facts' titles."""
        known = self.rules.facts
        used = dict.fromkeys(name for text in conditions for name in names(text) if name in known)
        return Text(zh="、".join(known[n].title.zh for n in used), en=", ".join(known[n].title.en for n in used))
