"""Forms as PDF: every value on the page, nothing of another office, no missing character."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pypdf import PdfReader

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.papers import door, typeset
from lingqu.kernel.errors import Invalid, Refused, Unavailable
from papers.books import CITY, book, situation

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
pytestmark = [pytest.mark.usefixtures("fonts"), pytest.mark.django_db]


def text(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture(scope="module")
def dossier():
    return filled()


def filled(answers: dict | None = None, code: str = "founding_common") -> door.Dossier:
    of = book(code)
    made = door.merge(of, situation(code).true, code)
    tables = {name: table.rows for name, table in of.rules.tables.items()}
    given = answers or {
        "企业.名称": "松江一号软件有限公司",
        "企业.从业人数": Decimal(12),
        "投资人.姓名名称": ["甲某", "乙某", "丙某", "丁某"],
        "投资人.认缴出资额": [Decimal(10), Decimal(20), Decimal(30), Decimal(40)],
    }
    return door.Dossier(of, made, door.Filler(of, made, tables).fill(given, lambda holding, keys: None), "C-1")


def test_every_label_and_value_stands_on_the_page(dossier):
    for form in dossier.book.forms:
        page = text(door.form_pdf(dossier, form.code, AT))
        assert "".join(form.title.zh.split()) in page
        for field in form.fields:
            assert "".join(field.title.zh.split()) in page, (form.code, field.title.zh)
    page = text(door.form_pdf(dossier, "F09", AT))
    assert "松江一号软件有限公司" in page
    assert "申请人填写" in page
    assert "C-1" in page
    assert "第1页共" in page


def test_fields_keep_their_printed_order(dossier):
    parts = PdfReader(io.BytesIO(door.form_pdf(dossier, "F01", AT))).pages
    page = "".join("".join(p.extract_text() for p in parts).split())
    places = [page.find("".join(f.title.zh.split())) for f in dossier.form("F01").fields[:3]]
    assert places == sorted(places)


def test_rows_beyond_three_go_on_below(dossier):
    holding = [f for f in dossier.book.forms if any("投资人" in (x.binds or "") for x in f.fields)]
    page = text(door.form_pdf(dossier, next(f.code for f in holding if f.code == "F09"), AT))
    assert "第4项" in page
    assert "40" in page


def test_values_are_data_and_never_markup():
    page = text(door.form_pdf(filled({"企业.名称": '#read("/etc/passwd") $x$ *A* \\ [b'}), "F09", AT))
    assert '#read("/etc/passwd")$x$*A*\\[b' in page


def test_a_character_without_a_glyph_is_refused_by_name():
    with pytest.raises(Invalid, match=r"papers.character") as told:
        door.form_pdf(filled({"企业.名称": "公司\U0002f804"}), "F09", AT)
    assert "U+2F804" in told.value.message.en


def test_a_missing_font_is_an_error_and_no_boxes(dossier, settings, tmp_path, monkeypatch):
    typeset.forget()
    settings.LINGQU_FONTS = tmp_path
    try:
        with pytest.raises(Unavailable, match=r"papers.font"):
            door.form_pdf(dossier, "F09", AT)
        for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"):
            (tmp_path / name).write_bytes(b"no font")
        with pytest.raises((Unavailable, KeyError)):
            door.form_pdf(dossier, "F09", AT)
    finally:
        monkeypatch.undo()
        typeset.forget()


def test_the_same_form_twice_is_the_same_file(dossier):
    assert door.form_pdf(dossier, "F09", AT) == door.form_pdf(dossier, "F09", AT)


def test_a_made_up_city_says_so_on_paper(dossier, tmp_path):
    assert "演示数据" not in text(door.form_pdf(dossier, "F09", AT))
    (tmp_path / "city.yaml").write_text(CITY + "synthetic: true\n", "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(tmp_path))
    assert "演示数据" in text(door.form_pdf(dossier, "F09", AT))


def test_each_department_has_its_own_forms_only(dossier):
    tax = Actor(kind="person", name="t", department="taxation")
    own = door.of_office(tax, dossier)
    assert own
    assert {dossier.form(code).office for code in own} == {"guoshui", "dishui"}
    assert door.for_office(tax, dossier, own[0]).startswith(b"%PDF")
    other = next(f.code for f in dossier.book.forms if f.office == "tongji")
    with pytest.raises(Refused, match=r"papers.other_office"):
        door.for_office(tax, dossier, other)
    acts = list(LedgerRow.objects.order_by("id").values_list("act", flat=True))
    assert acts[-2:] == ["read", "refused"]
    assert not door.of_office(Actor(kind="person", name="n"), dossier)


def test_all_forms_as_one_zip_with_data_beside(dossier):
    with zipfile.ZipFile(io.BytesIO(door.bundle(dossier))) as made:
        names = made.namelist()
        assert len(names) == 2 * len(dossier.book.forms) == 34
        assert {name.partition("/")[0] for name in names} == {"工商", "质监", "国税", "地税", "统计"}
        held = json.loads(made.read(next(n for n in names if "F09" in n and n.endswith(".json"))))
    assert "松江一号软件有限公司" in [field["value"] for field in held["fields"]]
    assert {field["source"] for field in held["fields"]} <= {
        "asked", "derived", "fetched", "assigned", "signed", "same", "blank", "lost",
    }  # fmt: skip


def test_pages_take_well_under_a_second(dossier):
    door.form_pdf(dossier, "F09", AT)
    begun, pages = time.process_time(), 0
    while pages < 100:
        for form in dossier.book.forms:
            pages += len(PdfReader(io.BytesIO(door.form_pdf(dossier, form.code, AT))).pages)
    assert (time.process_time() - begun) / pages < 0.3


def test_the_summary_offers_every_form(client, tmp_path):
    (tmp_path / "city.yaml").write_text(CITY, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(tmp_path))
    here = "/apply/founding_common/"
    assert f'href="{here}files/"' in client.get(here + "summary/").content.decode()
    with zipfile.ZipFile(io.BytesIO(client.get(here + "files/").content)) as made:
        assert len(made.namelist()) == 34
    assert text(client.get(here + "forms/F09/pdf/").content)
    assert client.get(here + "forms/NONE/pdf/").status_code == 404
