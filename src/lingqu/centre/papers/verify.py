"""Check a merge against forms and rules, step by step, sharing nothing with the compiler that made it.

It knows the definitions and the grammar of expressions. Types, conditions and what can be had from what are worked
out here again, plainly, so that a mistake of the compiler does not repeat itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lingqu.centre.papers.definitions import Attribute, Form, FormField, FormRules, FormTerms
from lingqu.centre.papers.grammar import Node, parse
from lingqu.centre.papers.proof import Fate, Merge, Source
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text


def verify(forms: Iterable[Form], terms: FormTerms, rules: FormRules, true: Iterable[str], made: Merge) -> list[Fault]:
    """Everything in ``made`` that does not follow; empty where the proof holds."""
    return list(_Checker(list(forms), terms, rules, set(true), made).faults())


class _Checker:
    def __init__(self, forms: list[Form], terms: FormTerms, rules: FormRules, true: set[str], made: Merge) -> None:
        self.forms, self.rules, self.true, self.made = forms, rules, true, made
        self.attributes: dict[str, Attribute] = {
            f"{name}.{key}": attribute
            for name, subject in terms.subjects.items()
            for key, attribute in subject.attributes.items()
        }
        self.subjects = terms.subjects
        self.fields = {f"{form.code}.{each.seq}": each for form in forms for each in form.fields}
        self.questions = {question.term for question in made.questions}
        self.known = list(self._rules())

    def faults(self) -> Iterator[Fault]:
        yield from self._every_field_once()
        for fate in self.made.fates:
            if fate.key in self.fields:
                yield from self._fate(fate, self.fields[fate.key])
        for term, source in self.made.sources.items():
            yield from self._source(term, source)
        yield from self._questions()

    def _every_field_once(self) -> Iterator[Fault]:
        keys = [fate.key for fate in self.made.fates]
        for key in self.fields.keys() - set(keys):
            yield _broken(key, "这一栏没有去处", "nothing is said of this field")
        for key in set(keys) - self.fields.keys():
            yield _broken(key, "没有这一栏", "there is no such field")
        if len(keys) != len(set(keys)):
            yield _broken("-", "有栏目出现两次", "a field stands twice")

    def _fate(self, fate: Fate, each: FormField) -> Iterator[Fault]:
        conditions = list(self._conditions(each))
        false = [text for text in conditions if not self._true(parse(text))]
        if fate.how == "blank":
            if not false:
                yield _broken(fate.key, "条件成立，不能留空", "its conditions hold, it must not be blank")
            return
        if false:
            yield _broken(fate.key, "条件不成立，却有值", "its conditions do not hold, yet it has a value")
        if fate.how == "lost":
            if self._had(each) <= self._closure(self.questions):
                yield _broken(fate.key, "并未丢失", "it is not lost")
            return
        alone = fate.term == f"@{fate.key}"
        if not alone and (fate.term, fate.written_as, fate.where) != (each.binds, each.written_as, each.where):
            yield _broken(fate.key, "取值方式与表单不符", "it takes its value otherwise than the form says")
        if not alone and not each.written_as and not self._fits(self.attributes[fate.term], each):
            yield _broken(
                fate.key, "类型或代码集不符，不能合并", "types or code lists do not fit, it must not be merged"
            )
        for term in {fate.term} if alone else self._had(each):
            if term not in self.made.sources:
                yield _broken(fate.key, f"{term} 没有来源", f"{term} has no source")

    def _had(self, each: FormField) -> set[str]:
        """Terms that the field is written from."""
        read = {each.binds or ""} if not each.written_as else set(parse(each.written_as).names())
        read |= set(parse(each.where).names()) if each.where else set()
        return read - self.rules.tables.keys()

    def _conditions(self, each: FormField) -> Iterator[str]:
        attribute = self.attributes.get(each.binds or "")
        if each.when:
            yield each.when
        if attribute is not None:
            subject = self.subjects[(each.binds or "").partition(".")[0]]
            yield from filter(None, (attribute.when, subject.when))

    def _true(self, node: Node) -> bool:
        if node.kind == "name":
            return node.word in self.true
        if node.word == "not1":
            return not self._true(node.parts[0])
        if node.word == "and":
            return all(self._true(part) for part in node.parts)
        if node.word == "or":
            return any(self._true(part) for part in node.parts)
        return node.value is True

    def _when(self, text: str) -> bool:
        return not text or self._true(parse(text))

    @staticmethod
    def _fits(attribute: Attribute, each: FormField) -> bool:
        given, asked = (re.match(r"([A-Za-z]+)(\d*)\.?(\d*)", text) for text in (attribute.type, each.type))
        assert given is not None
        assert asked is not None
        if given[1] == "C" and asked[1] == "text":
            return True
        whole, parts = (int(m[2] or 0) - int(m[3] or 0) for m in (given, asked))
        same_list = attribute.type != "code" or (each.codes or attribute.codes) == attribute.codes
        return given[1] == asked[1] and same_list and whole <= parts and int(given[3] or 0) <= int(asked[3] or 0)

    def _source(self, term: str, source: Source) -> Iterator[Fault]:
        for need in source.needs:
            before = self.made.sources.get(need)
            if before is None or before.step >= source.step:
                yield _broken(term, f"所需的 {need} 不在它之前", f"{need}, which it needs, does not come before it")
        if source.how == "asked":
            if term not in self.questions:
                yield _broken(term, "说是填写，却没有问题", "it is said to be asked, but no question asks it")
        elif not any(self._gives(source, term)):
            yield _broken(term, f"没有这样的规则：{source.rule}", f"no such rule: {source.rule}")

    def _gives(self, source: Source, term: str) -> Iterator[bool]:
        """True for each rule that gives the term from exactly these needs, in this situation."""
        needs = set(source.needs)
        return (how == source.how and gives == term and set(wants) == needs for how, gives, wants in self.known)

    def _rules(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        rules = self.rules
        yield from (("assigned", term, ()) for each in rules.assigned for term in each.terms)
        yield from (("signed", term, ()) for each in rules.signed for term in each.terms)
        for rule in rules.derivations:
            if self._when(rule.when):
                yield "derived", rule.gives, tuple({*parse(rule.by).names()} - rules.tables.keys())
        for same in rules.equivalences:
            if self._when(same.when) and self._same_shape(same.of, same.term):
                yield "same", same.term, (same.of,)
        for holding in rules.holdings:
            for subject in holding.subjects if self._when(holding.when) else ():
                keys = tuple(key if key in self.attributes else f"{subject}.{key}" for key in holding.key)
                yield from (("fetched", f"{subject}.{gives}", keys) for gives in holding.gives)

    def _same_shape(self, of: str, term: str) -> bool:
        """An equivalence may only join what fits: the term's own type is asked as a field's would be."""
        a, b = self.attributes.get(of), self.attributes.get(term)
        if a is None or b is None or a.many != b.many:
            return False
        rows = [self.subjects[name.partition(".")[0]].repeats for name in (of, term)]
        return rows[0] == rows[1] and self._fits(a, FormField(seq=1, title=b.title, type=b.type, codes=b.codes))

    def _questions(self) -> Iterator[Fault]:
        if len(self.questions) != len(self.made.questions):
            yield _broken("-", "同一问题问了两次", "a question is asked twice")
        never = {term for how, term, _ in self.known if how in ("assigned", "signed")}
        needed = self._needed()
        for term in sorted(self.questions):
            if term in never or (term in self.attributes and not self.attributes[term].asked):
                yield _broken(term, "不应询问申请人", "the applicant must not be asked")
            if needed <= self._closure(self.questions - {term}):
                yield _broken(term, "这个问题是多余的", "this question is needless")

    def _needed(self) -> set[str]:
        """Terms that the fields which are neither blank nor lost are written from."""
        needed: set[str] = set()
        for fate in self.made.fates:
            if fate.how not in ("blank", "lost") and fate.key in self.fields:
                needed |= {fate.term} if fate.term.startswith("@") else self._had(self.fields[fate.key])
        return needed

    def _closure(self, start: Iterable[str]) -> set[str]:
        have, before = set(start), -1
        while len(have) != before:
            before = len(have)
            have |= {term for _, term, needs in self.known if have.issuperset(needs)}
        return have


def sound(faults: Iterable[Fault]) -> bool:
    return not any(fault.severity == "error" for fault in faults)


def _broken(place: str, zh: str, en: str) -> Fault:
    return Fault("papers.proof", Text(zh=zh, en=en), column=place)
