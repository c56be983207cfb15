"""Inbox and search: pages that miss nothing, filters, and for whom they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.access.definitions import Role
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door, models
from procedures.little import APPLICANT, DOCUMENT, LEAD, OTHER, bureau, clerk, do, items, put  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]


def paged(ask: Callable[..., list[Any]], key: Callable[[Any], Any], name: str) -> list[Any]:
    found: list[Any] = []
    more: dict[str, Any] = {}
    while page := ask(limit=3, **more):
        found += page
        more = {name: key(page[-1])}
    return found


TERMS = st.lists(st.none() | st.integers(-5, 5), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TERMS)
def test_pages_of_the_inbox_hold_every_item_once_the_most_urgent_first(terms: list[int | None]) -> None:
    now = timezone.now()
    mine = []
    for days in terms:
        number = door.start(APPLICANT, "licence")
        due = None if days is None else now + timedelta(days=days)
        models.Item.objects.filter(case=number).update(due=due, opened_at=now - timedelta(days=6))
        mine.append(number)
    found = paged(lambda **more: door.inbox(LEAD, **more), lambda item: item.place, "after")
    assert [i.case for i in found] == [i.case for i in door.inbox(LEAD, limit=1000)]
    assert sorted(i.case for i in found) == sorted(mine)
    dues = [i.due for i in found]
    known = [due for due in dues if due is not None]
    assert dues == [*sorted(known), *[None] * (len(dues) - len(known))]
    by_clock = {clock: [i.case for i in door.inbox(LEAD, clock=clock)] for clock in door.CLOCKS}
    assert sorted(n for each in by_clock.values() for n in each) == sorted(mine)
    assert all(i.clock == clock for clock in door.CLOCKS for i in door.inbox(LEAD, clock=clock))
    assert door.counts(LEAD) == {"open": len(mine), **{clock: len(each) for clock, each in by_clock.items()}}
    models.Act.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    models.Item.objects.all()._raw_delete("default")  # type: ignore[attr-defined]
    models.Case.objects.all()._raw_delete("default")  # type: ignore[attr-defined]


def test_filters_of_the_inbox() -> None:
    put(DOCUMENT, {**DOCUMENT, "code": "permit", "title": "准许"})
    first = door.start(APPLICANT, "licence", title="道里区 明月面馆")
    second = door.start(APPLICANT, "permit", title="ＡＢＣ 面包房")
    assert [i.case for i in door.inbox(LEAD, procedure="permit")] == [second]
    assert [i.case for i in door.inbox(LEAD, words="明月")] == [first]
    assert [i.case for i in door.inbox(LEAD, words="面")] == [first, second]
    assert [i.case for i in door.inbox(LEAD, words="abc")] == [second]
    assert [i.case for i in door.inbox(LEAD, words="明月 面馆")] == [first]
    assert door.inbox(LEAD, words="月明") == []
    assert door.inbox(LEAD, words="%' or true --") == []
    door.claim(LEAD, items(first)["accept"].id)
    assert [i.case for i in door.inbox(LEAD, mine=True)] == [first]
    assert door.counts(LEAD, mine=True)["open"] == 1
    assert door.inbox(clerk("police")) == []


@pytest.mark.parametrize("after", ["x", "~", "2026-13-01~5", "2026-01-01~x", "~" + "9" * 30])
def test_a_place_that_is_none_begins_at_the_first(after: str) -> None:
    number = door.start(APPLICANT, "licence")
    assert [i.case for i in door.inbox(LEAD, after=after)] == [number]


def test_a_grant_of_some_procedures_shows_those() -> None:
    put(DOCUMENT, {**DOCUMENT, "code": "permit", "title": "准许"})
    grants = [{"actions": ["handle"], "types": ["permit"], "rows": "own_department"}]
    role = Role.model_validate({"code": "narrow", "title": "窄", "grants": grants})
    drawing.replace([drawing.Placed("role", "narrow", role.document(), "t", "city")], [], actor="t", summary={})
    some = Actor("person", "narrow", roles=("narrow",), department="market")
    door.start(APPLICANT, "licence")
    number = door.start(APPLICANT, "permit")
    assert [i.case for i in door.inbox(some)] == [number]
    assert door.counts(some)["open"] == 1
    assert [f.id for f in door.search(some)] == [number]


def test_search_finds_what_the_departments_of_the_actor_take_part_in() -> None:
    numbers = [door.start(who, "licence", title=f"面馆 {n}") for n, who in enumerate([APPLICANT, OTHER, APPLICANT])]
    do(numbers[1], "accept")
    assert [f.id for f in door.search(LEAD)] == numbers[::-1]
    assert [f.id for f in door.search(clerk("police"))] == [numbers[1]]
    assert door.search(APPLICANT) == []
    assert len(door.search(SYSTEM)) == 3
    assert [f.id for f in door.search(LEAD, applicant="li")] == [numbers[2], numbers[0]]
    assert [f.id for f in door.search(LEAD, words="面馆 1")] == [numbers[1]]
    assert [f.id for f in door.search(LEAD, number=numbers[0])] == [numbers[0]]
    assert door.search(LEAD, procedure="other") == []
    door.withdraw(APPLICANT, numbers[0], "不办了")
    assert [f.id for f in door.search(LEAD, state="withdrawn")] == [numbers[0]]
    assert [f.waiting for f in door.search(LEAD)] == [1, 3, 0]
    assert [f.id for f in paged(lambda **m: door.search(LEAD, **m), lambda f: f.id, "before")] == numbers[::-1]


def test_ones_own_cases_are_three_statements_however_many_they_are() -> None:
    from django.db import connection

    asked = []
    for _ in range(2):
        for _ in range(4):
            door.start(APPLICANT, "licence")
        with CaptureQueriesContext(connection) as caught:
            found = door.applications(APPLICANT)
        asked.append(len(caught))
    assert asked[0] == asked[1] <= 3
    assert [len(c.items) for c in found] == [1] * 8
    assert [c.id for c in paged(lambda **m: door.applications(APPLICANT, **m), lambda c: c.id, "before")] == [
        c.id for c in found
    ]
