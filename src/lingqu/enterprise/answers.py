"""Answers to the questions of a merge: read from a page, checked by type, kept in the session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import door
from lingqu.kernel.elements import CodeItem, CodeList

_MOST_ROWS = 20
_KEY = "papers"


def begun(request: HttpRequest, situation: str) -> int:
    """How many questions have an answer."""
    return sum(any(rows) for rows in _kept(request, situation).values())


def forget(request: HttpRequest, situation: str) -> None:
    request.session[_KEY] = {k: v for k, v in request.session.get(_KEY, {}).items() if k != situation}


def given(request: HttpRequest, situation: str, questions: Iterable[door.Question]) -> dict[str, Any]:
    """Answers as values of their types, for filling forms."""
    kept = _kept(request, situation)
    found: dict[str, Any] = {}
    for question in questions:
        texts = kept.get(question.term, [])
        if question.many:
            texts = [part.strip() for text in texts for part in text.splitlines() if part.strip()]
        values = [_value(question, text)[0] for text in texts]
        if any(value is not None for value in values):
            found[question.term] = values if question.repeated or question.many else values[0]
    return found


def shown(value: Any) -> str:
    """A value of a form in words."""
    if isinstance(value, list):
        return "；".join(filter(None, map(shown, value)))
    if value is None or isinstance(value, bool):
        return {None: "", True: _("Yes"), False: _("No")}[value]
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _kept(request: HttpRequest, situation: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = request.session.get(_KEY, {}).get(situation, {})
    return found


@dataclass(frozen=True)
class Blank:
    """One input. ``kind``: line | lines | number | date | yes_no | code."""

    name: str
    question: door.Question
    kind: str
    value: str
    fault: str
    most: int
    choices: tuple[CodeItem, ...]

    @property
    def words(self) -> Any:
        """The answer as a person reads it."""
        titles: dict[str, Any] = {item.code: item.title for item in self.choices}
        if self.kind == "yes_no" and self.value:
            return _("Yes") if self.value == "yes" else _("No")
        return titles.get(self.value, self.value)


@dataclass
class Page:
    """A group's questions with the answers so far. Questions of a repeated subject stand once a row."""

    request: HttpRequest
    situation: str
    questions: list[door.Question]
    faults: dict[str, str] = field(default_factory=dict)
    _typed: dict[str, str] = field(default_factory=dict)

    @property
    def repeated(self) -> bool:
        return any(question.repeated for question in self.questions)

    @property
    def missing(self) -> int:
        kept = _kept(self.request, self.situation)
        return sum(not any(kept.get(question.term, [])) for question in self.questions)

    @property
    def rows(self) -> list[list[Blank]]:
        kept = _kept(self.request, self.situation)
        count = max([1, *(len(kept.get(q.term, [])) for q in self.questions if q.repeated)])
        return [
            [self._blank(q, n, i, kept) for n, q in enumerate(self.questions) if q.repeated or i == 0]
            for i in range(min(count, _MOST_ROWS))
        ]

    def _blank(self, question: door.Question, number: int, row: int, kept: dict[str, list[str]]) -> Blank:
        name, held = f"q{number}-{row}", kept.get(question.term, [])
        value = self._typed.get(name, held[row] if row < len(held) else "")
        choices = _choices(question)
        kind = {"N": "number", "date": "date", "bool": "yes_no", "code": "code" if choices else "line"}
        family, size = door.shape(question.type).family, door.shape(question.type).size
        line = "lines" if family == "text" or size > 200 or question.many else "line"
        return Blank(
            name,
            question,
            "lines" if question.many else kind.get(family, line),
            value,
            self.faults.get(name, ""),
            2000 if question.many else size or 2000,
            tuple(choices),
        )

    def take(self) -> bool:
        """Keep what was sent. False where something was not understood; nothing is kept then, and it stays typed."""
        rows = self.rows
        self._typed = {b.name: self.request.POST.get(b.name, "").strip() for row in rows for b in row}
        kept: dict[str, list[str]] = {}
        for row in rows:
            for blank in row:
                typed = self._typed[blank.name]
                parts = typed.splitlines() if blank.question.many else [typed]
                fault = next(filter(None, (_value(blank.question, part)[1] for part in parts)), "")
                if fault:
                    self.faults[blank.name] = fault
                kept.setdefault(blank.question.term, []).append(self._typed[blank.name])
        if self.faults:
            return False
        if self.request.POST.get("then") == "row" and len(rows) < _MOST_ROWS:
            for question in self.questions:
                if question.repeated:
                    kept[question.term].append("")
        every = self.request.session.get(_KEY, {})
        self.request.session[_KEY] = every | {self.situation: _kept(self.request, self.situation) | kept}
        return True


def _choices(question: door.Question) -> tuple[CodeItem, ...]:
    found = drawing.every(CodeList).get(question.codes or "")
    return found.items if found is not None and len(found.items) <= 400 else ()


def _value(question: door.Question, text: str) -> tuple[Any, str]:
    """(the value, what is wrong): one of them stands."""
    shape = door.shape(question.type)
    if not text:
        return None, ""
    if shape.family == "N":
        return _number(text, shape.size - shape.decimals, shape.decimals)
    if shape.family == "date":
        try:
            return date.fromisoformat(text).isoformat(), ""
        except ValueError:
            return None, _("Write the date as year-month-day, e.g. 2026-01-31")
    if shape.family == "bool":
        return (text == "yes", "") if text in ("yes", "no") else (None, _("Choose yes or no"))
    choices = _choices(question) if shape.family == "code" else ()
    if choices and text not in {item.code for item in choices}:
        return None, _("Choose one of the list")
    if len(text) > (shape.size or 2000):
        return None, _("At most %(most)d characters") % {"most": shape.size or 2000}
    return text, ""


def _number(text: str, whole: int, decimals: int) -> tuple[Decimal | None, str]:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
        exponent = number.as_tuple().exponent
    except InvalidOperation:
        return None, _("Write a number")
    if not isinstance(exponent, int) or number < 0 or number >= 10**whole or -exponent > decimals:
        limits = {"whole": whole, "decimals": decimals}
        return None, _("At most %(whole)d digits and %(decimals)d decimals, not below zero") % limits
    return number, ""
