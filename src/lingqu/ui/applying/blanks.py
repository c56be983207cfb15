"""A group's questions as inputs, with what a register holds beside them, and read back from what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.kernel.elements import CodeItem, CodeList
from lingqu.kernel.errors import Conflict, Fault, Invalid
from lingqu.ui import selves
from lingqu.ui.applying.holder import Holder


def shown(value: Any) -> str:
    """A value of a form in words."""
    if isinstance(value, list):
        return "；".join(filter(None, map(shown, value)))
    if value is None or isinstance(value, bool):
        return {None: "", True: _("Yes"), False: _("No")}[value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True)
class Blank:
    """One input. ``kind``: line | lines | number | date | yes_no | code | file. ``mine``: it may be filled from the
    applicant's own record; ``certificates``: which may stand in place of a file."""

    name: str
    question: papers.Question
    kind: str
    value: str
    fault: str
    most: int
    choices: tuple[CodeItem, ...]
    title: Any = None
    mine: bool = False
    file: papers.applications.Attached | None = None
    certificates: tuple[papers.certificates.Certificate, ...] = ()

    @property
    def words(self) -> Any:
        """The answer as a person reads it."""
        if self.kind == "yes_no" and self.value:
            return _("Yes") if self.value == "yes" else _("No")
        titles: dict[str, Any] = {item.code: item.title for item in self.choices}
        return titles.get(self.value, self.value)


@dataclass(frozen=True)
class Held:
    """What a register says of one item, and the input by which it is corrected, or given where the register has
    nothing."""

    had: papers.applications.Had
    title: Any
    value: str
    blank: Blank


@dataclass(frozen=True)
class Line:
    """One row of a group. ``found`` are shown; ``asked``: the register has nothing, so that they are asked; ``waits``:
    fetched once their key is answered."""

    number: int
    blanks: list[Blank]
    found: list[Held]
    asked: list[Held]
    waits: list[Held]


