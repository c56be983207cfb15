"""The designers' pages over HTTP: what they take, what they refuse, and that nobody gets a diagram to run anything."""

# ruff: noqa: F811

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from blueprint.test_drafts import two  # noqa: F401
from lingqu.blueprint.drafts import publishing, store
from lingqu.blueprint.models import Draft
from lingqu.centre.access.door import Actor
from lingqu.centre.access.models import Account, LedgerRow
from lingqu.centre.drawing import door as drawing
from lingqu.centre.procedures import door as procedures
from procedures.little import DOCUMENT, bureau  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two")]
HOME = "/stewardship/design/"


def person(name: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(Account.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def su() -> Client:
    return person("su")


@pytest.fixture
def draft(su: Client) -> str:
    answer = su.post(f"{HOME}procedure/licence/begin/")
    assert answer.status_code == 302
    return str(answer["Location"])


def sent(client: Client, address: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(address, json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json()


def checked(client: Client, draft: str, **more: Any) -> list[tuple[str, str]]:
    status, told = sent(client, f"{draft}check/", document={**DOCUMENT, **more})
    assert status == 200
    return [(fault["rule"], fault["element"]) for fault in told["faults"]]


def test_faults_are_named_at_their_element(su: Client, draft: str) -> None:
    assert checked(su, draft) == []
    wrong = DOCUMENT["diagram"].replace("approved = true", "nobody = true")
    assert checked(su, draft, diagram=wrong) == [("procedures.expression", "yes")]
    tasks = {**DOCUMENT["tasks"], "a": {"department": "nobody"}}
    assert checked(su, draft, tasks=tasks) == [("blueprint.reference", "a")]
    assert checked(su, draft, tasks={**DOCUMENT["tasks"], "a": {}})[0][0] == "blueprint.wrong_value"
    status, told = sent(
        su,
        f"{draft}check/",
        document={**DOCUMENT, "tasks": {**DOCUMENT["tasks"], "a": {"department": "police", "days": 9}}},
    )
    assert (status, told["changed"], told["added"]) == (200, ["a"], [])


def test_saved_and_tried(su: Client, draft: str) -> None:
    assert sent(su, f"{draft}save/", version=1, document={**DOCUMENT, "days": 3})[1] == {"version": 2}
    status, told = sent(su, f"{draft}save/", version=1, document=DOCUMENT)
    assert (status, told["rule"]) == (409, "blueprint.draft_moved")
    status, told = sent(su, f"{draft}trial/", document=DOCUMENT, begin={"area": 3}, moves=[{"token": 1, "answers": {}}])
    assert [each["node"] for each in told["waiting"]] == ["a", "b", "c"]
    assert sent(su, f"{draft}trial/", document=DOCUMENT, begin={"approved": True}, moves=[])[0] == 400
    assert sent(su, f"{draft}trial/", document=DOCUMENT, moves=[{"token": 7}])[0] == 409
    assert procedures.procedures()["licence"].days == 10


def test_tables_become_dmn_and_what_was_not_touched_stays(su: Client, draft: str) -> None:
    table = {"id": "fee", "title": "费用 <&>", "hit": "FIRST", "inputs": ["area"], "outputs": ["note"],
             "rows": [{"tests": ["< 20"], "gives": ['"a & b"']}]}  # fmt: skip
    assert sent(su, f"{draft}save/", version=1, document=DOCUMENT, tables=[[table]])[0] == 200
    [text] = json.loads(Draft.objects.get().document)["decisions"]
    own = text.replace("<text>&lt; 20</text>", "<!-- mine --><text>&lt; 20</text>")
    document = {**DOCUMENT, "decisions": [own]}
    assert sent(su, f"{draft}save/", version=2, document=document, tables=[[table]])[0] == 200
    Draft.objects.update(document=json.dumps(document))
    assert sent(su, f"{draft}save/", version=3, document=document, tables=[[table]])[0] == 200
    assert json.loads(Draft.objects.get().document)["decisions"] == [own]
    assert sent(su, f"{draft}save/", version=4, document=document, tables=[[{"id": "Bad id"}]])[0] == 400
    assert sent(su, f"{draft}save/", version=4, document=document, tables=[[]])[0] == 200
    assert "decisions" not in json.loads(Draft.objects.get().document)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)).replace("&a0;", "&a;")
    + "]><definitions>&a8;</definitions>"
)
FILE = '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><definitions>&f;</definitions>'


@pytest.mark.parametrize("text", [BOMB, FILE, "<" * 1000, "", "<definitions>" + "<a>" * 5000, "\x00", "<a/>" * 9])
def test_no_diagram_reads_files_or_grows(su: Client, draft: str, text: str) -> None:
    faults = checked(su, draft, diagram=text)
    assert faults
    assert all(rule.startswith("procedures.") for rule, _ in faults)
    dmn = {**DOCUMENT, "decisions": [text]}
    status, told = sent(su, f"{draft}check/", document=dmn)
    assert status == 200
    assert told["faults"]
    assert "root:" not in json.dumps(told)
    assert sent(su, f"{draft}save/", version=1, document=dmn)[0] == 200
    assert su.get(draft).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('id')",
        "approved.__class__",
        'approved = true or open("/etc/passwd") = null',
        "(lambda: 1)()",
        "for x in [1] return x",
        'approved = true" onload="alert(1)',
        "{}",
        "1 " + "+ 1 " * 3000,
        "(" * 3000 + "approved" + ")" * 3000,
        "not (" * 900 + "approved" + ")" * 900,
    ],
)
def test_no_expression_leaves_its_language(su: Client, draft: str, text: str) -> None:
    from xml.sax.saxutils import escape

    wrong = DOCUMENT["diagram"].replace("approved = true", escape(text))
    assert {rule for rule, _ in checked(su, draft, diagram=wrong)} == {"procedures.expression"}
    status, _ = sent(su, f"{draft}trial/", document={**DOCUMENT, "diagram": wrong}, moves=[])
    assert status == 400


