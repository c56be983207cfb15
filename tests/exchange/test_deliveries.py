"""From bytes to rows, through the door."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from exchange.conftest import TITLE, put
from lingqu.centre.access.door import SYSTEM, Actor
from lingqu.centre.exchange import door
from lingqu.kernel.errors import Invalid


def rows(delivery):
    return pq.read_table(door.lake().rows(delivery.source, delivery.id)).to_pylist()


def deliver(source, data, name="people.csv"):
    return door.land(door.receive(SYSTEM, source, name, io.BytesIO(data)).id)


def test_bytes_are_kept_and_become_rows(make):
    data = "姓名,层数\n张三,3\n李四,\n".encode("gb18030")
    landed = deliver(make(), data)
    assert (landed.state, landed.rows, landed.encoding) == ("landed", 2, "GB18030")
    raw = door.lake().raw(landed.source, landed.id) / "people.csv"
    assert raw.read_bytes() == data
    assert raw.stat().st_mode & 0o222 == 0
    assert rows(landed) == [{"_row": 1, "姓名": "张三", "层数": "3"}, {"_row": 2, "姓名": "李四", "层数": ""}]


def test_the_same_bytes_twice_are_one_delivery(make):
    source = make()
    first = door.receive(SYSTEM, source, "a.csv", io.BytesIO("姓名\n张三\n".encode()))
    second = door.receive(SYSTEM, source, "b.csv", io.BytesIO("姓名\n张三\n".encode()))
    assert not first.again
    assert (second.id, second.again, second.name) == (first.id, True, "a.csv")
    assert [d.id for d in door.deliveries()] == [d.id for d in door.pending()] == [first.id]


def test_landing_again_gives_the_same_file(make):
    landed = deliver(make(), "姓名,层数\n张三,1\n坏\n李四,2\n".encode())
    file = door.lake().rows(landed.source, landed.id)
    before = file.read_bytes()
    file.unlink()
    assert door.land(landed.id) == landed
    assert file.read_bytes() == before


def test_an_empty_file_is_refused_at_once(make):
    with pytest.raises(Invalid, match="empty"):
        door.receive(SYSTEM, make(), "a.csv", io.BytesIO(b""))


def test_rows_that_cannot_be_cut_are_named_and_the_others_stay(make):
    text = '姓名,层数\n张三,3\n多,了,一列\n"没有关上,4\n李四,5\n少\n王五,6,\n'
    landed = deliver(make(), text.encode())
    assert [r["_row"] for r in rows(landed)] == [1, 4, 6]
    assert landed.rows == 6
    broken = pq.read_table(door.lake().broken(landed.source, landed.id)).to_pylist()
    assert [(b["_row"], b["reason_zh"]) for b in broken] == [
        (2, "有 3 列，应有 2 列"),
        (3, "引号不完整"),
        (5, "有 1 列，应有 2 列"),
    ]
    assert broken[1]["text"] == '"没有关上,4'


def test_a_file_without_mapped_columns_is_refused_with_proposals(make):
    landed = deliver(make(), "XM,备注\n张三,x\n".encode())
    assert landed.state == "refused"
    assert landed.error["rule"] == "contract.columns"
    assert "是否改名为 XM" in landed.error["message"]["zh"]
    assert not door.lake().rows(landed.source, landed.id).exists()


def test_new_columns_are_noted(make):
    landed = deliver(make(), "姓名,层数,备注\n张三,3,x\n".encode())
    assert "备注" in landed.notes[0]["zh"]


POINT = {"person_name": {"column": "姓名"}, "point": {"longitude": "经度", "latitude": "纬度"}}


def test_unlabelled_coordinates_are_refused_with_a_proposal(make):
    data = "姓名,经度,纬度\n张三,126.6,45.7\n".encode()
    refused = deliver(make(mapping=POINT), data)
    assert refused.error["rule"] == "datum.unlabelled"
    assert "GCJ-02" in refused.error["next_step"]["zh"]
    assert deliver(make(mapping=POINT, datum="GCJ-02"), data).state == "landed"  # mended source, same bytes


def test_preview_shows_rows_and_what_is_not_mapped(make):
    data = "姓名,BD_LNG,纬度_baidu\n张三,126.6,45.7\n".encode("gb18030")
    seen = door.preview(make(), "x.csv", io.BytesIO(data))
    assert seen.rows == [["张三", "126.6", "45.7"]]
    assert seen.unmapped == ["BD_LNG", "纬度_baidu"]
    assert seen.coordinates == ["纬度_baidu (BD-09?)"]
    assert door.deliveries() == []


def test_withdrawn_deliveries_leave_the_work_list(make):
    given = door.receive(SYSTEM, make(), "a.csv", io.BytesIO("姓名\n张三\n".encode()))
    assert door.withdraw(SYSTEM, given.id, "错发").state == "withdrawn"
    assert door.pending() == []


def test_taken_back_while_it_is_read_or_checked_it_stays_taken_back(make):
    given = door.receive(SYSTEM, make(), "a.csv", io.BytesIO("姓名\n张三\n".encode()))
    landed = door.land(given.id, lambda *_: door.withdraw(SYSTEM, given.id, "错发"))
    assert (landed.state, door.delivery(given.id).state) == ("withdrawn", "withdrawn")
    assert door.delivery(given.id).notes[-1]["zh"] == "撤回：错发"
    marked = door.mark_checked(given.id, clean_rows=1, bad_rows=0, score=1.0, rules="x")
    assert marked.state == "withdrawn"


def test_an_inbox_file_named_in_gb18030_is_received(make, lake):
    (Path(os.fsdecode(os.fsencode(lake / "inbox") + "/户籍.csv".encode("gb18030")))).write_bytes(
        "姓名\n张三\n".encode()
    )
    [given] = door.collect(SYSTEM, make("inbox", pattern="*.csv"))
    assert given.name == "户籍.csv"
    assert door.land(given.id).state == "landed"


def test_a_name_never_leads_out_of_its_folder(make):
    given = door.receive(SYSTEM, make(), "../../etc/‮.passwd", io.BytesIO(b"a"))
    assert given.name == "passwd"


def test_a_person_who_brings_earlier_bytes_again_means_them(make):
    source = make()
    put("role", {"code": "keeper", "title": TITLE, "grants": [{"actions": ["steward"]}]})
    keeper = Actor("person", "keeper", roles=("keeper",))

    def bring(actor, name):
        given = door.receive(actor, source, "a.csv", io.BytesIO(f"姓名\n{name}\n".encode()))
        door.land(given.id)
        door.mark_checked(given.id, clean_rows=1, bad_rows=0, score=1.0, rules="r")
        return given.id

    def current():
        return [d.id for d in door.current("police.people")]

    first, second = bring(keeper, "张三"), bring(keeper, "李四")
    assert current() == [second]
    assert bring(SYSTEM, "张三") == first  # a connector that finds the old file once more
    assert current() == [second]
    assert bring(keeper, "张三") == first
    assert current() == [first]
    door.withdraw(keeper, first, "错发")
    assert current() == [second]
    assert door.receive(keeper, source, "a.csv", io.BytesIO("姓名\n张三\n".encode())).state == "received"
