"""The designer of forms over HTTP: from an office's document to a published form."""

# ruff: noqa: F811

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from blueprint.test_designing_pages import HOME, person
from blueprint.test_drafts import two  # noqa: F401
from lingqu.blueprint.drafts import publishing, store
from lingqu.blueprint.models import Draft
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import door as papers
from papers.books import city
from papers.conftest import fonts  # noqa: F401
from procedures.little import bureau  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("newborn")]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def newborn(two: tuple[Actor, Actor]) -> None:
    """The drawing of a city with the packs of forms, beside the bureau and its accounts."""
    entries = city().entries.values()
    placed = [drawing.Placed(e.kind, e.code, e.definition.document(), e.origin, e.layer) for e in entries]
    drawing.replace(placed, [], actor="tests", summary={})


@pytest.fixture
def su() -> Client:
    return person("su")


def docx(rows: list[list[str]], head: str = "") -> bytes:
    lines = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(
            "word/document.xml", f"{head}<w:document {W}><w:body><w:tbl>{lines}</w:tbl></w:body></w:document>"
        )
    return out.getvalue()


ROWS = [["新生儿姓名", ""], ["母亲姓名", ""], ["出生日期", ""], ["<script>alert(1)</script>".replace("<", "&lt;"), ""]]


def begun(client: Client, data: bytes = b"", name: str = "b.docx", code: str = "NB20") -> Any:
    given: dict[str, Any] = {"code": code, "zh": "新生儿登记", "en": "Newborn", "terms": "newborn", "office": "weijian"}
    if data:
        given["file"] = SimpleUploadedFile(name, data)
    return client.post(f"{HOME}new/form/", given)


def version() -> int:
    return Draft.objects.get().version


def fields() -> list[dict[str, Any]]:
    return store.one(SYSTEM, Draft.objects.get().pk).document["fields"]


def test_from_a_document_to_a_published_form(su: Client) -> None:
    draft = begun(su, docx(ROWS))["Location"]
    assert [field["title"] for field in fields()][:3] == [
        {"zh": w, "en": w} for w in ("新生儿姓名", "母亲姓名", "出生日期")
    ]
    page = su.get(draft).content.decode()
    assert "asked for itself" in page
    assert "<script>alert" not in page
    proposed = su.get(f"{draft}proposals/")
    found = {row["of"].title: row["of"] for row in proposed.context["rows"]}
    assert found["母亲姓名"].term == "母亲.姓名"
    mother = found["母亲姓名"]
    assert all("binds" not in field for field in fields())
    su.post(f"{draft}form/accept/", {"version": version(), "at": mother.seq, "term": mother.term})
    assert [field.get("binds") for field in fields()] == [None, "母亲.姓名", None, None]
    given = {
        "version": version(),
        "seq": 1,
        "zh": "姓名",
        "en": "Name",
        "binds": "新生儿.姓名",
        "type": "C30",
        "repeats": 1,
    }
    assert su.post(f"{draft}fields/0/", given).status_code == 302
    su.post(f"{draft}form/remove/", {"version": version(), "at": 3})
    su.post(f"{draft}form/up/", {"version": version(), "at": 1})
    assert [(field["seq"], field.get("binds")) for field in fields()] == [
        (1, "母亲.姓名"),
        (2, "新生儿.姓名"),
        (3, None),
    ]
    rows = su.get(f"{draft}questions/").context["rows"]
    assert {row.situation.code for row in rows} >= {"birth_common"}
    common = next(row for row in rows if row.situation.code == "birth_common")
    assert (common.belongs, common.before, common.after) == (False, 12, 13)
    assert [title.zh for title in common.more] == ["出生日期"]
    assert su.post(f"{draft}act/propose/", {"version": version(), "reason": "as agreed"}).status_code == 302
    assert person("cheng").post(f"{draft}act/second/").status_code == 302
    assert len(publishing.publish_due()) == 1, store.one(SYSTEM, Draft.objects.get().pk).told
    assert [field.binds for field in drawing.one(papers.Form, "NB20").fields] == ["母亲.姓名", "新生儿.姓名", None]
    assert "binds: 母亲.姓名" in su.get(f"{HOME}form/NB20/published.yaml").content.decode()


