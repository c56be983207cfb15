"""Sub-processes, calls, messages and event gateways: what waits, what is cancelled, what comes too early or twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.procedures import door, models, store
from lingqu.centre.procedures.compiled import misfits, whole
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.errors import Conflict, Invalid, NotFound
from procedures.diagrams import diagram, flow
from procedures.little import APPLICANT, DOCUMENT, LEAD, bureau, clerk, do, items, put  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]


def timer(id_: str, host: str, wait: str, breaks: bool = True) -> str:
    cancel = "" if breaks else ' cancelActivity="false"'
    return (
        f'<boundaryEvent id="{id_}" attachedToRef="{host}"{cancel}><timerEventDefinition><timeDuration>{wait}'
        "</timeDuration></timerEventDefinition></boundaryEvent>"
    )


def catch(id_: str, message: str) -> str:
    return (
        f'<intermediateCatchEvent id="{id_}"><messageEventDefinition messageRef="of_{message}"/>'
        "</intermediateCatchEvent>"
    )


def with_messages(text: str, *names: str) -> str:
    said = "".join(f'<message id="of_{name}" name="{name}"/>' for name in names)
    return text.replace("<process", said + "<process", 1)


SUB = diagram(
    '<startEvent id="start"/>',
    '<subProcess id="look" name="核查">',
    '<startEvent id="in"/><parallelGateway id="split"/><userTask id="a"/><userTask id="b"/>',
    '<parallelGateway id="join"/><exclusiveGateway id="fine" default="well"/><endEvent id="out"/>',
    '<endEvent id="bad"><errorEventDefinition errorRef="e1"/></endEvent>',
    flow("i1", "in", "split"), flow("i2", "split", "a"), flow("i3", "split", "b"), flow("i4", "a", "join"),
    flow("i5", "b", "join"), flow("i6", "join", "fine"), flow("well", "fine", "out"),
    flow("ill", "fine", "bad", "approved = false"),
    "</subProcess>",
    timer("late", "look", "P5D"),
    '<boundaryEvent id="wrong" attachedToRef="look"><errorEventDefinition errorRef="e1"/></boundaryEvent>',
    '<userTask id="decide"/><userTask id="c"/><endEvent id="end" name="完"/><endEvent id="over" name="逾期"/>',
    flow("f1", "start", "look"), flow("f2", "look", "decide"), flow("f3", "decide", "end"),
    flow("f4", "late", "over"), flow("f5", "wrong", "c"), flow("f6", "c", "end"),
).replace("<process", '<error id="e1" errorCode="E1"/><process', 1)  # fmt: skip
TASKS: dict[str, Any] = {
    "a": {"department": "police", "days": 3},
    "b": {"department": "taxation", "days": 3, "answers": ["approved"]},
    "c": {"department": "housing"},
    "decide": {"department": "market"},
}
NESTED = {**DOCUMENT, "tasks": TASKS, "diagram": SUB}


def states(number: int) -> dict[str, str]:
    return dict(models.Item.objects.filter(case=number).values_list("node", "state"))


def test_a_sub_process_is_done_when_all_inside_is() -> None:
    put(NESTED)
    number = door.start(APPLICANT, "licence")
    assert set(items(number)) == {"a", "b"}
    assert list(models.Clock.objects.filter(case=number).values_list("node", flat=True)) == ["late"]
    do(number, "b", approved=True)
    do(number, "a")
    assert set(items(number)) == {"decide"}
    assert not models.Clock.objects.filter(case=number).exists()
    do(number, "decide")
    assert door.case(LEAD, number).outcome == "完"


def test_an_error_inside_goes_to_the_event_at_its_border() -> None:
    put(NESTED)
    number = door.start(APPLICANT, "licence")
    do(number, "a")
    do(number, "b", approved=False)
    assert set(items(number)) == {"c"}
    assert not models.Clock.objects.filter(case=number).exists()


def test_a_timer_that_interrupts_cancels_all_inside() -> None:
    put(NESTED)
    number = door.start(APPLICANT, "licence")
    do(number, "a")
    door.tick(timezone.now() + timedelta(days=30))
    assert states(number) == {"a": "done", "b": "cancelled"}
    found = door.case(LEAD, number)
    assert (found.state, found.outcome) == ("ended", "逾期")


PAID = with_messages(
    diagram(
        '<startEvent id="start"/><userTask id="a"/>', catch("wait", "payment"), '<userTask id="b"/>',
        '<endEvent id="end"/>', flow("f1", "start", "a"), flow("f2", "a", "wait"), flow("f3", "wait", "b"),
        flow("f4", "b", "end"),
    ),
    "payment",
)  # fmt: skip
MESSAGE = {"payment": {"title": "缴费", "department": "taxation", "answers": ["area"]}}
PAYING = {**DOCUMENT, "tasks": {n: TASKS[n] for n in ("a", "b")}, "diagram": PAID, "messages": MESSAGE}
TREASURY = clerk("taxation", "treasury")


def test_a_message_is_taken_kept_known_or_refused() -> None:
    put(PAYING)
    number = door.start(APPLICANT, "licence")
    assert set(items(number)) == {"a"}
    with pytest.raises(NotFound):
        door.receive(clerk("housing"), number, "payment", {"area": 3})
    with pytest.raises(Invalid):
        door.receive(TREASURY, number, "payment", {"note": "x", "area": 3})
    assert door.receive(TREASURY, number, "payment", {"area": 3}, "T-1") == "kept"
    assert door.receive(TREASURY, number, "payment", {"area": 3}, "T-1") == "known"
    do(number, "a")
    assert set(items(number)) == {"b"}
    assert door.case(LEAD, number).answers["area"] == 3
    with pytest.raises(Conflict) as caught:
        door.receive(TREASURY, number, "payment", {"area": 4}, "T-2")
    assert caught.value.rule == "procedures.message_late"
    with pytest.raises(Invalid):
        door.receive(LEAD, number, "parcel")
    again = door.start(APPLICANT, "licence")
    do(again, "a")
    assert not items(again)
    assert door.case(LEAD, again).state == "running"
    assert door.receive(TREASURY, again, "payment", {"area": 5}) == "taken"
    assert set(items(again)) == {"b"}
    assert [a.act for a in door.case(LEAD, again).acts] == ["start", "complete", "message"]


def test_a_machine_says_so_over_the_api(client: Client) -> None:
    put(PAYING)
    number = door.start(APPLICANT, "licence")
    do(number, "a")
    who = Account.objects.create(username="treasury", department="taxation", roles=["clerk"])
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/api/cases/{number}/messages"
    body = orjson.dumps({"name": "payment", "answers": {"area": 7}, "key": "T-9"})
    for state in ("taken", "known"):
        answer = client.post(address, body, content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, {"case": number, "state": state})
    answer = client.post(address, b'{"name": "payment"}', content_type="application/json")
    assert answer.json()["rule"] in ("procedures.answers", "procedures.message_late")


RACE = with_messages(
    diagram(
        '<startEvent id="start"/><eventBasedGateway id="race"/>', catch("paid", "payment"),
        '<intermediateCatchEvent id="late"><timerEventDefinition><timeDuration>P5D</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>",
        '<userTask id="a"/><endEvent id="end"/><endEvent id="over" name="未缴费"/>', flow("f1", "start", "race"),
        flow("f2", "race", "paid"), flow("f3", "race", "late"), flow("f4", "paid", "a"), flow("f5", "a", "end"),
        flow("f6", "late", "over"),
    ),
    "payment",
)  # fmt: skip
RACING = {**DOCUMENT, "tasks": {"a": TASKS["a"]}, "diagram": RACE, "messages": MESSAGE}


def test_of_an_event_gateway_what_comes_first_wins() -> None:
    put(RACING)
    paid, waited = door.start(APPLICANT, "licence"), door.start(APPLICANT, "licence")
    assert door.receive(TREASURY, paid, "payment", {"area": 1}) == "taken"
    assert set(items(paid)) == {"a"}
    door.tick(timezone.now() + timedelta(days=30))
    assert door.case(LEAD, waited).outcome == "未缴费"
    assert not models.Clock.objects.exists()
    assert set(items(paid)) == {"a"}


CALLED = {
    **PAYING,
    "code": "visit",
    "title": "现场核查",
    "diagram": PAID.replace('<endEvent id="end"/>', '<endEvent id="end"/><endEvent id="no"/>'
                            '<exclusiveGateway id="way" default="w1"/>'
                            + flow("w1", "way", "end") + flow("w2", "way", "no", "area > 100"))
    .replace('sourceRef="b" targetRef="end"', 'sourceRef="b" targetRef="way"'),
}  # fmt: skip
CALL = diagram(
    '<startEvent id="start"/><callActivity id="check" name="核查" calledElement="visit"/><userTask id="decide"/>',
    timer("late", "check", "P9D"),
    '<endEvent id="end" name="完"/><endEvent id="over" name="逾期"/>', flow("f1", "start", "check"),
    flow("f2", "check", "decide"), flow("f3", "decide", "end"), flow("f4", "late", "over"),
)  # fmt: skip
CALLING = {
    **DOCUMENT,
    "tasks": {"decide": {"department": "market", "answers": ["note"]}},
    "calls": {"check": {"procedure": "visit", "gives": {"note": "note"}, "takes": {"area": "area * 2"}}},
    "diagram": CALL,
}
del CALLING["variables"]
CALLING["variables"] = {name: DOCUMENT["variables"][name] for name in ("area", "note")}
CALLED["tasks"] = {"a": TASKS["a"], "b": {"department": "taxation", "answers": ["approved"]}}
CALLING["calls"]["check"]["gives"] = {}


def test_a_call_runs_the_published_procedure_with_variables_of_its_own() -> None:
    put(CALLED, CALLING)
    number = door.start(APPLICANT, "licence")
    assert set(items(number)) == {"check/a"}
    do(number, "check/a")
    assert door.receive(TREASURY, number, "payment", {"area": 21}) == "taken"
    do(number, "check/b", **{"check/approved": True})
    assert set(items(number)) == {"decide"}
    found = door.case(LEAD, number)
    assert found.answers["area"] == 42
    assert (found.answers["check/area"], found.answers["check/approved"]) == (21, True)
    assert "approved" not in found.answers
    do(number, "decide", note="x")
    assert door.case(LEAD, number).outcome == "完"


def test_a_call_keeps_what_was_published_and_goes_over_and_ends_with_its_caller() -> None:
    put(CALLED, CALLING)
    numbers = [door.start(APPLICANT, "licence") for _ in range(2)]
    other = {**CALLED, "diagram": CALLED["diagram"].replace('"b"', '"c"')}
    other["tasks"] = {"a": TASKS["a"], "c": CALLED["tasks"]["b"]}
    put(other, CALLING)
    newer = door.start(APPLICANT, "licence")
    versions = {n: models.Case.objects.get(pk=n).version for n in (*numbers, newer)}
    assert versions[numbers[0]] != versions[newer]
    assert "check/b" in store.version(versions[numbers[0]]).plan.nodes
    found = door.migrate(SYSTEM, "licence")
    assert (found.moved, found.kept) == (2, 0)
    do(numbers[0], "check/a")
    door.receive(TREASURY, numbers[0], "payment", {"area": 1})
    assert set(items(numbers[0])) == {"check/c"}
    door.tick(timezone.now() + timedelta(days=60))
    assert states(numbers[0]) == {"check/a": "done", "check/c": "cancelled"}
    assert door.case(LEAD, numbers[1]).outcome == "逾期"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"calls": {}}, "calls must name check"),
        ({"calls": {"check": {"procedure": "licence"}}}, "calls must name check"),
        ({"calls": {"check": {"procedure": "visit", "gives": {"nothing": "1"}}}}, "there is no variable 'nothing'"),
        ({"calls": {"check": {"procedure": "visit", "takes": {"area": "approved"}}}}, "check"),
    ],
)
def test_a_call_that_does_not_fit_is_named(change: dict[str, Any], said: str) -> None:
    put(CALLED, CALLING)
    procedure = Procedure.model_validate({**CALLING, **change})
    with pytest.raises(door.Faulty) as caught:
        door.plan_of(procedure)
    (fault,) = caught.value.faults
    assert fault.rule == "procedures.call"
    assert fault.line == 3
    assert said in fault.message.en or "核查" in fault.message.en


def test_procedures_that_call_one_another_in_a_ring_are_refused() -> None:
    ring = {**CALLING, "code": "visit", "calls": {"check": {"procedure": "visit"}}}
    with pytest.raises(door.Faulty):
        whole(Procedure.model_validate(ring), lambda _: Procedure.model_validate(ring))


def test_a_message_nobody_declared_and_one_nobody_awaits() -> None:
    procedure = Procedure.model_validate({**PAYING, "messages": {"parcel": MESSAGE["payment"]}})
    said = [each.fault.message.en for each in misfits(procedure, door.plan_of(procedure))]
    assert len(said) == 2
    assert "'payment'" in said[0]
    assert "'parcel'" in said[1]


def test_a_case_inside_a_sub_process_goes_over_where_it_still_is_one() -> None:
    put(NESTED)
    number = door.start(APPLICANT, "licence")
    do(number, "a")
    put({**NESTED, "diagram": SUB.replace("P5D", "P6D").replace('"look"', '"see"')})
    why = door.migrate(SYSTEM, "licence", dry=True).stay[number]
    assert "procedures.move_gone" in {each.rule for each in why}
    assert door.migrate(SYSTEM, "licence", {"look": "see"}).moved == 1
    do(number, "b", approved=True)
    assert set(items(number)) == {"decide"}


def test_a_diagram_with_a_sub_process_gets_a_drawing_that_holds_what_is_inside() -> None:
    plan = door.plan_of(Procedure.model_validate({**NESTED, "diagram": door.designing.drawn(SUB)}))
    around = plan.boxes["look"]
    for inner in (plan.boxes[node.id] for node in plan.nodes.values() if node.parent == "look"):
        assert around.x < inner.x
        assert around.y < inner.y
        assert inner.x + inner.width < around.x + around.width
        assert inner.y + inner.height < around.y + around.height
    for other in (plan.boxes[each] for each in ("start", "decide", "end")):
        assert other.x + other.width <= around.x or other.x >= around.x + around.width
    assert "核查" in door.picture(plan, waiting={"look"})
    assert door.designing.compare(
        Procedure.model_validate(NESTED),
        Procedure.model_validate(
            {**NESTED, "diagram": SUB.replace('<userTask id="a"/>', '<userTask id="a" name="甲"/>')}
        ),
    ).changed == ("a",)


def test_parts_are_named_in_both_languages_where_people_see_them(client: Client) -> None:
    put({**NESTED, "names": {"over": {"zh": "逾期", "en": "Out of time"}, "f4": {"zh": "到期", "en": "time is up"}}})
    number = door.start(APPLICANT, "licence")
    door.tick(timezone.now() + timedelta(days=30))
    found = door.case(LEAD, number)
    assert found.ended_as is not None
    assert (found.ended_as.zh, found.ended_as.en) == ("逾期", "Out of time")
    assert found.compiled.named("en")["f4"] == "time is up"
    for name, address in (("li", f"/my/cases/{number}/"), ("an", f"/stewardship/cases/{number}/")):
        who = Account.objects.create(username=name, department="market" if name == "an" else "", roles=["clerk"])
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(address, headers={"Accept-Language": "en"}).content.decode()
        assert "Out of time" in page
        assert "逾期" not in page.replace("已逾期", "")
    procedure = Procedure.model_validate({**NESTED, "names": {"nowhere": "x"}})
    assert "nowhere" in next(each.fault.message.en for each in misfits(procedure, door.plan_of(procedure)))


def test_the_try_run_handles_all_parts() -> None:
    put(CALLED, CALLING)
    trial, move = door.designing.trial, door.designing.Move

    def at(made: Any, node: str) -> int:
        return next(token for token, each in made.waiting.items() if each == node)

    racing = Procedure.model_validate(RACING)
    token = at(trial(racing, {}, []), "race")
    assert list(trial(racing, {}, [move(token, {"area": 2}, "paid")]).waiting.values()) == ["a"]
    assert trial(racing, {}, [move(token, {}, "late")]).ended == "over"
    with pytest.raises(Invalid):
        trial(racing, {}, [move(token, {}, "paid")])
    calling = Procedure.model_validate(CALLING)
    began = trial(calling, {}, [])
    first = [move(at(began, "check/a"))]
    waits = trial(calling, {}, first)
    second = [*first, move(at(waits, "check/wait"), {"area": 4})]
    third = [*second, move(at(trial(calling, {}, second), "check/b"), {"check/approved": True})]
    done = trial(calling, {}, third)
    assert (list(done.waiting.values()), done.answers["area"]) == (["decide"], 8)
    assert trial(calling, {}, [move(at(began, "check"), {}, "late")]).ended == "over"
    with pytest.raises(Conflict):
        trial(calling, {}, [move(at(began, "check"))])
