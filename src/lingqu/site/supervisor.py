"""One process tree: the database, the web server, the worker, the intake. ``lingqu up`` is its root.

Children that die are started again, later each time they die young. Whoever dies by kill -9, children of this run or
of an earlier one, leaves nothing behind that the next start does not clear away.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import make_conninfo

from lingqu.kernel.errors import Conflict, Unavailable
from lingqu.kernel.text import Text
from lingqu.site import logs, postgres, processes
from lingqu.site.instance import Instance

PORT = 8321
GRACE = 10.0  # seconds a child has to finish what it is doing
YOUNG = 60.0  # a child that dies before this age is started again later and later
LONGEST_PAUSE = 30.0
THREADS = 4
"""Of each web worker; each has a connection to the database. While some wait for the disk, others are served."""


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = 0.0
    due: float = 0.0
    restarts: int = 0


@dataclass
class Supervisor:
    """``say`` is told what a person at the terminal should know."""

    instance: Instance
    host: str
    port: int
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    stopping: bool = False
    lock: IO[str] | None = None

    @property
    def url(self) -> str:
        return f"http://{'127.0.0.1' if self.host in ('0.0.0.0', '::') else self.host}:{self.port}/"  # noqa: S104

    def run(self) -> None:
        """Everything up, until SIGTERM or SIGINT. Raises Conflict (``up.already``) where it is up already."""
        self._claim()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            self._prepare()
            for child in self.children:
                self._start(child)
            self._watch()
        finally:
            self._end()

    def _claim(self) -> None:
        self.instance.run.mkdir(parents=True, exist_ok=True)
        self.lock = (self.instance.run / "up.lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "up.already",
                Text(zh="灵渠已在运行", en="Lingqu is up already"),
                place=read_state(self.instance).get("url", ""),
                next_step=Text(
                    zh="用 lingqu down 停止，或打开上面的网址", en="Stop it with lingqu down, or open its address"
                ),
            ) from None
        clear_leftovers(self.instance)

    def _prepare(self) -> None:
        database_up(self.instance)
        metrics = self.instance.run / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        (self.instance.root / "static").mkdir(exist_ok=True)
        self.port = free_port(self.host, self.port)
        intake = free_port(self.host, self.port + 1)
        os.environ.setdefault("LINGQU_ADDRESS", self.url)
        self.children = children(self.host, self.port, intake)
        self._write_state(intake)
        self.say(self.url)
        migrate()
        make_roles(self.instance)

    def _write_state(self, intake: int) -> None:
        me = processes.known(os.getpid())
        kept = {c.name: vars(processes.known(c.process.pid)) for c in self.children if c.process}
        state = {"url": self.url, "port": self.port, "intake": intake, "supervisor": vars(me), "children": kept}
        fresh = self.instance.run / "up.json.new"
        fresh.write_text(json.dumps(state, indent=1))
        fresh.rename(self.instance.run / "up.json")

    def _start(self, child: Child) -> None:
        folder = self.instance.logs
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{child.name}.out"
        if path.exists() and path.stat().st_size > logs.KEEP_BYTES:
            logs.turn_over(path)
        with path.open("ab") as out:
            child.process = subprocess.Popen(
                child.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment(self.instance, child.name),
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(),  # this process has one thread
            )
        child.began = time.monotonic()
        self._write_state(read_state(self.instance)["intake"])

    def _watch(self) -> None:
        checked = time.monotonic()
        while not self.stopping:
            for child in self.children:
                self._look_after(child)
            if time.monotonic() - checked > 1 and "DATABASE_URL" not in os.environ:
                checked = time.monotonic()
                if postgres.status(self.instance).pid is None:
                    self.say("PostgreSQL was gone and is started again")
                    postgres.start(self.instance)
            time.sleep(0.1)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process and child.process.poll() is not None:
            processes.end_group(child.process.pid)
            child.pause = 0.5 if now - child.began > YOUNG else min(LONGEST_PAUSE, max(0.5, child.pause * 2))
            child.due, child.restarts = now + child.pause, child.restarts + 1
            code, why = child.process.returncode, f"logs/{child.name}.out"
            self.say(f"{child.name} ended ({code}); again in {child.pause:g} s, see {why}")
            child.process = None
        if child.process is None and now >= child.due and not self.stopping:
            self._start(child)

    def _asked_to_stop(self, *_: Any) -> None:
        self.stopping = True

    def _end(self) -> None:
        living = [c.process for c in self.children if c.process]
        for process in living:
            process.terminate()
        end = time.monotonic() + GRACE
        for process in living:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{process.pid} did not stop in {GRACE:g} s and is killed")
            processes.end_group(process.pid)
            process.wait()
        if "DATABASE_URL" not in os.environ:
            postgres.stop(self.instance)
        (self.instance.run / "up.json").unlink(missing_ok=True)


def children(host: str, port: int, intake: int) -> list[Child]:
    """What runs beside the database, with the commands that run it."""
    granian = [sys.executable, "-m", "granian", "--host", host, "--no-ws", "--log-level", "warning"]
    # A worker that is still loading does not hear that it should end; its parent would wait for it for ever.
    granian += ["--workers-kill-timeout", str(int(GRACE) - 2)]
    web = [*granian, "--interface", "wsgi", "--port", str(port), "--blocking-threads", str(THREADS)]
    web += ["--workers", str(web_workers()), "--respawn-failed-workers"]
    return [
        Child("web", [*web, "lingqu.site.wsgi:application"]),
        Child("worker", [sys.executable, "-m", "lingqu.site", "worker"]),
        Child("intake", [*granian, "--interface", "asgi", "--port", str(intake), "lingqu.site.intake:application"]),
    ]


def web_workers() -> int:
    """``LINGQU_WEB_WORKERS``, or one for each processor: one process of Python cannot use two. At most eight, as each
    holds ``THREADS`` connections to the database."""
    wanted = os.environ.get("LINGQU_WEB_WORKERS", "")
    return max(1, min(8, int(wanted) if wanted.isdecimal() else min(4, os.cpu_count() or 1)))


def environment(instance: Instance, name: str) -> dict[str, str]:
    return os.environ | {
        "LINGQU_WEB_WORKERS": str(web_workers()),
        "LINGQU_INSTANCE": str(instance.root),
        "LINGQU_PROCESS": name,
        "DJANGO_SETTINGS_MODULE": "lingqu.site.settings",
        "PROMETHEUS_MULTIPROC_DIR": str(instance.run / "metrics"),
        "PYTHONUNBUFFERED": "1",
    }


def database_up(instance: Instance) -> None:
    """The embedded database started, or the external one found and new enough."""
    if url := os.environ.get("DATABASE_URL"):
        postgres.check_version(url)
    else:
        postgres.start(instance)


def migrate() -> None:
    """Bring the tables up to date, in a process of its own. Raises Unavailable (``up.migrate``)."""
    command = [sys.executable, "-m", "lingqu.site", "django", "migrate", "--noinput", "--verbosity", "0"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Unavailable(
            "up.migrate",
            Text(zh="数据表更新失败", en="The tables could not be brought up to date"),
            place=(done.stderr or done.stdout).strip().splitlines()[-1:][0] if done.stderr or done.stdout else "",
            next_step=Text(zh="运行 lingqu django migrate 查看原因", en="See why with lingqu django migrate"),
        )


def make_roles(instance: Instance) -> postgres.Made:
    """The database's roles and walls as they must be; to be done whenever migrations were."""
    with psycopg.connect(owner(instance)) as connection:
        return postgres.provision(connection, instance.secrets, demo=os.environ.get("LINGQU_DEMO") == "1")


