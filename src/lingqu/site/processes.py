"""Processes of ours, known by number and birth, so that a number used again is never taken for one of them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Known:
    """``born`` is what the system says of the process's start; it differs for another process of the same number."""

    pid: int
    born: str

    def alive(self) -> bool:
        return bool(self.born) and born(self.pid) == self.born

    def signal(self, number: int, *, group: bool = False) -> None:
        """Tell this process, or all of its group, and nobody else."""
        if not self.alive():
            return
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(self.pid, number)

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True


def known(pid: int) -> Known:
    return Known(pid, born(pid))


def born(pid: int) -> str:
    """A text that stays the same for the life of a process; empty for none or a dead one."""
    if Path("/proc/self").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]  # start time in clock ticks since boot
    said = subprocess.run(["ps", "-o", "lstart=,stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return "" if " Z" in said else said.rpartition(" ")[0].strip()


def end_group(leader: int) -> None:
    """Kill whatever is left of a session we started, after its leader died."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def dies_with_parent() -> Callable[[], None] | None:
    """For ``preexec_fn``: on Linux the child is told to stop when its parent dies, even by kill -9."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG

    return ask
