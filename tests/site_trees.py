"""A whole process tree in an instance of its own, for tests that kill it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from lingqu.site import postgres, processes, supervisor
from lingqu.site.instance import Instance
from lingqu.site.postgres import processes as postgres_processes

REPOSITORY = Path(__file__).parents[1]
TOYTOWN = REPOSITORY / "cities" / "toytown"
PORT = str(8500 + os.getpid() % 400 * 10)


@dataclass
class Tree:
    instance: Instance
    workers: int = 1
    """Of the web; each loads the whole program."""

    def lingqu(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lingqu.site", *map(str, arguments)]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, cwd=REPOSITORY)
        assert not check or done.returncode == 0, done.stdout + done.stderr + self.logs()
        return done

    def begin(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """A command that goes on while the test looks at what it does."""
        command = [sys.executable, "-m", "lingqu.site", *map(str, arguments)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=self.environment(), stdout=quiet, stderr=quiet, cwd=REPOSITORY)

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        # What other instances left on this machine is no fault of this one.
        own = {"LINGQU_INSTANCE": str(self.instance.root), "LINGQU_PG_HOME": str(self.instance.root / "home")}
        return kept | own | {"LC_ALL": "C.UTF-8", "LINGQU_WEB_WORKERS": str(self.workers)}

    def logs(self) -> str:
        return "\n".join(p.read_text(errors="replace")[-3000:] for p in sorted(self.instance.logs.glob("*.out")))

    def state(self) -> dict[str, Any]:
        return supervisor.running(self.instance)

    def child(self, name: str) -> processes.Known:
        return processes.Known(**self.state()["children"][name])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.state()["url"] + path, timeout=30, trust_env=False)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        found = json.loads(postgres.connection_file(self.instance).read_text())
        names = ("host", "port", "user", "password", "dbname")
        with psycopg.connect(**{k: found[k] for k in names}, autocommit=True) as connection:
            return connection.execute(question).fetchall()  # type: ignore[arg-type]


def until(done: Callable[[], Any], why: str, seconds: float = 120) -> Any:
    """Wait for it; faults of something that is just being started again are waited out too."""
    end = time.monotonic() + seconds
    fault: Exception | None = None
    while time.monotonic() < end:
        try:
            if found := done():
                return found
        except (httpx.HTTPError, psycopg.Error, KeyError) as error:
            fault = error
        time.sleep(0.1)
    raise AssertionError(f"{why}: not within {seconds} s ({fault})")


@contextmanager
def tree(workers: int = 1) -> Iterator[Tree]:
    root = Path(tempfile.mkdtemp(prefix="lq-tree-"))
    root.chmod(0o711)
    made = Tree(Instance(root / "i"), workers)
    try:
        yield made
    finally:
        supervisor.down(made.instance)
        postgres.remove(made.instance)
        shutil.rmtree(root, ignore_errors=True)


def crash(instance: Instance) -> None:
    """kill -9 of everything of this instance at once: supervisor, children, commands, database."""
    while left := [*_ours(instance), *postgres_processes.remains(postgres.status(instance).data)]:
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _ours(instance: Instance) -> Iterator[int]:
    """Living processes that were started for this instance, by their environment."""
    mark = f"LINGQU_INSTANCE={instance.root}".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and processes.born(int(folder.name)):
            with suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)
