"""From catalogue entry to use: stages, clocks, rights, and that what ends ends at once."""

# ruff: noqa: F811

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue import clocks, door, models, workflow
from lingqu.centre.catalogue.definitions import Calendar, Holiday
from lingqu.centre.catalogue.door import Wish
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.door import Draft, Query
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from toytown import toytown  # noqa: F401
from web_role import as_web, web_role  # noqa: F401

pytestmark = pytest.mark.django_db
POLICE = "police.household_register"
CLERK = Actor("person", "an", roles=("department_clerk",), department="civil_affairs", purpose="casework")
OWNER = Actor("person", "qiao", roles=("department_clerk",), department="police", purpose="casework")
CENTRE = Actor("person", "su", roles=("steward",), department="information_centre", purpose="casework")
OTHER = Actor("person", "ma", roles=("department_clerk",), department="market", purpose="casework")
APP = Actor("client", "assist-app", department="civil_affairs", purpose="casework", way="api")
NOTE = "目的限于核对救助对象身份，只取必要字段，结果不留存，影响可控。"


def wish(**how: Any) -> Wish:
    today = timezone.localdate()
    base: dict[str, Any] = {
        "items": ("person_name", "sex", "citizen_id"),
        "purpose": "casework",
        "matter": "社会救助对象身份核对",
        "basis": "《社会救助暂行办法》第五十八条",
        "begins": today,
        "ends": today + timedelta(days=365),
        "security": "专网访问，专人专用",
        "assessment": NOTE,
        "accounts": ("assist-app",),
    }
    return Wish(**(base | how))


def asked(**how: Any) -> door.Request:
    return door.submit(CLERK, door.draft(CLERK, "civil_affairs", POLICE, wish(**how)).number)


def agreed(decision: dict[str, str] | None = None, **how: Any) -> door.Agreement:
    number = door.check(CENTRE, asked(**how).number, passed=True).number
    items = decision or {"person_name": "unmask", "sex": "grant", "citizen_id": "grant"}
    found = door.decide(OWNER, number, items, reason="证件号码不必要", law="《个人信息保护法》第六条")
    return door.agreement(OWNER, found.agreement)


@pytest.fixture
def people(toytown: Any) -> None:
    for n in range(3):
        person = {
            "name": "王小明",
            "sex": "12"[n % 2],
            "idNumber": "11010519491231002X" if not n else None,
            "region": f"41990100{n + 1}000",
            "phone": "+8613812341234",
        }
        attrs = {k: {"type": "Property", "value": v} for k, v in person.items() if v}
        draft = Draft(f"urn:ngsi-ld:Person:{n}", "Person", attrs, owner="police", region=person["region"] or "")
        entities.write(SYSTEM, [draft])


PEOPLE = Query(types=("Person",))


def change(kind: str, code: str, **values: Any) -> None:
    """One definition of the drawing changed."""
    found = next(p for p in drawing.placed() if (p.kind, p.code) == (kind, code))
    drawing.replace([replace(found, document={**found.document, **values})], [], actor="tests", summary={})


def test_the_way_from_entry_to_use_and_its_end(people: None) -> None:
    with pytest.raises(Refused):
        entities.find(APP, PEOPLE)
    found = agreed()
    assert found.attributes == (("person_name", "name"), ("sex", "sex"), ("citizen_id", "idNumber"))
    assert (found.provider, found.consumer, found.entity_type) == ("police", "civil_affairs", "Person")
    seen = entities.find(APP, PEOPLE).entities
    assert len(seen) == 3
    assert set(seen[0].attrs) <= {"name", "sex", "idNumber"}
    assert {e.value("name") for e in seen} == {"王小明"}
    assert {e.value("idNumber") for e in seen} - {None} == {"1101**********002X"}
    door.withdraw(OWNER, found.number, "用途超出约定")
    with pytest.raises(Refused, match="用途超出约定"):
        entities.find(APP, PEOPLE)
    over = door.agreement(CLERK, found.number)
    assert (over.state, over.ended_by, over.ended_why) == ("withdrawn", "qiao", "用途超出约定")
    assert next(s.act for s in door.news(CLERK)) == "withdraw"
    assert [s.act for s in door.steps(CLERK, found.request)] == ["draft", "submit", "pass", "agree"]


