"""Faults of forms and rules are found with file, line and rule."""

from __future__ import annotations

import csv
import zipfile

import pytest
from openpyxl import Workbook

from lingqu.blueprint import door as blueprint
from lingqu.centre.papers import door
from lingqu.kernel.errors import Invalid
from papers import books

CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers]\n"
TERMS = """\
code: t
title: 词
subjects:
  甲:
    title: 甲
    attributes:
      名: {title: 名, type: C30, element: person_name}
      号: {title: 号, type: C18}
      性别: {title: 性别, type: code, codes: gbt2261_1_sex, element: sex}
  乙s:
    title: 乙
    repeats: true
    attributes:
      数: {title: 数, type: N8}
"""
FORM = """\
code: f
title: 表
terms: t
office: o
fields:
  - {seq: 1, title: 名, binds: 甲.名, type: C30}
  - {seq: 2, title: 性别, binds: 甲.性别, type: code}
"""
RULES = """\
code: t
title: 规则
terms: t
offices: {o: 局}
facts: {p: {title: 真}}
derivations:
  - {gives: 甲.性别, by: sex(甲.号), why: 号}
"""
SITUATION = "code: s\ntitle: 情形\nrules: t\nforms: [f]\ntrue: [p]\n"
FILES = {
    "form_terms/t.yaml": TERMS,
    "forms/f.yaml": FORM,
    "form_rules/t.yaml": RULES,
    "form_situations/s.yaml": SITUATION,
}


def faults(folder, **changed):
    """(rule, file and line) after texts were exchanged in one file: ``forms=("old", "new")``."""
    (folder / "city.yaml").write_text(CITY, "utf-8")
    for name, text in FILES.items():
        old, new = changed.get(name.partition("/")[0], ("", ""))
        assert old in text
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text.replace(old, new) if old else text, "utf-8")
    found = blueprint.check(blueprint.load(folder))
    return [(each.rule, each.place.rpartition("/")[2].split(" ")[0]) for each in found]


def test_sound(tmp_path):
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"forms": ("甲.名", "甲.明")}, ("papers.term", "f.yaml:6")),
        ({"forms": ("office: o", "office: x")}, ("papers.office", "f.yaml:4")),
        ({"forms": ("seq: 2", "seq: 1")}, ("papers.duplicate", "f.yaml:7")),
        ({"forms": ("C30", "C5")}, ("papers.fits", "f.yaml:6")),
        ({"forms": ("binds: 甲.名, ", "")}, ("papers.unbound", "f.yaml:6")),
        ({"forms": ("type: C30", "type: C30, when: q")}, ("papers.fact", "f.yaml:6")),
        ({"forms": ("type: C30", "type: C30, as: left(甲.名")}, ("papers.expression", "f.yaml:6")),
        ({"forms": ("type: C30", "type: X30")}, ("blueprint.wrong_value", "f.yaml:6")),
        ({"forms": ("terms: t", "terms: u")}, ("blueprint.reference", "f.yaml:3")),
        ({"form_rules": ("sex(甲.号)", "sexx(甲.号)")}, ("papers.function", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "sex(甲.好)")}, ("papers.term", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "sex(乙s.数)")}, ("papers.rows", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", '"lookup(甲.号, none_such)"')}, ("papers.table", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "\"'7'\"")}, ("papers.code", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "甲.性别")}, ("papers.cycle", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "1 + 1")}, ("papers.sort", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "total(乙s.数)")}, ("papers.sort", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "\"if(甲.号 > 1, '1', '2')\"")}, ("papers.sort", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号)", "\"if(甲.号, '1', '2')\"")}, ("papers.sort", "t.yaml:7")),
        ({"form_rules": ("sex(甲.号), why: 号", "sex(甲.号), why: 号, when: q")}, ("papers.fact", "t.yaml:7")),
        ({"form_terms": ("type: C30, element", "type: date, element")}, ("papers.element", "t.yaml:7")),
        ({"form_situations": ("[p]", "[q]")}, ("papers.fact", "s.yaml:5")),
    ],
)
def test_faults(tmp_path, changed, wanted):
    assert wanted in faults(tmp_path, **changed)


