"""What all benches share: figures, the machine they were had on, and children whose time and memory are measured."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
SPEAK = "BENCH_FIGURES"
"""Name of the file, in the environment, to which a bench run by itself writes its figures."""


@dataclass(frozen=True)
class Figure:
    """One measured number. ``bar`` is what the house asks for, with ``meets`` saying whether it holds; ``peer`` the
    other's number and ``how`` it was had; ``ratio`` ours to the peer's (above 1: we are better)."""

    what: str
    value: float
    unit: str
    bar: str = ""
    meets: bool | None = None
    peer: str = ""
    how: str = ""
    ratio: float | None = None
    note: str = ""


@dataclass
class Result:
    """What one bench said, with wall seconds, CPU seconds and peak memory (bytes) of the whole of it."""

    name: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    machine: dict[str, Any] = field(default_factory=dict)
    at: str = ""
    small: bool = False
    error: str = ""


def below(what: str, value: float, unit: str, bar: float, **more: Any) -> Figure:
    return Figure(what, value, unit, f"< {bar:g} {unit}", value < bar, **more)


def above(what: str, value: float, unit: str, bar: float, **more: Any) -> Figure:
    return Figure(what, value, unit, f"≥ {bar:g} {unit}".rstrip(), value >= bar, **more)


def machine() -> dict[str, Any]:
    """The machine, and its load now: figures of a busy machine are worse than those of a quiet one."""
    model = next((line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if "model name" in line), "")
    total = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "processor": model or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(total / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(load, 2),
    }


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(errors="replace").splitlines() if file.exists() else []


def say(figures: Sequence[Figure]) -> None:
    """Print figures, and hand them to the run that started this bench, if one did."""
    for f in figures:
        held = "" if f.meets is None else "  ✓" if f.meets else "  ✗ MISSED"
        peer = f"  peer {f.peer}" if f.peer else ""
        print(f"{f.what:<56} {number(f.value):>12} {f.unit:<8} {f.bar}{held}{peer}  {f.note}", flush=True)
    if SPEAK in os.environ:
        with Path(os.environ[SPEAK]).open("a") as out:
            out.writelines(json.dumps(asdict(f), ensure_ascii=False) + "\n" for f in figures)


def number(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) < 1 else f"{value:,.2f}"


def repeated(act: Callable[[], Any], times: int = 3) -> tuple[float, float]:
    """(wall, CPU) seconds: the medians of some runs."""
    walls, cpus = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return median(walls), median(cpus)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True)
class Spent:
    """What a child cost: seconds, CPU seconds, peak bytes; ``database`` the same of the database server meanwhile."""

    wall: float
    cpu: float
    peak: int
    database_cpu: float = 0.0
    database_peak: int = 0
    code: int = 0
    told: dict[str, Any] = field(default_factory=dict)


def child(command: Sequence[str], server: int | None = None, env: dict[str, str] | None = None) -> Spent:
    """Run a command to its end. Its last line of output, where it is JSON, is what it tells. ``server``: process id
    of the database server, whose backends are watched."""
    before, watch = cpu_of_tree(server), _Watch(server)
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | (env or {})) as process:
        watch.start()
        assert process.stdout is not None
        last = b""
        for line in process.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
            last = line
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    watch.stop()
    try:
        told = json.loads(last)
    except ValueError:
        told = {}
    return Spent(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024,
        cpu_of_tree(server) - before,
        watch.peak,
        process.returncode,
        told if isinstance(told, dict) else {},
    )


class _Watch(threading.Thread):
    """The server's memory: what its processes have for themselves, and once what they share."""

    def __init__(self, server: int | None) -> None:
        super().__init__(daemon=True)
        self.server, self.peak, self._done = server, 0, threading.Event()

    def run(self) -> None:
        while self.server and not self._done.wait(0.5):
            own = shared = 0
            for pid in _family(self.server):
                found = {k: int(v.split()[0]) for k, v in _status(pid).items() if k in ("RssAnon", "RssShmem")}
                own += found.get("RssAnon", 0)
                shared = max(shared, found.get("RssShmem", 0))
            self.peak = max(self.peak, (own + shared) * 1024)

    def stop(self) -> None:
        self._done.set()
        if self.is_alive():
            self.join()


def _family(pid: int) -> list[int]:
    children = " ".join(_lines(f"/proc/{pid}/task/{pid}/children")).split()
    return [pid, *map(int, children)]


def _status(pid: int) -> dict[str, str]:
    try:
        pairs = (line.split(":", 1) for line in _lines(f"/proc/{pid}/status"))
        return {p[0]: p[1].strip() for p in pairs if len(p) == 2}
    except OSError:
        return {}


def cpu_of_tree(pid: int | None) -> float:
    """CPU seconds of a server, its living children and those it has buried."""
    if pid is None:
        return 0.0
    total = 0
    for at, one in enumerate(_family(pid)):
        try:
            words = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, words[11:15] if at == 0 else words[11:13]))
    return total / TICKS


def own_peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


@contextmanager
def own_instance(keep: str = "") -> Iterator[Path]:
    """Django on an instance of its own, with its database migrated; both are gone afterwards. ``keep``: a folder for
    it, which stays. Where DATABASE_URL is set, that is the database."""
    folder = Path(keep or tempfile.mkdtemp(prefix="lingqu-bench-"))
    folder.chmod(0o711)
    os.environ |= {"LINGQU_INSTANCE": str(folder), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import instance, postgres

    embedded = "DATABASE_URL" not in os.environ
    if embedded:
        postgres.start(instance.current())
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    try:
        yield folder
    finally:
        if embedded and not keep:
            postgres.stop(instance.current())
            postgres.remove(instance.current())
            shutil.rmtree(folder, ignore_errors=True)
