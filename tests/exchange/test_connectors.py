"""Places that deliveries come from: real files, a real SQLite database, a real HTTP server."""

from __future__ import annotations

import json
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import pytest

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.exchange import door
from lingqu.kernel.errors import Invalid, Unavailable

pytestmark = pytest.mark.django_db


def landed(source):
    return [door.land(d.id) for d in door.collect(SYSTEM, source)]


def names(delivery):
    assert delivery.state == "landed", delivery.error
    return pq.read_table(door.lake().rows(delivery.source, delivery.id)).column("姓名").to_pylist()


def test_a_file_of_the_city(make, lake):
    source = make("file", path="city:data/x.csv")
    with pytest.raises(Unavailable):
        door.collect(SYSTEM, source)
    assert not door.self_check(source)[0].ok
    (lake / "city/data").mkdir()
    (lake / "city/data/x.csv").write_text("姓名,x\n张三,\n")
    assert door.self_check(source)[0].ok
    assert [names(d) for d in landed(source)] == [["张三"]]
    assert [d.again for d in door.collect(SYSTEM, source)] == [True]


@pytest.mark.parametrize("path", ["city:../secret.csv", "inbox:../../etc/passwd", "city:link.csv"])
def test_paths_stay_inside(make, lake, path):
    (lake / "city/link.csv").symlink_to(lake / "secrets")
    with pytest.raises(Invalid, match="leads out"):
        door.collect(SYSTEM, make("file", path=path))


def test_the_inbox_gives_every_matching_file(make, lake):
    (lake / "inbox/police").mkdir()
    for name in ("people_2.csv", "people_1.csv", "other.csv", ".people_3.csv"):
        (lake / "inbox/police" / name).write_text(f"姓名,x\n{name},\n")
    source = make("inbox", pattern="police/people*.csv")
    assert [d.name for d in door.collect(SYSTEM, source)] == ["people_1.csv", "people_2.csv"]
    assert "2 files" in door.self_check(source)[0].detail
    waiting = make("inbox", pattern="police/people*.csv", settle=3600, code="police.waiting")
    assert door.collect(SYSTEM, waiting) == []


def test_a_link_in_the_inbox_leads_nowhere_else(make, lake):
    (lake / "secrets/key.csv").write_text("姓名,x\n密,\n")
    (lake / "inbox/a.csv").symlink_to(lake / "secrets/key.csv")
    assert door.collect(SYSTEM, make("inbox", pattern="*.csv")) == []


@pytest.fixture
def database(lake):
    file = lake / "inbox/v.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE 车辆 (id INTEGER, 姓名 TEXT, n REAL, b BLOB)")
        connection.executemany(
            "INSERT INTO 车辆 VALUES (?, ?, ?, ?)", [(2, "李四", None, b"\xff"), (1, "张三", 1.5, None)]
        )
    return "sqlite:///${inbox}/v.db"


def test_a_table_of_a_database(make, database):
    source = make("database", url=database, table="车辆", order_by=["id"])
    assert door.self_check(source)[0].ok
    (delivery,) = landed(source)
    found = pq.read_table(door.lake().rows(source, delivery.id)).to_pylist()
    assert found == [
        {"_row": 1, "id": "1", "姓名": "张三", "n": "1.5", "b": None},
        {"_row": 2, "id": "2", "姓名": "李四", "n": None, "b": "ff"},
    ]
    assert door.collect(SYSTEM, source)[0].again


def test_a_query_of_a_database_and_what_can_go_wrong(make, database, settings, monkeypatch):
    source = make("database", url=database, query="SELECT 姓名 FROM 车辆 WHERE id > 1")
    assert [names(d) for d in landed(source)] == [["李四"]]
    absent = make("database", url=database, table="没有", code="police.absent")
    assert not door.self_check(absent)[0].ok
    with pytest.raises(Unavailable):
        door.collect(SYSTEM, absent)
    secret = make("database", url="${secret:VEHICLES}", table="车辆", code="police.secret")
    assert "VEHICLES" in door.self_check(secret)[0].detail
    monkeypatch.setenv("LINGQU_SECRET_VEHICLES", database.replace("${inbox}", str(settings.LINGQU_INBOX)))
    assert door.self_check(secret)[0].ok


