"""Forms and their rules: every term, fact, office and expression stands for something, and types fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lingqu.blueprint.lines import KeyPath
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.nearest import suggest
from lingqu.centre.catalogue.definitions import Department
from lingqu.centre.entities.definitions import EntityType
from lingqu.centre.papers import door as papers
from lingqu.centre.papers.definitions import (
    Attribute,
    CertificateKind,
    Form,
    FormField,
    FormRules,
    FormSituation,
    FormTerms,
)
from lingqu.kernel.elements import CodeList, DataElement
from lingqu.kernel.errors import Fault, LingquError
from lingqu.kernel.text import Text

_STEP = Text(zh="对照 form_terms 改正", en="Correct it after form_terms")
_FAMILIES = {"string": "C", "text": "C", "identifier": "C", "integer": "N", "number": "N", "boolean": "bool"}


def check(blueprint: Blueprint) -> Iterator[Fault]:
    terms, rules = blueprint.every(FormTerms), blueprint.every(FormRules)
    for entry, words in blueprint.pairs(FormTerms):
        yield from _Words(blueprint, entry, words, [r for r in rules.values() if r.terms == words.code]).faults()
    for entry, form in blueprint.pairs(Form):
        if form.terms in terms:
            own = [r for r in rules.values() if r.terms == form.terms]
            yield from _Papers(blueprint, entry, terms[form.terms], own).form(form)
    for entry, rule in blueprint.pairs(FormRules):
        if rule.terms in terms:
            yield from _Papers(blueprint, entry, terms[rule.terms], [rule]).rules_of(rule)
    for entry, situation in blueprint.pairs(FormSituation):
        if situation.rules in rules:
            yield from _situation(entry, situation, rules[situation.rules])
    departments = blueprint.every(Department)
    for entry, kind in blueprint.pairs(CertificateKind):
        if departments and kind.issuer not in departments:
            yield _unknown(entry, "certificate.issuer", "部门", "department", kind.issuer, departments, ("issuer",))


def _situation(entry: Entry, situation: FormSituation, rules: FormRules) -> Iterator[Fault]:
    for index, fact in enumerate(situation.true):
        if fact not in rules.facts:
            yield _unknown(entry, "papers.fact", "事实", "fact", fact, rules.facts, ("true", index))


@dataclass
class _Words:
    """A vocabulary: conditions over known facts, data elements whose type fits."""

    blueprint: Blueprint
    entry: Entry
    words: FormTerms
    rules: list[FormRules]

    def faults(self) -> Iterator[Fault]:
        elements = self.blueprint.every(DataElement)
        papers_of = _Papers(self.blueprint, self.entry, self.words, self.rules)
        for name, subject in self.words.subjects.items():
            yield from papers_of.condition(subject.when, ("subjects", name, "when"))
            for key, attribute in subject.attributes.items():
                path = ("subjects", name, "attributes", key)
                yield from papers_of.condition(attribute.when, (*path, "when"))
                element = elements.get(attribute.element or "")
                if element is not None and not _keeps(attribute, element):
                    yield self.entry.fault(
                        "papers.element",
                        Text(
                            zh=f"{name}.{key} 的类型 {attribute.type} 与数据元 {element.code} 不符",
                            en=f"{name}.{key} of type {attribute.type} does not keep data element {element.code}",
                        ),
                        Text(zh="改正 type 或 element", en="Correct type or element"),
                        (*path, "element"),
                    )


def _keeps(attribute: Attribute, element: DataElement) -> bool:
    family = papers.shape(attribute.type).family
    wanted = _FAMILIES.get(element.type, element.type)
    if family == "code" and element.type == "code":
        return attribute.codes in (None, element.code_list)
    return family == wanted or (family, wanted) == ("text", "C")


@dataclass
class _Papers:
    """Checks of one definition against the vocabulary it speaks."""

    blueprint: Blueprint
    entry: Entry
    words: FormTerms
    rules: list[FormRules]

    def __post_init__(self) -> None:
        self.terms = {
            f"{name}.{key}": attribute
            for name, subject in self.words.subjects.items()
            for key, attribute in subject.attributes.items()
        }
        self.facts = {fact for rule in self.rules for fact in rule.facts}
        self.tables = {name: table for rule in self.rules for name, table in rule.tables.items()}

    def repeats(self, term: str) -> str:
        subject = term.partition(".")[0]
        found = self.words.subjects.get(subject)
        return subject if found is not None and found.repeats else ""

    def form(self, form: Form) -> Iterator[Fault]:
        offices = {office for rule in self.rules for office in rule.offices}
        if self.rules and form.office not in offices:
            yield _unknown(self.entry, "papers.office", "部门", "office", form.office, offices, ("office",))
        seen: set[int] = set()
        for index, field in enumerate(form.fields):
            path = ("fields", index)
            if field.seq in seen:
                message = Text(zh=f"序号 {field.seq} 重复", en=f"The number {field.seq} stands twice")
                step = Text(zh="改正序号", en="Correct the number")
                yield self.entry.fault("papers.duplicate", message, step, (*path, "seq"))
            seen.add(field.seq)
            yield from self._field(field, path)

    def _field(self, field: FormField, path: KeyPath) -> Iterator[Fault]:
        term = field.binds
        if term is None:
            step = Text(
                zh="运行 lingqu papers propose，由人确认", en="Run lingqu papers propose and let a person decide"
            )
            message = Text(zh="尚未对应数据项，将单独询问", en="Bound to no term: it is asked for itself")
            yield self.entry.fault("papers.unbound", message, step, path, "warning")
            return
        yield from self.condition(field.when, (*path, "when"))
        if term not in self.terms:
            yield self.unknown(term, (*path, "binds"))
            return
        for key, text in (("as", field.written_as), ("where", field.where)):
            wanted = "truth" if key == "where" else papers.sort_of_type(field.type)
            yield from self.expression(text, (*path, key), self.repeats(term), wanted)
        attribute = self.terms[term]
        why = papers.misfit(attribute.type, attribute.codes, field.type, field.codes or attribute.codes)
        if why is not None and not field.written_as:
            yield self.entry.fault(
                "papers.fits",
                Text(zh=f"{term}：{why.zh}，将单独询问", en=f"{term}: {why.en}; it is asked for itself"),
                Text(zh="写 as 换算，或改正类型", en="Say by as how it is converted, or correct the type"),
                (*path, "type"),
                "warning",
            )

    def rules_of(self, rules: FormRules) -> Iterator[Fault]:
        for index, rule in enumerate(rules.derivations):
            path: KeyPath = ("derivations", index)
            yield from self.condition(rule.when, (*path, "when"))
            if rule.gives not in self.terms:
                yield self.unknown(rule.gives, (*path, "gives"))
                continue
            gives = self.terms[rule.gives]
            wanted = papers.sort_of_type(gives.type, gives.many)
            yield from self.expression(rule.by, (*path, "by"), self.repeats(rule.gives), wanted)
            yield from self._codes(rule.gives, rule.by, (*path, "by"))
        for index, holding in enumerate(rules.holdings):
            yield from self._holding(index, rules)
            yield from self.condition(holding.when, ("holdings", index, "when"))
        for index, assigned in enumerate(rules.assigned):
            path = ("assigned", index)
            if assigned.office not in rules.offices:
                of = assigned.office
                yield _unknown(self.entry, "papers.office", "部门", "office", of, rules.offices, (*path, "office"))
            yield from self._known(assigned.terms, (*path, "terms"))
        for index, signed in enumerate(rules.signed):
            yield from self._known(signed.terms, ("signed", index, "terms"))
        for index in range(len(rules.equivalences)):
            yield from self._same(rules, index)
        yield from self._ring(rules)

    def _known(self, terms: Iterable[str], path: KeyPath) -> Iterator[Fault]:
        for index, term in enumerate(terms):
            if term not in self.terms:
                yield self.unknown(term, (*path, index))

    def _same(self, rules: FormRules, index: int) -> Iterator[Fault]:
        same, path = rules.equivalences[index], ("equivalences", index)
        yield from self.condition(same.when, (*path, "when"))
        a, b = self.terms.get(same.of), self.terms.get(same.term)
        for key, term, found in (("of", same.of, a), ("term", same.term, b)):
            if found is None:
                yield self.unknown(term, (*path, key))
        if a is None or b is None:
            return
        why = papers.misfit(a.type, a.codes, b.type, b.codes)
        if why is None and (self.repeats(same.of), a.many) != (self.repeats(same.term), b.many):
            why = Text(zh="一个有多行，另一个没有", en="one has rows, the other has not")
        if why is not None:
            yield self.entry.fault(
                "papers.equivalence",
                Text(zh=f"{same.term} 不能视同 {same.of}：{why.zh}", en=f"{same.term} is not {same.of}: {why.en}"),
                Text(zh="删去这一条，或改写为推导规则", en="Take it away, or make it a derivation"),
                path,
            )

    def _holding(self, index: int, rules: FormRules) -> Iterator[Fault]:
        holding, path = rules.holdings[index], ("holdings", index)
        of = self.blueprint.every(EntityType).get(holding.type)
        for key in ("key", "gives"):
            for attribute, name in getattr(holding, key).items():
                known = [attribute in self.terms, *(f"{s}.{attribute}" in self.terms for s in holding.subjects)]
                if not any(known):
                    yield self.unknown(f"{holding.subjects[0]}.{attribute}", (*path, key, attribute))
                if of is not None and name not in of.attributes:
                    yield _unknown(
                        self.entry, "papers.holding", f"{of.code} 的属性", f"attribute of {of.code}", name,
                        of.attributes, (*path, key, attribute),
                    )  # fmt: skip

    def _codes(self, term: str, by: str, path: KeyPath) -> Iterator[Fault]:
        """Codes that a rule writes down itself, or takes from a table of the file, are codes of the term's list."""
        code_list = self.blueprint.every(CodeList).get(self.terms[term].codes or "")
        if self.terms[term].type != "code" or code_list is None or code_list.open:
            return
        known = {item.code for item in code_list.items}
        try:
            node = papers.parse(by)
        except LingquError:
            return
        given = [str(node.value)] if node.kind == "literal" else []
        if node.kind == "call" and node.word in ("lookup", "first", "last", "rest", "matches"):
            tables = [call.parts[1].word for call in node.calls() if call.word in ("lookup", "matches")]
            given = [value for name in tables if name in self.tables for value in self.tables[name].rows.values()]
        for code in sorted({code for code in given if code not in known}):
            yield _unknown(self.entry, "papers.code", f"代码集 {code_list.code} 的代码", f"code of {code_list.code}",
                           code, known, path)  # fmt: skip

    def _ring(self, rules: FormRules) -> Iterator[Fault]:
        needs: dict[str, list[str]] = {}
        for rule in rules.derivations:
            if not rule.reverse:
                needs.setdefault(rule.gives, []).extend(self._names(rule.by))
        for same in rules.equivalences:
            if not same.reverse:
                needs.setdefault(same.term, []).append(same.of)
        ring = papers.find_cycle(needs)
        if ring:
            shown = " → ".join(ring)
            at = next((i for i, rule in enumerate(rules.derivations) if rule.gives in ring), None)
            path: KeyPath = ("derivations", at) if at is not None else ("equivalences",)
            yield self.entry.fault(
                "papers.cycle",
                Text(zh=f"规则成环：{shown}", en=f"Rules rest on each other: {shown}"),
                Text(zh="去掉其中一条，或写明 reverse: true", en="Take one away, or mark it reverse: true"),
                path,
            )

    def _names(self, text: str) -> list[str]:
        try:
            return [name for name in papers.names(text) if name in self.terms]
        except LingquError:
            return []

    def condition(self, text: str, path: KeyPath) -> Iterator[Fault]:
        try:
            used = papers.names(text)
        except LingquError as error:
            yield self.entry.fault(error.rule, error.message, error.next_step, path)
            return
        for fact in used:
            if fact not in self.facts:
                yield _unknown(self.entry, "papers.fact", "事实", "fact", fact, self.facts, path)

    def expression(self, text: str, path: KeyPath, row_of: str, wanted: str) -> Iterator[Fault]:
        if not text:
            return
        tables = {name: table.rows for name, table in self.tables.items()}
        try:
            papers.program(text, self.repeats, tables, row_of)
            papers.require_sort(text, self._sort, wanted)
        except LingquError as error:
            yield self.entry.fault(error.rule, error.message, error.next_step, path)
            return
        for name in papers.names(text):
            if name not in self.terms and name not in self.tables:
                yield self.unknown(name, path)

    def _sort(self, term: str) -> str:
        of = self.terms.get(term)
        return papers.sort_of_type(of.type, of.many) if of is not None else "any"

    def unknown(self, term: str, path: KeyPath) -> Fault:
        return _unknown(self.entry, "papers.term", "数据项", "term", term, self.terms, path)


def _unknown(entry: Entry, rule: str, zh: str, en: str, name: str, known: Iterable[str], path: KeyPath) -> Fault:
    message = Text(zh=f"没有{zh}“{name}”", en=f"There is no {en} {name!r}")
    return entry.fault(rule, message, suggest(name, list(known), _STEP), path)