def test_what_is_posted_is_bounded(su: Client, draft: str) -> None:
    for body in (b"[]", b"{", b"[" * 100_000, b'"' + b"x" * 3_100_000 + b'"', b"\xff"):
        answer = su.post(f"{draft}save/", body, content_type="application/json")
        assert answer.status_code == 400, body[:20]
    many = {"tables": [[{"id": "t", "rows": [{"tests": [], "gives": []}] * 501}]]}
    assert sent(su, f"{draft}save/", version=1, document=DOCUMENT, **many)[0] == 400
    assert sent(su, f"{draft}trial/", document=DOCUMENT, moves=[{"token": 1}] * 201)[0] == 400
    for odd in (7, "x", None, [1], {"diagram": 3}, {"diagram": None, "tasks": 4, "variables": []}):
        assert sent(su, f"{draft}check/", document=odd)[0] == 200
        assert sent(su, f"{draft}trial/", document=odd, begin=3, moves={})[0] == 400


def test_words_in_titles_are_words(su: Client, draft: str) -> None:
    nasty = "</script><script>alert(1)</script>"
    assert sent(su, f"{draft}save/", version=1, document={**DOCUMENT, "title": {"zh": nasty, "en": nasty}})[0] == 200
    for address in (draft, f"{draft}differences/", f"{HOME}procedure/licence/", HOME):
        page = su.get(address).content.decode()
        assert "<script>alert" not in page
    assert su.get(f"{draft}draft.yaml")["Content-Disposition"] == 'attachment; filename="licence.yaml"'


def test_who_may_not_is_refused_and_that_is_told(su: Client, draft: str) -> None:
    Account.objects.create(username="li", roles=["applicant"])
    Account.objects.create(username="qiao", roles=["own"], department="police")
    mark = LedgerRow.objects.filter(act="refused").count()
    assert person("li").get(HOME).status_code == 403
    assert person("qiao").get(draft).status_code == 403
    assert sent(person("qiao"), f"{draft}save/", version=1, document=DOCUMENT)[0] == 403
    assert person("qiao").post(f"{draft}act/drop/", {"version": 1}).status_code == 403
    assert Client().get(draft).status_code == 302
    assert Client(enforce_csrf_checks=True).post(f"{draft}save/").status_code == 403
    assert LedgerRow.objects.filter(act="refused").count() >= mark + 4
    for address in (f"{HOME}role/steward/", f"{HOME}procedure/none/", f"{HOME}new/role/", f"{HOME}drafts/999999/"):
        assert su.get(address).status_code == 404
    assert su.post(f"{draft}act/destroy/").status_code == 404


def test_a_new_procedure_from_nothing_to_published(su: Client, two: tuple[Actor, Actor]) -> None:
    answer = su.post(f"{HOME}new/procedure/", {"code": "pets", "zh": "养犬登记", "department": "market"})
    assert answer.status_code == 302
    draft = str(answer["Location"])
    assert "not published yet" in su.get(f"{HOME}procedure/pets/").content.decode()
    document = store.one(two[0], Draft.objects.get().pk).document
    assert sent(su, f"{draft}check/", document=document)[1]["faults"] == []
    assert su.post(f"{draft}act/propose/", {"version": 1, "reason": "as agreed"}).status_code == 302
    cheng = person("cheng")
    assert "Second and publish" in cheng.get(draft).content.decode()
    assert "Second and publish" not in su.get(draft).content.decode()
    assert cheng.post(f"{draft}act/second/").status_code == 302
    assert len(publishing.publish_due()) == 1
    assert "revision" in su.get(draft).content.decode()
    assert procedures.procedures()["pets"].title.en == "养犬登记"
    for wrong in (
        {"code": "pets"},
        {"code": "../x"},
        {"code": "dogs", "zh": ""},
        {"code": "cats", "department": "x y"},
    ):
        given = {"zh": "犬", "department": "market", **wrong}
        assert su.post(f"{HOME}new/procedure/", given).status_code == 400
    assert [p.code for p in drawing.placed() if p.kind == "procedure"] == ["licence", "pets"]


def test_a_draft_is_refused_taken_back_and_put_aside(su: Client, draft: str) -> None:
    cheng = person("cheng")
    sent(su, f"{draft}save/", version=1, document={**DOCUMENT, "days": 3})
    su.post(f"{draft}act/propose/", {"version": 2, "reason": "as agreed"})
    cheng.post(f"{draft}act/refuse/", {"reason": "not before March"})
    assert "not before March" in su.get(draft).content.decode()
    su.post(f"{draft}act/propose/", {"version": 2, "reason": "now it is"})
    su.post(f"{draft}act/refuse/", {"reason": "a mistake"})
    su.post(f"{draft}act/drop/", {"version": 2})
    assert "put aside" in su.get(draft).content.decode()
    assert sent(su, f"{draft}save/", version=2, document=DOCUMENT)[0] == 409
    assert Draft.objects.get().state == "dropped"
