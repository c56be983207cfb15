"""Any SQL database by SQLAlchemy connection string; the answer is kept as a Parquet snapshot, every value as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from pydantic import model_validator

from lingqu.centre.exchange import places
from lingqu.centre.exchange.connectors.base import Connector, Finding, Item
from lingqu.centre.exchange.options import FormatOptions
from lingqu.kernel.errors import LingquError, Unavailable
from lingqu.kernel.text import Text

CHUNK = 20_000


class DatabaseConfig(FormatOptions):
    """``url`` is a SQLAlchemy address; ``${inbox}``, ``${city}`` and ``${secret:NAME}`` in it are filled in.

    Either ``table`` (``schema.table``) or ``query``. Give ``order_by`` (or order the query) so that unchanged content
    is recognised as the same delivery.
    """

    url: str
    table: str = ""
    query: str = ""
    order_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_of(self) -> DatabaseConfig:
        if bool(self.table) == bool(self.query):
            raise ValueError("give either table or query")
        return self


class DatabaseConnector(Connector):
    name = "database"
    Config = DatabaseConfig

    def items(self, config: DatabaseConfig) -> Iterator[Item]:
        yield Item((config.table or "query") + ".parquet")

    def fetch(self, config: DatabaseConfig, item: Item, into: BinaryIO) -> None:
        with _engine(config) as connection:
            try:
                result = connection.execution_options(stream_results=True, yield_per=CHUNK).execute(_select(config))
                schema = pa.schema([(name, pa.string()) for name in result.keys()])  # noqa: SIM118
                with pq.ParquetWriter(into, schema, compression="zstd") as writer:
                    for rows in result.partitions():
                        columns = [[_text(value) for value in column] for column in zip(*rows, strict=True)]
                        writer.write_batch(
                            pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], schema=schema)
                        )
            except sa.exc.SQLAlchemyError as fault:
                raise _unreachable(config, fault) from fault

    def self_check(self, config: DatabaseConfig) -> list[Finding]:
        try:
            with _engine(config) as connection:
                first = connection.execute(_select(config)).first()
        except LingquError as fault:
            return [Finding(False, "database", fault.message.en, fault.next_step.en)]
        except sa.exc.SQLAlchemyError as fault:
            return [Finding(False, "database", _said(fault), "Check table, query and the account's rights")]
        return [Finding(True, "database", "answers" if first is not None else "answers, but has no rows")]


class _engine:
    """A connection for the length of a ``with``; no pool stays behind."""

    def __init__(self, config: DatabaseConfig) -> None:
        self.config = config

    def __enter__(self) -> sa.Connection:
        try:
            self.engine = sa.create_engine(places.fill(self.config.url), poolclass=sa.pool.NullPool)
            self.connection = self.engine.connect()
        except (sa.exc.SQLAlchemyError, ImportError, ValueError) as fault:
            raise _unreachable(self.config, fault) from fault
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.engine.dispose()


def _select(config: DatabaseConfig) -> sa.Executable:
    if config.query:
        return sa.text(config.query)
    schema, _, name = config.table.rpartition(".")
    table = sa.table(name, schema=schema or None)
    return sa.select(sa.text("*")).select_from(table).order_by(*(sa.column(name) for name in config.order_by))


def _text(value: Any) -> str | None:
    """A value as text that loses nothing: ISO 8601, decimal point, UTF-8; bytes as hexadecimal."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _said(fault: BaseException) -> str:
    """The driver's own words, without the statement and without the address (it may hold a password)."""
    return str(getattr(fault, "orig", None) or type(fault).__name__)[:300]


def _unreachable(config: DatabaseConfig, fault: BaseException) -> Unavailable:
    return Unavailable(
        "source.database",
        Text(zh=f"数据库没有给出数据：{_said(fault)}", en=f"The database gave no data: {_said(fault)}"),
        place=config.table or "query",
        next_step=Text(
            zh="用 lingqu source check 检查连接、表名和权限",
            en="Check address, table and rights with lingqu source check",
        ),
    )