def owner(instance: Instance) -> str:
    """How to connect as the owner of the database that runs."""
    return os.environ.get("DATABASE_URL") or make_conninfo(**postgres.start(instance))


def free_port(host: str, wanted: int) -> int:
    """This port, or the next that nobody listens on."""
    for port in range(wanted, min(wanted + 200, 65536)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return port
            except OSError:
                continue
    raise Unavailable(
        "up.port",
        Text(zh=f"从 {wanted} 起没有空闲端口", en=f"No port from {wanted} on is free"),
        place=f"{host}:{wanted}",
        next_step=Text(zh="用 --port 另指一个", en="Name another one with --port"),
    )


def read_state(instance: Instance) -> dict[str, Any]:
    """What the supervisor wrote of itself; empty where nothing is there."""
    try:
        return dict(json.loads((instance.run / "up.json").read_text()))
    except (OSError, ValueError):
        return {}


def running(instance: Instance) -> dict[str, Any]:
    """The state of a supervisor that lives; empty otherwise."""
    state = read_state(instance)
    return state if state and processes.Known(**state["supervisor"]).alive() else {}


def clear_leftovers(instance: Instance) -> None:
    """End children of an earlier run whose supervisor was killed."""
    for recorded in read_state(instance).get("children", {}).values():
        left = processes.Known(**recorded)
        left.signal(signal.SIGKILL, group=True)
        left.wait(5)
    (instance.run / "up.json").unlink(missing_ok=True)


def down(instance: Instance) -> bool:
    """Stop the tree, wherever it was started; True if something ran."""
    state = read_state(instance)
    ran = bool(running(instance)) or postgres.status(instance).pid is not None
    if state:
        root = processes.Known(**state["supervisor"])
        root.signal(signal.SIGTERM)
        root.wait(GRACE + 30)
        clear_leftovers(instance)
    if "DATABASE_URL" not in os.environ:
        postgres.stop(instance)
    return ran


def log_path(instance: Instance, name: str) -> Path:
    return instance.logs / f"{name}.out"
