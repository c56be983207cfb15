"""Applications: kept at every step, by whose they are, with what registers hold beside the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from founding import APPLICANT, BROTHER, ME, PEOPLE, STRANGER, WIFE, applied, bureau, id_of  # noqa: F401
from lingqu.centre.access.door import ANONYMOUS
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.papers import door
from lingqu.centre.papers.fetching import MOST_LOOKS
from lingqu.centre.papers.models import Application as Row
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from lingqu.kernel.identifiers import citizen_id_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
PDF = b"%PDF-1.7 made up"


def last() -> int:
    row = LedgerRow.objects.order_by("-id").first()
    return row.pk if row else 0


def begun():
    return door.begin_application(APPLICANT, "founding_common")


def test_saved_at_every_step_and_gone_on_with_elsewhere() -> None:
    made = begun()
    made = door.save_application(APPLICANT, made.number, made.step, {"企业.名称": ["一号公司"]})
    again = door.applications.one(APPLICANT, made.number)
    assert again.answers == {"企业.名称": ["一号公司"]}
    again = door.save_application(APPLICANT, again.number, again.step, {"企业.从业人数": ["12"]})
    assert again.answers["企业.名称"] == ["一号公司"]
    assert [each.number for each in door.applications.mine(APPLICANT)] == [made.number]


def test_of_two_who_save_at_once_the_second_is_told() -> None:
    made = begun()
    door.save_application(APPLICANT, made.number, made.step, {"企业.名称": ["一"]})
    with pytest.raises(Conflict) as caught:
        door.save_application(APPLICANT, made.number, made.step, {"企业.名称": ["二"]})
    assert caught.value.rule == "papers.moved"
    assert door.applications.one(APPLICANT, made.number).answers == {"企业.名称": ["一"]}


def test_nobody_else_learns_of_it() -> None:
    made = begun()
    for other in (STRANGER, ANONYMOUS):
        for act in (
            lambda other=other: door.applications.one(other, made.number),
            lambda other=other: door.save_application(other, made.number, made.step, {}),
            lambda other=other: door.drop_application(other, made.number),
            lambda other=other: door.attach_file(other, made.number, "a.pdf", PDF),
        ):
            with pytest.raises(NotFound):
                act()
        assert door.applications.mine(other) == []
    with pytest.raises(Refused):
        door.begin_application(ANONYMOUS, "founding_common")


@pytest.mark.parametrize(
    ("term", "texts", "said"),
    [
        ("企业.从业人数", ["zwölf"], "number"),
        ("企业.类型", ["nonsense"], "list"),
        ("法定代表人.证件号码", [ME[:-1] + ("0" if ME[-1] != "0" else "1")], "check"),
        ("投资人.出资时间", ["2027-13-01"], "date"),
        ("企业.没有", ["x"], "no such question"),
        ("企业.名称", ["a", "b"], "rows"),
        ("企业.名称", ["字" * 101], "100"),
    ],
)
def test_what_is_not_understood_is_not_kept(term: str, texts: list[str], said: str) -> None:
    made = begun()
    with pytest.raises(Invalid) as caught:
        door.save_application(APPLICANT, made.number, made.step, {term: texts})
    assert {fault.column for fault in caught.value.faults} == {term}
    assert said in caught.value.faults[0].message.en.lower()
    assert door.applications.one(APPLICANT, made.number).answers == {}


def test_registers_are_asked_once_with_purpose_and_ledger_row() -> None:
    made, mark = begun(), last()
    made = door.save_application(APPLICANT, made.number, made.step, {"法定代表人.证件号码": [WIFE]})
    rows = LedgerRow.objects.filter(pk__gt=mark, act="read", actor="li")
    [row] = rows
    assert (row.entity_type, row.entity_ids, row.detail["holding"]) == ("Person", [id_of(WIFE)], "persons")
    assert "casework" in row.purpose
    door.save_application(APPLICANT, made.number, made.step, {"企业.名称": ["一"]})
    assert rows.count() == 1


def had(made, term: str):
    of = door.applications.asked_of(made)
    return door.applications.had(APPLICANT, of, made.answers, made.looks)[term]


def test_one_sees_oneself_as_one_is_and_others_masked() -> None:
    made = begun()
    [waits] = had(made, "法定代表人.姓名")
    assert waits.state == "waits"
    answers = {"法定代表人.证件号码": [ME], "董监高.证件号码": [ME, WIFE], "董监高.职务": ["1", "2"]}
    made = door.save_application(
        APPLICANT, made.number, made.step, {k: v for k, v in answers.items() if "职务" not in k}
    )
    [mine] = had(made, "法定代表人.姓名")
    assert (mine.state, mine.value, mine.entity) == ("found", "欧阳小明", id_of(ME))
    first, second = had(made, "董监高.姓名")
    assert first.value == "欧阳小明"
    assert second.value != PEOPLE[WIFE]
    assert second.value.startswith("司")
    assert second.entity == ""
    of = door.applications.asked_of(made)
    shown = door.applications.dossier(APPLICANT, of, made.answers, made.looks)
    assert PEOPLE[WIFE] not in str(shown.filled.values)


def test_what_a_register_does_not_have_is_asked_and_what_is_wrong_corrected() -> None:
    unknown = citizen_id_of("419902", timezone.localdate().replace(year=1980), 7)
    made = begun()
    made = door.save_application(
        APPLICANT, made.number, made.step, {"法定代表人.证件号码": [ME], "财务负责人.证件号码": [unknown]}
    )
    assert had(made, "财务负责人.姓名")[0].state == "none"
    made = door.save_application(
        APPLICANT, made.number, made.step, {"财务负责人.姓名": ["钱某"], "法定代表人.姓名": ["欧阳晓明"]}
    )
    of = door.applications.asked_of(made)
    filled = door.applications.dossier(APPLICANT, of, made.answers, made.looks).filled
    assert filled.values["财务负责人.姓名"] == "钱某"
    assert filled.disputed == ("法定代表人.姓名",)


def test_nobody_tries_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingqu.centre.papers.fetching.MOST_LOOKS", 3)
    assert MOST_LOOKS == 60
    made = begun()
    for day in range(1, 4):
        number = citizen_id_of("419902", timezone.localdate().replace(year=1970, month=1, day=day), 1)
        made = door.save_application(APPLICANT, made.number, made.step, {"法定代表人.证件号码": [number]})
    with pytest.raises(Refused) as caught:
        door.save_application(APPLICANT, made.number, made.step, {"法定代表人.证件号码": [BROTHER]})
    assert caught.value.rule == "papers.looks"


def test_facts_change_the_questions_and_answers_stay() -> None:
    made = applied()
    before = door.applications.asked_of(made).made.asked
    facts = [fact for fact in made.facts if fact != "contact_is_finance"]
    made = door.change_facts(APPLICANT, made.number, made.step, facts)
    assert door.applications.asked_of(made).made.asked > before
    assert made.answers["企业.名称"] == ["松江一号软件有限公司"]
    with pytest.raises(Invalid):
        door.change_facts(APPLICANT, made.number, made.step, ["not_a_fact"])


def test_files_are_checked_and_go_with_the_application() -> None:
    made = begun()
    kept = door.attach_file(APPLICANT, made.number, "../章程.pdf", PDF)
    assert (kept.name, kept.media) == ("章程.pdf", "application/pdf")
    for content in (b"MZ\x90", b"%PDF-" + bytes(door.LARGEST_FILE)):
        with pytest.raises(Invalid):
            door.attach_file(APPLICANT, made.number, "a.pdf", content)
    assert [each.name for each in door.applications.attached(made.number)] == ["章程.pdf"]
    door.drop_application(APPLICANT, made.number)
    assert door.applications.attached(made.number) == []
    with pytest.raises(NotFound):
        door.applications.one(APPLICANT, made.number)


def test_a_draft_that_nobody_saves_goes_and_there_is_an_end_to_them() -> None:
    old, young = begun(), begun()
    Row.objects.filter(pk=old.number).update(saved_at=timezone.now() - door.applications.KEPT - timedelta(days=1))
    assert door.applications.expire() == 1
    assert [each.number for each in door.applications.mine(APPLICANT)] == [young.number]
    for _ in range(door.applications.MOST_DRAFTS - 1):
        begun()
    with pytest.raises(Conflict) as caught:
        begun()
    assert caught.value.rule == "papers.drafts"
