"""What agreements, conditions and consents open, and that it ends when they end."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM, Actor, Grant
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.entities import door
from lingqu.centre.entities.door import Draft, Query
from lingqu.kernel.errors import NotFound, Refused
from little_city import city, draw, person  # noqa: F401

pytestmark = pytest.mark.usefixtures("town")
PERSON = "urn:ngsi-ld:Person:{}"
HOUSING = Actor("client", "housing-app", department="housing", purpose="verification", way="api")
PEOPLE = Query(types=("Person",))


@pytest.fixture
def town(city: None) -> None:
    drafts = [
        Draft(
            PERSON.format(n),
            "Person",
            person(n, sex="12"[n % 2], idNumber=None, address="道里区中央大街1号", plate=["黑A1000"])
            | {"idNumber": {"type": "Property", "value": "11010519491231002X"}},
            owner="police",
            region=f"23010{2 + n % 2}001000",
        )
        for n in range(6)
    ]
    for draft in drafts:
        door.write(SYSTEM, [draft])


def agree(number: str = "A-1", **how: Any) -> None:
    grant = {"actions": ["read"], "types": ["Person"], "attributes": ["name", "sex"], "unmasked": True}
    grant |= how.pop("grant", {})
    now = timezone.now()
    dates = {"begins": now - timedelta(days=1), "ends": now + timedelta(days=30)}
    access.issue(agreement=number, department="housing", grant=Grant.model_validate(grant), **(dates | how))


def seen(actor: Actor = HOUSING, query: Query = PEOPLE) -> list[str]:
    return [e.id[-1] for e in door.find(actor, query).entities]


def refused(actor: Actor) -> bool:
    with pytest.raises(Refused) as caught:
        seen(actor)
    return caught.value.rule == "access.read"


def test_an_agreement_opens_its_attributes_to_the_departments_systems() -> None:
    assert refused(HOUSING)
    agree()
    assert seen() == list("012345")
    entity = door.get(HOUSING, PERSON.format(1))
    assert set(entity.attrs) == {"name", "sex"}
    assert entity.value("name") == "王小明1"
    assert refused(replace(HOUSING, department="tax"))
    assert refused(Actor("person", "wang", roles=("x",), department="housing", purpose="verification"))
    assert refused(replace(HOUSING, agreement="A-2"))
    with pytest.raises(Refused, match="masked"):
        door.find(HOUSING, replace(PEOPLE, q='address=="x"'))


def test_people_of_a_department_hold_it_by_role() -> None:
    agree(people_roles=("checker",))
    checker = Actor("person", "qian", roles=("checker",), department="housing", purpose="verification")
    assert seen(checker) == list("012345")
    assert refused(replace(checker, roles=("other",)))


def test_only_the_systems_that_it_names() -> None:
    agree(accounts=("other-app",))
    assert refused(HOUSING)
    assert seen(replace(HOUSING, name="other-app")) != []


def test_regions_conditions_and_purposes_narrow_it() -> None:
    agree(grant={"regions": ["230102000000"], "where": {"sex": ["1"]}, "purposes": ["verification"]})
    assert seen() == ["0", "2", "4"]
    assert door.count(HOUSING, PEOPLE) == 3
    assert door.type_counts(HOUSING)["Person"] == 3
    with pytest.raises(NotFound):
        door.get(HOUSING, PERSON.format(1))
    assert refused(replace(HOUSING, purpose="casework"))


def test_a_condition_unmasks_only_the_rows_it_reaches() -> None:
    whole = {"actions": ["read"], "types": ["Person"], "attributes": ["*"]}
    draw([("role", {"code": "reader", "title": "读", "grants": [whole]})])
    agree(grant={"where": {"sex": ["1"]}})
    reader = replace(HOUSING, roles=("reader",))
    names = {e.id[-1]: e.value("name") for e in door.find(reader, PEOPLE).entities}
    assert names["0"] == "王小明0"
    assert names["1"] == "王***"


def test_withdrawn_ended_and_not_yet_begun() -> None:
    agree()
    assert seen()
    assert access.end("A-1", "used for another purpose") == 1
    with pytest.raises(Refused) as caught:
        seen()
    assert caught.value.rule == "access.agreement_ended"
    assert "another purpose" in caught.value.message.en
    with pytest.raises(Refused):
        door.get(HOUSING, PERSON.format(1))
    later = timezone.now() + timedelta(days=1)
    agree("A-2", begins=later, ends=later + timedelta(days=1))
    with pytest.raises(Refused):
        seen()


def test_a_long_read_stops_when_its_agreement_is_withdrawn() -> None:
    agree()
    reading = door.every(HOUSING, PEOPLE, chunk=2)
    first = [next(reading).id for _ in range(2)]
    access.end("A-1", "enough")
    with pytest.raises(Refused, match="ended"):
        list(reading)
    assert len(first) == 2


def test_only_who_consents_and_only_as_long() -> None:
    agree(consent=True)
    assert seen() == []
    me = Actor("person", "me", person=PERSON.format(1))
    until = timezone.now() + timedelta(days=9)
    asked = access.ask_consent(
        HOUSING,
        person=me.person,
        agreement="A-1",
        department="housing",
        items=("name",),
        matter="rent subsidy",
        until=until,
    )
    with pytest.raises(Refused) as caught:
        door.get(HOUSING, me.person)
    assert caught.value.rule == "access.consent_asked"
    with pytest.raises(NotFound):
        access.give_consent(replace(me, person=PERSON.format(2)), asked.number)
    access.give_consent(me, asked.number)
    assert seen() == ["1"]
    assert door.get(HOUSING, me.person).value("name") == "王小明1"
    with pytest.raises(NotFound):
        door.get(HOUSING, PERSON.format(2))
    access.withdraw_consent(me, asked.number)
    assert seen() == []
    with pytest.raises(Refused) as caught:
        door.get(HOUSING, me.person)
    assert caught.value.rule == "access.consent_withdrawn"
    assert LedgerRow.objects.filter(act="refused", detail__rule="access.consent_withdrawn").exists()


def test_its_quantity_a_day() -> None:
    agree(grant={"quota": 8})
    assert len(seen()) == 6
    with pytest.raises(Refused) as caught:
        seen()
    assert caught.value.rule == "access.quota"
    assert len(seen(query=replace(PEOPLE, limit=2))) == 2
    assert access.usage("A-1", timezone.localdate()) == [(timezone.localdate(), 3, 8)]


def test_a_role_with_a_quantity() -> None:
    metered = {"actions": ["read"], "types": ["Person"], "quota": 7}
    draw([("role", {"code": "reader", "title": "读", "grants": [metered]})])
    reader = Actor("person", "qian", roles=("reader",), purpose="verification")
    assert len(seen(reader)) == 6
    with pytest.raises(Refused, match=r"access\.quota"):
        seen(reader)
    assert len(seen(replace(reader, name="sun"))) == 6


def test_what_roles_open_uses_up_no_agreement() -> None:
    draw([("role", {"code": "reader", "title": "读", "grants": [{"actions": ["read"], "types": ["Person"]}]})])
    agree(grant={"quota": 1})
    assert len(seen(replace(HOUSING, roles=("reader",)))) == 6
    assert access.usage("A-1", timezone.localdate()) == []


def test_what_is_lent_reaches_as_far_as_its_givers_hands() -> None:
    street = access.Holding(("clerk",), region="230102000000", lent_by="zhao")
    deputy = Actor("person", "sun", region="230103000000", purpose="assistance", lent=(street,))
    assert seen(deputy) == ["0", "2", "4"]
    assert refused(replace(deputy, lent=()))
