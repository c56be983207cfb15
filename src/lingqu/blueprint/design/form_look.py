"""How a form would look and what it would ask: filled with examples, merged with the other forms of each situation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import door as papers
from lingqu.centre.papers.door import Book, Dossier, Filled, Form, FormRules, FormSituation, FormTerms
from lingqu.kernel.elements import CodeList
from lingqu.kernel.errors import LingquError, NotFound
from lingqu.kernel.text import Text

EXAMPLES = {"bool": True, "sign": "（签名）", "file": "附件.pdf", "text": "示例文字"}


@dataclass(frozen=True)
class Added:
    """A situation's questions without the draft and with it: ``more`` and ``fewer`` are titles of questions.
    ``belongs``: the situation asks for the form already; else it is as if it did. ``why``: it could not be merged."""

    situation: FormSituation
    belongs: bool
    before: int = 0
    after: int = 0
    more: tuple[Text, ...] = ()
    fewer: tuple[Text, ...] = ()
    made: Any = None
    why: Text | None = None


def rules_of(form: Form) -> FormRules:
    """Raises ``NotFound`` (``papers.rules``)."""
    found = next((each for each in drawing.every(FormRules).values() if each.terms == form.terms), None)
    if found is None:
        raise NotFound(
            "papers.rules",
            Text(zh=f"词汇“{form.terms}”还没有合并规则", en=f"The vocabulary {form.terms!r} has no rules yet"),
            place=form.terms,
            next_step=Text(zh="在 form_rules/ 中定义", en="Define them in form_rules/"),
        )
    return found


def book(form: Form) -> Book:
    """The form beside all published ones of its vocabulary."""
    others = {**drawing.every(Form), form.code: form}
    words = drawing.every(FormTerms)[form.terms]
    return Book(tuple(each for each in others.values() if each.terms == form.terms), words, rules_of(form))


def proposals(form: Form) -> list[papers.Proposal]:
    return papers.propose(book(form), form)


def example(form: Form) -> Dossier:
    """The form alone, every blank filled with an example of its type; two rows of a repeated subject."""
    alone = Book((form,), drawing.every(FormTerms)[form.terms], rules_of(form))
    true = {
        fact for each in drawing.every(FormSituation).values() if each.rules == alone.rules.code for fact in each.true
    }
    made = papers.merge(alone, sorted(true & set(alone.rules.facts)))
    blank = {fate.n for fate in made.fates if fate.how in ("blank", "lost")}
    values = {
        field.seq: None
        if field.seq in blank
        else _example(field.type, field.codes, bool(alone.repeats(field.binds or "")))
        for field in form.fields
    }
    return Dossier(alone, made, Filled({form.code: values}, {}, ()))


def _example(kind: str, codes: str | None, rows: bool) -> Any:
    value: Any = EXAMPLES.get(kind)
    if kind == "date":
        value = timezone.localdate().isoformat()
    elif kind == "code":
        known = drawing.every(CodeList).get(codes or "")
        value = known.items[0].code if known and known.items else "1"
    elif value is None:
        whole, _, decimals = kind[1:].partition(".")
        value = "示例文字"[: int(whole)] if kind[0] == "C" else Decimal(10) ** -int(decimals or 0) * 12
    return [value, value] if rows else value


def added(form: Form) -> Iterator[Added]:
    """What the draft does to the questions of each situation of its vocabulary."""
    forms, terms, rules = drawing.every(Form), drawing.every(FormTerms), drawing.every(FormRules)
    for situation in drawing.every(FormSituation).values():
        own = rules.get(situation.rules)
        if own is None or own.terms != form.terms:
            continue
        belongs = form.code in situation.forms
        later = situation if belongs else situation.model_copy(update={"forms": (*situation.forms, form.code)})
        earlier = (
            situation
            if form.code in forms or not belongs
            else situation.model_copy(update={"forms": tuple(code for code in situation.forms if code != form.code)})
        )
        try:
            before = papers.merge(papers.bound(earlier, forms, terms, rules), situation.true, situation.code)
            after = papers.merge(
                papers.bound(later, {**forms, form.code: form}, terms, rules), situation.true, situation.code
            )
        except LingquError as error:
            yield Added(situation, belongs, why=error.message)
            continue
        old, new = ({q.term: q.title for q in made.questions} for made in (before, after))
        yield Added(
            situation,
            belongs,
            before.asked,
            after.asked,
            tuple(title for term, title in new.items() if term not in old),
            tuple(title for term, title in old.items() if term not in new),
            after,
        )
