"""From all labelled fields to the questions that are left, step by step."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from lingqu.centre.papers.book import Book
from lingqu.centre.papers.proof import Fate, Merge, Question, Source, Step
from lingqu.kernel.text import Text

_TITLES = {
    "fields": Text(zh="各表栏目", en="labelled fields on the forms"),
    "once": Text(zh="同一数据项只填一次", en="the same term once"),
    "derived": Text(zh="可由其他项推导", en="derived from other terms"),
    "fetched": Text(zh="可从基础库调取", en="fetched from a register"),
    "assigned": Text(zh="由办理部门赋值", en="written by an office of the procedure"),
    "signed": Text(zh="签名盖章与填表日期，一次电子签名", en="signatures and filing date: one e-signature"),
    "blank": Text(zh="本情形不涉及", en="not so in this situation"),
    "same": Text(zh="经认可视同其他项", en="accepted as the same as another"),
    "lost": Text(zh="无法还原（逐项列出）", en="lost (named below)"),
    "helper": Text(zh="表上没有、为还原而增加", en="added: on no form, needed to fill them"),
    "asked": Text(zh="需要填写", en="asked"),
}


def steps(
    book: Book, fates: Iterable[Fate], sources: Mapping[str, Source], questions: Iterable[Question]
) -> tuple[Step, ...]:
    """Fields, distinct terms, then what each kind of rule takes away. Every term is counted at exactly one step."""
    fates, questions = list(fates), list(questions)
    how = _by_term(fates, sources)
    left = len(how)
    found = [
        Step("fields", _TITLES["fields"], 0, len(fates)),
        Step("once", _TITLES["once"], len(fates) - left, left),
    ]
    for each in ("derived", "fetched", "assigned", "signed", "blank", "same", "lost"):
        terms = tuple(sorted(term for term, is_how in how.items() if is_how == each))
        left -= len(terms)
        if terms or each != "lost":
            found.append(Step(each, _TITLES[each], len(terms), left, terms))
    added = tuple(q.term for q in questions if q.term not in how)
    if added:
        left += len(added)
        found.append(Step("helper", _TITLES["helper"], -len(added), left, added))
    found.append(Step("asked", _TITLES["asked"], 0, left))
    return tuple(found)


def _by_term(fates: Iterable[Fate], sources: Mapping[str, Source]) -> dict[str, str]:
    """What becomes of each term of the forms. One that some field needs is not blank, whatever the others say."""
    how: dict[str, str] = {}
    for fate in fates:
        term = fate.term or f"@{fate.key}"
        source = sources.get(term)
        becomes = source.how if source and fate.how != "blank" else fate.how
        if how.get(term, "blank") in ("blank", "lost") or becomes == "asked":
            how[term] = becomes
    return how


def removed(merge: Merge, language: str) -> Iterator[str]:
    """What each step took away, terms of the same reason on one line."""
    blank = {fate.term: fate.why for fate in merge.fates if fate.how == "blank"}
    for step in merge.steps:
        reasons: dict[str, list[str]] = {}
        for term in step.terms if step.how != "helper" else ():
            source = merge.sources.get(term)
            why = blank[term] if step.how == "blank" else source.why if source else step.title
            reasons.setdefault(why.say(language), []).append(term)
        for reason, terms in reasons.items():
            said = reason if step.how == "blank" else f"{step.title.say(language)} ({reason})"
            yield f"{said}: {' '.join(terms)}"


def table(merge: Merge) -> str:
    """The waterfall for a terminal in both languages; columns line up though Chinese characters are two cells wide."""
    zh, en = (max(_cells(step.title.say(language)) for step in merge.steps) + 2 for language in ("zh", "en"))
    lines = []
    for step in merge.steps:
        removed = f"{-step.removed:+d}" if step.removed else ""
        bar = "█" * max(1, round(step.left / 15))
        lines.append(f"{_padded(step.title.zh, zh)}{_padded(step.title.en, en)}{removed:>6}{step.left:>6}  {bar}")
    return "\n".join(lines)


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))