def test_another_departments_agreement_is_refused_and_kept_in_the_ledger(toytown: Any) -> None:
    number = agreed().number
    for act in (door.agreement, door.renew, door.steps, lambda a, n: door.withdraw(a, n, "x")):
        with pytest.raises(Refused) as caught:
            act(OTHER, number)
        assert caught.value.rule == "sharing.side"
    assert LedgerRow.objects.filter(act="refused", actor="ma", detail__rule="sharing.side").count() == 4
    with pytest.raises(Refused) as missing:
        door.agreement(OTHER, "A-2020-000001")
    assert missing.value.message.en.replace("A-2020-000001", number) == caught.value.message.en
    with pytest.raises(NotFound):
        door.agreement(CENTRE, "A-2020-000001")
    assert door.agreements(OTHER) == []
    assert len(door.agreements(CENTRE)) == len(door.agreements(OWNER)) == len(door.agreements(CLERK)) == 1
    assert door.requests(OTHER) == []


DAYS = st.dates(date(2025, 12, 1), date(2027, 2, 1))


def calendar_of(free: set[date], busy: set[date]) -> Calendar:
    def days(of: set[date]) -> tuple[Holiday, ...]:
        return tuple(Holiday(title="日", begins=day) for day in of)

    return Calendar(code="c", title="c", source="c", holidays=days(free), workdays=days(busy))


@given(since=DAYS, days=st.integers(1, 20), free=st.sets(DAYS, max_size=30), busy=st.sets(DAYS, max_size=10))
def test_so_many_working_days_lie_before_what_is_due(since: date, days: int, free: set[date], busy: set[date]) -> None:
    of = calendar_of(free, busy)
    began = clocks.start_of(since) + timedelta(hours=11)
    due = clocks.due(began, days, of)
    last = timezone.localdate(due - timedelta(seconds=1))
    assert clocks.is_working(last, of)
    assert clocks.working_days(began, due - timedelta(seconds=1), of) == days
    assert clocks.working_days(began, due - timedelta(days=1, seconds=1), of) == days - 1
    assert began < clocks.half(began, days, of) <= due
    assert clocks.due(began, days + 1, of) > due


def test_the_calendar_of_2026(toytown: Any) -> None:
    before_new_year = timezone.make_aware(datetime(2025, 12, 31, 16))
    assert timezone.localdate(door.due(before_new_year, 1) - timedelta(seconds=1)) == date(2026, 1, 4)
    before_october = timezone.make_aware(datetime(2026, 9, 30, 9))
    assert timezone.localdate(door.due(before_october, 3) - timedelta(seconds=1)) == date(2026, 10, 10)


def test_every_stage_is_reached_and_the_last_ones_lead_nowhere() -> None:
    reached = {"draft"}
    for _ in workflow.STATES:
        reached |= {to for (state, _act), to in workflow.TRANSITIONS.items() if state in reached}
    assert reached == set(workflow.STATES)
    assert {state for state, _ in workflow.TRANSITIONS} == set(workflow.OPEN)
    acts = {act for _, act in workflow.TRANSITIONS}
    for state, act in itertools.product(workflow.STATES, acts):
        if (state, act) not in workflow.TRANSITIONS:
            with pytest.raises(Conflict):
                workflow.after(state, act)  # type: ignore[arg-type]


def test_what_is_shared_without_conditions_is_had_at_once(toytown: Any) -> None:
    change("resource", POLICE, sharing={"type": "unconditional", "method": "interface"})
    found = asked()
    assert (found.state, found.decided_by) == ("agreed", "lingqu")
    assert door.agreement(CLERK, found.agreement).unmasked == ()


def test_what_is_not_shared_is_refused_with_the_law(toytown: Any) -> None:
    change("resource", POLICE, sharing={"type": "refused", "basis": {"zh": "某法第一条", "en": "Some Law art. 1"}})
    found = asked()
    assert (found.state, found.law, found.agreement) == ("refused", "某法第一条", "")
    assert door.steps(CLERK, found.number)[-1].detail["law"]["en"] == "Some Law art. 1"


def test_core_data_is_never_shared(toytown: Any) -> None:
    change("resource", POLICE, level="core", sharing={"type": "unconditional"})
    assert asked().state == "refused"


LACKS: list[tuple[str, dict[str, Any]]] = [
    ("sharing.items", {"items": ()}),
    ("sharing.items", {"items": ("salary",)}),
    ("sharing.not_served", {"items": ("external_id",)}),
    ("sharing.purpose", {"purpose": "curiosity"}),
    ("sharing.matter", {"matter": " "}),
    ("sharing.basis", {"basis": ""}),
    ("sharing.period", {"ends": None}),
    ("sharing.period", {"ends": date(2099, 1, 1)}),
    ("sharing.period", {"ends": date(2001, 1, 1)}),
    ("sharing.holders", {"accounts": ()}),
    ("sharing.holders", {"people_roles": ("emperor",)}),
    ("sharing.target", {"method": "push"}),
    ("sharing.secret", {"method": "database", "target": {"connection": "postgresql://u:pw@db/x", "table": "t"}}),
    ("sharing.security", {"security": ""}),
    ("sharing.assessment", {"assessment": "无"}),
    ("sharing.consent", {"purpose": "assistance"}),
    ("sharing.where", {"where": {"external_id": ("1",)}}),
    ("sharing.where", {"regions": ("4199",)}),
    ("sharing.quota", {"quota": 0}),
]