@dataclass
class Page:
    """One group of an application. What was sent and not understood stays typed."""

    request: HttpRequest
    holder: Holder
    group: papers.Group
    faults: list[Fault] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    moved: bool = False

    @cached_property
    def certificates(self) -> list[papers.certificates.Certificate]:
        """The applicant's own that count: what one proves need not be uploaded."""
        whose = self.holder.actor.subject
        return [each for each in papers.certificates.of_person(whose) if each.state == "valid"] if whose else []

    @cached_property
    def had(self) -> Mapping[str, list[papers.applications.Had]]:
        return papers.applications.had(self.holder.actor, self.holder.asked, self.holder.answers, self.holder.looks)

    @property
    def missing(self) -> int:
        answers = self.holder.answers
        return sum(not any(answers.get(question.term, ())) for question in self.group.questions)

    @property
    def count(self) -> int:
        if not self.group.repeats:
            return 1
        answers = self.holder.answers
        rows = max([1, *(len(answers.get(q.term, ())) for q in self.group.questions if q.repeated)])
        return min(rows, papers.MOST_ROWS)

    @property
    def lines(self) -> list[Line]:
        return [self._line(row, self.had) for row in range(self.count)]

    @property
    def offices(self) -> list[Any]:
        """What the office asks of other systems itself, so that nothing is uploaded or written: (title, system)."""
        found = []
        for source in self.group.fetched:
            holding, word = self.holder.asked.holdings[source.rule], self.holder.asked.book.words.get(source.term)
            if not holding.type and word is not None:
                found.append((word.attribute.title, holding.title))
        return found

    def _line(self, row: int, had: Mapping[str, list[papers.applications.Had]]) -> Line:
        blanks = [
            self._blank(f"q{n}-{row}", question, row)
            for n, question in enumerate(self.group.questions)
            if question.repeated or row == 0
        ]
        held = [h for n, s in enumerate(self.group.fetched) if (h := self._held(n, s.term, row, had.get(s.term, [])))]
        by = {state: [each for each in held if each.had.state == state] for state in ("found", "none", "waits")}
        return Line(row, blanks, by["found"], by["none"], by["waits"])

    def _held(self, number: int, term: str, row: int, had: list[papers.applications.Had]) -> Held | None:
        one = had[row] if row < len(had) else None
        question = self.holder.asked.fetched.get(term)
        if one is None or question is None:
            return None
        word = self.holder.asked.book.words[term]
        return Held(
            one, word.attribute.title, self._said(question, one.value), self._blank(f"c{number}-{row}", question, row)
        )

    def _said(self, question: papers.Question, value: Any) -> str:
        listed = drawing.every(CodeList).get(question.codes or "")
        titles = {item.code: item.title for item in listed.items} if listed else {}
        title = titles.get(value) if isinstance(value, str) else None
        return title.say(get_language() or "zh-hans") if title else shown(value)

    def _blank(self, name: str, question: papers.Question, row: int) -> Blank:
        held = self.holder.answers.get(question.term, [])
        value = self.typed.get(name, held[row] if row < len(held) else "")
        choices = papers.choices(question)
        of = papers.shape(question.type)
        kinds = {"N": "number", "date": "date", "bool": "yes_no", "code": "code" if choices else "line", "file": "file"}
        long = of.family == "text" or of.size > 200 or question.many
        kind = "lines" if question.many else kinds.get(of.family, "lines" if long else "line")
        word = self.holder.asked.book.words.get(question.term)
        fault = next((f for f in self.faults if f.column == question.term and (f.row or 0) == row), None)
        own = self.holder.asked.keys.get(question.term)
        person = self.holder.actor.person.split(":")
        return Blank(
            name, question, kind, value,
            fault.message.say(get_language() or "zh-hans") if fault else "",
            2000 if question.many else of.size or 2000,
            tuple(choices),
            title=word.attribute.title if word and word.subject == self.group.subject else question.title,
            mine=bool(own) and len(person) > 3 and own is not None and own[0] == person[2],
            file=self.holder.files.get(question.term) if kind == "file" else None,
            certificates=tuple(self.certificates) if kind == "file" else (),
        )  # fmt: skip

    def take(self) -> bool:
        """Keep what was sent. False where something was not understood, or the application was changed elsewhere;
        nothing is kept then, and it stays typed."""
        post, then = self.request.POST, self.request.POST.get("then", "")
        answers = self._sent()
        self._change_rows(answers, then)
        if then.startswith("mine:"):
            self._fill_mine(answers, then.partition(":")[2])
        try:
            self._attach(answers)
            self.holder.save(answers, int(post.get("step", "0") or 0) if post.get("step", "0").isdigit() else 0)
        except Invalid as error:
            if not error.faults:
                raise
            self.faults = list(error.faults)
            return False
        except Conflict as error:
            if error.rule != "papers.moved":
                raise
            self.moved = True
            return False
        self.typed = {}
        return True

    def _sent(self) -> dict[str, list[str]]:
        answers: dict[str, list[str]] = {}
        for row in range(self.count):
            for n, question in enumerate(self.group.questions):
                if (question.repeated or row == 0) and papers.shape(question.type).family != "file":
                    answers.setdefault(question.term, []).append(self._text(f"q{n}-{row}"))
            for n, source in enumerate(self.group.fetched):
                if f"c{n}-{row}" in self.request.POST:
                    texts = answers.setdefault(source.term, [""] * row)
                    texts += [""] * (row - len(texts))
                    texts.append(self._text(f"c{n}-{row}"))
        return answers

    def _text(self, name: str) -> str:
        text = self.request.POST.get(name, "").strip().replace("\r\n", "\n")
        self.typed[name] = text
        return text

    def _change_rows(self, answers: dict[str, list[str]], then: str) -> None:
        """Add a row, or take one away; what a row is about stays together."""
        repeated = [question.term for question in self.group.questions if question.repeated]
        if then == "row" and self.count < papers.MOST_ROWS:
            for term in repeated:
                answers[term].append("")
        elif then.startswith("drop:") and then[5:].isdigit():
            gone = int(then[5:])
            for term in [*repeated, *(source.term for source in self.group.fetched)]:
                if gone < len(answers.get(term, ())) and self.count > 1:
                    del answers[term][gone]

    def _fill_mine(self, answers: dict[str, list[str]], name: str) -> None:
        for n, question in enumerate(self.group.questions):
            head, _dash, row = name.partition("-")
            if head == f"q{n}" and row.isdigit() and int(row) < len(answers.get(question.term, ())):
                attribute = self.holder.asked.keys.get(question.term, ("", ""))[1]
                answers[question.term][int(row)] = self._own_value(attribute)
                self.typed[name] = answers[question.term][int(row)]

    def _own_value(self, attribute: str) -> str:
        if not self.holder.actor.person or not attribute:
            return ""
        return str(entities.get(selves.actor(self.request), self.holder.actor.person).value(attribute) or "")

    def _attach(self, answers: dict[str, list[str]]) -> None:
        for n, question in enumerate(self.group.questions):
            brought = self.request.FILES.get(f"q{n}-0")
            proof = self.request.POST.get(f"q{n}-0-certificate", "")
            chosen = next((each for each in self.certificates if each.number == proof), None)
            if chosen is not None and papers.shape(question.type).family == "file":
                answers[question.term] = [f"{chosen.title.zh} {chosen.number}"]
                continue
            if brought is None or papers.shape(question.type).family != "file" or self.holder.trial:
                continue
            try:
                name = self.holder.attach(question.term, str(brought.name), brought.read(papers.LARGEST_FILE + 1))
            except Invalid as error:
                raise papers.invalid_answers([Fault(error.rule, error.message, row=0, column=question.term)]) from error
            answers[question.term] = [name]
