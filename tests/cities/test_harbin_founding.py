"""Harbin's demo accounts found a firm: a citizen applies, five departments work on it, one issues the licence."""

from __future__ import annotations

from pathlib import Path

import pytest

from founding import ANSWERS, ME, PEOPLE, STEPS, example, id_of, value
from lingqu.blueprint import door as blueprint
from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import Account
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.centre.procedures import store
from lingqu.ui import vendor

HARBIN = Path(__file__).parents[2] / "cities" / "harbin"
CLERKS = {
    "market": "licences",
    "police": "police_clerk",
    "taxation": "tax_clerk",
    "human_resources": "insurance_clerk",
    "housing": "fund_clerk",
    "health": "health_clerk",
}


@pytest.fixture
def harbin(db: None, settings) -> None:
    vendor.bring(dev=True)
    settings.LINGQU_CITY = HARBIN
    store.forget()
    blueprint.apply(SYSTEM, blueprint.load(HARBIN))
    access.ensure_demo_accounts()
    drafts = [
        entities.Draft(id_of(number), "Person", {"name": value(name), "idNumber": value(number)}, owner="police")
        for number, name in PEOPLE.items()
    ]
    entities.write(SYSTEM, drafts)
    access.link_demo_account("citizen", id_of(ME), PEOPLE[ME])


def account(name: str) -> Actor:
    return access.acting(Account.objects.get(username=name))


def act(case: int, node: str, **answers: bool) -> None:
    [item] = [i for i in procedures.case(SYSTEM, case).items if i.node == node and i.state == "open"]
    procedures.complete(account(CLERKS[item.department]), item.id, answers)


def test_a_firm_is_founded(harbin: None) -> None:
    citizen = account("citizen")
    made = papers.begin_application(citizen, "founding_common")
    made = papers.save_application(citizen, made.number, made.step, example(papers.applications.asked_of(made)))
    number = procedures.apply(citizen, made.number, agreed=True)
    act(number, "accept", complete=True)
    for node in STEPS:
        act(number, node, **{ANSWERS[node]: True})
    act(number, "issue")
    [licence] = papers.certificates.of_person(citizen.person)
    assert entities.get(SYSTEM, licence.holder).value("name") == "松江一号软件有限公司"
    assert papers.certificates.show(access.ANONYMOUS, licence.number).state == "valid"


def test_a_birth_is_applied_for(harbin: None) -> None:
    citizen = account("citizen")
    made = papers.begin_application(citizen, "birth_common")
    mother, father = list(PEOPLE)[1], ME
    answers = example(papers.applications.asked_of(made)) | {"母亲.证件号码": [mother], "父亲.证件号码": [father]}
    made = papers.save_application(citizen, made.number, made.step, answers)
    number = procedures.apply(citizen, made.number, agreed=True)
    act(number, "accept", complete=True)
    act(number, "register", registered=True)
    act(number, "insure", insured=True)
    assert procedures.case(citizen, number).outcome == "已办结"


@pytest.mark.parametrize(
    ("code", "step", "said", "outcome"),
    [
        ("newborn_insurance", "enrol", {"insured": True}, "已参保"),
        ("maternity_allowance", "examine", {"granted": True}, "准予发放"),
        ("maternity_allowance", "examine", {"granted": False}, "不予办理"),
    ],
)
def test_one_form_of_a_birth_is_applied_for_by_itself(
    harbin: None, code: str, step: str, said: dict[str, bool], outcome: str
) -> None:
    citizen = account("citizen")
    made = papers.begin_application(citizen, code)
    asked = papers.applications.asked_of(made)
    own = {"母亲.证件号码": [list(PEOPLE)[1]], "父亲.证件号码": [ME]}
    answers = example(asked)
    answers |= {term: value for term, value in own.items() if term in answers}
    made = papers.save_application(citizen, made.number, made.step, answers)
    number = procedures.apply(citizen, made.number, agreed=True)
    act(number, step, **said)
    found = procedures.case(citizen, number)
    assert (found.state, found.outcome) == ("ended", outcome)
