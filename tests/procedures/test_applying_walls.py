"""Behind the actions stand walls of the database: of applications too, and the web role goes the whole way."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from founding import (
    ANSWERS,
    APPLICANT,
    ME,
    REGISTRAR,
    STRANGER,
    WIFE,
    applied,
    bureau,  # noqa: F401
    clerk,
    do,
    example,
    id_of,
    items,
)
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door
from lingqu.kernel.errors import NotFound, Refused
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db


@contextmanager
def working(actor: Actor, as_web: Any) -> Iterator[None]:
    with as_web(), access.working_for(lambda: actor):
        yield


def seen() -> list[int]:
    with connection.cursor() as cursor:
        found = []
        for table in ("papers_application", "papers_attachment"):
            cursor.execute(f"select count(*) from {table}")
            found.append(cursor.fetchone()[0])
    return found


def test_who_sees_an_application(bureau: None, as_web: Any) -> None:
    made = applied()
    papers.attach_file(APPLICANT, made.number, "a.pdf", b"%PDF-1.7")
    for actor, there in ((APPLICANT, [1, 1]), (STRANGER, [0, 0]), (REGISTRAR, [0, 0])):
        with working(actor, as_web):
            assert seen() == there
    door.apply(APPLICANT, made.number, agreed=True)
    for actor, there in ((APPLICANT, [1, 1]), (STRANGER, [0, 0]), (REGISTRAR, [1, 1]), (clerk("police"), [0, 0])):
        with working(actor, as_web):
            assert seen() == there


def test_the_web_role_goes_the_whole_way(bureau: None, as_web: Any) -> None:
    with working(APPLICANT, as_web):
        made = papers.begin_application(APPLICANT, "founding_common")
        answers = example(papers.applications.asked_of(made))
        made = papers.save_application(APPLICANT, made.number, made.step, answers)
        number = door.apply(APPLICANT, made.number, agreed=True)
    door.complete(REGISTRAR, items(number)["accept"].id, {"complete": True})
    item = items(number)["tax"].id
    with working(clerk("taxation"), as_web):
        door.send_back(clerk("taxation"), item, [("企业 · 从业人数", "不符")])
    with working(APPLICANT, as_web):
        door.supplement(APPLICANT, item, "已补", {"企业.从业人数": ["15"]}, [("a.pdf", b"%PDF-1.7")])
    for node, name in ANSWERS.items():
        do(number, node, **{name: True})
    with working(REGISTRAR, as_web):
        door.complete(REGISTRAR, items(number)["issue"].id, {})
    [licence] = papers.certificates.of_person(APPLICANT.person)
    assert licence.case == str(number)


def mandated(does: tuple[str, ...] = ("see", "apply")) -> tuple[Actor, Actor]:
    """Zhao gives Li a mandate to act for her: (Zhao, Li acting for her)."""
    for name, number in (("zhao", WIFE), ("li", ME)):
        Account.objects.get_or_create(
            username=name, defaults={"kind": "person", "roles": ["citizen"], "person": id_of(number)}
        )
    zhao, li = (access.acting(Account.objects.get(username=name)) for name in ("zhao", "li"))
    now = timezone.now()
    offer = access.MandateOffer(entity=zhao.person, taker="li", does=does, begins=now, ends=now + timedelta(days=9))
    access.answer_mandate(li, access.give_mandate(zhao, offer), accept=True)
    [whom] = access.represented(li)
    return zhao, replace(li, behalf=whom)


def test_for_somebody_else_by_mandate(bureau: None, as_web: Any) -> None:
    zhao, agent = mandated()
    alone = replace(agent, behalf=None)
    with working(agent, as_web):
        made = papers.begin_application(agent, "founding_common")
        answers = example(papers.applications.asked_of(made))
        made = papers.save_application(agent, made.number, made.step, answers)
        number = door.apply(agent, made.number, agreed=True)
    assert (made.on_behalf_of, door.case(agent, number).on_behalf_of) == (zhao.person, zhao.person)
    with working(zhao, as_web):
        assert door.case(zhao, number).id == number
        assert [case.id for case in door.applications(zhao)] == [number]
        assert papers.applications.one(zhao, made.number).case == number
    with working(agent, as_web):
        assert [case.id for case in door.applications(agent)] == [number]
    with working(alone, as_web):
        assert door.applications(alone) == []
        with pytest.raises(NotFound):
            door.case(alone, number)
        with pytest.raises(NotFound):
            papers.applications.one(alone, made.number)
    door.complete(REGISTRAR, items(number)["accept"].id, {"complete": True})
    for node, name in ANSWERS.items():
        do(number, node, **{name: True})
    door.complete(REGISTRAR, items(number)["issue"].id, {})
    assert [c.case for c in papers.certificates.of_person(zhao.person)] == [str(number)]
    assert papers.certificates.of_person(agent.person) == []


def test_a_mandate_to_look_is_none_to_apply(bureau: None) -> None:
    _zhao, agent = mandated(("see",))
    with pytest.raises(Refused) as caught:
        papers.begin_application(agent, "founding_common")
    assert caught.value.rule == "access.represents"


def test_a_mandate_that_ended_opens_nothing(bureau: None) -> None:
    zhao, agent = mandated()
    made = papers.begin_application(agent, "founding_common")
    [given] = access.mandates(zhao)
    access.end_mandate(zhao, given.number)
    for act in (
        lambda: papers.save_application(agent, made.number, made.step, {"企业.名称": ["一"]}),
        lambda: papers.begin_application(agent, "founding_common"),
        lambda: papers.drop_application(agent, made.number),
    ):
        with pytest.raises(Refused):
            act()
    assert papers.applications.one(zhao, made.number).answers == {}
