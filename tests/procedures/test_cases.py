"""Cases on their way: steps, rights, clocks, and that nothing is done twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access.door import ANONYMOUS, SYSTEM
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door, models
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from procedures.diagrams import diagram, flow
from procedures.little import APPLICANT, DOCUMENT, LEAD, OTHER, bureau, clerk, do, items, put, through  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]


def test_from_application_to_its_end_with_three_in_parallel() -> None:
    number = door.start(APPLICANT, "licence", title="一家面馆")
    assert set(items(number)) == {"accept"}
    do(number, "accept")
    assert set(items(number)) == {"a", "b", "c"}
    for node in "cab":
        assert set(items(number)) >= {node}
        do(number, node, **({"note": "无"} if node == "b" else {}))
    assert set(items(number)) == {"decide"}
    do(number, "decide", approved=True)
    found = door.case(APPLICANT, number)
    assert (found.state, found.outcome, found.answers["approved"]) == ("ended", "准予", True)
    assert [a.act for a in found.acts] == ["start", *["complete"] * 5, "end"]
    assert found.departments == ("housing", "market", "police", "taxation")
    rows = LedgerRow.objects.filter(act="write", entity_type="Case", detail__case=number)
    assert [r.detail["act"] for r in rows.order_by("id")] == ["start", *["complete"] * 5]


def test_the_default_way_is_taken_where_no_condition_holds() -> None:
    number = door.start(APPLICANT, "licence")
    through(number, approved=False)
    assert door.case(LEAD, number).outcome == "不予"


def test_items_stand_in_the_inbox_of_their_department_only() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    assert [(i.case, i.node) for i in door.inbox(clerk("police"))] == [(number, "a")]
    assert door.inbox(APPLICANT) == []
    assert door.counts(clerk("police")) == {"open": 1, "overdue": 0, "soon": 0, "calm": 1, "stopped": 0, "none": 0}


def test_only_the_departments_clerk_completes_and_every_refusal_is_in_the_ledger() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    item = items(number)["a"].id
    before = LedgerRow.objects.filter(act="refused").count()
    with pytest.raises(Refused) as caught:
        door.complete(clerk("taxation"), item)
    assert caught.value.rule == "access.handle"
    for stranger in (OTHER, ANONYMOUS, clerk("education")):
        with pytest.raises(NotFound):
            door.complete(stranger, item)
        with pytest.raises(NotFound):
            door.case(stranger, number)
    with pytest.raises(Refused):
        door.complete(APPLICANT, item)
    assert LedgerRow.objects.filter(act="refused").count() - before == 8
    assert items(number)["a"].state == "open"


def test_nobody_handles_his_own_case() -> None:
    number = door.start(clerk("market"), "licence")
    with pytest.raises(Refused) as caught:
        door.complete(clerk("market"), items(number)["accept"].id)
    assert caught.value.rule == "procedures.own_case"
    door.complete(clerk("market", "colleague"), items(number)["accept"].id)


def test_one_applies_for_oneself_or_the_leading_department_does() -> None:
    with pytest.raises(Refused):
        door.start(OTHER, "licence", applicant="li")
    with pytest.raises(Refused):
        door.start(ANONYMOUS, "licence")
    number = door.start(LEAD, "licence", applicant="li")
    assert door.case(APPLICANT, number).applicant == "li"
    with pytest.raises(NotFound):
        door.case(OTHER, number)


def test_nothing_is_done_twice() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    item = items(number)["a"].id
    door.complete(clerk("police"), item)
    with pytest.raises(Conflict):
        door.complete(clerk("police"), item)
    assert models.Item.objects.filter(case=number, node="a").count() == 1
    assert models.Act.objects.filter(case=number, item=item).count() == 1


def test_what_a_colleague_holds_is_his_until_handed_over() -> None:
    for name in ("one", "two"):
        Account.objects.create(username=name, kind="person", department="police", roles=["clerk"])
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    item, one, two = items(number)["a"].id, clerk("police", "one"), clerk("police", "two")
    door.claim(one, item)
    with pytest.raises(Conflict):
        door.claim(two, item)
    with pytest.raises(Conflict):
        door.complete(two, item)
    with pytest.raises(Invalid):
        door.hand_over(one, item, "nobody", "休假")
    with pytest.raises(Invalid):
        door.hand_over(one, item, "two", " ")
    door.hand_over(one, item, "two", "休假")
    assert [i.id for i in door.inbox(two, mine=True)] == [item]
    door.complete(two, item)
    assert [a.act for a in door.case(LEAD, number).acts][-3:] == ["claim", "hand_over", "complete"]


def test_returned_once_with_everything_and_the_clock_stands_still() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    item = items(number)["b"].id
    with pytest.raises(Invalid):
        door.send_back(clerk("taxation"), item, [])
    door.send_back(clerk("taxation"), item, [("租赁合同", "缺第二页"), ("授权书", "未签名")])
    assert items(number)["b"].clock == "stopped"
    assert [m["what"] for m in items(number)["b"].missing] == ["租赁合同", "授权书"]
    with pytest.raises(Conflict):
        door.complete(clerk("taxation"), item, {"note": "x"})
    do(number, "a")
    with pytest.raises(NotFound):
        door.supplement(OTHER, item, "补")
    with pytest.raises(Refused):
        door.supplement(LEAD, item, "补")
    door.supplement(APPLICANT, item, "已补")
    with pytest.raises(Conflict):
        door.supplement(APPLICANT, item, "再补")
    with pytest.raises(Conflict) as caught:
        door.send_back(clerk("taxation"), item, [("公章", "模糊")])
    assert caught.value.rule == "procedures.returned_once"
    do(number, "b", note="齐全")
    do(number, "c")
    assert set(items(number)) == {"decide"}


def test_a_suspended_case_stands_still_and_goes_on_with_what_was_left() -> None:
    number = door.start(APPLICANT, "licence")
    before = items(number)["accept"].due
    with pytest.raises(Invalid):
        door.suspend(LEAD, number, "需鉴定", "")
    with pytest.raises(Refused):
        door.suspend(APPLICANT, number, "x", "y")
    door.suspend(LEAD, number, "需鉴定", "《行政许可法》第四十五条")
    with pytest.raises(Conflict):
        do(number, "accept")
    assert door.inbox(LEAD) == []
    assert door.tick(timezone.now() + timedelta(days=30)).overdue == 0
    models.Case.objects.filter(pk=number).update(suspended_at=timezone.now() - timedelta(days=14))
    models.Item.objects.filter(case=number).update(due=before - timedelta(days=14))
    door.resume(LEAD, number)
    assert items(number)["accept"].due is not None
    assert items(number)["accept"].due > timezone.now()
    through(number)


def test_the_applicant_withdraws() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    with pytest.raises(Refused):
        door.withdraw(clerk("police"), number, "x")
    door.withdraw(APPLICANT, number, "不开了")
    assert {i.state for i in door.case(APPLICANT, number).items} == {"done", "cancelled"}
    assert door.inbox(clerk("police")) == []
    with pytest.raises(Conflict):
        door.withdraw(APPLICANT, number, "不开了")


def test_overdue_is_told_once() -> None:
    number = door.start(APPLICANT, "licence")
    item = items(number)["accept"]
    assert item.due == catalogue.due(item.opened_at, 1)
    late = item.due + timedelta(seconds=1)
    assert door.tick(item.due - timedelta(seconds=1)).overdue == 0
    assert door.tick(late).overdue == 1
    assert door.tick(late).overdue == 0
    assert [a.act for a in door.case(LEAD, number).acts] == ["start", "overdue"]
    assert LedgerRow.objects.filter(act="alert", entity_type="Case").count() == 1
    assert door.counts(LEAD)["open"] == 1


@pytest.mark.parametrize(
    ("given", "column"),
    [({}, "approved"), ({"approved": "yes"}, "approved"), ({"approved": True, "area": 3}, "area")],
)
def test_answers_are_what_the_step_asks_for(given: dict[str, Any], column: str) -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    for node in "abc":
        do(number, node, **({"note": "无"} if node == "b" else {}))
    with pytest.raises(Invalid) as caught:
        do(number, "decide", **given)
    assert [fault.column for fault in caught.value.faults] == [column]
    assert set(items(number)) == {"decide"}


def test_an_applicant_cannot_say_what_a_step_decides() -> None:
    with pytest.raises(Invalid):
        door.start(APPLICANT, "licence", answers={"approved": True})
    with pytest.raises(Invalid):
        door.start(APPLICANT, "licence", answers={"area": float("nan")})
    assert door.case(LEAD, door.start(APPLICANT, "licence", answers={"area": 80})).answers == {"area": 80}


def test_a_case_stays_with_the_version_it_began_with() -> None:
    old = door.start(APPLICANT, "licence")
    short = diagram(
        '<startEvent id="start"/>', '<userTask id="accept"/>', '<endEvent id="done"/>',
        flow("f1", "start", "accept"), flow("f2", "accept", "done"),
    )  # fmt: skip
    put({**DOCUMENT, "tasks": {"accept": {"department": "police"}}, "diagram": short})
    new = door.start(APPLICANT, "licence")
    drawing.replace([], [("procedure", "licence")], actor="tests", summary={})
    do(new, "accept")
    assert door.case(LEAD, new).state == "ended"
    through(old)
    assert door.case(LEAD, old).outcome == "准予"


MANY = diagram(
    '<startEvent id="start"/>',
    '<userTask id="ask" name="征求意见"><multiInstanceLoopCharacteristics isSequential="false"/></userTask>',
    '<boundaryEvent id="late" attachedToRef="ask" cancelActivity="true"><timerEventDefinition>'
    "<timeDuration>P5D</timeDuration></timerEventDefinition></boundaryEvent>",
    '<exclusiveGateway id="which" default="no"/>',
    '<endEvent id="granted" name="同意"/>',
    '<endEvent id="refused" name="不同意"/>',
    '<endEvent id="over" name="超时"><errorEventDefinition errorRef="e"/></endEvent>',
    flow("f1", "start", "ask"),
    flow("f2", "ask", "which"),
    flow("yes", "which", "granted", "approved = true"),
    flow("no", "which", "refused"),
    flow("f3", "late", "over"),
)
ASKED = {**DOCUMENT, "code": "asked", "diagram": MANY,
         "tasks": {"ask": {"departments": ["police", "taxation", "housing"], "answers": ["approved"]}}}  # fmt: skip


@pytest.mark.parametrize(("last", "outcome"), [(True, "同意"), (False, "不同意")])
def test_many_departments_do_one_task_and_yes_is_yes_of_all(last: bool, outcome: str) -> None:
    put(ASKED)
    number = door.start(APPLICANT, "asked")
    opened = {i.department: i.id for i in door.case(APPLICANT, number).items}
    door.complete(clerk("police"), opened["police"], {"approved": last})
    door.complete(clerk("housing"), opened["housing"], {"approved": True})
    assert door.case(APPLICANT, number).state == "running"
    door.complete(clerk("taxation"), opened["taxation"], {"approved": True})
    assert door.case(APPLICANT, number).outcome == outcome


def test_a_timer_that_interrupts_cancels_what_waits_and_goes_off_once() -> None:
    put(ASKED)
    number = door.start(APPLICANT, "asked")
    first = door.case(APPLICANT, number).items[0]
    door.complete(clerk("police"), first.id, {"approved": True})
    moment = models.Clock.objects.get().fires_at
    assert moment == catalogue.due(first.opened_at, 5)
    assert door.tick(moment - timedelta(seconds=1)).fired == 0
    assert door.tick(moment).fired == 1
    assert door.tick(moment).fired == 0
    found = door.case(APPLICANT, number)
    assert (found.state, found.outcome) == ("ended", "超时")
    assert [i.state for i in found.items] == ["done", "cancelled", "cancelled"]
    assert models.Clock.objects.count() == 0


def test_the_timer_is_gone_when_the_task_is_done() -> None:
    put(ASKED)
    number = door.start(APPLICANT, "asked")
    for item in door.case(APPLICANT, number).items:
        door.complete(clerk(item.department), item.id, {"approved": True})
    assert models.Clock.objects.count() == 0


def test_a_step_ends_one_token_and_opens_a_timer_of_another() -> None:
    """The founding of a firm: five at once, a timer at one that does not interrupt, a table that decides."""
    pack = Path(__file__).parents[2] / "src" / "lingqu_sectors" / "enterprise_founding" / "procedures"
    given = {"accept": "complete", "market": "registered", "tax": "tax"}
    nodes = ("accept", "market", "seal", "tax", "insurance", "fund", "remind", "issue")
    variables = {name: {"title": name, "type": "truth"} for name in given.values()}
    put(
        {
            "code": "founding",
            "title": "开办",
            "department": "market",
            "variables": {**variables, "outcome": {"title": "结论", "type": "text"}},
            "tasks": {n: {"department": "market", "answers": [given[n]] if n in given else []} for n in nodes},
            "diagram": (pack / "founding.bpmn").read_text("utf-8"),
            "decisions": [(pack / "outcome.dmn").read_text("utf-8")],
        }
    )
    number = door.start(APPLICANT, "founding")
    do(number, "accept", complete=True)
    assert set(items(number)) == {"market", "seal", "tax", "insurance", "fund"}
    assert door.tick(models.Clock.objects.get().fires_at).fired == 1
    assert set(items(number)) == {"market", "seal", "tax", "insurance", "fund", "remind"}
    door.send_back(LEAD, items(number)["seal"].id, [("印模", "不清")])
    door.supplement(APPLICANT, items(number)["seal"].id, "已补")
    for node in ("market", "tax", "insurance", "fund", "remind", "seal"):
        do(number, node, **({given[node]: True} if node in given else {}))
    assert set(items(number)) == {"issue"}
    do(number, "issue")
    assert door.case(APPLICANT, number).outcome == "已开办"
    assert door.case(APPLICANT, number).answers["outcome"] == "issue"


def test_lingqu_itself_may_do_everything() -> None:
    number = door.start(SYSTEM, "licence", applicant="li")
    door.complete(SYSTEM, items(number)["accept"].id)
    assert set(items(number)) == {"a", "b", "c"}
