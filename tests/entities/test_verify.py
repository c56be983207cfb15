"""Verify without revealing: what is answered, to whom, and that nothing else can be learned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import little_city
from lingqu.centre.access import door as access
from lingqu.centre.access.definitions import Purpose
from lingqu.centre.access.door import SYSTEM, Actor, Grant
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Claim, Draft, Verified
from lingqu.kernel.errors import Invalid, Refused
from lingqu.kernel.identifiers import citizen_id_of
from little_city import DOCUMENTS, person

pytestmark = pytest.mark.usefixtures("town")
PERSON = "urn:ngsi-ld:Person:{}"
HOUSING = Actor("client", "housing-app", department="housing", purpose="verification", way="api")
BASIS = "《社会救助暂行办法》第五十八条"
SOURCE = {"s": "police.register", "d": 1, "r": 1, "t": "2026-03-01T00:00:00Z"}
PURPOSES = [("verification", "statutory_duty"), ("assistance", "consent")]


def number(n: int) -> str:
    return citizen_id_of("230102", timezone.now().date().replace(year=1980, month=3, day=4), n)


@pytest.fixture
def town(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(little_city.BOTH, "purpose", Purpose)
    verifier = {"actions": ["verify"], "types": ["Person"]}
    roles = [("role", {"code": "verifier", "title": "核验", "grants": [verifier]})]
    purposes = [("purpose", {"code": c, "title": c, "basis": BASIS, "ground": g}) for c, g in PURPOSES]
    little_city.draw([*DOCUMENTS, *roles, *purposes])
    door.write(SYSTEM, [known(n) for n in range(4)])


def known(n: int, *, lost: dict[str, Any] | None = None, **attrs: Any) -> Draft:
    facts = {"idNumber": number(n), "sex": "1", "birthDate": "1980-03-04", "address": "道里区中央大街1号3栋501室"}
    facts |= {"plate": ["黑A1000"]} if n == 1 else {}
    prov = {name: SOURCE for name in facts}
    for name, value in (lost or {}).items():
        prov[name] = SOURCE | {"lost": [{"s": "tax", "d": 1, "r": 1, "v": value}]}
    return Draft(PERSON.format(n), "Person", person(n, **{**facts, **attrs}), owner="police", prov=prov)


def agree(number: str = "V-1", *, consent: bool = False, basis: str = BASIS, **grant: Any) -> None:
    made = Grant.model_validate({"actions": ["verify"], "types": ["Person"]} | grant)
    now = timezone.now()
    access.issue(
        agreement=number,
        department="housing",
        grant=made,
        begins=now - timedelta(days=1),
        ends=now + timedelta(days=9),
        consent=consent,
        basis=basis,
    )


def ask(n: int = 0, actor: Actor = HOUSING, **items: Any) -> Verified:
    [found] = door.verify(actor, "Person", [Claim({"idNumber": number(n)}, items, "r")])
    return found


def said(n: int = 0, **items: Any) -> str:
    found = ask(n, **items)
    return next(iter(found.items.values())).result if found.items else found.state


def test_it_answers_per_item_with_source_and_day_and_never_the_value() -> None:
    agree()
    found = ask(name="王小明0", birthDate="1981-03-04", plate={"has": True})
    assert {name: a.result for name, a in found.items.items()} == {
        "name": "match",
        "birthDate": "no_match",
        "plate": "no_match",
    }
    assert found.items["birthDate"].source == "police.register"
    assert str(found.items["birthDate"].as_of) == "2026-03-01"
    assert "1980" not in repr(found)


@pytest.mark.parametrize(
    ("item", "claimed"),
    [
        ("name", "王 小·明0"),
        ("birthDate", "19800304"),
        ("birthDate", "1980年3月4日"),
        ("sex", "男"),
        ("sex", 1),
        ("address", "哈尔滨市道里区中央大街１号三幢501"),
        ("birthDate", {"before": "1980-03-05"}),
        ("birthDate", {"after": "1980/03/03"}),
        ("birthDate", {">=": "1980-03-04"}),
        ("sex", {"in": ["女", "男"]}),
    ],
)
def test_values_are_compared_by_their_standard(item: str, claimed: Any) -> None:
    agree()
    assert said(**{item: claimed}) == "match"


@pytest.mark.parametrize(
    ("item", "claimed"),
    [
        ("name", "王小明"),
        ("sex", "女"),
        ("birthDate", {"before": "1980-03-04"}),
        ("birthDate", {"<=": "1980-03-03"}),
        ("address", "南岗区中央大街1号3栋501室"),
        ("address", "道里区中央大街1号3栋502室"),
        ("sex", {"in": ["女"]}),
        ("plate", {"has": True}),
    ],
)
def test_what_is_not_so(item: str, claimed: Any) -> None:
    agree()
    assert said(**{item: claimed}) == "no_match"


def test_one_of_many_values() -> None:
    agree()
    assert said(1, plate="黑A1000") == "match"
    assert said(1, plate="黑A1001") == "no_match"
    assert said(1, plate={"has": True}) == "match"
    assert said(2, plate="黑A1000") == "cannot_say"


def test_identifiers_of_both_generations() -> None:
    agree()
    long = number(1)
    [found] = door.verify(HOUSING, "Person", [Claim({"idNumber": long[:6] + long[8:17]}, {"sex": "1"})])
    assert found.state == "answered"


def test_departments_that_disagree() -> None:
    agree()
    door.write(SYSTEM, [known(7, lost={"birthDate": "1980-03-05", "name": "王小敏7"})])
    assert said(7, birthDate="1980-03-04") == "cannot_say"
    assert said(7, birthDate={"before": "1990-01-01"}) == "match"
    assert said(7, name="李四") == "no_match"


def test_without_authorisation_nobody_learns_who_exists() -> None:
    agree(consent=True)
    stranger = replace(ask(900, sex="1"), reference="")
    assert stranger.state == "no_authorisation"
    assert replace(ask(0, sex="1"), reference="") == stranger
    refused = LedgerRow.objects.filter(act="refused").order_by("-id")[:2]
    assert [list(r.entity_ids) for r in reversed(refused)] == [[], [PERSON.format(0)]]


def test_consent_opens_and_its_end_closes_with_the_reason() -> None:
    agree(consent=True)
    who = [{"idNumber": number(0)}, {"idNumber": number(900)}]
    until = timezone.now() + timedelta(days=9)
    numbers = [
        access.ask_consent(
            HOUSING, person=p, agreement="V-1", department="housing", items=("sex",), matter="x", until=until
        ).number
        for p in door.persons(HOUSING, "Person", who)
    ]
    assert [ask(n, sex="1").state for n in (0, 900)] == ["consent_asked", "consent_asked"]
    me = Actor("person", "me", person=PERSON.format(0))
    access.give_consent(me, numbers[0])
    assert said(0, sex="1") == "match"
    access.withdraw_consent(me, numbers[0])
    closed = ask(0, sex="1")
    assert (closed.state, closed.items) == ("consent_withdrawn", {})
    assert closed.since == f"{timezone.localdate()}"


def test_no_authorisation_no_check() -> None:
    with pytest.raises(Refused) as caught:
        ask(sex="1")
    assert caught.value.rule == "access.verify"
    agree("V-2", actions=["read"])
    with pytest.raises(Refused):
        ask(sex="1")
    agree("V-3", basis="")
    with pytest.raises(Refused) as caught:
        ask(sex="1")
    assert caught.value.rule == "access.basis"
    agree("V-5")
    with pytest.raises(Refused) as caught:
        ask(ethnicGroup={"has": True})  # what readers are not shown is not told by halves, unless it is named
    assert caught.value.place == "ethnicGroup"
    access.end("V-5", "")
    agree("V-4", attributes=["sex"])
    assert said(sex="1") == "match"
    with pytest.raises(Refused) as caught:
        ask(sex="1", name="王小明0")
    assert caught.value.place == "name"
    with pytest.raises(Refused) as caught:
        ask(sex="1", actor=replace(HOUSING, purpose=""))
    assert caught.value.rule == "access.purpose"
    access.end("V-4", "used otherwise")
    access.end("V-3", "")
    with pytest.raises(Refused) as caught:
        ask(sex="1")
    assert caught.value.rule == "access.agreement_ended"


def test_a_role_verifies_on_a_basis_in_law_only() -> None:
    officer = Actor("person", "qian", roles=("verifier",), department="housing", purpose="verification")
    assert ask(0, officer, sex="1").items["sex"].result == "match"
    with pytest.raises(Refused) as caught:
        ask(0, replace(officer, purpose="assistance"), sex="1")
    assert caught.value.rule == "access.basis"


def test_who_may_verify_may_not_read() -> None:
    agree()
    with pytest.raises(Refused):
        door.find(HOUSING, door.Query(types=("Person",)))


def test_guessing_ends_after_five_values_a_day() -> None:
    agree()
    for day in range(10, 15):
        assert said(0, birthDate=f"1980-03-{day}") == "no_match"
    assert said(0, birthDate="1980-03-12") == "no_match"  # one that was tried costs nothing
    assert said(0, birthDate="1980-03-04") == "too_many_values"
    assert said(1, birthDate="1980-03-04") == "match"
    assert said(0, sex="1") == "match"
    assert LedgerRow.objects.filter(act="alert", entity_ids=[PERSON.format(0)]).exists()
    guesses = [Claim({"idNumber": number(2)}, {"birthDate": f"1980-04-{day:02}"}) for day in range(1, 9)]
    assert {v.state for v in door.verify(HOUSING, "Person", guesses)} == {"too_many_values"}


def test_the_ledger_says_who_asked_what_and_how_it_was_answered() -> None:
    agree()
    door.verify(HOUSING, "Person", [Claim({"idNumber": number(n)}, {"sex": "1", "name": "王小明0"}) for n in (0, 1)])
    row = LedgerRow.objects.get(act="verify")
    assert (row.actor, row.purpose, row.count) == ("housing-app", "verification", 2)
    assert sorted(row.entity_ids) == [PERSON.format(0), PERSON.format(1)]
    assert row.attributes == ["name", "sex"]
    assert row.detail == {"answers": {"match": 3, "no_match": 1}, "claims": 2, "agreements": ["V-1"], "bases": [BASIS]}


def test_its_quantity_a_day() -> None:
    agree(quota=2)
    assert [said(n, sex="1") for n in (0, 1)] == ["match", "match"]
    with pytest.raises(Refused) as caught:
        ask(2, sex="1")
    assert caught.value.rule == "access.quota"


@pytest.mark.parametrize(
    ("who", "items"),
    [
        ({}, {"sex": "1"}),
        ({"name": "王小明0"}, {"sex": "1"}),
        ({"idNumber": 7}, {"sex": "1"}),
        ({"idNumber": "1"}, {}),
        ({"idNumber": "1"}, {"nothing": "1"}),
        ({"idNumber": "1"}, {"birthDate": "yesterday"}),
        ({"idNumber": "1"}, {"sex": "三"}),
        ({"idNumber": "1"}, {"sex": {">=": "1"}}),
        ({"idNumber": "1"}, {"birthDate": {">": "1980-01-01"}}),
        ({"idNumber": "1"}, {"birthDate": {"before": "1980-01-01", "after": "1970-01-01"}}),
        ({"idNumber": "1"}, {"livesAt": "urn:x:y:z"}),
        ({"idNumber": "1"}, {"sex": {"in": []}}),
        ({"idNumber": "1"}, {"plate": {"has": "yes"}}),
    ],
)
def test_what_cannot_be_asked_of_anybody(who: dict[str, Any], items: dict[str, Any]) -> None:
    agree()
    with pytest.raises(Invalid):
        door.verify(HOUSING, "Person", [Claim(who, items)])


NAMES = st.sampled_from(["王小明", "李雪", "赵一 山", "孙·浩"])
DAYS = st.dates(min_value=timezone.now().date().replace(year=1950), max_value=timezone.now().date()).map(str)
FACTS = st.fixed_dictionaries({"name": NAMES, "birthDate": DAYS, "sex": st.sampled_from("12")})
TESTS = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "birthDate": DAYS | DAYS.map(lambda d: {"before": d}),
        "sex": st.sampled_from(["1", "女", {"in": ["男"]}]),
    },
).filter(bool)
ONCE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def reset() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("delete from entity_tried")


def expected(facts: dict[str, str], items: dict[str, Any]) -> dict[str, str]:
    """The law, said apart from the code: an answer tells whether the test holds, and that only."""
    plain = {"男": "1", "女": "2"}

    def holds(name: str, test: Any) -> bool:
        value = facts[name].replace(" ", "").replace("·", "")
        if isinstance(test, dict) and "before" in test:
            return value < test["before"]
        wanted = test["in"] if isinstance(test, dict) else [test]
        return value in [plain.get(w, w).replace(" ", "").replace("·", "") for w in wanted]

    return {name: "match" if holds(name, test) else "no_match" for name, test in items.items()}


@ONCE
@given(facts=FACTS, items=TESTS)
def test_answers_depend_on_equality_alone(facts: dict[str, str], items: dict[str, Any]) -> None:
    reset()
    agree(f"V-{timezone.now():%H%M%S%f}")
    door.write(SYSTEM, [known(50, **facts)])
    found = ask(50, **items)
    assert {name: a.result for name, a in found.items.items()} == expected(facts, items)
    assert {(a.source, a.reason) for name, a in found.items.items() if name != "name"} <= {("police.register", "")}


@ONCE
@given(claims=st.lists(st.tuples(st.sampled_from([0, 1, 2, 3, 900]), TESTS), min_size=1, max_size=5))
def test_a_batch_answers_like_single_questions(claims: list[tuple[int, dict[str, Any]]]) -> None:
    reset()
    agree(f"V-{timezone.now():%H%M%S%f}", where={"sex": ["1"]})
    batch = door.verify(HOUSING, "Person", [Claim({"idNumber": number(n)}, items, "r") for n, items in claims])
    reset()
    assert batch == [ask(n, **items) for n, items in claims]


def test_a_batch_takes_no_query_for_each_claim(django_assert_max_num_queries: Any) -> None:
    agree()
    claims = [Claim({"idNumber": number(n)}, {"sex": "1", "name": "王小明1"}) for n in range(500)]
    with django_assert_max_num_queries(18):
        found = door.verify(HOUSING, "Person", claims)
    assert [v.state for v in found[:5]] == ["answered"] * 4 + ["no_authorisation"]
