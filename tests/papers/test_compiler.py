"""The compiler on little books: the fewest questions, nothing merged that does not fit, no ring of rules."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest

from lingqu.centre.papers import door
from lingqu.centre.papers.proof import Fate
from lingqu.kernel.errors import Invalid
from papers import books

WHY = {"why": "w"}
C = {"type": "C10"}


def asked(made: door.Merge) -> set[str]:
    return {question.term for question in made.questions}


def rule(gives: str, by: str, **more) -> dict:
    return {"gives": gives, "by": by, "why": "w"} | more


def test_one_question_gives_many():
    """Greedy would ask b, c and d; a stands on no form and gives all three."""
    book = books.little(
        {"x": {k: C for k in "abcd"}},
        {"f": [("x.b", "C10"), ("x.c", "C10"), ("x.d", "C10")]},
        {"derivations": [rule(f"x.{k}", "x.a") for k in "bcd"]},
    )
    made, faults = door.proved(book, ())
    assert faults == []
    assert asked(made) == {"x.a"}
    assert made.questions[0].helper
    assert [step.left for step in made.steps if step.how == "helper"] == [1]


def test_fewest_of_random_rules_as_brute_force_finds_them():
    rng = random.Random(7)
    for _ in range(400):
        terms = [f"t{i}" for i in range(rng.randint(2, 9))]
        ways: dict[str, list[frozenset[str]]] = {}
        for _ in range(rng.randint(0, 12)):
            ways.setdefault(rng.choice(terms), []).append(
                frozenset(rng.sample(terms, rng.randint(0, min(3, len(terms)))))
            )
        fixed = {term: tuple(alternatives) for term, alternatives in ways.items()}
        askable = {term for term in terms if rng.random() < 0.8}
        required = {term for term in terms if rng.random() < 0.6}
        found = door.choose(required, fixed, askable, {})
        possible = required & door.closure(askable, fixed)
        best = next(
            size
            for size in range(len(terms) + 1)
            if any(possible <= door.closure(set(each), fixed) for each in itertools.combinations(sorted(askable), size))
        )
        assert found.exact
        assert len(found.asked) == found.bound == best
        assert found.lost == required - possible
        assert possible <= door.closure(found.asked, fixed)


def test_beyond_the_limit_it_says_so(monkeypatch):
    monkeypatch.setattr("lingqu.centre.papers.choose.MOST", 5)
    rng = random.Random(3)
    terms = [f"t{i}" for i in range(30)]
    ways = {t: tuple(frozenset(rng.sample(terms, 2)) for _ in range(3)) for t in terms}
    found = door.choose(set(terms), ways, set(terms), {})
    assert not found.exact
    assert found.bound <= len(found.asked)
    assert set(terms) <= door.closure(found.asked, ways)
    for term in found.asked:
        assert not set(terms) <= door.closure(found.asked - {term}, ways)


@pytest.mark.parametrize(
    ("attribute", "blank"),
    [
        ({"type": "C10"}, "C9"),
        ({"type": "C10"}, "N10"),
        ({"type": "N8.2"}, "N8"),
        ({"type": "N8"}, "N8.2"),
        ({"type": "date"}, "C10"),
        ({"type": "bool"}, "code"),
        ({"type": "text"}, "C2000"),
        ({"type": "file"}, "C100"),
    ],
)
def test_what_does_not_fit_is_never_merged(attribute, blank):
    book = books.little({"x": {"a": attribute}}, {"f": [("x.a", attribute["type"])], "g": [("x.a", blank)]})
    made, faults = door.proved(book, ())
    assert faults == []
    assert asked(made) == {"x.a", "@g.1"}
    assert [odd.field for odd in made.unmerged] == ["g.1"]


def test_different_code_lists_are_never_merged():
    a = {"type": "code", "codes": "one"}
    book = books.little({"x": {"a": a}}, {"f": [("x.a", "code")], "g": [("x.a", "code", {"codes": "two"})]})
    made, faults = door.proved(book, ())
    assert faults == []
    assert asked(made) == {"x.a", "@g.1"}


def test_an_accepted_equivalence_that_does_not_fit_is_named_and_passed_over():
    book = books.little(
        {"x": {"a": {"type": "C20"}, "b": {"type": "C10"}}},
        {"f": [("x.a", "C20"), ("x.b", "C10")]},
        {"equivalences": [{"term": "x.b", "of": "x.a", "accepted": "somebody"} | WHY]},
    )
    made, faults = door.proved(book, ())
    assert faults == []
    assert asked(made) == {"x.a", "x.b"}
    assert [odd.term for odd in made.unmerged] == ["x.b"]


def test_random_forms_merge_nothing_that_does_not_fit():
    rng = random.Random(11)
    kinds = ["C5", "C10", "C60", "N4", "N8.2", "date", "bool", "text", "code"]
    for _ in range(200):
        terms = {"x": {f"a{i}": {"type": rng.choice(kinds)} for i in range(6)}}
        forms = {f: [(f"x.a{rng.randrange(6)}", rng.choice(kinds)) for _ in range(6)] for f in "fgh"}
        same = [{"term": f"x.a{i}", "of": "x.a0", "accepted": "s", "reverse": True} | WHY for i in range(1, 6)]
        book = books.little(terms, forms, {"equivalences": rng.sample(same, 3)})
        made, faults = door.proved(book, ())
        assert faults == []
        fields = {f"{form.code}.{each.seq}": each for form, each in book.fields()}
        for fate in made.fates:
            term = fate.term
            while not term.startswith("@") and made.sources[term].how == "same":
                below = made.sources[term].needs[0]
                a, b = book.words[below].attribute, book.words[term].attribute
                assert door.misfit(a.type, a.codes, b.type, b.codes) is None
                term = below
            if not fate.term.startswith("@"):
                assert door.misfit(book.words[fate.term].attribute.type, None, fields[fate.key].type, None) is None


def test_a_ring_of_rules_is_refused_and_named():
    book = books.little(
        {"x": {"a": C, "b": C, "c": C}},
        {"f": [("x.a", "C10")]},
        {"derivations": [rule("x.a", "x.b"), rule("x.b", "x.c"), rule("x.c", "x.a")]},
    )
    with pytest.raises(Invalid, match=r"x\.a → x\.b → x\.c → x\.a") as refused:
        door.merge(book)
    assert refused.value.rule == "papers.cycle"


def test_reverse_rules_ask_one_of_two():
    book = books.little(
        {"x": {"a": C, "b": C}},
        {"f": [("x.a", "C10"), ("x.b", "C10")]},
        {"derivations": [rule("x.a", "x.b"), rule("x.b", "x.a", reverse=True)]},
    )
    made, faults = door.proved(book, ())
    assert faults == []
    assert len(asked(made)) == 1


def test_a_rule_counts_only_where_its_inputs_can_be_had():
    terms = {"x": {"a": C, "b": C | {"asked": False}}}
    book = books.little(terms, {"f": [("x.a", "C10")]}, {"derivations": [rule("x.a", "x.b")]})
    assert asked(door.merge(book)) == {"x.a"}


def test_what_cannot_be_had_is_named_as_lost():
    book = books.little({"x": {"a": C | {"asked": False}}}, {"f": [("x.a", "C10")]})
    made, faults = door.proved(book, ())
    assert faults == []
    assert [fate.key for fate in made.lost] == ["f.1"]


def test_an_unmapped_field_is_asked_for_itself():
    made, faults = door.proved(books.little({"x": {"a": C}}, {"f": [("x.a", "C10"), (None, "C10")]}), ())
    assert faults == []
    assert asked(made) == {"x.a", "@f.2"}


def test_conditions_of_field_attribute_and_subject():
    terms = {"x": {"a": C | {"when": "p"}, "b": C}}
    fields = {"f": [("x.a", "C10"), ("x.b", "C10", {"when": "not p"}), ("x.a", "C10", {"when": "p and q"})]}
    book = books.little(terms, fields, {"facts": {"p": {"title": "P"}, "q": {"title": "Q"}}})
    assert [fate.how for fate in door.merge(book, ["p"]).fates] == ["asked", "blank", "blank"]
    assert [fate.how for fate in door.merge(book).fates] == ["blank", "asked", "blank"]
    assert "P" in door.merge(book).fates[0].why.en
    with pytest.raises(Invalid) as refused:
        door.merge(book, ["unheard"])
    assert refused.value.rule == "papers.fact"


def _tampered(made: door.Merge) -> list[door.Merge]:
    """Proofs that claim too much, each in its own way."""
    first, asked_of = made.fates[0], made.questions[0].term
    blank = next(f for f in made.fates if f.how == "blank")
    derived = next(s for s in made.sources.values() if s.how == "derived" and s.needs)
    lies = {
        "a field left out": {"fates": made.fates[1:]},
        "a field twice": {"fates": (*made.fates, first)},
        "a field that is none": {"fates": (*made.fates, Fate("X", 1, first.title, "blank"))},
        "blank though its condition holds": {"fates": (dataclasses.replace(first, how="blank"), *made.fates[1:])},
        "lost though it is not": {"fates": (dataclasses.replace(first, how="lost"), *made.fates[1:])},
        "another term's value": {"fates": (dataclasses.replace(first, term=derived.term), *made.fates[1:])},
        "a value though not applicable": {
            "fates": tuple(dataclasses.replace(f, how="asked") if f is blank else f for f in made.fates)
        },
        "a question left out": {"questions": made.questions[1:]},
        "a needless question": {
            "questions": (*made.questions, dataclasses.replace(made.questions[0], term=derived.term))
        },
        "a question twice": {"questions": (*made.questions, made.questions[0])},
        "a rule that is none": {
            "sources": {**made.sources, asked_of: door.Source(asked_of, "derived", (), "rule:0")}
        },
        "a source left out": {"sources": {t: s for t, s in made.sources.items() if t != asked_of}},
        "before its inputs": {"sources": {**made.sources, derived.term: dataclasses.replace(derived, step=0)}},
        "fewer inputs": {"sources": {**made.sources, derived.term: dataclasses.replace(derived, needs=())}},
    }  # fmt: skip
    return [dataclasses.replace(made, **lie) for lie in lies.values()]


def test_the_checker_refuses_what_was_tampered_with():
    book, true = books.book("founding_common"), books.situation("founding_common").true
    made = door.merge(book, true)
    for lie in _tampered(made):
        assert door.verify(book.forms, book.terms, book.rules, true, lie)


@pytest.mark.parametrize("code", ["birth_common", "birth_abroad_parent", "newborn_insurance", "maternity_allowance"])
def test_another_situation_needs_no_code(code):
    """Nine forms around a birth, another pack."""
    book = books.book(code)
    made, faults = door.proved(book, books.situation(code).true, code)
    assert faults == []
    assert not made.lost
    assert made.exact
    assert made.asked < len({fate.term for fate in made.fates}) / 2


def test_a_birth_fills_nine_forms():
    """A made-up child, by hand."""
    book = books.book("birth_common")
    made = door.merge(book, books.situation("birth_common").true)
    answers = {question.term: f"<{question.term}>" for question in made.questions}
    answers |= {"母亲.证件号码": "230102199001011227", "父亲.证件号码": "230102198807071213", "家庭.民族随谁": "2"}
    held = {"sex": "2", "date": "2026-03-01", "ethnicGroup": "01", "way": "2", "base": 6000}
    from decimal import Decimal

    held["base"] = Decimal(6000)

    def fetch(holding, keys):
        return {name: held.get(name, f"{holding.code}.{name}") for name in holding.gives.values()}

    forms = door.Filler(book, made).fill(answers, fetch, {"新生儿.公民身份号码": "230102202603010024"}).forms
    assert forms["NB1"][2] == "2"
    assert (forms["NB1"][15], forms["NB1"][22]) == (Decimal(36), Decimal(37))
    assert forms["NB4"][10] == "230102"
    assert forms["NB3"][10] == "30", "daughter of the head"
    assert (forms["NB6"][17], forms["NB6"][18]) == (Decimal(113), Decimal("22600.00"))
    assert forms["NB3"][25] == forms["NB1"][12], "the mother applies"
