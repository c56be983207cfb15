"""Which term an unmapped field probably means: proposals with scores, for a person to accept.

The score joins likeness of names (in Chinese and English), type and code list, and neighbours: fields beside it that
are mapped to the same subject. Where other mapped forms have a field of the same label, that counts most. A proposal is
never applied by itself: a type or code list that does not fit is no proposal at all.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest

from lingqu.centre.papers.book import Book, Word
from lingqu.centre.papers.definitions import Form, FormField
from lingqu.centre.papers.fitting import misfit, shape
from lingqu.kernel.text import Text

THRESHOLD = 0.55
"""Below this nothing is proposed: most of what is found there is wrong (measured, docs/papers.md)."""

_WEIGHTS = {"label": 0.62, "term": 0.22, "type": 0.06, "near": 0.10}
_CLEAR = 0.03
"""Two terms nearer than this are both meant as likely as not: neither is proposed."""

_UNSEEN = 0.9
"""A term that no other form names is known by its own name only, and trusted less."""

_NOISE = re.compile(r"[\s（）()【】\[\]、，,。:：/／\-—_·]+|[一二三四五六七八九十]、|\d+")
_SAME = {
    "电邮": "电子邮箱",
    "电子信箱": "电子邮箱",
    "手机": "移动电话",
    "身份证件": "证件",
    "种类": "类型",
    "有效证件": "证件",
}
"""Words of offices that mean the same."""


@dataclass(frozen=True)
class Proposal:
    """``field`` probably means ``term``; ``score`` from 0 to 1; ``like`` is the mapped field most like it."""

    form: str
    seq: int
    title: str
    term: str
    score: float
    like: str


@dataclass(frozen=True)
class Quality:
    """Of one form whose mapping was hidden: proposals made, right ones, fields there were."""

    form: str
    proposed: int
    right: int
    fields: int

    @property
    def precision(self) -> float:
        return self.right / self.proposed if self.proposed else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.fields if self.fields else 1.0


def propose(book: Book, form: Form, threshold: float = THRESHOLD) -> list[Proposal]:
    """The best term for each unmapped field of ``form``, learnt from the other forms of the book."""
    known = _Known(book, form.code)
    first = [known.best(form, field, {}) for field in form.fields]
    near = {
        field.seq: (field.binds or (best[1] if best and best[0] >= threshold else "")).partition(".")[0]
        for field, best in zip(form.fields, first, strict=True)
    }
    found = []
    for field in form.fields:
        best = None if field.binds else known.best(form, field, near)
        if best is not None and best[0] >= threshold:
            score, term, like = best
            found.append(Proposal(form.code, field.seq, field.title.zh, term, round(score, 3), like))
    return found


def quality(book: Book, threshold: float = THRESHOLD) -> list[Quality]:
    """Each form in turn with its mapping hidden, and its English labels, which were made from the mapping.

    Fields whose term stands on no other form cannot be learnt from a label; they count against recall all the same."""
    made = []
    for form in book.forms:
        hidden = form.model_copy(update={"fields": tuple(map(_hidden, form.fields))})
        truth = {field.seq: field.binds for field in form.fields}
        proposals = propose(book, hidden, threshold)
        right = sum(truth[p.seq] == p.term for p in proposals)
        made.append(Quality(form.code, len(proposals), right, sum(1 for t in truth.values() if t)))
    return made


def _hidden(field: FormField) -> FormField:
    return field.model_copy(update={"binds": None, "title": Text.model_validate(field.title.zh)})


class _Known:
    """Labels of the mapped fields of all forms but one."""

    def __init__(self, book: Book, without: str) -> None:
        self.book = book
        self.labels: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for form in book.forms:
            for field in form.fields if form.code != without else ():
                if field.binds in book.words:
                    self.labels[field.binds or ""].append((plain(field.title.zh), f"{form.code}.{field.seq}"))
        self.grams = {text: _grams(text) for pairs in self.labels.values() for text, _ in pairs}
        self.own = {term: _grams(plain(_spoken(word))) for term, word in book.words.items()}
        self.english = {term: _words(word.title.en) for term, word in book.words.items()}

    def best(self, form: Form, field: FormField, near: Mapping[int, str]) -> tuple[float, str, str] | None:
        label = plain(field.title.zh)
        grams, english = _grams(label), _words(field.title.en) if field.title.en != field.title.zh else Counter()
        subject = plain(form.title.zh)
        found = (
            (*self._score(word, field, label, grams, english, subject, near), term)
            for term, word in self.book.words.items()
            if misfit(word.attribute.type, word.attribute.codes, field.type, field.codes or word.attribute.codes)
            is None
        )
        best = nlargest(2, found, key=lambda each: (each[0], each[2]))
        if not best or (len(best) == 2 and best[0][0] - best[1][0] < _CLEAR):
            return None
        return best[0][0], best[0][2], best[0][1]

    def _score(
        self,
        word: Word,
        field: FormField,
        label: str,
        grams: Counter[str],
        english: Counter[str],
        form_title: str,
        near: Mapping[int, str],
    ) -> tuple[float, str]:
        likeness, like = 0.0, ""
        for text, place in self.labels.get(word.term, ()):
            score = 1.0 if text == label else _dice(grams, self.grams[text])
            if score > likeness:
                likeness, like = score, place
        named = max(_dice(grams, self.own[word.term]), _dice(english, self.english[word.term]) if english else 0.0)
        if word.term not in self.labels:
            likeness = _UNSEEN * named
        whole = plain(word.subject) + label
        if word.subject in form_title and plain(_spoken(word)) == whole:
            named = likeness = 1.0
        same_type = 1.0 if shape(word.attribute.type) == shape(field.type) else 0.4
        beside = _beside(near, field.seq, word.subject)
        w = _WEIGHTS
        return w["label"] * likeness + w["term"] * named + w["type"] * same_type + w["near"] * beside, like


def plain(label: str) -> str:
    """A label without brackets, numbers and marks, offices' words for the same thing made one."""
    text = _NOISE.sub("", label)
    for said, meant in _SAME.items():
        text = text.replace(said, meant)
    return text


def _spoken(word: Word) -> str:
    return word.subject + word.attribute.title.zh


def _grams(text: str) -> Counter[str]:
    """Single characters and pairs of them: short labels have few pairs."""
    return Counter([*text, *(text[i : i + 2] for i in range(len(text) - 1))])


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[a-z]+", text.lower()))


def _dice(a: Counter[str], b: Counter[str]) -> float:
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def _beside(near: Mapping[int, str], seq: int, subject: str) -> float:
    """The share of up to four neighbours that speak of the same subject."""
    others: Iterable[str] = [near[n] for n in (seq - 2, seq - 1, seq + 1, seq + 2) if near.get(n)]
    others = list(others)
    return sum(each == subject for each in others) / len(others) if others else 0.0
