"""The toy town alive for a whole module of page tests: collected, checked and fused once, emptied afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.test import Client, override_settings
from psycopg import sql

from lingqu.blueprint import door as blueprint
from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.quality import door as quality
from lingqu.site.demo import link_people
from lingqu.ui.tiles import serve, standing
from toytown import TOYTOWN


@dataclass
class Town:
    """``deliveries`` by source; ``disputed`` is a person about whom two departments disagree."""

    deliveries: dict[str, exchange.Delivery]
    disputed: str

    def first(self, kind: str) -> str:
        actor = access.Actor("system", "test", purpose="operation")
        return entities.find(actor, entities.Query(types=(kind,), limit=1)).entities[0].id

    def client(self, username: str = "", *, purpose: bool = False, language: str = "en") -> Client:
        client = Client()
        client.cookies["django_language"] = language
        if username:
            assert client.post("/accounts/demo/", {"username": username}).status_code == 302
        if purpose:
            given = {"code": "casework", "text": "case 12", "next": "/"}
            assert client.post("/purpose/", given).status_code == 302
        return client


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder: Path = tmp_path_factory.mktemp("town")
    own = {"LINGQU_CITY": TOYTOWN, "LINGQU_LAKE": folder / "lake", "LINGQU_INBOX": folder / "inbox", "DEMO": True}
    with django_db_blocker.unblock(), override_settings(**own):
        yield _build()
        _empty()


def _empty() -> None:
    """Every table but the record of migrations: Django's flush knows only the tables of its models."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'django_migrations'"
        )
        tables = [sql.Identifier(row[0]) for row in cursor.fetchall()]
        cursor.execute(sql.SQL("truncate {} restart identity cascade").format(sql.SQL(", ").join(tables)))
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


def _build() -> Town:
    standing.forget()
    serve.forget()
    blueprint.apply(SYSTEM, blueprint.load(TOYTOWN))
    access.ensure_demo_accounts()
    deliveries = {}
    for source in exchange.sources():
        for delivery in exchange.collect(SYSTEM, source):
            exchange.land(delivery.id)
            deliveries[source] = quality.check(delivery.id)
    for register in fusion.registers():
        fusion.fuse(register)
    link_people()
    return Town(deliveries, fusion.disputes(register="population", limit=1)[0].entity_id)
