"""Every format and encoding, clean, dirty and hostile, through the door."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.exchange import door

pytestmark = pytest.mark.django_db


def deliver(source, data, name="people.csv"):
    return door.land(door.receive(SYSTEM, source, name, io.BytesIO(data)).id)


def rows(delivery, *columns):
    assert delivery.state == "landed", delivery.error
    found = pq.read_table(door.lake().rows(delivery.source, delivery.id)).to_pylist()
    return [tuple(row[c] for c in columns) if columns else row for row in found]


def rule(delivery):
    assert delivery.state == "refused"
    return delivery.error["rule"]


NAMES = ["張三豐", "臺北市中山區長安東路", "李小龍", "國立臺灣大學", "歐陽修", "陳水扁"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_chinese_encoding_is_found(make, encoding):
    text = "姓名,x\n" + "".join(f"{name},{i}\n" for i, name in enumerate(NAMES))
    assert rows(deliver(make(), text.encode(encoding)), "姓名") == [(name,) for name in NAMES]


def test_rare_signs_of_gb18030(make):
    assert rows(deliver(make(), "姓名,x\n㐂𠮷䶮,😀\n".encode("gb18030")), "姓名", "x") == [("㐂𠮷䶮", "😀")]


def test_a_spoilt_byte_breaks_its_row_only(make):
    data = "姓名,x\n张三,1\n李\xff,2\n".encode("gb18030").replace("ÿ".encode("gb18030"), b"\xff") + "王五,3\n".encode(
        "gb18030"
    )
    landed = deliver(make(encoding="gb18030"), data)
    assert rows(landed, "姓名") == [("张三",), ("王五",)]
    (broken,) = pq.read_table(door.lake().broken(landed.source, landed.id)).to_pylist()
    assert (broken["_row"], broken["reason_en"]) == (2, "Bytes do not fit the file's encoding")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_are_found(make, delimiter):
    text = f"姓名{delimiter}层数\n" + "".join(f"张{i}{delimiter}{i}\n" for i in range(5))
    assert len(rows(deliver(make(), text.encode()), "姓名", "层数")) == 5


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=12)
tables = st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=8))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=tables,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_of_text_comes_back_as_it_was(make, table, encoding, end):
    header = [f"列{i}" for i in range(len(table[0]))]
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([header, *table])
    mapping = {"person_name": {"columns": header}}
    source = make(mapping=mapping, encoding=encoding, delimiter=",")
    landed = deliver(source, out.getvalue().encode(encoding))
    assert rows(landed, *header) == [tuple(row) for row in table]
    assert landed.broken_rows == 0


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.lists(st.text('ab"," \t张\n', max_size=20), max_size=8))
def test_no_row_is_lost_and_none_is_made_up(make, noise):
    """Whatever stands in a file: each non-empty record is either a row or a broken row, in order."""
    landed = deliver(make(delimiter=","), ("姓名,x\n" + "\n".join(noise) + "\n终,了\n").encode())
    good = [row["_row"] for row in rows(landed)]
    bad = [b["_row"] for b in pq.read_table(door.lake().broken(landed.source, landed.id)).to_pylist()]
    assert sorted(good + bad) == list(range(1, landed.rows + 1))


def test_titles_above_the_header_are_skipped(make):
    text = "哈尔滨市人员表,,\n制表：2026年,,\n姓名,层数,备注\n张三,1,x\n李四,2,\n"
    assert rows(deliver(make(), text.encode()), "_row", "姓名") == [(1, "张三"), (2, "李四")]


def test_a_file_without_header_gets_its_names_from_the_source(make):
    assert rows(deliver(make(header_row=0, columns=["姓名", "层数"]), "张三,1\n李四,2\n".encode()), "姓名") == [
        ("张三",),
        ("李四",),
    ]


def test_repeated_and_empty_column_names_are_numbered(make):
    (row,) = rows(deliver(make(), "姓名,姓名,,_row,A,a\n1,2,3,4,5,6\n".encode()))
    assert row == {"_row": 1, "姓名": "1", "姓名_2": "2", "column_3": "3", "_row_2": "4", "A": "5", "a_2": "6"}


def test_a_huge_cell_breaks_its_row(make, settings):
    settings.LINGQU_LIMIT_CELL_CHARACTERS = 1000
    landed = deliver(make(), ("姓名,x\n" + "长" * 2000 + ",1\n张三,2\n").encode())
    assert rows(landed, "姓名") == [("张三",)]
    assert landed.broken_rows == 1


@pytest.mark.parametrize(
    ("limit", "value", "data", "said"),
    [
        ("ROWS", 2, "姓名,x\n1,\n2,\n3,\n".encode(), "file.rows"),
        ("COLUMNS", 2, "姓名,x,y\n1,,\n".encode(), "file.columns"),
        ("BROKEN_ROWS", 1, "姓名,x\n1\n2\n3\n".encode(), "file.broken"),
        ("UNPACKED_BYTES", 1000, gzip.compress(b"a" * 100_000), "file.unpacked"),
    ],
)
def test_limits_refuse(make, settings, limit, value, data, said):
    setattr(settings, f"LINGQU_LIMIT_{limit}", value)
    assert rule(deliver(make(), data)) == said


def workbook(*sheets, **merged):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, lines in sheets:
            sheet = book.add_worksheet(name)
            for r, line in enumerate(lines):
                for c, value in enumerate(line):
                    if value is not None:
                        sheet.write(r, c, value)
            for place in merged.get("merge", ()):
                sheet.merge_range(*place)
    return out.getvalue()


def test_workbooks_keep_dates_numbers_and_formulas_as_text(make):
    lines = [
        ["姓名", "层数", "日", "时", "是", "式"],
        ["张三", 3, date(1990, 2, 3), datetime(2020, 1, 2, 3, 4, 5), True, "=1+1"],
        [None, None, None, None, None, None],
        ["=cmd|' /C calc'!A0", 1.5, None, None, False, None],
    ]
    found = rows(deliver(make(), workbook(("表", lines)), "a.xlsx"))
    assert (found[0]["式"], found[1]["姓名"]) == ("0", "0")  # the values that the writer kept for them
    assert (found[0]["层数"], found[0]["日"], found[0]["时"], found[0]["是"]) == (
        "3",
        "1990-02-03",
        "2020-01-02 03:04:05",
        "true",
    )
    assert found[1]["层数"] == "1.5"


def test_title_rows_and_merged_headers(make):
    lines = [["人员登记表"], ["编号", None, None], [None, "姓名", "层数"], ["1", "张三", 3], ["2", "李四", 4]]
    data = workbook(("表", lines), merge=[(0, 0, 0, 2, "人员登记表"), (1, 0, 2, 0, "编号"), (1, 1, 1, 2, "人员")])
    mapping = {"person_name": {"column": "人员/姓名"}, "floors": {"column": "人员/层数"}}
    assert rows(deliver(make(mapping=mapping), data, "a.xlsx"), "编号", "人员/姓名", "人员/层数") == [
        ("1", "张三", "3"),
        ("2", "李四", "4"),
    ]


def test_the_first_sheet_with_rows_or_the_named_one(make):
    data = workbook(("说明", []), ("甲", [["姓名", "x"], ["张三", 1]]), ("乙", [["姓名", "x"], ["李四", 1]]))
    assert rows(deliver(make(), data, "a.xlsx"), "姓名") == [("张三",)]
    assert rows(deliver(make(code="police.b", sheet="乙"), data, "a.xlsx"), "姓名") == [("李四",)]
    refused = deliver(make(code="police.c", sheet="丙"), data, "a.xlsx")
    assert rule(refused) == "file.sheet"
    assert "甲" in refused.error["message"]["zh"]


def spoil(data, change):
    """The workbook with each XML part put through ``change(name, bytes)``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return out.getvalue()


