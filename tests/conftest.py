"""One real PostgreSQL for the run: the embedded one, or the one DATABASE_URL names.

With xdist every worker has an instance folder (and pytest-django a database) of its own on that one server.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from lingqu.site import postgres
from lingqu.site.instance import Instance

EXTERNAL = "DATABASE_URL" in os.environ


def _first() -> None:
    root = Path(tempfile.mkdtemp(prefix="lingqu-test-"))
    root.chmod(0o711)  # ours: the server's user passes through
    os.environ["LINGQU_INSTANCE"] = str(root)
    mine = os.getpid()
    if EXTERNAL:
        postgres.check_version(os.environ["DATABASE_URL"])
    else:
        postgres.start(Instance(root))

    @atexit.register
    def _clean() -> None:
        if os.getpid() == mine:  # not in forked children
            if not EXTERNAL:
                postgres.remove(Instance(root))
            shutil.rmtree(root, ignore_errors=True)


def _worker(name: str) -> None:
    shared = Instance(Path(os.environ["LINGQU_INSTANCE"]))
    own = Instance(shared.root / name)
    own.run.mkdir(parents=True)
    if not EXTERNAL:
        shutil.copy(postgres.connection_file(shared), postgres.connection_file(own))
    os.environ["LINGQU_INSTANCE"] = str(own.root)


os.environ["DJANGO_SETTINGS_MODULE"] = "lingqu.site.settings"
os.environ.setdefault("LINGQU_DEMO", "1")
if name := os.environ.get("PYTEST_XDIST_WORKER"):
    _worker(name)
else:
    _first()

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from lingqu.centre.access import apart, credentials, grants, passes, policy, standing  # noqa: E402
from lingqu.centre.catalogue import served  # noqa: E402
from lingqu.centre.drawing import door as drawing  # noqa: E402
from lingqu.centre.entities import claims, schema  # noqa: E402
from web_role import as_web, requests_as_web, web_role  # noqa: E402, F401

LONG = {"site", "browser"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with few but long tests begin, so that no worker sits idle while another ends them."""
    items.sort(key=lambda item: not LONG & set(item.path.parts))


@pytest.fixture(autouse=True)
def _who_answers(request: pytest.FixtureRequest) -> None:
    """``LINGQU_TESTS_AS=web``: every page is answered by the web role."""
    wanted = os.environ.get("LINGQU_TESTS_AS") == "web"
    if wanted and {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("requests_as_web")


LEDGER = ("access_ledger", "access_ledger_seal", "access_ledger_head")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests empty tables, the ledger's too, whose owner alone may say so."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in LEDGER:
            cursor.execute(f"alter table {table} disable trigger {table}_kept")


@pytest.fixture(autouse=True)
def _clean_house(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test sees another's rows or drawing.

    Django's flush after a test with real transactions knows only the tables of its models, and the drawing is kept in
    memory by revision, whose numbers begin anew when tables are emptied.
    """
    drawing._shelves[0] = drawing._Shelf()
    for each in (standing, credentials, passes, served):
        each.forget()
    grants._worked_out.clear()
    standing.KEPT = 0  # tests change and ask within a millisecond
    policy._held.clear()
    schema._shelf.revision = claims._shelf.revision = -1
    yield
    apart.close()
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            known = {*connection.introspection.django_table_names(), "django_migrations"}
            rest = [t for t in connection.introspection.table_names(cursor) if t not in known]
            cursor.execute(sql.SQL("truncate {} cascade").format(sql.SQL(", ").join(map(sql.Identifier, rest))))
