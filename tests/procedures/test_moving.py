"""Running cases go over to a new version of their procedure and back: none is lost, and what is stored stays sound."""

from __future__ import annotations

import random
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.procedures import door, models, moving, store
from lingqu.kernel.errors import Conflict, Invalid
from procedures.diagrams import APPROVAL, flow
from procedures.little import APPLICANT, DOCUMENT, LEAD, bureau, clerk, do, items, put  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
ANSWERS: dict[str, dict[str, Any]] = {"b": {"note": "无"}, "decide": {"approved": True}}

# The same but that ``a`` is now ``inspect``, a step of writing down comes after the join, and b got a reminder.
NEXT = (
    APPROVAL.replace('id="a"', 'id="inspect"')
    .replace('targetRef="a"', 'targetRef="inspect"')
    .replace('sourceRef="a"', 'sourceRef="inspect"')
    .replace(
        '<userTask id="decide"/>',
        '<userTask id="decide"/><userTask id="write"/><boundaryEvent id="late" attachedToRef="b" '
        'cancelActivity="false">'
        "<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition></boundaryEvent>"
        '<endEvent id="told"/>' + flow("f9", "late", "told"),
    )
    .replace('sourceRef="join" targetRef="decide"', 'sourceRef="join" targetRef="write"')
    .replace("</process>", flow("f8", "write", "decide") + "</process>")
)


def newer(**more: Any) -> dict[str, Any]:
    tasks = {("inspect" if node == "a" else node): task for node, task in DOCUMENT["tasks"].items()}
    tasks["write"] = {"department": "market", "days": 1}
    return {**DOCUMENT, "tasks": tasks, "diagram": NEXT, **more}


def stood(number: int) -> Any:
    """All that a case is but for its step, its history and the numbers of its clocks."""
    case = models.Case.objects.filter(pk=number).values().get()
    case.pop("step")
    rows = list(models.Item.objects.filter(case=number).order_by("id").values())
    clocks = models.Clock.objects.filter(case=number).order_by("token", "node")
    return case, rows, list(clocks.values_list("token", "node", "fires_at", "working"))


def sound(number: int) -> None:
    """Marking, items and clocks tell the same story, and of nodes that the case's version has."""
    case = models.Case.objects.get(pk=number)
    plan, marking = store.version(case.version).plan, store.Marking.of(case.marking)
    opened = models.Item.objects.filter(case=case, state__in=store.OPEN)
    assert sorted(marking.waiting.items()) == sorted(opened.values_list("token", "node"))
    for token, node in models.Clock.objects.filter(case=case).values_list("token", "node"):
        assert plan.nodes[node].kind == "boundary"
        assert marking.waiting[token] == plan.nodes[node].host
    for gate, flows in marking.arrived.items():
        assert set(flows) <= set(plan.nodes[gate].incoming)


def somewhere(choice: random.Random) -> int:
    """A case at a step of its way, with items that somebody holds or sent back."""
    number = door.start(APPLICANT, "licence")
    for _ in range(choice.randrange(5)):
        node = choice.choice(sorted(items(number)))
        do(number, node, **ANSWERS.get(node, {}))
    for node, item in items(number).items():
        if choice.random() < 0.3:
            door.claim(clerk(item.department), item.id)
        elif choice.random() < 0.2 and node != "decide":
            door.send_back(clerk(item.department), item.id, [("合同", "缺页")])
    if choice.random() < 0.1:
        door.suspend(LEAD, number, "鉴定", "第四十五条")
    return number


def finished(number: int) -> str:
    """Go on to the end whatever waits."""
    if door.case(LEAD, number).state == "suspended":
        door.resume(LEAD, number)
    while opened := items(number):
        node, item = sorted(opened.items())[0]
        if item.state == "returned":
            door.supplement(APPLICANT, item.id, "补")
        else:
            door.complete(clerk(item.department), item.id, ANSWERS.get(node, {}))
        sound(number)
    return door.case(LEAD, number).state