def test_what_a_request_lacks_is_named(toytown: Any) -> None:
    number = door.draft(CLERK, "civil_affairs", POLICE, wish()).number
    for fault, how in LACKS:
        door.edit(CLERK, number, wish(**how))
        with pytest.raises(Invalid) as caught:
            door.submit(CLERK, number)
        assert fault in {f.rule for f in caught.value.faults}, how
        assert door.request(CLERK, number).state == "draft"
    door.edit(CLERK, number, wish())
    assert door.submit(CLERK, number).state == "submitted"


def test_one_asks_for_ones_own_department_and_not_for_ones_own_data(toytown: Any) -> None:
    with pytest.raises(Refused):
        door.draft(CLERK, "market", POLICE, wish())
    number = door.draft(OWNER, "police", POLICE, wish()).number
    assert "sharing.own" in {f.rule for f in door.faults(door.request(OWNER, number))}


def test_returned_completed_and_passed(toytown: Any) -> None:
    number = asked().number
    with pytest.raises(Invalid):
        door.check(CENTRE, number, passed=False)
    with pytest.raises(Refused):
        door.check(OWNER, number, passed=True)
    returned = door.check(CENTRE, number, passed=False, reasons="请写明最小字段的理由")
    assert (returned.state, returned.due) == ("returned", None)
    assert door.requests(CLERK, tab="to_decide")[0].number == number
    door.submit(CLERK, number)
    passed = door.check(CENTRE, number, passed=True)
    assert passed.due == door.due(passed.since, 10)
    assert [r.number for r in door.requests(OWNER, tab="to_decide")] == [number]


def test_who_asked_does_not_decide(toytown: Any) -> None:
    number = door.check(CENTRE, asked().number, passed=True).number
    with pytest.raises(Refused):
        door.decide(CLERK, number, {"sex": "grant"})
    with pytest.raises(Refused):
        door.decide(CENTRE, number, {"sex": "grant"})
    both = replace(CLERK, lent=(access.Holding(("department_clerk",), "police", lent_by="qiao"),))
    with pytest.raises(Refused) as caught:
        door.decide(both, number, {"sex": "grant"})
    assert caught.value.rule == "sharing.four_eyes"


def test_items_refused_need_reason_and_law(toytown: Any) -> None:
    number = door.check(CENTRE, asked().number, passed=True).number
    for items in ({"sex": "grant"}, {}):
        with pytest.raises(Invalid):
            door.decide(OWNER, number, items, reason="不必要")
    found = door.decide(OWNER, number, {"sex": "grant"}, reason="不必要", law="《个人信息保护法》第六条")
    assert door.agreement(CLERK, found.agreement).attributes == (("sex", "sex"),)
    with pytest.raises(Conflict):
        door.decide(OWNER, number, {"sex": "grant"})


def test_time_reminds_escalates_and_lets_the_centre_decide(toytown: Any) -> None:
    number = door.check(CENTRE, asked().number, passed=True).number
    due = door.request(OWNER, number).due
    assert due is not None
    assert not any(door.tick().values())
    assert door.tick(due - timedelta(days=1))["remind"] == 1
    assert door.tick(due)["escalate"] == 1
    assert not any(door.tick(due).values())
    assert door.counts(CENTRE)["overdue"] == 1
    assert LedgerRow.objects.filter(act="alert", detail__request=number).count() == 1
    assert door.decide(CENTRE, number, {"sex": "grant"}, reason="代为答复", law="共享规则").state == "agreed"


def test_time_ends_warns_and_expires(people: None) -> None:
    number = agreed().number
    waiting = asked().number
    ends = door.agreement(CLERK, number).ends
    assert door.tick(ends - timedelta(days=20))["warn"] == 1
    assert door.tick(ends + timedelta(days=1)) == {
        "remind": 0, "escalate": 0, "expire": 1, "end": 1, "warn": 0, "report_due": 0,
    }  # fmt: skip
    assert door.request(CLERK, waiting).state == "expired"
    assert door.agreement(CLERK, number).state == "ended"
    with pytest.raises(Refused, match="period over"):
        entities.find(APP, PEOPLE)


