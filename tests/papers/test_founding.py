"""The 17 forms of founding a firm: 555 fields, few questions, and every form comes back as it was."""

from __future__ import annotations

import random

import pytest

from lingqu.centre.papers import door
from papers import books, firms

SITUATIONS = ("founding_common", "founding_investment", "founding_subsidiary")
APPLICATIONS = 10_000


@pytest.fixture(scope="module")
def book() -> door.Book:
    return books.book("founding_common")


@pytest.mark.parametrize("code", SITUATIONS)
def test_proved(book, code):
    made, faults = door.proved(book, books.situation(code).true, code)
    assert faults == []
    assert not made.lost
    assert not made.unmerged
    assert made.exact
    assert made.bound == made.asked
    steps = {step.how: step for step in made.steps}
    assert (steps["fields"].left, steps["once"].left) == (555, 266)
    assert steps["asked"].left == made.asked


def test_common_case_asks_at_most_64(book):
    made = door.merge(book, books.situation("founding_common").true)
    assert made.asked <= 64
    assert made.asked == 51, "docs/papers.md prints this"


def test_every_question_is_needed(book):
    """Without any one of the questions some field cannot be filled."""
    made = door.merge(book, books.situation("founding_common").true)
    rules = {term: (frozenset(source.needs),) for term, source in made.sources.items() if source.how != "asked"}
    asked = {question.term for question in made.questions}
    needed = {need for fate in made.fates if fate.how not in ("blank", "lost") for need in [fate.term]}
    assert needed <= door.closure(asked, rules)
    every = {}
    for condition, way in book.ways():
        if book.holds(condition, {fact: fact in books.situation("founding_common").true for fact in book.rules.facts}):
            every[way.gives] = (*every.get(way.gives, ()), frozenset(way.needs))
    for term in asked:
        assert not needed <= door.closure(asked - {term}, every), term


def _situations(rng: random.Random, facts: list[str]) -> list[set[str]]:
    made = [set(books.situation(code).true) for code in SITUATIONS]
    return made + [
        {fact for fact in facts if rng.random() < share} for share in (0.15, 0.4, 0.5, 0.7, 1.0) for _ in range(7)
    ]


def test_ten_thousand_applications_come_back(book):
    """For 38 situations, most of them drawn at random, every field of every form is what it was."""
    rng = random.Random(555)
    chosen = _situations(rng, sorted(book.rules.facts))
    for facts in chosen:
        made, faults = door.proved(book, facts)
        assert not faults
        assert not made.lost
        asked = [question.term for question in made.questions]
        signed = {term for each in book.rules.signed for term in each.terms}
        tables: dict[str, dict[str, str]] = {"divisions": {}, "land_rates": {}}
        filler = door.Filler(book, made, tables)
        for _ in range(-(-APPLICATIONS // len(chosen))):
            world = firms.make(rng, facts, book.rules)
            tables["divisions"].clear()
            tables["divisions"].update(world.divisions)
            tables["land_rates"].clear()
            tables["land_rates"].update(world.rates)
            values = world.values
            filled = filler.fill(
                {term: values[term] for term in asked}, world.fetch, values, {term: values[term] for term in signed}
            )
            for form in book.forms:
                was, now = firms.original(form, world), filled.forms[form.code]
                assert now == was, [(form.code, n, now[n], was[n]) for n in was if now[n] != was[n]][:3]


@pytest.mark.parametrize(
    ("term", "wrong"),
    [
        ("投资人.出资比例", "rounded(投资人.认缴出资额 / 企业.注册资本 * 100, 1)"),
        ("企业.纳税人识别号", "text(left(企业.住所.区划代码, 4), 企业.组织机构代码)"),
        ("投资结构.国有比例", "rounded(total(投资人.认缴出资额) / 企业.注册资本 * 100, 2)"),
        ("船舶.年应纳税额", "rounded(船舶.净吨位 * 3, 2)"),
    ],
)
def test_a_wrong_rule_is_noticed(book, term, wrong):
    """The comparison above can fail."""
    rules = tuple(
        each.model_copy(update={"by": wrong}) if each.gives == term else each for each in book.rules.derivations
    )
    bad = door.Book(book.forms, book.terms, book.rules.model_copy(update={"derivations": rules}))
    facts = {"has_ships"}
    made, rng = door.merge(bad, facts), random.Random(5)
    differing = 0
    for _ in range(20):
        world = firms.make(rng, facts, book.rules)
        filler = door.Filler(bad, made, {"divisions": world.divisions, "land_rates": world.rates})
        asked = {question.term: world.values[question.term] for question in made.questions}
        filled = filler.fill(asked, world.fetch, world.values, world.values)
        differing += any(firms.original(form, world) != filled.forms[form.code] for form in bad.forms)
    assert differing > 5


def test_an_office_sees_its_own_forms_only(book):
    made = door.merge(book, books.situation("founding_common").true)
    filled = door.Filler(book, made, {"divisions": {}, "land_rates": {}}).fill({}, lambda holding, keys: None)
    assert sorted(filled.of_office(book, "tongji")) == ["F17"]
    assert sorted(filled.of_office(book, "dishui")) == ["F13", "F14", "F15", "F16"]


def test_what_a_register_says_can_be_corrected(book):
    made = door.merge(book, books.situation("founding_common").true)
    filler = door.Filler(book, made, {"divisions": {}, "land_rates": {}})
    filled = filler.fill({"法定代表人.姓名": "李四"}, lambda holding, keys: {"name": "张三"})
    assert filled.forms["F09"][28] == "李四"
    assert filled.disputed == ("法定代表人.姓名",)


def test_order_of_forms_changes_nothing(book):
    true = books.situation("founding_investment").true
    other = door.Book(tuple(reversed(book.forms)), book.terms, book.rules)
    assert door.merge(other, reversed(true)).document() == door.merge(book, true).document()
    assert door.merge(book, true).document() == door.merge(book, true).document()


def test_proposals_for_hidden_mappings(book):
    found = door.quality(book)
    right, made = sum(q.right for q in found), sum(q.proposed for q in found)
    assert right / made > 0.9
    assert right / sum(q.fields for q in found) > 0.7
