"""Connections of the web role, for tests of what stands behind a forgotten filter. Import the fixtures::

from web_role import as_web, web_role  # noqa: F401
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from lingqu.centre.access import door as access
from lingqu.centre.access import passes
from lingqu.site import postgres


def owner() -> psycopg.Connection[Any]:
    """A further connection of the owner to the database of the tests."""
    kept = ("host", "port", "user", "password", "dbname")
    given = {k: v for k, v in connection.get_connection_params().items() if k in kept}
    return psycopg.connect(**given)


@pytest.fixture(scope="session")
def web_role(django_db_setup: None, django_db_blocker: Any) -> dict[str, str]:
    """The roles of the tests' database, made. Gives how a web process connects; skips where there can be none."""
    with django_db_blocker.unblock(), owner() as other:
        made = postgres.provision(other, Path(settings.LINGQU_SECRETS), demo=True)
        if not made.web:
            pytest.skip("the owner of this database may not create roles")
        other.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(made.web)))
        other.commit()
        known = json.loads((Path(settings.LINGQU_SECRETS) / f"{made.web}.json").read_text())
        about = other.info
        return {
            "host": about.host,
            "port": str(about.port),
            "dbname": about.dbname,
            "user": known["user"],
            "password": known["password"],
        }


@pytest.fixture
def walls(web_role: dict[str, str], db: None) -> None:
    """Skips where the wall for reading the store is down (ADR 6)."""
    with connection.cursor() as cursor:
        cursor.execute("select from pg_policies where tablename = 'entity' and policyname = 'lowered'")
        if cursor.fetchone() is not None:
            pytest.skip("only a superuser may mark operators as leakproof")


@pytest.fixture
def as_web(web_role: dict[str, str], db: None) -> Callable[[], AbstractContextManager[None]]:
    """Inside of ``with as_web():`` Django's connection is one of the web role, in the transaction of the test."""

    @contextmanager
    def changed() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("drop table if exists pg_temp.entity_draft")  # a process of either role has one of its own
            cursor.execute(sql.SQL("set role {}").format(sql.Identifier(web_role["user"])))
        connection.execute_wrappers.append(access.under_pass)
        try:
            with passes.working_for(lambda: access.ANONYMOUS):
                yield
        finally:
            connection.execute_wrappers.remove(access.under_pass)
            with connection.cursor() as cursor:
                cursor.execute("reset role; drop table if exists pg_temp.entity_draft")

    return changed


@pytest.fixture
def stolen(web_role: dict[str, str]) -> Iterator[psycopg.Connection[Any]]:
    """A new connection with the web role's password, and nothing else."""
    with psycopg.connect(**web_role, autocommit=True) as found:  # type: ignore[arg-type]
        yield found


@pytest.fixture
def requests_as_web(as_web: Callable[[], AbstractContextManager[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Django's test client is answered as the web role, while the test itself goes on as the owner."""

    @contextmanager
    def working(ask: Callable[[], access.Actor]) -> Iterator[None]:
        with as_web(), passes.working_for(ask):
            yield

    monkeypatch.setattr("lingqu.site.requests.access.working_for", working)