@pytest.mark.parametrize("count", [63, pytest.param(1_000, marks=pytest.mark.large)])
def test_cases_at_every_step_go_over_and_back_and_none_is_lost(count: int) -> None:
    choice = random.Random(3)
    numbers = [somewhere(choice) for _ in range(count)]
    before = {number: stood(number) for number in numbers}
    put(newer(moved={"a": "inspect"}))
    assert (found := door.migrate(SYSTEM, "licence", dry=True)).moved == count, found.stay
    assert {number: stood(number) for number in numbers} == before
    told: list[tuple[int, int]] = []
    found = door.migrate(SYSTEM, "licence", batch=count // 9, tell=lambda *done: told.append(done))
    assert (found.moved, found.kept) == (count, 0)
    assert told[-1] == (count, count)
    assert len(told) == 9 + (count % 9 > 0)
    for number in numbers:
        sound(number)
        assert door.case(LEAD, number).version == found.version
        assert door.case(LEAD, number).acts[-1].act == "migrate"
    after_b = models.Item.objects.filter(node="b", state__in=store.OPEN).count()
    assert models.Clock.objects.filter(node="late").count() == after_b > 0
    assert LedgerRow.objects.filter(detail__act="migrate", entity_type="Case").count() == len(told)
    assert door.migrate(SYSTEM, "licence").moved == 0
    back = door.migrate_back(SYSTEM, "licence", batch=count // 5)
    assert (back.moved, back.kept) == (count, 0)
    assert {number: stood(number) for number in numbers} == before
    again = door.migrate(SYSTEM, "licence", {"a": "inspect"})
    assert again.moved == count
    assert {finished(number) for number in numbers[:100]} == {"ended"}


def test_without_a_mapping_it_says_which_stay_and_why() -> None:
    accept, inside, done = (door.start(APPLICANT, "licence") for _ in range(3))
    do(inside, "accept")
    do(done, "accept")
    do(done, "a")
    put(newer())
    found = door.migrate(SYSTEM, "licence", dry=True)
    assert found.moved == 2
    assert {n: [w.rule for w in why] for n, why in found.stay.items()} == {inside: ["procedures.move_gone"]}
    with pytest.raises(Invalid):
        door.migrate(SYSTEM, "licence", {"a": "nowhere"})
    assert door.migrate(SYSTEM, "licence").kept == 1
    sound(done)
    assert set(items(done)) == {"b", "c"}
    do(inside, "a")
    assert set(items(inside)) == {"b", "c"}
    assert door.case(LEAD, accept).version == found.version


def test_what_went_on_since_goes_back_by_the_mapping_or_stays() -> None:
    still, went, ended = (door.start(APPLICANT, "licence") for _ in range(3))
    for number in (still, went, ended):
        do(number, "accept")
    before = stood(still)
    put(newer(moved={"a": "inspect"}))
    door.migrate(SYSTEM, "licence")
    do(went, "inspect")
    assert finished(ended) == "ended"
    dry = door.migrate_back(SYSTEM, "licence", dry=True)
    assert (dry.moved, list(dry.stay)) == (2, [ended])
    found = door.migrate_back(SYSTEM, "licence")
    assert (found.moved, [w.rule for w in found.stay[ended]]) == (2, ["procedures.move_over"])
    assert stood(still) == before
    sound(went)
    assert set(items(went)) == {"b", "c"}
    with pytest.raises(Conflict):
        door.migrate_back(SYSTEM, "licence")
    assert [i.name for i in door.case(LEAD, went).items if i.node == "inspect"] == ["inspect"]
    assert finished(went) == "ended"


def test_a_new_branch_or_another_sort_of_answer_keeps_a_case() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    wider = APPROVAL.replace('<userTask id="c"/>', '<userTask id="c"/><userTask id="d"/>').replace(
        "</process>", flow("sd", "split", "d") + flow("jd", "d", "join") + "</process>"
    )
    put({**DOCUMENT, "diagram": wider, "tasks": {**DOCUMENT["tasks"], "d": {"department": "police"}}})
    found = door.migrate(SYSTEM, "licence", dry=True)
    assert [w.rule for w in found.stay[number]] == ["procedures.move_join"]
    do(number, "b", note="x")
    variables = {**DOCUMENT["variables"], "note": {"title": "意见", "type": "number"}}
    put({**DOCUMENT, "variables": variables})
    found = door.migrate(SYSTEM, "licence", dry=True)
    assert [w.rule for w in found.stay[number]] == ["procedures.move_answer"]


@pytest.mark.django_db(transaction=True)
def test_an_act_while_its_case_moves_is_done_in_the_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case moves between the reading and the writing of an act."""
    number = door.start(APPLICANT, "licence")
    item = items(number)["accept"].id
    put(newer(moved={"a": "inspect"}))
    real, tries = store.write, []

    def slow(change: Any, held: Any = None) -> int:
        if not tries:
            door.migrate(SYSTEM, "licence")
        tries.append(held.case["version"])
        return real(change, held)

    monkeypatch.setattr(store, "write", slow)
    door.complete(clerk("market"), item)
    assert len(set(tries)) == 2
    assert set(items(number)) == {"inspect", "b", "c"}
    sound(number)


TASKS = ("accept", "a", "b", "c", "decide")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000), st.permutations(TASKS), st.booleans(), st.booleans())
def test_whatever_goes_over_is_sound_and_comes_to_an_end(seed: int, order: list[str], mapped: bool, swap: bool) -> None:
    """Against the approval, versions whose nodes are named anew, with or without saying so, or stand elsewhere."""
    put(DOCUMENT)
    number = somewhere(random.Random(seed))
    before = stood(number)
    names = dict(zip(TASKS, (f"n_{each}" for each in order) if not swap else order, strict=True))
    text = APPROVAL
    for old in TASKS:
        for name in ("id", "sourceRef", "targetRef"):
            text = text.replace(f'{name}="{old}"', f'{name}="~{old}"')
    for old, new in names.items():
        text = text.replace(f'"~{old}"', f'"{new}"')
    tasks = {names[node]: task for node, task in DOCUMENT["tasks"].items()}
    put({**DOCUMENT, "diagram": text, "tasks": tasks})
    found = door.migrate(SYSTEM, "licence", names if mapped else {})
    if store.version(before[0]["version"]).procedure.diagram == text:
        return
    assert found.moved + found.kept == (
        store.version(before[0]["version"]).plan.nodes != {} and found.moved + found.kept
    )
    if number in found.stay:
        assert stood(number) == before
    else:
        sound(number)
        door.migrate_back(SYSTEM, "licence")
        assert stood(number) == before


def test_the_command() -> None:
    from lingqu.site.commands.procedures import procedures

    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    put(newer())
    run = CliRunner()
    found = run.invoke(procedures, ["migrate", "licence", "--dry-run"])
    assert (found.exit_code, "move_gone" in found.stdout, str(number) in found.stdout) == (1, True, True)
    found = run.invoke(procedures, ["migrate", "licence", "--map", "a=inspect"])
    assert (found.exit_code, "inspect" in items(number)) == (0, True), found.output
    assert run.invoke(procedures, ["migrate", "licence", "--map", "a"]).exit_code == 2
    assert run.invoke(procedures, ["migrate", "licence", "--back"]).exit_code == 0
    assert "a" in items(number)


def test_pages_of_a_case_that_moved_know_what_was_done_before(client: Client) -> None:
    Account.objects.create(username="li", roles=["applicant"])
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    do(number, "a")
    put(newer(moved={"a": "inspect"}))
    door.migrate(SYSTEM, "licence")
    clerk = Account.objects.create(username="an", department="market", roles=["clerk"])
    for who, address in ((clerk, f"/stewardship/cases/{number}/"), (Account.objects.get(username="li"), "/my/cases/")):
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == 200
    assert client.get(f"/my/cases/{number}/").status_code == 200


def test_reachability_says_what_may_still_come() -> None:
    plan = store.version(models.Case.objects.get(pk=door.start(APPLICANT, "licence")).version).plan
    assert {"join", "decide", "ja"} <= moving.reached(plan, ["a"])
    assert "jb" not in moving.reached(plan, ["a"])
    assert moving.reached(plan, ["accept"], but="join") >= {"ja", "jb", "jc"}
    assert "decide" not in moving.reached(plan, ["accept"], but="join")
