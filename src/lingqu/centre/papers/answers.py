"""Answers to questions: as typed, a text for each row, and as values of their types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers.fitting import shape
from lingqu.centre.papers.proof import Question
from lingqu.kernel import identifiers
from lingqu.kernel.elements import CodeItem, CodeList
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

MOST_ROWS = 20
Kept = Mapping[str, Sequence[str]]
"""term → what was typed, a text for each row."""


def choices(question: Question) -> tuple[CodeItem, ...]:
    """The code list to choose from; empty where there is none, or one too long to choose from."""
    found = drawing.every(CodeList).get(question.codes or "")
    return found.items if found is not None and len(found.items) <= 400 else ()


def value(question: Question, text: str, scheme: str = "") -> tuple[Any, Text | None]:
    """(the value, what is wrong): one of them stands; none of them for an empty text. Numbers are ``Decimal``, dates
    ISO 8601 text. ``scheme``: the identifier it has to be."""
    of = shape(question.type)
    if not text:
        return None, None
    if of.family == "N":
        return _number(text, of.size - of.decimals, of.decimals)
    if of.family == "date":
        return _date(text)
    if of.family == "bool":
        known = {"yes": True, "no": False}
        return (known[text], None) if text in known else (None, Text(zh="请选择是或否", en="Choose yes or no"))
    listed = choices(question) if of.family == "code" else ()
    if listed and text not in {item.code for item in listed}:
        return None, Text(zh="请从列表中选择", en="Choose one of the list")
    most = of.size or 2000
    if len(text) > most:
        return None, Text(zh=f"最多 {most} 个字", en=f"At most {most} characters")
    return _identified(text, scheme) if scheme else (text, None)


def _identified(text: str, scheme: str) -> tuple[Any, Text | None]:
    text = identifiers.normalize(scheme, text)
    found = identifiers.check(scheme, text, timezone.localdate())
    return (None, found.message) if found is not None and found.severity == "error" else (text, None)


def _date(text: str) -> tuple[Any, Text | None]:
    try:
        return date.fromisoformat(text).isoformat(), None
    except ValueError:
        wrong = Text(zh="日期请写作年-月-日，如 2026-01-31", en="Write the date as year-month-day, e.g. 2026-01-31")
        return None, wrong


def _number(text: str, whole: int, decimals: int) -> tuple[Decimal | None, Text | None]:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
        exponent = number.as_tuple().exponent
    except InvalidOperation:
        return None, Text(zh="请填写数字", en="Write a number")
    if not isinstance(exponent, int) or number < 0 or number >= 10**whole or -exponent > decimals:
        wrong = Text(
            zh=f"最多 {whole} 位整数、{decimals} 位小数，不小于零",
            en=f"At most {whole} digits and {decimals} decimals, not below zero",
        )
        return None, wrong
    return number, None


def parts(question: Question, text: str) -> list[str]:
    """A question of many values has one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()] if question.many else [text]


def values(questions: Iterable[Question], kept: Kept, schemes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Answers as values of their types, for filling forms; what is not understood gives nothing."""
    found: dict[str, Any] = {}
    for question in questions:
        texts = list(kept.get(question.term, ()))
        if question.many:
            texts = [part for text in texts for part in parts(question, text)]
        read = [value(question, text, (schemes or {}).get(question.term, ""))[0] for text in texts]
        if any(each is not None for each in read):
            found[question.term] = read if question.repeated or question.many else read[0]
    return found


def faults(questions: Iterable[Question], kept: Kept, schemes: Mapping[str, str]) -> Iterator[Fault]:
    """What is not understood: ``column`` is the term, ``row`` counts from 0."""
    for question in questions:
        for row, text in enumerate(kept.get(question.term, ())):
            for part in parts(question, text):
                _value, wrong = value(question, part, schemes.get(question.term, ""))
                if wrong is not None:
                    yield Fault("papers.answer", wrong, row=row, column=question.term)
                    break
