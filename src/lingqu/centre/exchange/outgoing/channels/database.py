"""Rows into a table of the consumer's own database.

All of it is one transaction of that database: a temporary table is filled, the table is emptied or the rows that come
again are taken out, and what was staged is put in. Killed or withdrawn anywhere before its end, nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import URL

from lingqu.centre.access import door as access
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing import outbox, secrets
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels import base
from lingqu.centre.exchange.outgoing.columns import ID, Column, flat
from lingqu.kernel import outbound
from lingqu.kernel.errors import Invalid, LingquError, Unavailable
from lingqu.kernel.text import Text

CHUNK = 5_000
_DRIVERS = {
    "postgresql": ("postgresql+psycopg", 5432),
    "mysql": ("mysql+pymysql", 3306),
    "mariadb": ("mysql+pymysql", 3306),
}
_PLAIN: dict[str, sa.types.TypeEngine[Any]] = {
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "boolean": sa.Boolean(),
    "date": sa.Date(),
    "datetime": sa.DateTime(timezone=True),
}


class DatabaseTarget(base.Target):
    """``connection`` is a SQLAlchemy address, in which ``${secret:<department>__NAME}`` is filled in, or the name of a
    secret that holds one; its host must be listed in LINGQU_OUTBOUND. ``table`` is ``table`` or ``schema.table``; it is
    made where it is not there. ``replace`` leaves in the table what the agreement opens now; ``upsert`` keeps rows that
    are not opened any more."""

    connection: str
    table: str
    mode: Literal["replace", "upsert"] = "replace"


class DatabaseChannel(base.Channel):
    name = "database"
    Target = DatabaseTarget

    def send(self, work: base.Work) -> None:
        with _connected(work.agreement, work.target) as connection:
            try:
                with connection.begin():
                    received = self._swapped(work, connection)
                    work.require_living()
            except sa.exc.SQLAlchemyError as fault:
                raise _unreachable(work.target.table, fault) from fault
        sent = work.row.rows_sent
        receipt = {"counted": received, "table": work.target.table, "mode": work.target.mode}
        work.put(rows_received=received, receipt=receipt)
        work.row.state = "acknowledged" if received == sent else "differs"

    def _swapped(self, work: base.Work, connection: sa.Connection) -> int:
        """Gives how many of the rows sent stand in the table at the end, as that database counts."""
        target, staged = _tables(work, connection)
        sent = 0
        rows = work.counted(work.rows())
        while group := list(islice(rows, CHUNK)):
            _insert(connection, staged, work.columns, group)
            sent += len(group)
            work.put(rows_sent=sent)
        if work.target.mode == "replace":
            connection.execute(sa.delete(target))
        else:
            connection.execute(sa.delete(target).where(target.c[ID].in_(sa.select(staged.c[ID]))))
        names = [c.name for c in work.columns]
        connection.execute(sa.insert(target).from_select(names, sa.select(*(staged.c[n] for n in names))))
        counted = sa.select(sa.func.count()).select_from(target)
        if work.target.mode == "upsert":
            counted = counted.where(target.c[ID].in_(sa.select(staged.c[ID])))
        found = int(connection.execute(counted).scalar_one())
        work.put(rows_sent=sent)
        return found

    def self_check(self, agreement: Agreement, target: DatabaseTarget) -> list[Finding]:
        try:
            with _connected(agreement, target) as connection:
                there = sa.inspect(connection).has_table(*_named(target)[::-1])
        except LingquError as fault:
            return [Finding(False, "database", fault.message.en, fault.next_step.en)]
        except sa.exc.SQLAlchemyError as fault:
            return [Finding(False, "database", _said(fault), "Check the table and the account's rights")]
        return [Finding(True, target.table, "is there" if there else "answers; the table will be made")]


def _named(target: DatabaseTarget) -> tuple[str | None, str]:
    schema, _, name = target.table.rpartition(".")
    return schema or None, name


def _tables(work: base.Work, connection: sa.Connection) -> tuple[sa.Table, sa.Table]:
    """The consumer's table, made where it is not there, and the temporary one. Names are quoted by SQLAlchemy."""
    schema, name = _named(work.target)
    about = sa.MetaData()
    target = sa.Table(name, about, *_columns(work.columns), schema=schema, quote=True)
    if not sa.inspect(connection).has_table(name, schema):
        target.create(connection)
    else:
        _require_columns(connection, target)
    staged = sa.Table(f"lingqu_{work.row.pk}", about, *_columns(work.columns), prefixes=["TEMPORARY"], quote=True)
    staged.create(connection)
    return target, staged


def _columns(columns: list[Column]) -> list[sa.Column[Any]]:
    return [
        sa.Column(c.name, sa.String(255), primary_key=True, quote=True)
        if c.name == ID
        else sa.Column(c.name, _PLAIN.get(c.type, sa.Text()), nullable=True, quote=True)
        for c in columns
    ]


