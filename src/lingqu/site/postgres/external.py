"""The rule for a database that somebody else runs."""

from __future__ import annotations

import psycopg

from lingqu.kernel.errors import Unavailable
from lingqu.kernel.text import Text
from lingqu.site.postgres.programs import OLDEST_MAJOR


def check_version(url: str) -> str:
    """The version of the server behind ``DATABASE_URL``, e.g. ``15.20``.

    Raises Unavailable: ``postgres.unreachable`` where nobody answers, ``postgres.version`` below 15.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            number = connection.info.server_version
    except psycopg.OperationalError as error:
        raise Unavailable(
            "postgres.unreachable",
            Text(zh="连接不上 DATABASE_URL 所指的数据库", en="The database of DATABASE_URL does not answer"),
            place=str(error).strip().splitlines()[0],
            next_step=Text(
                zh="检查地址、用户与口令，确认数据库在运行",
                en="Check address, user and password, and that the database is running",
            ),
        ) from error
    version = f"{number // 10000}.{number % 10000}"
    if number // 10000 < OLDEST_MAJOR:
        raise Unavailable(
            "postgres.version",
            Text(
                zh=f"数据库版本是 {version}，至少要 {OLDEST_MAJOR}",
                en=f"The database is PostgreSQL {version}; at least {OLDEST_MAJOR} is needed",
            ),
            place="DATABASE_URL",
            next_step=Text(
                zh="升级数据库，或去掉 DATABASE_URL 使用内置的",
                en="Upgrade the database, or unset DATABASE_URL to use the embedded one",
            ),
        )
    return version
