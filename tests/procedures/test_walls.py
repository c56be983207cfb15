"""Behind the actions stand walls of the database: the web role sees the cases of its pass and no other."""

# ruff: noqa: F811

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.procedures import door
from procedures.little import APPLICANT, LEAD, OTHER, bureau, clerk, do, items  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db
TABLES = ("procedures_case", "procedures_item", "procedures_act")


def working(actor: Actor) -> AbstractContextManager[None]:
    return access.working_for(lambda: replace(actor, account_id=7))


def seen() -> list[int]:
    with connection.cursor() as cursor:
        found = []
        for table in TABLES:
            cursor.execute(f"select count(*) from {table}")
            found.append(cursor.fetchone()[0])
    return found


def test_who_sees_what(bureau: None, as_web: Any) -> None:
    number = door.start(APPLICANT, "licence")
    door.start(OTHER, "licence")
    do(number, "accept")
    with as_web(), working(APPLICANT):
        assert seen() == [1, 4, 2]
    with as_web(), working(clerk("police")):
        assert seen() == [1, 4, 2]
    with as_web(), working(LEAD):
        assert seen() == [2, 5, 3]
    with as_web(), working(clerk("education")):
        assert seen() == [0, 0, 0]


def test_the_web_role_goes_the_whole_way(bureau: None, as_web: Any) -> None:
    with as_web(), working(APPLICANT):
        number = door.start(APPLICANT, "licence")
    for node in ("accept", "a", "b", "c", "decide"):
        item = items(number)[node]
        who = clerk(item.department)
        given: dict[str, Any] = {"b": {"note": "无"}, "decide": {"approved": True}}.get(node, {})
        with as_web(), working(who):
            assert item.id in [each.id for each in door.inbox(who)]
            door.claim(who, item.id)
            door.complete(who, item.id, given)
    assert door.case(LEAD, number).state == "ended"