def _require_columns(connection: sa.Connection, target: sa.Table) -> None:
    there = {str(c["name"]) for c in sa.inspect(connection).get_columns(target.name, target.schema)}
    absent = [c.name for c in target.columns if c.name not in there]
    if absent:
        raise Invalid(
            "outgoing.columns",
            Text(
                zh=f"表 {target.name} 缺少列：{'、'.join(absent)}",
                en=f"The table {target.name} lacks columns: {', '.join(absent)}",
            ),
            place=target.name,
            next_step=Text(
                zh="由使用方补上这些列，或删除该表由平台重建",
                en="Have the consumer add them, or drop the table so that it is made anew",
            ),
        )


def _insert(connection: sa.Connection, staged: sa.Table, columns: list[Column], group: list[tuple[Any, ...]]) -> None:
    values = [tuple(_typed(c, v) for c, v in zip(columns, row, strict=True)) for row in group]
    if connection.dialect.driver == "psycopg":
        _copy(connection, staged, values)
        return
    names = [c.name for c in columns]
    connection.execute(sa.insert(staged), [dict(zip(names, row, strict=True)) for row in values])


def _copy(connection: sa.Connection, staged: sa.Table, values: list[tuple[Any, ...]]) -> None:
    from psycopg import sql

    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in staged.columns)
    driver: Any = connection.connection.driver_connection
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(staged.name), names)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


def _typed(column: Column, value: Any) -> Any:
    value = flat(column, value)
    if value is None:
        return None
    if column.type == "date":
        return date.fromisoformat(str(value)[:10])
    if column.type == "datetime":
        return datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return value if column.type in _PLAIN else str(value)


def address(text: str, consumer: str) -> tuple[URL, dict[str, Any]]:
    """A checked database address and the driver's arguments. Consumers write addresses: only known servers on listed
    hosts, at the looked-up address, without options that read files or change the driver. SQLite stands for tests and
    for a consumer on this machine; its file is in the outbox."""
    try:
        url = sa.make_url(secrets.fill(text, consumer) if "://" in text else secrets.one(text, consumer))
    except (sa.exc.ArgumentError, ValueError) as fault:
        raise _bad("不是有效的数据库地址", "is no database address") from fault
    kind = url.get_backend_name()
    if url.query or (kind != "sqlite" and not url.host):
        raise _bad("数据库地址不能带参数，且须写明主机", "must name its host, and no options")
    if kind == "sqlite":
        return _sqlite(url), {}
    if kind not in _DRIVERS:
        raise _bad(f"不支持 {kind}", f"is of {kind}, which is not supported")
    driver, port = _DRIVERS[kind]
    host = (url.host or "").lower()
    found = outbound.reach(host, url.port or port, access.outbound_hosts())
    url = url.set(drivername=driver, host=found, port=url.port or port)
    return url, {"connect_timeout": 10}


def _sqlite(url: URL) -> URL:
    name = url.database or ""
    file = (outbox.root() / name).resolve()
    if not name or file.suffix != ".sqlite" or not file.is_relative_to(outbox.root().resolve()):
        raise _bad("SQLite 文件须在发件箱内，扩展名为 .sqlite", "must be a .sqlite file in the outbox")
    return url.set(drivername="sqlite", database=str(file))


@contextmanager
def _connected(agreement: Agreement, target: DatabaseTarget) -> Iterator[sa.Connection]:
    """A connection for the length of a ``with``; no pool stays behind."""
    url, arguments = address(target.connection, agreement.consumer)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=arguments)
    try:
        connection = engine.connect()
    except (sa.exc.SQLAlchemyError, ImportError) as fault:
        raise _unreachable(target.table, fault) from fault
    try:
        yield connection
    finally:
        connection.close()
        engine.dispose()


def _said(fault: BaseException) -> str:
    """The driver's own words, without the statement and its values."""
    return str(getattr(fault, "orig", None) or type(fault).__name__).partition("\n")[0][:300]


def _unreachable(table: str, fault: BaseException) -> Unavailable:
    return Unavailable(
        "outgoing.database",
        Text(zh=f"对方数据库未能接收：{_said(fault)}", en=f"The database did not take it: {_said(fault)}"),
        place=table,
        next_step=Text(zh="由使用方检查数据库、表和权限", en="Have the consumer check database, table and rights"),
    )


def _bad(zh: str, en: str) -> Invalid:
    return Invalid(
        "outgoing.target",
        Text(zh=f"协议的数据库地址：{zh}", en=f"The agreement's database address {en}"),
        next_step=Text(zh="变更协议的交付设置", en="Change the target of the agreement"),
    )
