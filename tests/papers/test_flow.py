"""The flow of who is signed in: kept on the server, taken over from a trial, sent, supplemented, withdrawn."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from founding import EXAMPLE, ME, WIFE, bureau, clerk, do, example, id_of, items  # noqa: F401
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.access.models import Account
from lingqu.centre.papers import door
from lingqu.centre.papers.models import Application
from lingqu.centre.procedures import door as procedures
from lingqu.kernel.identifiers import uscc_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]
HERE = "/apply/founding_common/"
PDF = b"%PDF-1.7 made up"


@pytest.fixture
def account():
    return Account.objects.create(username="li", kind="person", roles=["citizen"], person=id_of(ME), demo=True)


@pytest.fixture
def li(client: Client, account) -> Client:
    client.cookies["django_language"] = "en"
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def begun(client: Client) -> str:
    answer = client.post(HERE + "begin/", {"fact": list(door.asked("founding_common").true)})
    assert answer.status_code == 302
    return answer.url.removesuffix("1/")


def filled(client: Client, here: str) -> None:
    """Every page of the flow, one after the other, as a person fills them."""
    asked = door.asked("founding_common")
    answers = example(asked)
    address = f"{here}1/"
    for group in asked.groups:
        rows = max(len(answers[q.term]) for q in group.questions)
        for _ in range(rows - 1):
            page = client.get(address).context
            client.post(address, {"then": "row", "step": page["holder"].step})
        page = client.get(address).context
        sent = {"then": "next", "step": page["holder"].step}
        for line in page["page"].lines:
            sent |= {b.name: answers[b.question.term][line.number] for b in line.blanks}
        answer = client.post(address, sent)
        assert answer.status_code == 302, answer.content.decode()
        address = answer.url
    assert address == f"{here}summary/"


def test_the_whole_way_by_pages(li):
    here = begun(li)
    filled(li, here)
    page = li.get(f"{here}summary/").content.decode()
    assert "Every question has an answer" in page
    assert "欧阳小明" in page
    assert "司马丽" not in page
    assert li.post(f"{here}send/", {}).status_code == 422
    answer = li.post(f"{here}send/", {"agreed": "1"})
    assert answer.url.startswith("/my/cases/")
    assert li.post(f"{here}send/", {"agreed": "1"}).url == answer.url
    assert li.get(f"{here}1/").url == answer.url
    page = li.get(answer.url).content.decode()
    assert "松江一号软件有限公司" in page
    assert "Market supervision" in page
    assert "松江一号软件有限公司" in li.get("/my/cases/").content.decode()
    assert "司马丽" not in li.get(f"{answer.url}forms/F09/").content.decode()


def test_what_was_typed_before_signing_in_stays(client, account):
    name = client.get(f"{HERE}1/").context["page"].lines[0].blanks[0]
    client.post(f"{HERE}1/", {name.name: "先填的公司", "then": "leave"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"{HERE}summary/")
    assert answer.status_code == 302
    assert "先填的公司" in client.get(answer.url).content.decode()
    assert Application.objects.get().answers[name.question.term] == ["先填的公司"]
    assert [d.answers for d in client.get("/my/applications/").context["drafts"]] == [
        {name.question.term: ["先填的公司"]}
    ]
    assert "先填的公司" not in str(dict(client.session))


def test_of_two_devices_the_second_is_told_and_nothing_is_lost(li):
    here = begun(li)
    page = li.get(f"{here}1/").context
    blank = page["page"].lines[0].blanks[0]
    old = page["holder"].step
    li.post(f"{here}1/", {blank.name: "手机上填的", "step": old, "then": "next"})
    answer = li.post(f"{here}1/", {blank.name: "电脑上填的", "step": old, "then": "next"})
    assert answer.status_code == 409
    assert "电脑上填的" in answer.content.decode()
    li.post(f"{here}1/", {blank.name: "电脑上填的", "step": answer.context["holder"].step + 1, "then": "next"})


def test_that_is_me_fetches_my_number_and_then_my_name(li):
    here = begun(li)
    for number in range(1, 20):
        page = li.get(f"{here}{number}/")
        mine = [b for line in page.context["page"].lines for b in line.blanks if b.mine]
        if mine and mine[0].question.term == "法定代表人.证件号码":
            break
    li.post(f"{here}{number}/", {"then": f"mine:{mine[0].name}", "step": page.context["holder"].step})
    page = li.get(f"{here}{number}/").content.decode()
    assert ME in page
    assert "欧阳小明" in page
    assert f"/correct/{id_of(ME)}/name/" in page


def test_nobody_else_opens_it(li):
    here = begun(li)
    other = Client()
    assert other.get(f"{here}1/").status_code == 302
    other.force_login(
        Account.objects.create(username="zhao", roles=["citizen"]), backend="django.contrib.auth.backends.ModelBackend"
    )
    for address in (f"{here}1/", f"{here}summary/", f"{here}forms/F09/", f"{here}files/"):
        assert other.get(address).status_code == 404
    assert other.post(f"{here}send/", {"agreed": "1"}).status_code == 404


def case_of(li: Client) -> int:
    here = begun(li)
    filled(li, here)
    return int(li.post(f"{here}send/", {"agreed": "1"}).url.split("/")[3])


def test_what_is_missing_is_supplemented_on_one_page(li):
    number = case_of(li)
    do(number, "accept", complete=True)
    item = items(number)["tax"].id
    procedures.send_back(clerk("taxation"), item, [("企业 · 从业人数", "与社保不符"), ("租赁合同", "请补交")])
    page = li.get(f"/my/cases/{number}/").content.decode()
    assert "Something is missing" in page
    address = f"/my/cases/{number}/items/{item}/"
    [line] = li.get(address).context["page"].lines
    [blank] = line.blanks
    assert blank.value == "12"
    assert li.post(address, {blank.name: "viele", "words": "ok"}).status_code == 422
    assert li.post(address, {blank.name: "15", "words": ""}).status_code == 422
    bad = SimpleUploadedFile("x.exe", b"MZ")
    assert li.post(address, {blank.name: "15", "words": "ok", "files": [bad]}).status_code == 422
    good = SimpleUploadedFile("合同.pdf", PDF)
    assert li.post(address, {blank.name: "15", "words": "ok", "files": [good]}).url == f"/my/cases/{number}/"
    assert items(number)["tax"].state == "open"
    assert ">15<" in li.get(f"/my/cases/{number}/forms/F17/").content.decode()
    assert li.get(address).status_code == 302


def test_withdrawn_it_is_over(li):
    number = case_of(li)
    assert li.post(f"/my/cases/{number}/withdraw/", {"words": "不开了"}).status_code == 302
    page = li.get(f"/my/cases/{number}/").content.decode()
    assert "withdrawn" in page
    assert "Withdraw the application" not in page
    assert Client().get(f"/my/cases/{number}/").status_code == 302


def test_a_clerks_own_page_of_anothers_case_is_the_desks(li):
    number = case_of(li)
    other = Client()
    account = Account.objects.create(username="fang", roles=["registrar"], department="market", demo=True)
    other.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    assert other.get(f"/my/cases/{number}/").status_code == 404
    assert other.get(f"/stewardship/cases/{number}/").status_code == 200
    assert WIFE in str(EXAMPLE)


def test_a_department_sees_its_own_forms_on_the_case(li):
    number = case_of(li)
    do(number, "accept", complete=True)
    item = items(number)["tax"].id
    procedures.send_back(clerk("taxation"), item, [("租赁合同", "请补交")])
    address = f"/my/cases/{number}/items/{item}/"
    li.post(address, {"words": "ok", "files": [SimpleUploadedFile("合同.pdf", PDF)]})
    tax = Client()
    tax.cookies["django_language"] = "en"
    account = Account.objects.create(username="wei", roles=["clerk"], department="taxation", demo=True)
    tax.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    context = tax.get(f"/stewardship/cases/{number}/").context["application"]
    own = [form.code for form in context["forms"]]
    assert own
    assert len(own) + context["others"] == 17
    page = tax.get(f"/stewardship/cases/{number}/forms/{own[0]}/").content.decode()
    assert "松江一号软件有限公司" in page
    data = tax.get(f"/stewardship/cases/{number}/forms/{own[0]}/?as=json").json()
    assert data["case"] == str(number)
    other = next(form.code for form in door.asked("founding_common").book.forms if form.code not in own)
    for how in ("", "?as=pdf", "?as=json"):
        assert tax.get(f"/stewardship/cases/{number}/forms/{other}/{how}").status_code == 403
    [file] = context["files"]
    answer = tax.get(f"/stewardship/cases/{number}/attachments/{file.id}/")
    assert answer.content == PDF
    assert tax.get(f"/stewardship/cases/{number}/attachments/{file.id + 1}/").status_code == 404


def test_a_certificate_stands_in_place_of_a_file(li, fonts):
    facts = [fact for fact in door.asked("founding_common").true if fact != "resident_ids"]
    here = li.post(HERE + "begin/", {"fact": facts}).url.removesuffix("1/")
    asked = door.asked("founding_common", facts)
    number, group = next(
        (i, g) for i, g in enumerate(asked.groups, 1) if any(q.type == "file" and not q.repeated for q in g.questions)
    )
    n, question = next((n, q) for n, q in enumerate(group.questions) if q.type == "file")
    of = door.Order(
        "business_licence",
        {
            "name": "一号公司",
            "uscc": uscc_of("91", "419902", "MA1K3C5X"),
            "kind": "有限责任公司",
            "legal_representative": "甲",
            "established": "2026-03-02",
            "address": "一号路",
            "scope": "软件",
        },
        wallet=id_of(ME),
    )
    licence = door.issue_certificate(SYSTEM, of)
    page = li.get(f"{here}{number}/")
    assert licence.number in page.content.decode()
    step = page.context["holder"].step
    bad = SimpleUploadedFile("x.exe", b"MZ")
    assert li.post(f"{here}{number}/", {f"q{n}-0": bad, "step": step}).status_code == 422
    li.post(f"{here}{number}/", {f"q{n}-0-certificate": licence.number, "step": step})
    assert Application.objects.get().answers[question.term] == [f"营业执照 {licence.number}"]
    step += 1
    li.post(f"{here}{number}/", {f"q{n}-0": SimpleUploadedFile("证件.pdf", PDF), "step": step})
    assert Application.objects.get().answers[question.term] == ["证件.pdf"]
