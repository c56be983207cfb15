"""Cases are taken over by two people: what the page says before, who may, how far it is, and the way back."""

from __future__ import annotations

import pytest
from django.test import Client

from blueprint.test_drafts import two  # noqa: F401
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door, models
from lingqu.centre.procedures.definitions import Procedure
from procedures.little import APPLICANT, DOCUMENT, bureau, do, items  # noqa: F401
from procedures.test_moving import newer, stood

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two")]
PAGE = "/stewardship/design/procedure/licence/cases/"


def person(name: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(Account.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def publish(document: dict[str, object]) -> None:
    made = Procedure.model_validate(document)
    drawing.replace([drawing.Placed(made.kind, made.code, made.document(), "tests", "city")], [], actor="t", summary={})


def posted(client: Client, name: str, **given: str) -> str:
    answer = client.post(f"{PAGE}{name}/", given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_would_be_two_people_do_it_and_take_it_back() -> None:
    inside, first = door.start(APPLICANT, "licence"), door.start(APPLICANT, "licence")
    do(inside, "accept")
    before = {number: stood(number) for number in (inside, first)}
    publish(newer())
    found = door.standing("licence")
    assert (found.total, found.goes, found.stays) == (2, 1, 1)
    assert {p.node: (p.goes, p.stays) for p in found.places} == {
        "accept": (1, 0), "a": (0, 1), "b": (0, 1), "c": (0, 1),
    }  # fmt: skip
    gone = next(p for p in found.places if p.node == "a")
    assert "inspect" in [id_ for id_, _ in gone.may]
    assert [(r.why.rule, r.cases, r.examples) for r in found.reasons] == [("procedures.move_gone", 1, [inside])]
    one, other = person("su"), person("cheng")
    page = one.get(PAGE).content.decode()
    assert "takes.a" in page
    assert "has no step" in page
    mapped = one.get(PAGE, {"takes.a": "inspect"}).content.decode()
    assert "Propose to take 2 cases over" in mapped
    version = door.standing("licence").version
    assert "no node" in posted(one, "propose", version=version, reason="new law", **{"takes.a": "nowhere"})
    assert "Proposed" in posted(one, "propose", version=version, reason="new law", **{"takes.a": "inspect"})
    assert one.post(f"{PAGE}second/").status_code == 403  # who proposed is no second pair of eyes
    assert models.Run.objects.count() == 0
    assert "Seconded" in posted(other, "second")
    assert door.move_waiting()
    assert "data-refresh" in one.get(PAGE).content.decode()
    assert door.move_due() == 1
    assert 'data-reload="1"' in one.get(f"{PAGE}progress/").content.decode()
    run = models.Run.objects.get()
    assert (run.moved, run.kept, run.second, run.wanted) == (2, 0, "cheng", "")
    assert "inspect" in items(inside)
    assert "Take them back" in one.get(PAGE).content.decode()
    assert "Proposed" in posted(one, "back", reason="too early")
    assert {number: stood(number) for number in (inside, first)} != before
    assert "Seconded" in posted(other, "second")
    assert door.move_due() == 1
    assert {number: stood(number) for number in (inside, first)} == before
    seconded = LedgerRow.objects.filter(detail__act="move_cases", detail__what="proposal seconded")
    assert seconded.count() == 2


def test_who_neither_applies_nor_stewards_sees_nothing_of_it() -> None:
    Account.objects.create(username="nobody", department="police", roles=["clerk"])
    assert person("nobody").get(PAGE).status_code == 403
    assert person("nobody").post(f"{PAGE}propose/").status_code == 403


def test_a_version_published_meanwhile_stops_a_proposal() -> None:
    door.start(APPLICANT, "licence")
    publish(newer())
    version = door.standing("licence").version
    assert "Proposed" in posted(person("su"), "propose", version=version, reason="new law")
    publish(newer(days=20))
    assert "Another version" in posted(person("cheng"), "second")
    assert not door.move_waiting()


def test_cases_that_stand_alike_are_thought_about_once() -> None:
    for _ in range(5):
        do(door.start(APPLICANT, "licence"), "accept")
    publish({**DOCUMENT, "days": 11})
    found = door.standing("licence")
    assert (found.total, found.goes, found.unseen, len(found.places)) == (5, 5, 0, 3)
