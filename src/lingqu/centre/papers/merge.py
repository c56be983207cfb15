"""The merge compiler: many forms and a situation in, the fewest questions and a proof out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lingqu.centre.papers.book import Book, Way
from lingqu.centre.papers.choose import choose
from lingqu.centre.papers.definitions import Form, FormField
from lingqu.centre.papers.fitting import misfit
from lingqu.centre.papers.grammar import names
from lingqu.centre.papers.proof import Fate, Merge, Question, Source, Unmerged
from lingqu.centre.papers.waterfall import steps
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text

_PREFERRED = {how: place for place, how in enumerate(("signed", "assigned", "derived", "same", "fetched"))}
_ASKED = Text(zh="由申请人填写", en="asked of the applicant")
_LOST = Text(zh="不能询问，也没有规则能得到它", en="it cannot be asked, and no rule gives it")


def merge(book: Book, true: Iterable[str] = (), situation: str = "") -> Merge:
    """The fewest questions from which every field of the book's forms comes back.

    ``true`` are the facts that hold. Raises ``Invalid``: ``papers.cycle`` where rules rest on each other (the ring is
    named), ``papers.fact`` for a fact nobody defines, ``papers.expression`` for what cannot be read.
    """
    return _Compiler(book, {fact: True for fact in true}).merge(situation)


@dataclass
class _Compiler:
    book: Book
    facts: dict[str, bool]
    used: set[str] = field(default_factory=set)
    fates: list[Fate] = field(default_factory=list)
    unmerged: list[Unmerged] = field(default_factory=list)
    required: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, FormField] = field(default_factory=dict)

    def merge(self, situation: str) -> Merge:
        self._facts()
        for form, each in self.book.fields():
            self._field(form, each)
        ways = self._ways()
        _refuse_cycle(ways)
        askable = self._askable(ways)
        choice = choose(
            set(self.required),
            {t: tuple(frozenset(w.needs) for w in ws) for t, ws in ways.items()},
            askable,
            self._rank(),
        )
        sources = self._sources(choice.asked, ways)
        fates = tuple(self._settled(fate, sources) for fate in self.fates)
        questions = self._questions(choice.asked, sources, fates)
        told = {fact: self.facts[fact] for fact in sorted(self.used)}
        return Merge(
            situation,
            told,
            questions,
            dict(sorted(sources.items())),
            fates,
            tuple(self.unmerged),
            steps(self.book, fates, sources, questions),
            choice.exact,
            choice.bound,
        )

    def _facts(self) -> None:
        known = self.book.rules.facts
        for fact in self.facts.keys() - known.keys():
            raise Invalid(
                "papers.fact",
                Text(zh=f"没有事实“{fact}”", en=f"There is no fact {fact!r}"),
                next_step=Text(zh="可用：" + "、".join(known), en="Use: " + ", ".join(known)),
            )
        self.facts = {fact: self.facts.get(fact, False) for fact in known}

    def _holds(self, condition: str) -> bool:
        self.used.update(names(condition))
        return self.book.holds(condition, self.facts)

    def _field(self, form: Form, each: FormField) -> None:
        conditions = self.book.condition_of(each)
        false = tuple(condition for condition in conditions if not self._holds(condition))
        term, key = each.binds or "", f"{form.code}.{each.seq}"
        word = self.book.words.get(term)
        if false:
            why = self.book.spoken(false)
            why = Text(zh=f"本情形不涉及：{why.zh}", en=f"not so in this situation: {why.en}")
            self.fates.append(Fate(form.code, each.seq, each.title, "blank", term, conditions=false, why=why))
            return
        fits = None
        if word is not None and not each.written_as:
            fits = misfit(word.attribute.type, word.attribute.codes, each.type, each.codes or word.attribute.codes)
        if fits is not None:
            self.unmerged.append(Unmerged(key, term, fits))
        repeated = bool(self.book.repeats(term)) if word is not None and fits is None else each.repeats > 1
        if word is None or fits is not None:
            term = f"@{key}"
            self.own[term] = each
        written, where = (each.written_as, each.where) if fits is None and word is not None else ("", "")
        self.fates.append(Fate(form.code, each.seq, each.title, "", term, written, where, repeated))
        read = (self.book.needs(written) if written else (term,)) + (self.book.needs(where) if where else ())
        for needed in read:
            self.required.setdefault(needed, []).append(key)

    def _ways(self) -> dict[str, list[Way]]:
        """Ways that hold here. What does not fit is no way: an equivalence of misfits is named and passed over."""
        found: dict[str, list[Way]] = {}
        for condition, way in self.book.ways():
            if not self._holds(condition):
                continue
            if way.how == "same" and (misfitting := self._misfit(way)) is not None:
                self.unmerged.append(Unmerged(way.rule, way.gives, misfitting))
                continue
            found.setdefault(way.gives, []).append(way)
        return found

    def _misfit(self, way: Way) -> Text | None:
        a, b = self.book.words.get(way.needs[0]), self.book.words.get(way.gives)
        if a is None or b is None:
            return Text(zh="数据项不存在", en="there is no such term")
        if self.book.repeats(a.term) != self.book.repeats(b.term) or a.attribute.many != b.attribute.many:
            return Text(zh="一个有多行，另一个没有", en="one has rows, the other has not")
        return misfit(a.attribute.type, a.attribute.codes, b.attribute.type, b.attribute.codes)

    def _askable(self, ways: Mapping[str, list[Way]]) -> set[str]:
        """Terms a person can be asked for: not what an office writes or a signature replaces."""
        never = {term for term, ws in ways.items() if any(w.how in ("assigned", "signed") for w in ws)}
        words = self.book.words
        return ({t for t, word in words.items() if word.attribute.asked} - never) | set(self.own)

    def _rank(self) -> dict[str, tuple[int, ...]]:
        return {t: (-len(self.required.get(t, ())), word.place) for t, word in self.book.words.items()}

    def _sources(self, asked: frozenset[str], ways: Mapping[str, list[Way]]) -> dict[str, Source]:
        """Each term by its best way, in rounds: what a round uses was had before it. Only what is needed stays."""
        have: dict[str, Source] = {term: Source(term, "asked", why=_ASKED) for term in sorted(asked)}
        waiting = {t: sorted(ws, key=lambda w: (_PREFERRED[w.how], w.rule)) for t, ws in ways.items() if t not in have}
        step, grown = 0, True
        while grown:
            step += 1
            new: dict[str, Source] = {}
            for term, alternatives in waiting.items():
                way = next((w for w in alternatives if all(n in have for n in w.needs)), None)
                if way is not None:
                    new[term] = Source(term, way.how, way.needs, way.rule, way.why, way.text, step)
            have |= new
            waiting = {t: ws for t, ws in waiting.items() if t not in new}
            grown = bool(new)
        wanted, front = set(), [term for term in self.required if term in have]
        while front:
            if (term := front.pop()) not in wanted:
                wanted.add(term)
                front.extend(have[term].needs)
        return {term: have[term] for term in wanted}

    def _settled(self, fate: Fate, sources: Mapping[str, Source]) -> Fate:
        if fate.how:
            return fate
        read = (self.book.needs(fate.written_as) or ()) if fate.written_as else (fate.term,)
        read += self.book.needs(fate.where) if fate.where else ()
        missing = [term for term in read if term not in sources]
        source = sources.get(fate.term) or sources.get(read[0])
        if missing or source is None:
            return _with(fate, "lost", Text(zh=f"{missing[0]}：{_LOST.zh}", en=f"{missing[0]}: {_LOST.en}"))
        return _with(fate, source.how, source.why)

    def _questions(
        self, asked: frozenset[str], sources: Mapping[str, Source], fates: tuple[Fate, ...]
    ) -> tuple[Question, ...]:
        direct: dict[str, list[str]] = {term: [] for term in asked}
        through: dict[str, list[str]] = {term: [] for term in asked}
        roots = {term: _roots(term, sources) for term in sources}
        for fate in fates:
            if fate.how in ("blank", "lost"):
                continue
            read = {fate.term, *self.book.needs(fate.written_as), *self.book.needs(fate.where)} & sources.keys()
            for term in set().union(*(roots[t] for t in read)):
                (direct if term == fate.term else through)[term].append(fate.key)
        bound = {fate.term for fate in self.fates}
        return tuple(
            self._question(term, direct[term], through[term], term not in bound)
            for term in sorted(asked, key=self._order)
        )

    def _order(self, term: str) -> tuple[int, str]:
        word = self.book.words.get(term)
        return (word.place if word else 1 << 30, term)

    def _question(self, term: str, fields: list[str], through: list[str], helper: bool) -> Question:
        word = self.book.words.get(term)
        if word is None:
            own = self.own[term]
            return Question(term, own.title, "", own.type, own.codes, own.repeats > 1, tuple(fields), (), False)
        attribute, repeated = word.attribute, word.of.repeats
        return Question(
            term,
            word.title,
            word.subject,
            attribute.type,
            attribute.codes,
            repeated,
            tuple(fields),
            tuple(through),
            helper,
            attribute.many,
        )


def _with(fate: Fate, how: str, why: Text) -> Fate:
    return Fate(fate.form, fate.n, fate.title, how, fate.term, fate.written_as, fate.where, fate.repeated, why=why)


def _roots(term: str, sources: Mapping[str, Source]) -> set[str]:
    """Asked terms that ``term`` rests on."""
    found: set[str] = set()
    front, met = [term], {term}
    while front:
        source = sources[front.pop()]
        if source.how == "asked":
            found.add(source.term)
        front.extend(need for need in source.needs if need not in met)
        met.update(source.needs)
    return found


def _refuse_cycle(ways: Mapping[str, list[Way]]) -> None:
    """Raises ``Invalid`` (``papers.cycle``) for a ring of derivations none of which is marked as a reverse."""
    needs = {
        t: [n for w in ws if w.how in ("derived", "same") and not w.reverse for n in w.needs] for t, ws in ways.items()
    }
    ring = find_cycle(needs)
    if ring:
        path = " → ".join(ring)
        raise Invalid(
            "papers.cycle",
            Text(zh=f"推导规则成环：{path}", en=f"Rules rest on each other: {path}"),
            next_step=Text(zh="去掉其中一条，或写明 reverse: true", en="Take one away, or mark it reverse: true"),
        )


def find_cycle(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """One ring, its first name again at the end; empty where there is none."""
    done: set[str] = set()
    for start in sorted(needs):
        path, stack = [start], [iter(needs[start])]
        while stack and start not in done:
            below = next(stack[-1], None)
            if below is None:
                stack.pop()
                done.add(path.pop())
            elif below in path:
                return (*path[path.index(below) :], below)
            elif below not in done:
                path.append(below)
                stack.append(iter(needs.get(below, ())))
    return ()