def test_a_password_is_not_told(make):
    source = make("database", url="nonsense://me:hunter2@db/x", table="t")
    (finding,) = door.self_check(source)
    assert not finding.ok
    assert "hunter2" not in repr(finding)


PEOPLE = [{"姓名": f"人{i}"} for i in range(7)]


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
        at, size, headers = int(asked.get("at", asked.get("token", 0))), int(asked.get("size", 3)), {}
        if parts.path == "/page":
            at = (int(asked["at"]) - 1) * size
        answer = {"list": PEOPLE[at : at + size], "next": str(at + size) if at + size < len(PEOPLE) else None}
        if parts.path == "/link" and answer["next"]:
            headers["Link"] = f'</link?at={answer["next"]}>; rel="next"'
        if parts.path.startswith("/to/"):
            headers["Location"] = {"own": "/page?at=1", "out": "http://169.254.169.254/x"}[parts.path[4:]]
        status = 302 if "Location" in headers else 404 if parts.path == "/gone" else 200
        status = 401 if parts.path == "/locked" and self.headers.get("X-Key") != "open" else status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(answer, ensure_ascii=False).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def api(settings):
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.DEMO, settings.LINGQU_OUTBOUND = False, ("127.0.0.1",)
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "paging"),
    [
        ("/page", {"style": "page", "parameter": "at", "size": 3, "size_parameter": "size"}),
        ("/offset", {"style": "offset", "parameter": "at", "start": 0, "size": 3}),
        ("/cursor", {"style": "cursor", "parameter": "token", "next": "next"}),
        ("/link", {"style": "link"}),
    ],
)
def test_every_page_of_an_interface(make, api, path, paging):
    source = make("http", url=api + path, records="list", paging=paging)
    assert door.self_check(source)[0].ok
    (delivery,) = landed(source)
    assert names(delivery) == [p["姓名"] for p in PEOPLE]
    assert door.collect(SYSTEM, source)[0].again


def test_one_answer_is_kept_as_it_came(make, api):
    (delivery,) = landed(make("http", url=api + "/x", records="list", parameters={"size": "2"}))
    assert names(delivery) == ["人0", "人1"]
    raw = door.lake().raw(delivery.source, delivery.id) / delivery.name
    assert json.loads(raw.read_bytes())["next"] == "2"


def test_endless_paging_is_stopped(make, api):
    paging = {"style": "page", "parameter": "x", "size": 1, "most": 3}
    with pytest.raises(Unavailable, match="more than 3 pages"):
        door.collect(SYSTEM, make("http", url=api + "/page?at=1", records="list", paging=paging))


def test_headers_may_hold_secrets(make, api, lake):
    (lake / "secrets/key").write_text("open\n")
    source = make("http", url=api + "/locked", records="list", headers={"X-Key": "${secret:key}"})
    assert door.self_check(source)[0].ok
    without = make("http", url=api + "/locked", records="list", code="police.b")
    assert "401" in door.self_check(without)[0].detail


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "http://localhost:1/x", "file:///etc/passwd", "ftp://127.0.0.1/"]
)
def test_hosts_that_are_not_listed_are_not_asked(make, api, url):
    with pytest.raises(Invalid, match="may not be asked"):
        door.collect(SYSTEM, make("http", url=url))


def test_redirects_stay_on_their_host(make, api):
    assert len(names(landed(make("http", url=api + "/to/own", records="list"))[0])) == 3
    with pytest.raises(Invalid, match=r"169\.254\.169\.254"):
        door.collect(SYSTEM, make("http", url=api + "/to/out", code="police.b"))


def test_what_is_not_there_is_said(make, api, settings):
    with pytest.raises(Unavailable, match="404"):
        door.collect(SYSTEM, make("http", url=api + "/gone"))
    settings.LINGQU_LIMIT_FILE_BYTES = 10
    with pytest.raises(Invalid, match="larger"):
        door.collect(SYSTEM, make("http", url=api + "/x"))


def test_settings_that_are_wrong_are_named(make):
    source = make("http", url="http://x", tiemout=3)
    (finding,) = door.self_check(source)
    assert "tiemout" in finding.detail
    unknown = make("carrier_pigeon")
    with pytest.raises(Invalid, match="carrier_pigeon"):
        door.settings_of(door.sources()[unknown])
    assert set(door.connectors()) == {"file", "inbox", "database", "http", "upload"}
