"""Around a case: comments and calls, files, reasons, escalation, appeal, many items at once, what is foreseen."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lingqu.centre.access.actors import acting
from lingqu.centre.access.door import ANONYMOUS, Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.drawing import door as drawing
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door, models
from lingqu.centre.procedures.definitions import Procedure, Reason
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from lingqu.kernel.text import Text
from procedures.little import APPLICANT, DOCUMENT, LEAD, OTHER, bureau, clerk, do, items, put, through  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
PDF = b"%PDF-1.7 synthetic"
POLICE = clerk("police")


def zipped(*names: str) -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w") as box:
        for name in names:
            box.writestr(name, "x")
    return told.getvalue()


def acts(number: int) -> list[str]:
    return [a.act for a in door.case(LEAD, number).acts]


# comments and calls


def test_a_comment_calls_whom_it_names_and_lets_him_see_the_case() -> None:
    number = door.start(APPLICANT, "licence")
    with pytest.raises(NotFound):
        door.case(POLICE, number)
    Account.objects.create(username="ma", kind="person", department="police", roles=["clerk"])
    door.comment(LEAD, number, "请@police 看看消防通道")
    (message,) = notices.messages(acting(Account.objects.get(username="ma")))
    assert "消防" not in str(message)
    (call,) = door.calls(POLICE)
    assert (call.case, call.words, call.department) == (number, "请@police 看看消防通道", "market")
    assert "police" in door.case(POLICE, number).departments
    assert acts(number)[-1] == "involve"
    assert [c.to for c in door.comments(POLICE, number)] == [("police",)]
    with pytest.raises(NotFound):
        door.seen(clerk("housing"), call.id)
    door.seen(POLICE, call.id)
    assert door.calls(POLICE) == []
    with pytest.raises(NotFound):
        door.seen(POLICE, call.id)


def test_no_applicant_reads_what_offices_say_though_he_be_of_one() -> None:
    number = door.start(clerk("market", "li"), "licence")
    door.comment(LEAD, number, "材料可疑")
    assert door.comments(clerk("market", "li"), number) == []
    assert "材料可疑" not in str(door.case(clerk("market", "li"), number))
    with pytest.raises(Refused) as caught:
        door.comment(clerk("market", "li"), number, "x")
    assert caught.value.rule == "procedures.own_case"


@pytest.mark.parametrize("stranger", [OTHER, ANONYMOUS, clerk("education"), POLICE])
def test_strangers_say_and_see_nothing(stranger: Actor) -> None:
    number = door.start(APPLICANT, "licence")
    for ask in (
        lambda: door.comment(stranger, number, "x"),
        lambda: door.comments(stranger, number),
        lambda: door.files(stranger, number),
        lambda: door.attach(stranger, number, "a.pdf", PDF),
        lambda: door.appeals(stranger, number),
        lambda: door.appeal(stranger, number, "x"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_applicant_is_no_office() -> None:
    number = door.start(APPLICANT, "licence")
    with pytest.raises(Refused):
        door.comment(APPLICANT, number, "x")
    assert door.comments(APPLICANT, number) == []


def test_only_departments_of_the_procedure_are_called() -> None:
    number = door.start(APPLICANT, "licence")
    with pytest.raises(Invalid) as caught:
        door.comment(LEAD, number, "x", ["education"])
    assert caught.value.rule == "procedures.department"
    for words in ("", " ", "x" * 4001):
        with pytest.raises(Invalid):
            door.comment(LEAD, number, words)
    door.comment(LEAD, number, "@policeman 与 @education 都不算", ["market"])
    assert models.Call.objects.count() == 0


# files


def test_files_have_an_owner_and_are_handed_out_by_the_ledger() -> None:
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    own = door.attach(APPLICANT, number, "C:\\x\\合同.pdf", PDF)
    inner = door.attach(POLICE, number, "现场.png", b"\x89PNG\r\n\x1a\nx")
    told = door.attach(LEAD, number, "决定书.docx", zipped("word/document.xml"), shown=True)
    assert [f.name for f in door.files(APPLICANT, number)] == ["合同.pdf", "决定书.docx"]
    assert [(f.name, f.department, f.mine) for f in door.files(POLICE, number)] == [
        ("合同.pdf", "", False), ("现场.png", "police", True), ("决定书.docx", "market", False)
    ]  # fmt: skip
    assert door.file(clerk("housing"), own) == ("合同.pdf", "application/pdf", PDF)
    row = LedgerRow.objects.filter(act="read", actor="housing-clerk", entity_type="Case").latest("id")
    assert (row.detail["file"], row.detail["case"]) == (own, number)
    assert door.file(APPLICANT, told)[0] == "决定书.docx"
    for stranger in (APPLICANT, OTHER, clerk("education")):
        with pytest.raises(NotFound):
            door.file(stranger, inner)
    assert "现场" not in str(door.case(APPLICANT, number).acts)
    with pytest.raises(Refused):
        door.withdraw_file(LEAD, inner)
    with pytest.raises(Refused):
        door.withdraw_file(LEAD, own)
    door.withdraw_file(POLICE, inner)
    with pytest.raises(NotFound):
        door.file(POLICE, inner)
    assert [bool(f.withdrawn_at) for f in door.files(POLICE, number)] == [False, True, False]
    assert acts(number)[-1] == "file_withdrawn"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"<html>",
        b"PK\x03\x04broken",
        zipped("a.txt"),
        zipped("word/document.xml", "word/vbaProject.bin"),
        PDF + b"x" * door.LARGEST_FILE,
    ],
)
def test_what_is_no_paper_is_refused(content: bytes) -> None:
    number = door.start(APPLICANT, "licence")
    with pytest.raises(Invalid) as caught:
        door.attach(APPLICANT, number, "a.pdf", content)
    assert caught.value.rule == "procedures.file"
    assert models.File.objects.count() == 0


def test_an_applicant_adds_files_while_the_case_is_under_way() -> None:
    number = door.start(APPLICANT, "licence")
    door.withdraw(APPLICANT, number, "x")
    with pytest.raises(Conflict):
        door.attach(APPLICANT, number, "a.pdf", PDF)
    other = door.start(APPLICANT, "licence")
    with pytest.raises(NotFound):
        door.attach(APPLICANT, other, "a.pdf", PDF, item=next(iter(door.case(LEAD, number).items)).id)


# reasons


def test_reasons_are_the_procedures_the_departments_and_the_citys() -> None:
    reasons = [
        {"code": "sealed", "title": "印章", "act": "return", "words": "印章不清", "department": "police"},
        {"code": "general", "title": "签名", "act": "return", "words": "未签名", "law": "第三十二条"},
        {"code": "halt", "title": "鉴定", "act": "suspend", "words": "需鉴定", "law": "第四十五条"},
    ]
    put({**DOCUMENT, "reasons": [{"act": "return", "title": "合同", "words": "缺页", "tasks": ["a"]}]})
    placed = [drawing.Placed("reason", r["code"], r, "tests", "city") for r in reasons]
    drawing.replace(placed, [], actor="tests", summary={})
    of = door.procedures()["licence"]
    assert [r.title.zh for r in door.reasons(of, "return", "police", "a")] == ["合同", "印章", "签名"]
    assert [r.title.zh for r in door.reasons(of, "return", "market", "decide")] == ["签名"]
    assert [(r.words.zh, r.law.zh) for r in door.reasons(of, "suspend", "market")] == [("需鉴定", "第四十五条")]
    assert Reason.model_validate(reasons[0]).references().__next__().code == "police"


# escalation

STAGES = [{"after": 0, "roles": ["chief"]}, {"after": 2, "roles": ["chief"], "of": "lead"}]


def test_overdue_goes_up_stage_by_stage() -> None:
    put({**DOCUMENT, "escalation": STAGES})
    Account.objects.create(username="boss", kind="person", department="police", roles=["chief", "clerk"])
    number = door.start(APPLICANT, "licence")
    do(number, "accept")
    item = items(number)["a"]
    assert item.due is not None
    assert door.tick(item.due - timedelta(seconds=1)).told == 0
    late = item.due + timedelta(seconds=1)
    door.tick(late)
    assert door.tick(late).told == 0
    boss = clerk("police", "boss")
    (call,) = door.calls(boss)
    (message,) = notices.messages(acting(Account.objects.get(username="boss")), kind="work")
    assert (message.link, "stage 1" in message.subject.en) == (f"/stewardship/cases/{number}/", True)
    assert (call.case, call.stage, call.name.zh) == (number, 1, item.name)
    assert door.calls(POLICE) == []
    told = [a for a in door.case(LEAD, number).acts if a.act == "told" and a.item == item.id]
    assert [(t.detail["stage"], t.detail["people"]) for t in told] == [(1, ["boss"])]
    second = catalogue.due(item.due - timedelta(seconds=1), 2)
    assert door.tick(second - timedelta(seconds=1)).told == 0
    assert door.tick(second + timedelta(seconds=1)).told >= 1
    assert [c.stage for c in door.calls(LEAD) if c.item == item.id] == [2]  # nobody leads there: the whole department
    assert door.tick(second + timedelta(days=30)).told == 0


def test_what_was_supplemented_may_be_overdue_again() -> None:
    put({**DOCUMENT, "escalation": STAGES[:1]})
    number = door.start(APPLICANT, "licence")
    item = items(number)["accept"].id
    door.send_back(LEAD, item, [("合同", "缺页")])
    assert door.tick(timezone.now() + timedelta(days=60)).overdue == 1
    assert door.tick(timezone.now() + timedelta(days=60)).told == 0
    door.supplement(APPLICANT, item, "已补")
    assert door.tick(timezone.now() + timedelta(days=60)) == door.Ticked(0, 1, 1)


@pytest.mark.parametrize("stages", [[STAGES[1], STAGES[0]], [STAGES[0], STAGES[0]], [{"after": 1, "roles": []}]])
def test_stages_stand_in_order(stages: Any) -> None:
    with pytest.raises(ValueError, match=r"order|at least 1"):
        Procedure.model_validate({**DOCUMENT, "escalation": stages})


# appeal

APPEALED = {**DOCUMENT, "appeal": {"procedure": "review", "days": 60, "outcomes": ["refused"], "returns": True}}
REVIEW = {**DOCUMENT, "code": "review", "title": "复议", "department": "housing"}


@pytest.fixture
def refused() -> int:
    put(APPEALED, REVIEW)
    number = door.start(APPLICANT, "licence", title="面馆")
    through(number, approved=False)
    return number


def test_a_refusal_is_appealed_against_and_both_cases_show_it(refused: int) -> None:
    until = door.appeals(APPLICANT, refused).until
    assert until is not None
    assert until > timezone.now() + timedelta(days=59)
    with pytest.raises(Invalid):
        door.appeal(APPLICANT, refused, " ")
    for other in (LEAD, POLICE):
        with pytest.raises(Refused):
            door.appeal(other, refused, "不服")
    number = door.appeal(APPLICANT, refused, "不服，理由如下")
    assert door.case(APPLICANT, number).procedure == "review"
    assert door.case(APPLICANT, number).acts[0].words == "不服，理由如下"
    first = door.appeals(APPLICANT, refused)
    assert ([a.id for a in first.by], first.until) == ([number], None)
    second = door.appeals(APPLICANT, number)
    assert second.of is not None
    assert second.of.id == refused
    assert door.case(clerk("housing"), refused).acts[-1].detail == {"case": number}
    with pytest.raises(Conflict) as caught:
        door.appeal(APPLICANT, refused, "再次")
    assert caught.value.rule == "procedures.appealed"


def test_who_decided_does_not_decide_the_appeal(refused: int) -> None:
    number = door.appeal(APPLICANT, refused, "不服")
    accept = items(number)["accept"].id
    with pytest.raises(Refused) as caught:
        door.complete(LEAD, accept)
    assert caught.value.rule == "procedures.decided_before"
    door.complete(clerk("market", "fresh"), accept)


def test_too_late_or_nothing_to_appeal_against(refused: int) -> None:
    models.Case.objects.filter(pk=refused).update(ended_at=timezone.now() - timedelta(days=75))
    with pytest.raises(Conflict) as caught:
        door.appeal(APPLICANT, refused, "不服")
    assert caught.value.rule == "procedures.appeal_late"
    granted = door.start(APPLICANT, "licence")
    assert door.appeals(APPLICANT, granted).until is None
    with pytest.raises(Conflict) as caught:
        door.appeal(APPLICANT, granted, "不服")
    assert caught.value.rule == "procedures.no_appeal"
    through(granted)
    with pytest.raises(Conflict):
        door.appeal(APPLICANT, granted, "不服")


def test_a_return_is_appealed_against(refused: int) -> None:
    number = door.start(APPLICANT, "licence")
    door.send_back(LEAD, items(number)["accept"].id, [("合同", "缺页")])
    assert door.case(APPLICANT, door.appeal(APPLICANT, number, "材料齐全")).procedure == "review"


def test_a_definition_names_what_the_diagram_has() -> None:
    wrong = {**DOCUMENT, "appeal": {"procedure": "review", "outcomes": ["nowhere"]},
             "reasons": [{"act": "return", "title": "x", "words": "x", "tasks": ["nobody"]}]}  # fmt: skip
    of = Procedure.model_validate(wrong)
    said = [m.fault.message.en for m in door.misfits(of, door.plan_of(of))]
    assert [("nobody" in s, "nowhere" in s) for s in said] == [(True, False), (False, True)]


# many at once, and what is foreseen


def test_each_of_many_has_its_own_outcome() -> None:
    numbers = [door.start(APPLICANT, "licence") for _ in range(3)]
    chosen = [items(n)["accept"].id for n in numbers]
    door.withdraw(APPLICANT, numbers[1], "x")
    foreign = door.start(clerk("market"), "licence")
    told = door.complete_many(LEAD, [*chosen, items(foreign)["accept"].id, 10**9, chosen[0]])
    rules = [t.error.rule if t.error else "" for t in told]
    assert rules == ["", "procedures.state", "", "procedures.own_case", "procedures.unknown"]
    assert set(items(numbers[0])) == {"a", "b", "c"}
    assert set(items(foreign)) == {"accept"}
    assert [t.error is None for t in door.claim_many(POLICE, [items(numbers[0])["a"].id])] == [True]
    assert [t.error is None for t in door.release_many(POLICE, [items(numbers[0])["a"].id])] == [True]
    for too in ([], list(range(101))):
        with pytest.raises(Invalid):
            door.complete_many(LEAD, too)


def test_nothing_of_a_refused_one_is_written() -> None:
    numbers = [door.start(APPLICANT, "licence") for _ in range(2)]
    for number in numbers:
        do(number, "accept")
    chosen = [items(n)["b"].id for n in numbers]
    assert all(t.error for t in door.complete_many(clerk("taxation"), chosen, {"note": 3}))
    assert {i.state for n in numbers for i in items(n).values()} == {"open"}


def test_what_is_foreseen_is_not_done() -> None:
    number = door.start(APPLICANT, "licence")
    told = door.foresee(LEAD, items(number)["accept"].id)
    assert [(o.department, o.due is not None) for o in told.opened] == [
        ("police", True),
        ("taxation", True),
        ("housing", True),
    ]
    assert set(items(number)) == {"accept"}
    for node in ("accept", "a", "c"):
        do(number, node)
    told = door.foresee(clerk("taxation"), items(number)["b"].id, {"note": "无"})
    assert [o.department for o in told.opened] == ["market"]
    do(number, "b", note="无")
    decide = items(number)["decide"].id
    assert door.foresee(LEAD, decide, {"approved": False}).ends == Text(zh="不予", en="不予")
    with pytest.raises(Invalid):
        door.foresee(LEAD, decide, {})
    with pytest.raises(NotFound):
        door.foresee(clerk("education"), decide, {"approved": True})
    assert door.case(LEAD, number).state == "running"
