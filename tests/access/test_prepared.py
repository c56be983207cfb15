"""Statements asked all the time are really kept prepared by the server, and only those."""

from __future__ import annotations

import pytest
from django.db import connection

from lingqu.centre.access import door as access

pytestmark = pytest.mark.django_db
_KEPT = "select count(*) from pg_prepared_statements where statement like '%%asked all the time%%'"


def _kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_KEPT)
        return int(cursor.fetchone()[0])


def test_what_is_asked_all_the_time_is_prepared_and_nothing_else() -> None:
    for number in range(8):
        with connection.cursor() as cursor:
            cursor.execute("select %s::int /* asked all the time */", [number])
    assert _kept() == 0
    for number in range(8):
        with access.prepared() as cursor:
            cursor.execute("select %s::int /* asked all the time */, now()", [number])
            assert cursor.fetchone()[0] == number
    assert _kept() == 1