def test_registers_and_equivalences(tmp_path):
    more = (
        "derivations:",
        "holdings:\n  - {code: h, title: 库, register: population, type: Person, subjects: [甲], key: {号: idNumber},"
        " gives: {名: nickname}}\nequivalences:\n  - {term: 甲.号, of: 甲.名, accepted: 某, why: 同}\nderivations:",
    )
    assert faults(tmp_path, form_rules=more) == [("papers.holding", "t.yaml:7"), ("papers.equivalence", "t.yaml:9")]


def test_the_packs_are_sound():
    assert blueprint.check(books.city()) == []


def test_forms_come_in_from_tables(tmp_path):
    rows = [
        ["form_id", "form", "dept", "seq", "field", "canonical", "type", "printed_blanks"],
        ["F1", "申请表", "工商", "1", "企业名称", "企业.名称", "C100", "1"],
        ["F1", "申请表", "工商", "2", "股东", "投资人.名称", "C60", "4"],
        ["F2", "登记表", "national_tax", "1", "纳税人名称", "企业.名称", "C60", ""],
        ["F2", "登记表", "national_tax", "2", "未对应", "", "", ""],
    ]
    with (tmp_path / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    sheet = Workbook()
    for row in rows:
        sheet.active.append(row)
    sheet.save(tmp_path / "t.xlsx")
    made = [door.forms_of_rows(door.rows_of(tmp_path / name), "t") for name in ("t.csv", "t.xlsx")]
    assert made[0] == made[1]
    forms, words = made[0]
    assert [(form["code"], form["office"], len(form["fields"])) for form in forms] == [
        ("F1", "gongshang", 2), ("F2", "national_tax", 2)
    ]  # fmt: skip
    assert words["subjects"]["企业"]["attributes"]["名称"]["type"] == "C60", "the shortest fits everywhere"
    assert "binds" not in forms[1]["fields"][1]
    (tmp_path / "u.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(Invalid, match="form_id"):
        door.rows_of(tmp_path / "u.csv")


def _docx(path, rows, name="word/document.xml", head=""):
    """A table of cells; ``↓`` begins a group, ``↑`` goes on with it, ``2:`` spans two columns."""
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def cell(text):
        begins = '<w:vMerge w:val="restart"/>' if text.startswith("↓") else ""
        props = "<w:vMerge/>" if text == "↑" else begins or ('<w:gridSpan w:val="2"/>' if text.startswith("2:") else "")
        words = "" if text == "↑" else text.removeprefix("2:").removeprefix("↓")
        return f"<w:tc><w:tcPr>{props}</w:tcPr><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>"

    lines = "".join(f"<w:tr>{''.join(map(cell, row))}</w:tr>" for row in rows)
    title = "<w:p><w:r><w:t>开业登记表</w:t></w:r></w:p>"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(name, f"{head}<w:document {w}><w:body>{title}<w:tbl>{lines}</w:tbl></w:body></w:document>")
    return path


def test_a_form_comes_in_as_it_is_printed(tmp_path):
    rows = [
        ["名称", "2:"],
        ["↓负责人", "姓名", ""],
        ["↑", "电话", ""],
        ["2:股东", "出资额"],
        ["2:", ""],
        ["说明：" + "本表一式两份，" * 10, "2:"],
    ]
    made = door.rows_of(_docx(tmp_path / "open-1.docx", rows))
    assert [row["field"] for row in made] == ["名称", "负责人-姓名", "负责人-电话", "股东", "出资额"]
    forms, _ = door.forms_of_rows(made, "t")
    assert forms[0]["title"] == "开业登记表"
    assert [field["type"] for field in forms[0]["fields"]] == ["C100"] * 5


def test_what_is_no_form_is_refused(tmp_path):
    (tmp_path / "a.docx").write_text("no zip", "utf-8")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    wrong = [
        tmp_path / "a.docx",
        _docx(tmp_path / "b.docx", [["名称", ""]], name="other.xml"),
        _docx(tmp_path / "c.docx", [["名称", "甲"]]),
        _docx(tmp_path / "d.docx", [["名称", ""]], head=bomb),
    ]
    for file in wrong:
        with pytest.raises(Invalid) as refused:
            door.rows_of(file)
        assert refused.value.rule == "papers.word"