def test_renewed_by_one_request_on_the_usual_way(toytown: Any) -> None:
    old = agreed()
    asked_again = door.renew(CLERK, old.number)
    assert (asked_again.state, asked_again.renews) == ("submitted", old.number)
    with pytest.raises(Conflict):
        door.renew(CLERK, old.number)
    door.check(CENTRE, asked_again.number, passed=True)
    new = door.decide(OWNER, asked_again.number, {i: "grant" for i in asked_again.wish.items}).agreement
    assert door.agreement(CLERK, new).begins == old.ends
    assert door.agreement(CLERK, old.number).renewed_by == new
    assert len(door.living_agreements()) == 2


def test_a_change_takes_the_place_of_what_it_changes(people: None) -> None:
    old = agreed()
    number = door.change(CLERK, old.number, wish(items=("sex",))).number
    assert door.change(CLERK, old.number).number == number
    door.submit(CLERK, number)
    door.check(CENTRE, number, passed=True)
    assert set(entities.find(APP, PEOPLE).entities[0].attrs) == {"name", "sex", "idNumber"}
    door.decide(OWNER, number, {"sex": "grant"})
    assert door.agreement(CLERK, old.number).state == "replaced"
    assert set(entities.find(APP, PEOPLE).entities[0].attrs) == {"sex"}


def test_rows_quantity_and_consent_narrow_what_is_granted(people: None) -> None:
    items = ("person_name", "sex")
    grant = dict.fromkeys(items, "grant")
    agreed(grant, items=items, regions=("419901001000",), where={"sex": ("1",)}, quota=5, assessment="")
    assert [e.id[-1] for e in entities.find(APP, PEOPLE).entities] == ["0"]
    found = agreed(grant, items=items, consent=True, purpose="assistance")
    assert found.consent
    assert entities.find(replace(APP, purpose="assistance"), PEOPLE).entities == []


def test_delivering_is_lingqus_own_hand(people: None) -> None:
    found = agreed(method="file", target={"format": "csv"}, accounts=())
    with pytest.raises(Refused):
        entities.find(APP, PEOPLE)
    assert len(entities.find(door.delivering(found), PEOPLE).entities) == 3
    assert [a.number for a in door.living_agreements("file")] == [found.number]
    assert door.living_agreements("push") == []


def test_verifying_reads_nothing(people: None) -> None:
    agreed(method="verify")
    with pytest.raises(Refused):
        entities.find(APP, PEOPLE)
    assert access.may(APP, "verify", "Person")


def test_a_role_of_people_does_not_open_it_to_systems(people: None) -> None:
    agreed(accounts=(), people_roles=("department_clerk",))
    with pytest.raises(Refused):
        entities.find(APP, PEOPLE)
    assert len(entities.find(CLERK, PEOPLE).entities) == 3


def test_what_is_collected_already_is_said(toytown: Any) -> None:
    told = door.repeats("civil_affairs", POLICE, ("external_id", "sex", "household_number"))
    assert {(r.item, r.resource, r.kind) for r in told} == {("sex", "civil_affairs.assistance", "own")}


def test_messages_reports_and_bulletins(toytown: Any) -> None:
    found = agreed()
    door.message(OWNER, found.number, "请注意保密")
    assert door.news(CLERK)[0].words == "请注意保密"
    door.seen(CLERK, found.number)
    assert "请注意保密" not in {s.words for s in door.news(CLERK)}
    door.report(CLERK, found.number, 2026, "核对 300 人次")
    door.report(CLERK, found.number, 2026, "核对 320 人次")
    assert [r.use for r in door.reports(OWNER, found.number)] == ["核对 320 人次"]
    with pytest.raises(Refused):
        door.report(OWNER, found.number, 2026, "x")
    assert door.issue_bulletin(CENTRE, date(2026, 10, 9), {"n": 1}).month == date(2026, 10, 1)
    assert door.issue_bulletin(CENTRE, date(2026, 10, 1), {"n": 2}).figures == {"n": 1}
    with pytest.raises(Refused):
        door.issue_bulletin(CLERK, date(2026, 9, 1), {})
    assert models.Step.objects.filter(act="report").count() == 2


def test_decided_over_a_connection_of_pages(people: None, as_web: Any) -> None:
    """The web role may grant for who is signed in, and for nobody else."""
    owner = replace(OWNER, account_id=4)
    number = door.check(CENTRE, asked().number, passed=True).number
    with as_web(), access.working_for(lambda: owner):
        found = door.decide(owner, number, {"sex": "grant"}, reason="不必要", law="第六条").agreement
        door.withdraw(owner, found, "试")
    assert door.agreement(OWNER, found).state == "withdrawn"


def test_a_draft_is_not_the_other_sides_to_see(toytown: Any) -> None:
    number = door.draft(CLERK, "civil_affairs", POLICE, wish()).number
    with pytest.raises(Refused):
        door.request(OWNER, number)
    assert door.requests(OWNER) == []
    assert door.requests(CLERK)[0].number == door.requests(CENTRE)[0].number == number
