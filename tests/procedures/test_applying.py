"""From an application to its case, and from its last step to the licence; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from founding import (  # noqa: F401
    APPLICANT,
    ME,
    PEOPLE,
    REGISTRAR,
    STRANGER,
    WIFE,
    applied,
    bureau,
    clerk,
    do,
    example,
    items,
    sent,
    through,
)  # fmt: skip
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door, models
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused
from lingqu.kernel.identifiers import check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau", "fonts")]
PDF = b"%PDF-1.7 made up"


@pytest.fixture(scope="session")
def fonts():
    from lingqu.ui import vendor

    return vendor.bring(dev=True)


def test_sent_once_it_is_one_case() -> None:
    made = applied()
    with pytest.raises(Invalid) as caught:
        door.apply(APPLICANT, made.number, agreed=False)
    assert caught.value.rule == "papers.statement"
    number = door.apply(APPLICANT, made.number, agreed=True)
    assert door.apply(APPLICANT, made.number, agreed=True) == number
    assert models.Case.objects.count() == 1
    case = door.case(APPLICANT, number)
    assert (case.title, case.application, case.state) == ("松江一号软件有限公司", made.number, "running")
    assert case.answers["registered_capital"] == 100
    assert case.answers["firm"] == "松江一号软件有限公司"
    for act in (
        lambda: papers.save_application(APPLICANT, made.number, made.step + 1, {"企业.名称": ["x"]}),
        lambda: papers.drop_application(APPLICANT, made.number),
    ):
        with pytest.raises(Conflict):
            act()
    with pytest.raises(NotFound):
        door.apply(STRANGER, made.number, agreed=True)


def test_blanks_are_left_on_purpose_or_not_at_all() -> None:
    made = papers.begin_application(APPLICANT, "founding_common")
    with pytest.raises(Invalid):
        door.apply(APPLICANT, made.number, agreed=True, blanks=True)
    made = papers.save_application(APPLICANT, made.number, made.step, {"企业.名称": ["一号公司"]})
    with pytest.raises(Invalid):
        door.apply(APPLICANT, made.number, agreed=True)
    with pytest.raises(Invalid) as caught:  # a licence must state them
        door.apply(APPLICANT, made.number, agreed=True, blanks=True)
    assert caught.value.rule == "procedures.needed"
    assert "法定代表人" in caught.value.message.zh
    assert papers.applications.one(APPLICANT, made.number).state == "draft"
    needed = ("企业.类型", "企业.经营范围", "企业.住所.详细地址", "法定代表人.证件号码")
    every = example(papers.applications.asked_of(made))
    made = papers.save_application(APPLICANT, made.number, made.step, {term: every[term] for term in needed})
    assert door.apply(APPLICANT, made.number, agreed=True, blanks=True)


def test_each_department_has_its_own_forms_and_no_other() -> None:
    number = sent()
    dossier, _application = papers.applications.sent_dossier(door.case(REGISTRAR, number).application or 0, number)
    market, tax = papers.of_office(REGISTRAR, dossier), papers.of_office(clerk("taxation"), dossier)
    assert market
    assert tax
    assert not set(market) & set(tax)
    assert papers.of_office(clerk("police"), dossier) == ()
    told = papers.office_data(REGISTRAR, dossier, market[0])
    assert told["case"] == str(number)
    with pytest.raises(Refused):
        papers.office_data(clerk("taxation"), dossier, market[0])
    values = {f["term"]: f["value"] for code in market for f in papers.office_data(REGISTRAR, dossier, code)["fields"]}
    assert values["法定代表人.姓名"] == PEOPLE[ME]


def test_what_was_sent_back_is_answered_anew_and_nothing_else() -> None:
    number = sent()
    do(number, "accept", complete=True)
    item = items(number)["tax"].id
    door.send_back(clerk("taxation"), item, [("企业 · 从业人数", "与社保不符"), ("租赁合同", "请补交")])
    missing = items(number)["tax"].missing
    assert [m.get("term") for m in missing] == ["企业.从业人数", None]
    with pytest.raises(Invalid) as caught:
        door.supplement(APPLICANT, item, "已补", {"企业.名称": ["换一个名称"]})
    assert caught.value.rule == "procedures.supplement"
    with pytest.raises(Invalid):
        door.supplement(APPLICANT, item, "已补", {"企业.从业人数": ["很多"]})
    assert items(number)["tax"].state == "returned"
    door.supplement(APPLICANT, item, "已补", {"企业.从业人数": ["15"]}, [("合同.pdf", PDF)])
    case = door.case(APPLICANT, number)
    [act] = [a for a in case.acts if a.act == "supplement"]
    assert act.detail["changed"] == {"企业.从业人数": [["12"], ["15"]]}
    dossier, application = papers.applications.sent_dossier(case.application or 0, number)
    assert dossier.filled.values["企业.从业人数"] == "15"
    assert [each.name for each in papers.applications.attached(application.number)] == ["合同.pdf"]


def test_the_last_step_issues_four_in_one_and_the_firm_is_in_the_register() -> None:
    number = sent()
    through(number)
    do(number, "issue")
    case = door.case(APPLICANT, number)
    assert (case.state, case.outcome) == ("ended", "已开办")
    [act] = [a for a in case.acts if a.act == "issue"]
    [licence] = papers.certificates.of_person(APPLICANT.person)
    assert licence.number == act.detail["certificate"]
    assert licence.case == str(number)
    assert licence.facts["legal_representative"] == PEOPLE[ME]
    assert licence.facts["capital"] == "100"
    assert not check("uscc", licence.facts["uscc"], licence.begins)
    firm = entities.get(SYSTEM, licence.holder)
    assert (firm.owner, firm.value("name"), firm.value("uscc")) == (
        "market", "松江一号软件有限公司", licence.facts["uscc"],
    )  # fmt: skip
    assert firm.value("registeredCapital") == 1_000_000
    dossier, _application = papers.applications.sent_dossier(case.application or 0, number)
    assert dossier.filled.values["企业.组织机构代码"] == licence.facts["uscc"][8:17]


def test_who_may_not_issue_does_not_complete_the_step() -> None:
    number = sent()
    through(number)
    mere = Actor("person", "wu", ("clerk",), "market")
    with pytest.raises(Refused) as caught:
        door.complete(mere, items(number)["issue"].id, {})
    assert caught.value.rule == "access.issue"
    assert items(number)["issue"].state == "open"
    assert entities.count(SYSTEM, entities.Query(types=("Organization",))) == 0
    do(number, "issue")


def test_the_newborns_forms_are_sent_by_a_parent() -> None:
    made = papers.begin_application(STRANGER, "birth_common")
    answers = example(papers.applications.asked_of(made)) | {"母亲.证件号码": [WIFE], "父亲.证件号码": [ME]}
    made = papers.save_application(STRANGER, made.number, made.step, answers)
    number = door.apply(STRANGER, made.number, agreed=True)
    case = door.case(STRANGER, number)
    assert [(item.node, item.department) for item in case.items] == [("accept", "health")]
    assert case.title == made.answers["新生儿.姓名"][0]


def test_progress_by_the_last_four_of_whom_it_is_for_counts_wrong_ones_twice() -> None:
    number, here = sent(), "192.0.2.7"
    found = door.progress(number, ME[-4:].lower(), here)
    assert (found.number, found.state) == (number, "running")
    wrong = f"{(int(ME[-4:-1]) + 1) % 1000:03}{ME[-1]}"
    for n in range(3):
        with pytest.raises(NotFound):
            door.progress(number, wrong, f"192.0.2.{20 + n}")
    with pytest.raises(Refused) as caught:
        door.progress(number, ME[-4:], here)
    assert caught.value.rule == "procedures.progress_locked"


def test_what_ended_long_ago_is_not_shown_by_the_last_four() -> None:
    number, code = sent(), ME[-4:]
    door.withdraw(APPLICANT, number, "不办了")
    assert door.progress(number, code, "192.0.2.8").state == "withdrawn"
    models.Case.objects.filter(pk=number).update(state="ended", ended_at=timezone.now() - timedelta(days=31))
    with pytest.raises(NotFound):
        door.progress(number, code, "192.0.2.8")
    assert door.progress(number, door.progress_code(APPLICANT, number), "192.0.2.8").number == number
