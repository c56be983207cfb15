"""Files that consumers fetch, and tables of their own databases."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import socket
import socketserver
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook
from psycopg import sql

from handed_out import APP, CLERK, OWNER, STEWARD, agreed, people, person_id, put, run, toytown  # noqa: F401
from lingqu.centre.access import door as access
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import door, models
from lingqu.centre.exchange.outgoing import outbox
from lingqu.centre.exchange.outgoing.channels import database
from lingqu.kernel.errors import Conflict, Invalid, NotFound, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("people")]


def fetched(done: door.Dispatch) -> bytes:
    return door.fetch(APP, done.id, done.files[0]["name"]).read_bytes()


def test_a_csv_with_its_manifest_and_its_receipt() -> None:
    put(2, name="=cmd|'/c calc'!A1")
    done = run(agreed("file", {"format": "csv"}))
    assert (done.state, done.rows_read, done.rows_sent, done.rows_received) == ("delivered", 5, 5, None)
    raw = fetched(done)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == ["person_name", "sex", "citizen_id"]
    assert rows[1] == ["王小明", "1", "1101**********002X"]
    assert rows[3][0].startswith("'=cmd")
    manifest = json.loads(door.fetch(APP, done.id, "manifest.json").read_bytes())
    assert manifest["file"]["sha256"] == done.digest == hashlib.sha256(raw).hexdigest()
    assert (manifest["file"]["rows"], manifest["agreement"], manifest["purpose"]) == (5, done.agreement, "casework")
    assert manifest["columns"][0] == {"name": "person_name", "title": {"zh": "姓名", "en": "Name"}, "type": "string"}
    assert LedgerRow.objects.filter(act="export", actor="assist-app", detail__dispatch=done.id, count=5).exists()
    assert door.acknowledge(APP, done.id, 4, done.digest).state == "differs"
    assert door.acknowledge(APP, done.id, 5, done.digest).state == "acknowledged"
    with pytest.raises(Invalid):
        door.acknowledge(APP, done.id, 5, "abc")


@pytest.mark.parametrize("form", ["jsonl", "xlsx", "parquet"])
def test_other_forms_hold_the_same(form: str) -> None:
    put(2, name="=1+1")
    done = run(agreed("file", {"format": form, "ids": "true"}))
    data = io.BytesIO(fetched(done))
    if form == "jsonl":
        rows = [tuple(json.loads(line).values()) for line in data]
    elif form == "parquet":
        table = pq.read_table(data)
        assert table.schema.field("sex").metadata[b"zh"] == "性别".encode()
        rows = [tuple(row.values()) for row in table.to_pylist()]
    else:
        cells = list(load_workbook(data).active.iter_rows())
        assert cells[3][1].data_type == "s"
        rows = [tuple(c.value for c in row) for row in cells[1:]]
    assert rows[0] == (person_id(0), "王小明", "1", "1101**********002X")
    assert rows[2][1] == "=1+1"
    assert len(rows) == 5


def test_who_may_fetch_it_and_how_long() -> None:
    agreement = agreed("file", {"format": "csv"}, people_roles=("department_clerk",))
    done = run(agreement)
    name = done.files[0]["name"]
    assert door.fetch(CLERK, done.id, name).is_file()
    strangers = [replace(APP, department="market"), replace(APP, department=""), STEWARD, OWNER]
    strangers += [replace(CLERK, roles=("other",)), access.ANONYMOUS]
    for stranger in strangers:
        with pytest.raises(NotFound):
            door.fetch(stranger, done.id, name)
    for wrong in ("../../secrets/civil_affairs__push", "/etc/passwd", "x.csv", ""):
        with pytest.raises(NotFound):
            door.fetch(APP, done.id, wrong)
    catalogue.withdraw(OWNER, agreement.number, "用途超出约定")
    with pytest.raises(Refused, match="用途超出约定"):
        door.fetch(APP, done.id, name)
    with pytest.raises(Refused):
        door.acknowledge(APP, done.id, 5, done.digest)
    assert LedgerRow.objects.filter(act="refused", detail__rule="outgoing.withdrawn").count() == 2
    assert door.tidy_outbox() == 1
    assert not outbox.folder(agreement.number, done.id).exists()


def test_a_file_with_a_withdrawn_consent_is_not_given_out() -> None:
    agreement = agreed("file", {"format": "csv"}, consent=True)
    me = access.Actor("person", "me", person=person_id(1))
    asked = access.ask_consent(
        catalogue.delivering(agreement),
        person=me.person,
        agreement=agreement.number,
        department="civil_affairs",
        items=("name",),
        matter="救助",
        until=timezone.now() + timedelta(days=9),
    )
    access.give_consent(me, asked.number)
    done = run(agreement)
    assert done.rows_sent == 1
    assert fetched(done)
    access.withdraw_consent(me, asked.number)
    with pytest.raises(Conflict, match="withdrew consent"):
        fetched(done)
    assert run(agreement).rows_sent == 0


def test_what_a_killed_attempt_left_is_swept() -> None:
    agreement = agreed("file", {"format": "csv"})
    made = door.deliver(STEWARD, agreement.number)
    left = outbox.folder(agreement.number, made.id).parent / f".{made.id}-left"
    left.mkdir(parents=True)
    models.Dispatch.objects.filter(pk=made.id).update(state="running")
    done = door.send(made.id)
    assert done
    assert done.state == "delivered"
    assert [p.name for p in left.parent.iterdir()] == [str(made.id)]


def test_withdrawn_while_it_is_written_no_file_stays() -> None:
    agreement = agreed("file", {"format": "csv"})
    made = door.deliver(STEWARD, agreement.number)
    catalogue.withdraw(OWNER, agreement.number, "用途超出约定")
    done = door.send(made.id)
    assert done
    assert done.state == "withdrawn"
    assert not outbox.folder(agreement.number, made.id).exists()


def test_by_its_frequency_it_is_due_once() -> None:
    agreed("file", {"format": "csv"}, frequency="daily")
    (first,) = door.due_dispatches()
    assert door.due_dispatches() == []
    door.send(first)
    assert door.due_dispatches() == []
    models.Dispatch.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert len(door.due_dispatches()) == 1


@pytest.mark.parametrize(
    ("number", "inside"), [("A-2026-1", "A-2026-1"), ("../../x", "%2E%2E%2F%2E%2E%2Fx"), ("协〔1〕", "%E5%8D%8F")]
)
def test_a_number_does_not_lead_out_of_the_outbox(number: str, inside: str) -> None:
    folder = outbox.folder(number, 1)
    assert folder.parent.parent == outbox.root()
    assert folder.parent.name.startswith(inside)


class Bridge(socketserver.BaseRequestHandler):
    """TCP in front of the test server's socket, as consumers' servers are asked over TCP only."""

    at = ""

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(self.at)
            back = threading.Thread(target=self.copy, args=(other, self.request), daemon=True)
            back.start()
            self.copy(self.request, other)
            back.join()

    @staticmethod
    def copy(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


class Bridged(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = allow_reuse_address = True


@contextmanager
def second_postgresql() -> Iterator[sa.URL]:
    """A further database of the tests' server."""
    about = connection.get_connection_params()
    kept = {k: about[k] for k in ("host", "port", "user", "password") if about.get(k)}
    name = f"consumer_{os.getpid()}"
    with psycopg.connect(**kept, dbname=about["dbname"], autocommit=True) as own:
        own.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        Bridge.at = f"{kept['host']}/.s.PGSQL.{kept.get('port') or own.info.port}"
        user, password = own.info.user, kept.get("password")
        try:
            if str(kept["host"]).startswith("/"):
                with Bridged(("127.0.0.1", 0), Bridge) as bridge:
                    threading.Thread(target=bridge.serve_forever, daemon=True).start()
                    port = bridge.server_address[1]
                    yield sa.URL.create("postgresql+psycopg", user, password, "127.0.0.1", port, name)
                    bridge.shutdown()
            else:
                yield sa.URL.create("postgresql+psycopg", user, password, kept["host"], own.info.port, name)
        finally:
            own.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server of its own; gives its port."""
    pytest.importorskip("pymysql")
    server, maker = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    if not server or not maker:
        pytest.skip("no MariaDB here")
    folder, port = tmp_path_factory.mktemp("mariadb"), 33000 + os.getpid() % 2000
    common = ["--no-defaults", f"--datadir={folder}/data", *(["--user=root"] if os.getuid() == 0 else [])]
    subprocess.run(
        [maker, *common, "--auth-root-authentication-method=normal", "--skip-test-db"], check=True, capture_output=True
    )
    running = subprocess.Popen(
        [server, *common, f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/m.sock",
         f"--pid-file={folder}/m.pid", "--innodb-flush-log-at-trx-commit=0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield port
    finally:
        running.terminate()
        running.wait(20)


def fresh_mysql(port: int) -> sa.URL:
    import pymysql

    until = time.monotonic() + 30
    while True:
        try:
            with pymysql.connect(host="127.0.0.1", port=port, user="root") as own, own.cursor() as cursor:
                cursor.execute("drop database if exists consumer")
                cursor.execute("create database consumer character set utf8mb4")
                return sa.make_url(f"mysql+pymysql://root@127.0.0.1:{port}/consumer")
        except pymysql.err.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@pytest.fixture(params=["postgresql", "sqlite", "mysql"])
def table(request: pytest.FixtureRequest, settings: Any) -> Iterator[tuple[str, sa.Engine]]:
    """(what the agreement calls the database, an engine of the consumer's own)."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            url = stack.enter_context(second_postgresql())
        elif request.param == "mysql":
            url = fresh_mysql(request.getfixturevalue("mariadb"))
        else:
            outbox.root().mkdir(exist_ok=True)
            url = sa.make_url(f"sqlite:///{outbox.root() / 'consumer.sqlite'}")
        settings.DEMO, settings.LINGQU_OUTBOUND = False, (f"{url.host}:{url.port}",)
        told = url.set(drivername=request.param, **({} if url.host else {"database": "consumer.sqlite"}))
        (settings.LINGQU_SECRETS / "civil_affairs__db").write_text(told.render_as_string(hide_password=False))
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        yield "civil_affairs__db", engine
        engine.dispose()


def there(engine: sa.Engine, name: str = "people") -> list[tuple[Any, ...]]:
    with engine.connect() as own:
        about = sa.Table(name, sa.MetaData(), autoload_with=own)
        return [tuple(row) for row in own.execute(sa.select(about).order_by(about.c["_id"]))]


def test_rows_into_a_table(table: tuple[str, sa.Engine]) -> None:
    address, engine = table
    agreement = agreed("database", {"connection": address, "table": "people"})
    assert door.check_target(agreement.number)[0].ok
    done = run(agreement)
    assert (done.state, done.rows_sent, done.rows_received) == ("acknowledged", 5, 5), done.error
    assert there(engine)[0] == (person_id(0), "王小明", "1", "1101**********002X")
    put(0, name="王'; drop table people; --")
    with connection.cursor() as cursor:
        cursor.execute("delete from entity where id = %s", [person_id(4)])
    assert run(agreement).state == "acknowledged"
    assert [row[1] for row in there(engine)] == ["王'; drop table people; --", "王小明", "王小明", "王小明"]


def test_what_is_not_opened_any_more_stays_with_upsert(table: tuple[str, sa.Engine]) -> None:
    address, engine = table
    agreement = agreed("database", {"connection": address, "table": "people", "mode": "upsert"})
    run(agreement)
    with connection.cursor() as cursor:
        cursor.execute("delete from entity where id = %s", [person_id(4)])
    put(1, name="王大明")
    done = run(agreement)
    assert (done.rows_sent, done.rows_received) == (4, 4)
    assert [row[1] for row in there(engine)] == ["王小明", "王大明", "王小明", "王小明", "王小明"]


def test_names_of_tables_are_names(table: tuple[str, sa.Engine]) -> None:
    address, engine = table
    run(agreed("database", {"connection": address, "table": "people"}))
    name = 'x"`; drop table people; --'
    done = run(agreed("database", {"connection": address, "table": name}, purpose="casework", matter="另一事项"))
    assert done.state == "acknowledged", done.error
    assert len(there(engine)) == len(there(engine, name)) == 5


def test_withdrawn_before_its_end_nothing_has_changed(table: tuple[str, sa.Engine]) -> None:
    address, engine = table
    agreement = agreed("database", {"connection": address, "table": "people"})
    run(agreement)
    put(0, name="王大明")
    made = door.deliver(STEWARD, agreement.number)
    real = database._insert

    def then_withdraw(*how: Any) -> None:
        real(*how)
        catalogue.withdraw(OWNER, agreement.number, "用途超出约定")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_insert", then_withdraw)
        done = door.send(made.id)
    assert done
    assert (done.state, done.rows_sent, done.rows_received) == ("withdrawn", 5, None)
    assert there(engine)[0][1] == "王小明"


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:////etc/passwd",
        "sqlite:///../secrets/x.sqlite",
        "sqlite://",
        "postgresql://u@10.0.0.9/x",
        "postgresql://u@localhost/x?host=/run/postgresql",
        "postgresql:///x",
        "mysql://u@evil/x?local_infile=1",
        "oracle://u@127.0.0.1/x",
        "postgresql://127.0.0.1/${secret:django}",
        "django",
        "nonsense",
    ],
)
def test_databases_that_may_not_be_asked(settings: Any, address: str) -> None:
    settings.DEMO, settings.LINGQU_OUTBOUND = False, ("127.0.0.1",)
    (settings.LINGQU_SECRETS / "django").write_text("not yours")
    done = run(agreed("database", {"connection": address, "table": "people"}))
    assert done.state == "failed"
    assert "not yours" not in repr(done)


def test_a_table_that_lacks_columns_is_named(settings: Any) -> None:
    outbox.root().mkdir()
    with sqlite3.connect(outbox.root() / "c.sqlite") as own:
        own.execute("create table people (_id text, person_name text)")
    done = run(agreed("database", {"connection": "sqlite:///c.sqlite", "table": "people"}))
    assert done.state == "failed"
    assert done.error
    assert "sex, citizen_id" in done.error["message"]["en"]