def test_what_is_wrong_is_said_at_its_place(su: Client) -> None:
    draft = begun(su)["Location"]
    good = {"version": 1, "seq": 1, "zh": "姓名", "binds": "新生儿.姓名", "type": "C30", "repeats": 1}
    for key, value, rule in (
        ("as", "left(新生儿.姓名, ", "as"),
        ("as", "__import__('os')", "as"),
        ("when", "nobody", "when"),
        ("binds", "新生儿.名字", "binds"),
        ("type", "X9", "type"),
        ("where", "新生儿.性别 + 1", "where"),
        ("codes", "no_such", "codes"),
        ("seq", "many", "seq"),
    ):
        answer = su.post(f"{draft}fields/0/check/", {**good, key: value})
        assert answer.status_code == 200
        assert answer.json()["faults"][rule]["severity"] == "error", key
        refused = su.post(f"{draft}fields/0/", {**good, key: value})
        assert refused.status_code == 400
        assert f'id="{rule}-fault">' in refused.content.decode()
    assert su.post(f"{draft}fields/0/check/", good).json() == {"faults": {}}
    assert version() == 1
    assert su.post(f"{draft}fields/7/check/", good).status_code == 404
    assert su.get(f"{draft}fields/7/").status_code == 404


def test_an_older_page_overwrites_nothing(su: Client) -> None:
    draft = begun(su)["Location"]
    su.post(f"{draft}form/add/", {"version": 1})
    answer = su.post(f"{draft}form/remove/", {"version": 1, "at": 0}, follow=True)
    assert "saved after you" in answer.content.decode()
    assert len(fields()) == 2
    assert su.post(f"{draft}form/burn/", {"version": 2}).status_code == 404
    assert su.post(f"{draft}form/remove/", {"version": 2, "at": 99}).status_code == 404
    head = {"version": 2, "zh": "甲", "en": "A", "office": "weijian", "status": "reconstructed", "source": "网站"}
    su.post(f"{draft}form/head/", head)
    document = store.one(SYSTEM, Draft.objects.get().pk).document
    assert (document["title"], document["status"]) == ({"zh": "甲", "en": "A"}, "reconstructed")


def test_it_is_seen_as_it_will_look(su: Client, fonts: object) -> None:
    answer = su.post(f"{HOME}form/NB1/begin/")
    draft = answer["Location"]
    page = su.get(f"{draft}preview/")
    assert len(page.context["data"]["fields"]) == len(fields())
    made = su.get(f"{draft}preview.pdf")
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    rows = su.get(f"{draft}questions/").context["rows"]
    assert all(row.before == row.after for row in rows if row.belongs)


def xlsx(part: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", part)
    return out.getvalue()


LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n"
for letter, before in zip("bcdefghij", "abcdefghi", strict=True):
    LAUGHS += f"{letter}: &{letter} [{','.join([f'*{before}'] * 9)}]\n".encode()
LAUGHS += b"fields: *j"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b"no zip"),
        ("a.docx", docx([["名称", ""]], '<!DOCTYPE x [<!ENTITY a "aaaa">]>')),
        ("a.docx", docx([["名称", "甲"]])),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.xlsx", xlsx(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w>&a;</w>')),
        ("a.xlsx", xlsx(b"<a>" + b" " * 31_000_000 + b"</a>")),
        ("a.csv", b"form_id,form,dept,seq,field\n1,2,3,x,5\n"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b"form_id,form,dept,seq,field\n" + b"1,2,3,4,5\n" * 1001),
        ("a.yaml", b"fields: *nobody"),
        ("a.yaml", b"title: x"),
        ("a.yaml", b"fields: [{seq: 1, title: x, type: C1, __class__: y}]"),
        ("a.yaml", LAUGHS),
        ("a.exe", b"MZ"),
        ("../../etc/a.docx", b"x" * 2_000_001),
    ],
    ids=range(15),
)  # fmt: skip
def test_no_upload_reads_files_or_grows(su: Client, name: str, data: bytes) -> None:
    answer = begun(su, data, name)
    assert answer.status_code == 400
    assert "root:" not in answer.content.decode()
    assert not Draft.objects.exists()
