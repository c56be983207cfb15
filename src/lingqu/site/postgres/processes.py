"""Which process is the server of a data folder, and which is a stranger with a number that was used before."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_PROC = Path("/proc")


def recorded(data: Path) -> int | None:
    """The process number in ``postmaster.pid``; None where there is no file or no number in it."""
    try:
        line = (data / "postmaster.pid").read_text(errors="replace").split("\n", 1)[0].strip()
    except OSError:
        return None
    return int(line) if line.isdigit() and int(line) > 1 else None


def server(data: Path) -> int | None:
    """The living postmaster of this data folder, or None. A stranger's process is never taken for it."""
    pid = recorded(data)
    return pid if pid and belongs(pid, data) else None


def belongs(pid: int, data: Path) -> bool:
    """Whether a living process is a PostgreSQL process of this data folder.

    PostgreSQL's processes work inside their data folder, so on Linux the working directory decides.
    """
    if (_PROC / "self").exists():
        return _works_in(pid, data)
    said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout
    return "postgres" in said and str(data) in said


def _works_in(pid: int, data: Path) -> bool:
    try:
        state = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
        name = (_PROC / str(pid) / "comm").read_text().strip()
        return state not in "ZX" and name.startswith("postgres") and os.readlink(_PROC / str(pid) / "cwd") == str(data)
    except OSError:
        return False


def remains(data: Path) -> list[int]:
    """Every living process of this data folder, back ends that outlived their postmaster included."""
    if not (_PROC / "self").exists():
        pid = server(data)
        return [pid] if pid else []
    return [int(p.name) for p in _PROC.iterdir() if p.name.isdigit() and _works_in(int(p.name), data)]