def test_xml_with_entities_is_refused(make):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    data = workbook(("表", [["姓名", "x"], ["张三", 1]]))
    assert (
        rule(deliver(make(), spoil(data, lambda n, b: bomb + b.split(b"?>", 1)[1] if "sheet1" in n else b), "a.xlsx"))
        == "file.xml"
    )


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("far", lambda b: b'<?xml version="1.0"?>' + b"<!-- " + b"x" * 3_000_000 + b" --><!doctype x>" + _rest(b)),
        ("in UTF-16", lambda b: _rest(b).decode().encode("utf-16")),
        ("in UTF-16 without a mark", lambda b: _rest(b).decode().encode("utf-16-le")),
    ],
)
@pytest.mark.parametrize("part", ["sheet1.xml", "workbook.xml"])
def test_entities_are_found_however_they_hide(make, what, change, part):
    data = workbook(("表", [["姓名", "x"], ["张三", 1]]))
    hidden = spoil(data, lambda n, b: change(b) if n.endswith(part) else b)
    assert rule(deliver(make(), hidden, "a.xlsx")) == "file.xml", what


def _rest(xml: bytes) -> bytes:
    return xml.split(b"?>", 1)[1]


@pytest.mark.parametrize("place", ["XFD1048576", "xfd1048576", "CWL104857"])
def test_cells_far_out_are_refused_before_there_is_room_made_for_them(make, place):
    """Five kilobytes that ask for 400 GB: the reader makes room for all cells between the first and the last."""
    data = workbook(("表", [["姓名", "x"], ["张三", 1]]))
    number = place.lstrip("XFDxfdCWL").encode()
    far = b'<row r="' + number + b'"><c r="' + place.encode() + b'"><v>1</v></c></row></sheetData>'
    wide = spoil(data, lambda n, b: b.replace(b"</sheetData>", far) if "sheet1" in n else b)
    refused = deliver(make(), wide, "a.xlsx")
    assert rule(refused) == "file.cells"
    assert number.decode() in refused.error["message"]["en"]


