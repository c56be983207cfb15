"""Rows a second of deliveries out, beside a bare COPY … TO of the same columns in the same run.

python -m bench.outgoing [rows]

A file (CSV, Parquet), a table of a second database of the same server, and pushes to a receiver in this process that
unpacks and counts. Persons of the toy town, three items of which one is masked; every row is granted, masked, counted
and kept in the ledger.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench import harness
from bench.harness import Figure, say

ROWS = int(next((a for a in sys.argv[1:] if a.isdigit()), "100000"))
TESTS = Path(__file__).parents[1] / "tests"
COPY = """copy (select id, attrs #>> '{name,value}', attrs #>> '{sex,value}', attrs #>> '{idNumber,value}'
from entity where type = 'Person' order by id) to stdout (format csv)"""


def main() -> None:
    from django.conf import settings
    from django.db import connection

    import handed_out
    from lingqu.blueprint import door as blueprint
    from lingqu.centre.access.door import SYSTEM
    from toytown import TOYTOWN

    settings.LINGQU_CITY, settings.DEMO, settings.LINGQU_OUTBOUND = TOYTOWN, False, ("127.0.0.1",)
    blueprint.apply(SYSTEM, blueprint.load(TOYTOWN))
    settings.LINGQU_SECRETS.mkdir(exist_ok=True)
    (settings.LINGQU_SECRETS / "civil_affairs__push").write_text(handed_out.KEY)
    for start in range(0, ROWS, 10_000):
        handed_out.put(*range(start, min(start + 10_000, ROWS)))
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze entity")
    bare = copied()
    how = "a bare COPY … TO of the same columns in the same run"
    for what, method, target in targets():
        began = time.perf_counter()
        done = handed_out.run(handed_out.agreed(method, target, matter=what))
        rate = ROWS / (time.perf_counter() - began)
        assert done.rows_sent == ROWS, done
        said = f"{done.state}, {ROWS:,} rows"
        say([Figure(what, rate, "/s", peer=f"{bare:,.0f} /s", how=how, ratio=round(rate / bare, 3), note=said)])


def copied() -> float:
    from django.db import connection

    connection.ensure_connection()
    began, size = time.perf_counter(), 0
    with connection.connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for data in copy:
            size += len(data)
    return ROWS / (time.perf_counter() - began)


def targets() -> list[tuple[str, str, dict[str, str]]]:
    receiver = received()
    second_database()
    return [
        ("file, CSV", "file", {"format": "csv"}),
        ("file, Parquet", "file", {"format": "parquet"}),
        ("table of a PostgreSQL database", "database", {"connection": "postgresql://x@127.0.0.1/x", "table": "people"}),
        ("push, 1,000 rows a batch", "push", {"url": receiver, "batch": "1000"}),
    ]


def received() -> str:
    from http.server import ThreadingHTTPServer

    import handed_out

    found = handed_out.Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handed_out._handler(found))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/in"


def second_database() -> None:
    """The embedded server listens on a socket only, so that the consumer's address is put in its place here."""
    import psycopg
    import sqlalchemy as sa
    from django.db import connection

    from lingqu.centre.exchange.outgoing.channels import database

    about = connection.get_connection_params()
    kept = {k: about[k] for k in ("host", "port", "user", "password", "dbname") if about.get(k)}
    with psycopg.connect(**kept, autocommit=True) as own:
        own.execute("create database consumer")
        query = {k: str(about[k]) for k in ("host", "port") if about.get(k)}
        url = sa.URL.create("postgresql+psycopg", own.info.user, about.get("password"), None, None, "consumer", query)

    def address(*_: Any) -> tuple[sa.URL, dict[str, Any]]:
        return url, {}

    database.address = address


if __name__ == "__main__":
    sys.path.insert(0, str(TESTS))
    with harness.own_instance():
        main()
