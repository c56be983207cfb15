"""Corrections asked and answered; contested meanwhile, for whoever may see the fact."""

# ruff: noqa: F811

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import door as fusion
from lingqu.centre.fusion.models import Correction
from lingqu.kernel.errors import Conflict, Invalid, LingquError, NotFound, Refused
from ui.living import Town, town  # noqa: F401

pytestmark = pytest.mark.django_db
CLERK = Actor("person", "clerk", roles=("department_clerk",), department="police", purpose="correction")
OTHER = replace(CLERK, name="an", department="civil_affairs")
PDF = b"%PDF-1.7 a scan"


def citizen() -> Actor:
    query = entities.Query(types=("Person",), facets={"idNumber": "419901198407285332"})
    [person] = entities.find(SYSTEM, query).entities
    return Actor("person", "citizen", roles=("citizen",), person=person.id, purpose="my_data")


@pytest.fixture
def me(town: Town, db: None) -> Actor:
    return citizen()


def ask(me: Actor, claimed: str = "回族", **more: object) -> fusion.Corrected:
    return fusion.ask_correction(me, me.person, "ethnicGroup", claimed, "我是回族，户口本有误", **more)  # type: ignore[arg-type]


def contested(actor: Actor, person: str) -> bool:
    return "ethnicGroup" in entities.get(actor, person).contested


def test_a_refusal_takes_reason_and_law(me: Actor) -> None:
    asked = ask(me)
    with pytest.raises(Invalid):
        fusion.answer_correction(CLERK, asked.number, "refuse", words="无误")
    refused = fusion.answer_correction(CLERK, asked.number, "refuse", words="档案无误", law="《户口登记条例》第十七条")
    assert (refused.state, refused.law) == ("refused", "《户口登记条例》第十七条")
    assert not contested(me, me.person)
    with pytest.raises(Conflict):
        fusion.answer_correction(CLERK, asked.number, "accept")
    assert ask(me).state == "open"  # asked again with new grounds


def test_passed_on_with_the_clock_running(me: Actor) -> None:
    asked = ask(me)
    with pytest.raises(Refused):
        fusion.answer_correction(OTHER, asked.number, "accept")
    passed = fusion.answer_correction(CLERK, asked.number, "pass_on", words="归民政", to="civil_affairs")
    assert (passed.department, passed.due_at) == ("civil_affairs", asked.due_at)
    with pytest.raises(Refused):
        fusion.answer_correction(CLERK, asked.number, "accept")
    assert fusion.answer_correction(OTHER, asked.number, "accept").state == "accepted"


def test_only_who_may_see_it_asks(me: Actor) -> None:
    stranger = replace(me, name="other", person=me.person + "x")
    with pytest.raises(NotFound):
        fusion.ask_correction(stranger, me.person, "ethnicGroup", "回族", "不对")
    with pytest.raises(NotFound):
        fusion.correction(stranger, ask(me).number)
    with pytest.raises(Conflict):
        ask(me, "满族")
    clerk = fusion.ask_correction(CLERK, me.person, "sex", "女", "与档案不符")
    assert not clerk.by_person
    assert LedgerRow.objects.filter(act="write", entity_ids=[me.person], detail__correction=clerk.number).exists()


@pytest.mark.parametrize(
    ("attribute", "claimed", "evidence"),
    [
        ("ethnicGroup", "汉族", None),
        ("ethnicGroup", " ", None),
        ("household", "urn:ngsi-ld:Household:1", None),
        ("nothing", "1", None),
        ("ethnicGroup", "回族", ("a.exe", b"MZ")),
        ("ethnicGroup", "回族", ("a.pdf", b"%PDF-" + b"0" * 5 * 1024 * 1024)),
    ],
)
def test_what_cannot_be_asked(me: Actor, attribute: str, claimed: str, evidence: tuple[str, bytes] | None) -> None:
    with pytest.raises(LingquError):
        fusion.ask_correction(me, me.person, attribute, claimed, "理由", evidence)
    assert not Correction.objects.exists()
    assert not contested(me, me.person)


def test_withdrawn_and_told_to_subscribers(me: Actor) -> None:
    asked = ask(me)
    fusion.withdraw_correction(me, asked.number)
    with connection.cursor() as cursor:
        cursor.execute(
            "select attributes from entity_change where entity_id = %s and cause = %s",
            [me.person, f"correction:{asked.number}"],
        )
        told = [tuple(row[0]) for row in cursor.fetchall()]
    assert told == [("ethnicGroup",)] * 2
    assert not contested(me, me.person)
    assert entities.history(me, me.person) == []


def test_the_mark_is_seen_by_whom_the_fact_is_seen(me: Actor) -> None:
    ask(me)
    supervisor = Actor("person", "lu", roles=("grid_supervisor",), region="419901001000", purpose="casework")
    seen = entities.get(supervisor, me.person)
    assert ("ethnicGroup" in seen.contested) == ("ethnicGroup" in seen.attrs)
    assert contested(CLERK, me.person)


def test_sources_that_disagree_contest_a_fact(me: Actor) -> None:
    dispute = next(d for d in fusion.disputes(register="population") if d.state == "open")
    assert dispute.attribute in entities.get(SYSTEM, dispute.entity_id).contested


def test_a_contested_fact_is_not_verified(me: Actor) -> None:
    ask(me)
    grant = access.Grant.model_validate({"actions": ["verify"], "types": ["Person"], "attributes": ["ethnicGroup"]})
    begins, ends = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    access.issue(agreement="C-1", department="tax", grant=grant, begins=begins, ends=ends, basis="《税收征收管理法》")
    actor = Actor("client", "tax-app", department="tax", purpose="verification")
    claim = entities.Claim({"idNumber": "419901198407285332"}, {"ethnicGroup": "汉族"})
    [found] = entities.verify(actor, "Person", [claim])
    assert found.items["ethnicGroup"].reason == "disputed"