def test_a_workbook_that_blows_up_is_refused(make, settings):
    settings.LINGQU_LIMIT_UNPACKED_BYTES = 1_000_000
    data = workbook(("表", [["姓名", "x"], ["张三", 1]]))
    blown = spoil(data, lambda n, b: b + b" " * 5_000_000 if "sheet1" in n else b)
    assert rule(deliver(make(), blown, "a.xlsx")) == "file.unpacked"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html><body><table><tr><td>x", "file.html"),
        (b"PK\x03\x04 nonsense", "file.workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "file.workbook"),
    ],
)
def test_what_only_calls_itself_a_workbook_is_refused(make, data, said):
    assert rule(deliver(make(), data, "年鉴.xls")) == said


def test_binary_files_are_refused(make):
    assert rule(deliver(make(), bytes(range(256)) * 10, "x.csv")) == "file.binary"


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def test_one_packed_file_is_read_and_several_are_refused(make):
    data = "姓名,x\n张三,1\n".encode()
    assert rows(deliver(make(), gzip.compress(data), "a.csv.gz"), "姓名") == [("张三",)]
    assert rows(deliver(make(), zipped(**{"../../a.csv": data}), "a.zip"), "姓名") == [("张三",)]
    assert rule(deliver(make(), zipped(a=data, b=data), "b.zip")) == "file.zip"


def test_json_nests_into_dotted_columns_and_keeps_numbers_as_written(make):
    first = '{"姓名":"张三","n":1.10,"id":12345678901234567890123,"in":{"x":null,"y":[1,{"z":2.0}]}}'
    document = '{"data":{"list":[' + first + ',{"姓名":"李四"}]}}'
    found = rows(deliver(make(records="data.list"), document.encode(), "a.json"))
    assert found[0] == {
        "_row": 1,
        "姓名": "张三",
        "n": "1.10",
        "id": "12345678901234567890123",
        "in.x": None,
        "in.y": '[1,{"z":2.0}]',
    }
    assert found[1]["姓名"] == "李四"
    assert found[1]["n"] is None


def test_inner_lists_become_rows(make):
    document = {"items": [{"id": 1, "owner": [{"姓名": "张三"}, {"姓名": "李四"}]}, {"id": 2, "owner": []}]}
    mapping = {"person_name": {"column": "owner.姓名"}}
    source = make(mapping=mapping, records="items", explode="owner")
    assert rows(deliver(source, json.dumps(document).encode(), "a.json"), "id", "owner.姓名") == [
        ("1", "张三"),
        ("1", "李四"),
        ("2", None),
    ]


