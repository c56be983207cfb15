"""Behind the actions stand walls of the database: the web role sees the cases of its pass and no other."""

# ruff: noqa: F811

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.procedures import door
from procedures import test_parts as parts
from procedures.little import APPLICANT, DOCUMENT, LEAD, OTHER, bureau, clerk, do, items, put, through  # noqa: F401
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


def counted(*tables: str) -> list[int]:
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"select count(*) from procedures_{table}")
            found.append(cursor.fetchone()[0])
    return found


def test_comments_files_and_calls_by_the_web_role(bureau: None, as_web: Any) -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    police = clerk("police")
    with as_web(), working(APPLICANT):
        own = door.attach(APPLICANT, number, "a.pdf", b"%PDF-1")
    with as_web(), working(police):
        door.comment(police, number, "@taxation 请看")
        door.attach(police, number, "b.pdf", b"%PDF-2")
        assert door.file(police, own)[0] == "a.pdf"
        door.withdraw_file(police, door.attach(police, number, "c.pdf", b"%PDF-3", shown=True))
    tables = ("comment", "file", "call")
    with as_web(), working(APPLICANT):
        assert counted(*tables) == [0, 2, 0]  # his own, and the one he was shown
        assert [f.name for f in door.files(APPLICANT, number)] == ["a.pdf", "c.pdf"]
    with as_web(), working(clerk("taxation")):
        assert counted(*tables) == [1, 3, 1]
        door.seen(clerk("taxation"), door.calls(clerk("taxation"))[0].id)
    with as_web(), working(police):
        assert counted(*tables) == [1, 3, 0]
    with as_web(), working(clerk("police", "li")):
        assert counted("comment", "file") == [0, 2]  # a clerk, but the case is his own
    for stranger in (OTHER, clerk("education")):
        with as_web(), working(stranger):
            assert counted(*tables) == [0, 0, 0]


def test_no_comment_is_put_into_a_case_of_others(bureau: None, as_web: Any) -> None:
    number = door.start(APPLICANT, "licence")
    statement = (
        'insert into procedures_comment (case_id, at, "by", stands_for, department, words, "to") '
        "values (%s, now(), 'x', '', 'x', 'x', '{}')"
    )
    for stranger in (OTHER, APPLICANT, clerk("education")):
        with (
            as_web(),
            working(stranger),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [number])


def test_the_web_role_appeals(bureau: None, as_web: Any) -> None:
    put({**DOCUMENT, "appeal": {"procedure": "review", "outcomes": ["refused"]}},
        {**DOCUMENT, "code": "review", "department": "housing"})  # fmt: skip
    number = door.start(APPLICANT, "licence")
    through(number, approved=False)
    with as_web(), working(APPLICANT):
        second = door.appeal(APPLICANT, number, "不服")
    housing = clerk("housing")
    with as_web(), working(housing):
        first = door.appeals(housing, second).of
        assert first is not None
        assert (first.id, first.seen) == (number, True)
        assert door.case(housing, number).outcome == "不予"


def test_a_message_comes_from_a_department_that_has_no_part_in_the_case(bureau: None, as_web: Any) -> None:
    put(parts.PAYING)
    number = door.start(APPLICANT, "licence")
    with as_web(), working(parts.TREASURY):
        assert seen() == [0, 0, 0]
        assert door.receive(parts.TREASURY, number, "payment", {"area": 3}) == "kept"
        assert seen() == [0, 0, 0]
    do(number, "a")
    assert set(items(number)) == {"b"}
