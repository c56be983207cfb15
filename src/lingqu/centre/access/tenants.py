"""Tenants (CIM 009 4.14): data sets that know nothing of each other, each in a schema of its own (migration 0080)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}\Z")
_named: ContextVar[str] = ContextVar("tenant", default="")
_inside: ContextVar[str] = ContextVar("tenant_inside", default="")
_ENTER = (
    "select set_config('search_path', format('%%I, public', 'tenant_' || name), false) from public.access_tenant "
    "where name = %s and ended_at is null"
)


def is_name(text: str) -> bool:
    """Letters, digits, - and _, fifty at most; case counts."""
    return _NAME.match(text) is not None


def current() -> str:
    """The tenant that is worked for; empty for the city itself."""
    return _named.get()


@contextmanager
def named(name: str) -> Iterator[None]:
    """Actors made inside are those of the tenant: of their roles those hold that list it. Data are not turned to it."""
    token = _named.set(name)
    try:
        yield
    finally:
        _named.reset(token)


@contextmanager
def within(name: str) -> Iterator[None]:
    """All that is done inside with entities and with what stands beside them is done with those of the tenant. Raises
    NotFound (``access.tenant``) where there is none."""
    if _inside.get():
        raise RuntimeError("a tenant's work does not nest")
    connection.ensure_connection()
    with named(name):
        _enter(name)
        token = _inside.set(name)
        try:
            yield
        finally:
            _inside.reset(token)
            _leave()


def _enter(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [name])
        if cursor.fetchone() is None:
            raise missing(name)


def _leave() -> None:
    """A connection that cannot be led back is not kept."""
    if connection.connection is None:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("reset search_path")
    except Exception:
        connection.close()


def _opened(connection: Any, **_: Any) -> None:
    """A connection that is made anew in the middle of the work goes on where the old one was."""
    if (name := _inside.get()) and connection.alias == "default":
        _enter(name)


connection_created.connect(_opened, dispatch_uid="tenants")


def missing(name: str) -> NotFound:
    return NotFound(
        "access.tenant",
        Text(zh=f"没有租户 {name[:80]}", en=f"There is no tenant {name[:80]}"),
        place=name[:80],
        next_step=Text(
            zh="检查名称；在该租户中写入第一个实体、订阅或数据源即建立租户，所需角色须列出该租户（tenants）",
            en="Check the name. Writing a first entity, subscription or source makes a tenant; it takes a role that "
            "lists the tenant (tenants)",
        ),
    )


def there(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1 from public.access_tenant where name = %s and ended_at is null", [name])
        return cursor.fetchone() is not None


def make(name: str, who: str) -> bool:
    """The SQL behind ``actions.make_tenant``."""
    with connection.cursor() as cursor:
        cursor.execute("select guard.make_tenant(%s, %s)", [name, who])
        return bool(cursor.fetchone()[0])


def end(name: str) -> bool:
    """The SQL behind ``actions.end_tenant``."""
    with connection.cursor() as cursor:
        cursor.execute("select guard.end_tenant(%s)", [name])
        return bool(cursor.fetchone()[0])


def living() -> list[tuple[str, datetime, str]]:
    """(name, since when, made by), the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select name, made_at, made_by from public.access_tenant where ended_at is null order by made_at, name"
        )
        return list(cursor.fetchall())