def test_json_lines_name_the_broken_one(make):
    landed = deliver(make(), '{"姓名":"张三"}\n{broken\n\n{"姓名":"李四","x":1}\n'.encode(), "a.jsonl")
    assert rows(landed, "_row", "姓名", "x") == [(1, "张三", None), (3, "李四", "1")]
    assert landed.broken_rows == 1


@pytest.mark.parametrize("data", [b'{"a":', b"[" * 100_000, b'{"a": 1}'])
def test_json_that_is_none_or_lacks_the_records_is_refused(make, data):
    assert deliver(make(records="b.c", format="json"), data, "a.json").state == "refused"


def test_geojson_gives_id_geometry_and_properties(make):
    feature = {
        "type": "Feature",
        "id": 7,
        "properties": {"姓名": "张三", "n": {"m": 1}},
        "geometry": {"type": "Point", "coordinates": [126.5, 45.25]},
    }
    document = json.dumps({"type": "FeatureCollection", "features": [feature, feature | {"geometry": None}]})
    mapping = {"person_name": {"column": "姓名"}, "point": {"column": "$geometry", "datum": "WGS-84"}}
    first, second = rows(deliver(make(mapping=mapping), document.encode(), "a.geojson"))
    assert (first["$id"], first["姓名"], first["n.m"]) == ("7", "张三", "1")
    assert json.loads(first["$geometry"])["coordinates"] == [126.5, 45.25]
    assert second["$geometry"] is None
    mapping["point"] = {"column": "$geometry"}
    assert rule(deliver(make(mapping=mapping, code="police.b"), document.encode(), "a.geojson")) == "datum.unlabelled"


OSM = """<osm version="0.6">
<node id="1" lon="126.0" lat="45.0"/><node id="2" lon="126.1" lat="45.0"/><node id="3" lon="126.1" lat="45.1"/>
<node id="4" lon="126.2" lat="45.2"><tag k="amenity" v="cafe"/><tag k="姓名" v="店"/></node>
<way id="5"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="姓名" v="路"/></way>
<way id="6"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="building" v="yes"/><tag k="姓名" v="楼"/></way>
<way id="7"><nd ref="1"/><nd ref="9"/><tag k="highway" v="primary"/></way>
</osm>"""


@pytest.mark.parametrize(
    ("config", "found", "kind"),
    [
        ({"select": {"highway": ["primary"]}, "geometry": "line"}, [("way/5", "路")], "LineString"),
        ({"select": {"building": True}, "geometry": "area"}, [("way/6", "楼")], "MultiPolygon"),
        ({"select": {"amenity": True}, "geometry": "any"}, [("node/4", "店")], "Point"),
    ],
)
def test_osm_objects_by_their_tags(make, tmp_path, config, found, kind):
    import osmium

    (tmp_path / "x.osm").write_text(OSM)
    with osmium.SimpleWriter(str(tmp_path / "x.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "x.osm")):
            writer.add(thing)
    mapping = {"person_name": {"column": "姓名"}, "point": {"column": "$geometry"}}
    landed = deliver(make(mapping=mapping, format="pbf", **config), (tmp_path / "x.osm.pbf").read_bytes(), "x.osm.pbf")
    assert rows(landed, "$id", "姓名") == found
    assert json.loads(rows(landed, "$geometry")[0][0])["type"] == kind
    assert landed.broken_rows == (1 if kind == "LineString" else 0)  # way 7 lacks a node


def test_a_cut_off_pbf_is_refused(make):
    mapping = {"person_name": {"column": "姓名"}}
    assert (
        rule(deliver(make(mapping=mapping, format="pbf"), b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18", "x.pbf"))
        == "file.pbf"
    )


def test_old_openpyxl_files_are_read_too(make):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["姓名", "x"])
    book.active.append(["张三", 1])
    book.save(out)
    assert rows(deliver(make(), out.getvalue(), "a.xlsx"), "姓名") == [("张三",)]
