"""Behind the actions stand walls of the database: of applications too, and the web role goes the whole way."""

# ruff: noqa: F811

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from founding import (
    ANSWERS,
    APPLICANT,
    REGISTRAR,
    STRANGER,
    applied,
    bureau,  # noqa: F401
    clerk,
    do,
    example,
    items,
)
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door
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
