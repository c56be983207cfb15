"""What clerks do with cases at the desk: look before, hand over, suspend, many at once, comments, files, history."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lingqu.centre.access import administration
from lingqu.centre.access.actors import acting
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.procedures import door, models
from procedures.little import APPLICANT, DOCUMENT, LEAD, bureau, clerk, do, items, put, through  # noqa: F401
from procedures.test_pages import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
LAW = "《行政许可法》第三十二条"
REASONS = [
    {"act": "return", "title": "合同", "words": "缺第二页", "law": LAW},
    {"act": "refuse", "title": "不符", "words": "选址不符合规划"},
    {"act": "suspend", "title": "鉴定", "words": "需专家鉴定", "law": "《行政许可法》第四十五条"},
]


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def number() -> int:
    put({**DOCUMENT, "reasons": REASONS})
    found = door.start(APPLICANT, "licence", title="面馆", answers={"area": 80})
    do(found, "accept")
    return found


def test_what_comes_of_a_step_is_shown_before(number: int) -> None:
    clerk_ = person("an", "taxation", "clerk")
    item = items(number)["b"].id
    address = f"/stewardship/cases/{number}/items/{item}"
    given = {"answer_note": "<i>齐全", "template": "own-1", "reason": "见附件", "words": "内部"}
    page = text(clerk_.post(f"{address}/complete/check/", given))
    assert "still waits for: a, c" in page
    assert "见附件\n选址不符合规划" in page
    assert "&lt;i&gt;齐全" in page
    assert "b" in items(number)
    refused = clerk_.post(f"{address}/complete/check/", {}, follow=True)
    assert "is not answered" in text(refused)
    clerk_.post(f"{address}/complete/", {"answer_note": "齐全", "words": "见附件"})
    assert "b" not in items(number)
    do(number, "a")
    last = items(number)["c"].id
    page = text(person("ma", "housing", "clerk").post(f"/stewardship/cases/{number}/items/{last}/complete/check/"))
    assert "decide begins at market." in page


def test_a_return_is_written_from_templates_and_edited(number: int) -> None:
    clerk_ = person("an", "taxation", "clerk")
    item = items(number)["b"].id
    address = f"/stewardship/cases/{number}/items/{item}/return"
    page = text(clerk_.post(f"{address}/check/", {"template": ["own-0"], "missing": "授权书：未签"}))
    assert f"合同: 缺第二页 (basis: {LAW})\n授权书：未签" in page
    assert "10 working days to supplement" in page
    clerk_.post(f"{address}/", {"missing": f"合同: 缺第二页 (basis: {LAW})\n授权书：未签"})
    assert [m["what"] for m in items(number)["b"].missing] == ["合同", "授权书"]
    again = clerk_.post(f"{address}/", {"missing": "公章：模糊"}, follow=True)
    assert "told once" in text(again) or "cannot be done" in text(again)


def test_handing_over_to_a_colleague_and_back(number: int) -> None:
    an, bo = person("an", "taxation", "clerk"), person("bo", "taxation", "clerk")
    person("idle", "taxation")
    item = items(number)["b"].id
    address = f"/stewardship/cases/{number}/items/{item}"
    page = text(an.get(f"{address}/hand_over/to/"))
    assert 'value="bo"' in page
    assert 'value="idle"' not in page
    assert 'value="an"' not in page
    an.post(f"{address}/hand_over/", {"to": "bo", "words": "休假"})
    assert items(number)["b"].holder == "bo"
    assert "has it in hands" in text(an.post(f"{address}/complete/", {"answer_note": "x"}, follow=True))
    bo.post(f"{address}/release/")
    assert items(number)["b"].state == "open"
    assert "Say why" in text(bo.post(f"{address}/hand_over/", {"to": "an", "words": ""}, follow=True))


def test_the_leading_department_suspends_and_resumes(number: int) -> None:
    lead, police = person("an", "market", "clerk"), person("bo", "police", "clerk")
    address = f"/stewardship/cases/{number}"
    assert "Suspend the case" in text(lead.get(f"{address}/"))
    assert "Suspend the case" not in text(police.get(f"{address}/"))
    for path in ("suspend/check/", "do/suspend/", "do/resume/"):
        assert police.post(f"{address}/{path}", {"reason": "x", "law": "y"}).status_code == 403
    page = text(lead.post(f"{address}/suspend/check/", {"template": "own-2"}))
    assert "需专家鉴定" in page
    assert "第四十五条" in page
    assert "clocks of 3 steps" in page
    assert door.case(LEAD, number).state == "running"
    assert "needs a reason" in text(lead.post(f"{address}/do/suspend/", {"reason": "x"}, follow=True))
    lead.post(f"{address}/do/suspend/", {"reason": "需专家鉴定", "law": "第四十五条"})
    assert door.case(LEAD, number).state == "suspended"
    assert "Resume the case" in text(lead.get(f"{address}/"))
    lead.post(f"{address}/do/resume/")
    assert door.case(LEAD, number).state == "running"
    assert lead.post(f"{address}/do/destroy/").status_code == 404


def test_many_are_done_in_one_act_and_each_is_told_of() -> None:
    numbers = [door.start(APPLICANT, "licence", title=f"第 {n} 家") for n in range(3)]
    an = person("an", "market", "clerk")
    chosen = [items(n)["accept"].id for n in numbers]
    listed = text(an.get("/stewardship/cases/"))
    assert all(f'name="item" value="{item}"' in listed for item in chosen)
    assert text(an.get("/stewardship/cases/")).count('name="item"') >= len(chosen)
    assert "checked" not in text(an.get("/stewardship/cases/")).partition("<table")[2]
    every = text(an.get("/stewardship/cases/", {"all": "1", "procedure": "licence"}))
    assert every.count(" checked>") == every.count('name="item"') >= len(chosen)
    assert "?procedure=licence#choosing" in every
    page = text(an.get("/stewardship/cases/many/", {"item": [*chosen, 10**9, "x"]}))
    assert "3 items at once" in page
    assert "1 of those chosen is not yours" in page
    assert "Finish all" in page
    door.claim(clerk("market", "other"), chosen[1])
    done = text(an.post("/stewardship/cases/many/", {"item": chosen, "act": "complete"}))
    assert "2 done, 1 refused" in done
    assert "other has it in hands" in done
    assert [set(items(n)) == {"accept"} for n in numbers] == [False, True, False]
    assert LedgerRow.objects.filter(act="refused", actor="an", detail__rule="procedures.holder").exists()
    assert an.post("/stewardship/cases/many/", {"item": chosen[1], "act": "destroy"}).status_code == 404
    assert "at least one" in text(an.get("/stewardship/cases/many/", follow=True))


def test_several_tasks_are_handed_over_but_not_finished_at_once(number: int) -> None:
    an = person("an", "market", "clerk")
    person("bo", "market", "clerk")
    other = door.start(APPLICANT, "licence")
    for node in ("a", "c"):
        do(number, node)
    do(number, "b", note="x")
    chosen = [items(number)["decide"].id, items(other)["accept"].id]
    page = text(an.get("/stewardship/cases/many/", {"item": chosen}))
    assert "choose items of one and the same step" in page
    assert an.post("/stewardship/cases/many/", {"item": chosen, "act": "complete"}).status_code == 404
    an.post("/stewardship/cases/many/", {"item": chosen, "act": "hand_over", "to": "bo", "words": "分工"})
    assert {items(n)[k].holder for n, k in ((number, "decide"), (other, "accept"))} == {"bo"}


def test_comments_and_calls_on_the_pages(number: int) -> None:
    an, bo = person("an", "police", "clerk"), person("bo", "taxation", "clerk")
    address = f"/stewardship/cases/{number}"
    an.post(f"{address}/comment/", {"words": "<b>请</b>看", "to": ["taxation"]})
    listed = text(bo.get("/stewardship/cases/"))
    assert "For your attention" in listed
    assert "&lt;b&gt;请" in listed
    call = models.Call.objects.get().pk
    an.post(f"/stewardship/cases/calls/{call}/seen/")
    assert models.Call.objects.get().seen_at is None
    bo.post(f"/stewardship/cases/calls/{call}/seen/")
    assert "For your attention" not in text(bo.get("/stewardship/cases/"))
    assert "&lt;b&gt;请" in text(bo.get(f"{address}/"))


def test_a_clerk_who_applied_sees_his_case_without_what_offices_say() -> None:
    li = person("li", "market", "clerk")
    number = door.start(acting(Account.objects.get(username="li")), "licence")
    door.comment(LEAD, number, "材料可疑")
    door.attach(LEAD, number, "内部.pdf", b"%PDF-")
    page = text(li.get(f"/stewardship/cases/{number}/"))
    assert "材料可疑" not in page
    assert "内部.pdf" not in page
    assert "Suspend the case" not in page
    assert "Take on" not in page
    assert li.post(f"/stewardship/cases/{number}/comment/", {"words": "x"}).status_code == 403
    file = models.File.objects.get().pk
    assert li.get(f"/stewardship/cases/{number}/files/{file}/").status_code == 404


def test_files_on_the_page(number: int) -> None:
    an, stranger = person("an", "police", "clerk"), person("ed", "education", "clerk")
    address = f"/stewardship/cases/{number}/files/"
    an.post(address, {"file": SimpleUploadedFile("../现场.pdf", b"%PDF-1.7 x", "text/html"), "shown": "1"})
    file = models.File.objects.get()
    assert (file.name, file.media, file.department) == ("现场.pdf", "application/pdf", "police")
    assert file.for_applicant
    got = an.get(f"{address}{file.pk}/")
    assert got["Content-Disposition"].startswith("attachment")
    assert (got.content, got["X-Content-Type-Options"]) == (b"%PDF-1.7 x", "nosniff")
    for ask in (stranger.get, stranger.post):
        assert ask(f"{address}{file.pk}/").status_code in (404, 405)
    assert stranger.post(f"{address}{file.pk}/withdraw/").status_code == 404
    assert stranger.post(address, {"file": SimpleUploadedFile("a.pdf", b"%PDF-")}).status_code == 404
    assert "PDF, PNG" in text(an.post(address, {"file": SimpleUploadedFile("a.pdf", b"MZ")}, follow=True))
    assert "Choose a file" in text(an.post(address, follow=True))
    an.post(f"{address}{file.pk}/withdraw/")
    assert an.get(f"{address}{file.pk}/").status_code == 404
    assert "taken back" in text(an.get(f"/stewardship/cases/{number}/"))


def test_the_record_tells_stages_days_and_history(number: int) -> None:
    an = person("an", "market", "clerk")
    address = f"/stewardship/cases/{number}/"
    door.send_back(clerk("taxation"), items(number)["b"].id, [("合同", "缺页")])
    page = text(an.get(address))
    assert '<li class="done">受理' in page
    assert '<li class="now" aria-current="step">a · b · c' in page
    assert '<li class="next">decide' in page
    assert "working days left" in page
    assert "<dd>80</dd>" in page
    only = text(an.get(address, {"acts": "applicant"}))
    assert "application handed in" in only.split('id="history"')[1]
    assert "缺页" not in only.split('id="history"')[1]
    assert "缺页" in text(an.get(address, {"office": "taxation"})).split('id="history"')[1]
    assert "Nothing of this kind" in text(an.get(address, {"acts": "files"}))


def test_a_deputy_sees_whose_work_it_is(number: int) -> None:
    an, bo = person("an", "taxation", "clerk"), person("bo", "taxation", "clerk")
    item = items(number)["b"].id
    an.post(f"/stewardship/cases/{number}/items/{item}/claim/")
    begins = timezone.now()
    loan = administration.Loan(
        giver="an", taker="bo", roles=("clerk",), begins=begins, ends=begins + timedelta(days=3), reason="leave"
    )
    administration.lend(acting(Account.objects.get(username="an")), loan)
    listed = text(bo.get("/stewardship/cases/?mine=1"))
    assert "you are the deputy" in listed
    assert "You stand in for an" in listed
    assert "bo stands in for you" in text(an.get("/stewardship/cases/"))
    bo.post(f"/stewardship/cases/{number}/items/{item}/complete/", {"answer_note": "x"})
    assert "· bo for an" in text(person("cy", "market", "clerk").get(f"/stewardship/cases/{number}/"))


def test_an_appeal_and_its_first_case_show_each_other() -> None:
    put({**DOCUMENT, "appeal": {"procedure": "review", "outcomes": ["refused"]}},
        {**DOCUMENT, "code": "review", "title": "复议", "department": "housing"})  # fmt: skip
    first = door.start(APPLICANT, "licence")
    through(first, approved=False)
    second = door.appeal(APPLICANT, first, "不服")
    housing = person("an", "housing", "clerk")
    assert f'href="/stewardship/cases/{first}/"' in text(housing.get(f"/stewardship/cases/{second}/"))
    page = text(housing.get(f"/stewardship/cases/{first}/"))
    assert f'href="/stewardship/cases/{second}/"' in page
    decided = person("market-clerk", "market", "clerk")
    accept = items(second)["accept"].id
    assert decided.post(f"/stewardship/cases/{second}/items/{accept}/complete/").status_code == 403


@pytest.mark.parametrize("path", ["comment/", "files/", "suspend/check/", "do/suspend/", "do/resume/"])
def test_strangers_are_told_nothing(number: int, path: str) -> None:
    stranger = person("ed", "education", "clerk")

    def sent() -> dict[str, object]:
        return {"words": "x", "reason": "x", "law": "x", "file": SimpleUploadedFile("a.pdf", b"%PDF-")}

    assert stranger.post(f"/stewardship/cases/{number}/{path}", sent()).status_code == 404
    applicant = person("li", "", "applicant")
    assert applicant.post(f"/stewardship/cases/{number}/{path}", sent()).status_code == 403
    assert Client().post(f"/stewardship/cases/{number}/{path}").status_code == 302
    assert door.case(LEAD, number).state == "running"


def test_who_handles_cases_has_the_inbox_for_a_desk_and_no_tab_that_stays_shut(number: int) -> None:
    client = person("an", "taxation", "clerk")
    assert client.get("/stewardship/")["Location"] == "/stewardship/cases/"
    page = text(client.get("/stewardship/cases/"))
    assert page.count('href="/stewardship/cases/"') >= 2  # the main navigation leads there, and the desk's tabs
    tabs = re.findall(
        r'href="([^"]+)"', page[page.index('class="tabs"') : page.index("</nav>", page.index('class="tabs"'))]
    )
    assert "/stewardship/cases/" in tabs
    assert {each: client.get(each).status_code for each in tabs} == dict.fromkeys(tabs, 200)
