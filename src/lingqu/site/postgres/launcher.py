"""Start, stop and look at the embedded server.

A start holds a lock of the instance, so that several processes may ask at once; the server is a process of its own
session that outlives whoever started it. Everything here may be killed at any point and done again.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from lingqu.kernel.errors import Conflict, Unavailable
from lingqu.kernel.text import Text
from lingqu.site.instance import Instance
from lingqu.site.postgres import processes, programs, settings_file
from lingqu.site.postgres.place import Place, home_of, place_of

# Recovery after a crash replays up to max_wal_size; the server is given as long as its process lives, up to this.
START_SECONDS = 900
STOP_SECONDS = 120


@dataclass(frozen=True)
class Running:
    """What is known of the server: ``pid`` is None where it does not run."""

    pid: int | None
    data: Path
    version: str | None  # of the data, e.g. "18"


def connection_file(instance: Instance) -> Path:
    return instance.run / "postgres.json"


def start(instance: Instance) -> dict[str, str]:
    """Start the cluster unless it runs; gives host, port, user, password, dbname for ``psycopg.connect``.

    Raises Conflict (``postgres.major``) where the data is of another major version, Unavailable (``postgres.start``)
    where the server does not come up.
    """
    instance.run.mkdir(parents=True, exist_ok=True)
    if found := _answering(instance):
        return found
    with _lock(instance):
        return _answering(instance) or _start(place_of(instance), instance)


def stop(instance: Instance) -> None:
    """Stop the cluster of this instance and wait until it is gone; nothing else is ever signalled."""
    if not instance.run.exists():
        return
    with _lock(instance):
        data = home_of(instance) / "data"
        pid = processes.server(data)
        if pid is None:
            return
        # SIGINT is PostgreSQL's fast shutdown: clients are cut off, transactions rolled back.
        os.kill(pid, signal.SIGINT)
        if not _wait(lambda: not processes.belongs(pid, data), STOP_SECONDS):
            raise Unavailable(
                "postgres.stop",
                Text(zh="数据库没有停下来", en="The database did not stop"),
                place=str(data),
                next_step=Text(zh="查看数据库日志", en="Look into the database's log"),
            )


def status(instance: Instance) -> Running:
    data = home_of(instance) / "data"
    version = data / "PG_VERSION"
    return Running(processes.server(data), data, version.read_text().strip() if version.exists() else None)


def remove(instance: Instance) -> None:
    """Stop the cluster and delete its data, wherever it lives."""
    stop(instance)
    shutil.rmtree(home_of(instance), ignore_errors=True)
    shutil.rmtree(instance.pg, ignore_errors=True)
    connection_file(instance).unlink(missing_ok=True)


@contextmanager
def _lock(instance: Instance) -> Iterator[None]:
    with (instance.run / "postgres.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


_CONNECTION = ("host", "port", "user", "password", "dbname")


def _answering(instance: Instance) -> dict[str, str] | None:
    """The recorded connection, if our own server answers there."""
    try:
        recorded = json.loads(connection_file(instance).read_text())
        found = {name: str(recorded[name]) for name in _CONNECTION}
        with psycopg.connect(make_conninfo(**found, connect_timeout=3)) as connection:
            row = connection.execute("show data_directory").fetchone()
    except (OSError, ValueError, KeyError, psycopg.Error):
        return None
    return found if row and row[0] == str(home_of(instance) / "data") else None


def _start(place: Place, instance: Instance) -> dict[str, str]:
    password = _password(instance)
    if not (place.data / "PG_VERSION").exists():
        _create(place, password)
    else:
        _check_major(place)
    pid = processes.server(place.data)
    port = _port(place, instance, pid)
    host = str(place.socket) if place.socket else "127.0.0.1"
    found = {"host": host, "port": str(port), "user": "lingqu", "password": password, "dbname": "lingqu"}
    child = None if pid else _launch(place, port)
    try:
        _wait_ready(place, found, child)
    except psycopg.OperationalError:
        # The password was lost with the run folder: the data is ours, so it gets the new one.
        _set_password(place, password, processes.server(place.data))
        child = _launch(place, port)
        _wait_ready(place, found, child)
    _write(connection_file(instance), found | {"data": str(place.data), "binaries": str(place.bin)})
    return found


def _write(file: Path, content: dict[str, str]) -> None:
    fresh = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(content, out, indent=1)
    fresh.rename(file)


def _password(instance: Instance) -> str:
    file = instance.run / "postgres.password"
    if not file.exists() or not file.read_text():
        fresh = file.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(24))
        fresh.rename(file)
    return file.read_text()


def _create(place: Place, password: str) -> None:
    """``initdb`` beside the place and then a rename, so that data that is there is whole."""
    fresh = place.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    secret = place.home / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    place.own(secret)
    command = [place.bin / "initdb", "-D", fresh, "-U", "lingqu", "--auth=scram-sha-256", f"--pwfile={secret}"]
    command += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    if programs.major_of(programs.version(place.bin)) >= 17:
        # Code point order as in C, but upper and lower case and letters of all scripts.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(command, capture_output=True, text=True, **place.run_as())  # type: ignore[call-overload]
    secret.unlink()
    if done.returncode:
        raise _failed(place, done.stderr)
    fresh.rename(place.data)


def _check_major(place: Place) -> None:
    ours, theirs = programs.version(place.bin), (place.data / "PG_VERSION").read_text().strip()
    if programs.major_of(ours) != programs.major_of(theirs):
        raise Conflict(
            "postgres.major",
            Text(
                zh=f"数据由 PostgreSQL {theirs} 写成，现有程序是 {ours}，大版本不同",
                en=f"The data was written by PostgreSQL {theirs}; the programs here are {ours}, another major version",
            ),
            place=str(place.data),
            next_step=Text(
                zh=f"用 LINGQU_PG_BIN 指明 PostgreSQL {theirs} 的程序，或用 pg_dump 导出后再导入",
                en=f"Name programs of PostgreSQL {theirs} in LINGQU_PG_BIN, or move the data over with pg_dump",
            ),
        )


def _port(place: Place, instance: Instance, pid: int | None) -> int:
    if place.socket:
        return 5432
    if pid:  # the fourth line of the pid file is the port of the server that runs
        return int((place.data / "postmaster.pid").read_text().splitlines()[3])
    return _free_port(_recorded_port(instance))


def _recorded_port(instance: Instance) -> int:
    try:
        return int(json.loads(connection_file(instance).read_text())["port"])
    except (OSError, ValueError, KeyError):
        return 0


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            # As PostgreSQL binds: a port whose last connections are only just closed is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("port 0 is always free")


def _clear_remains(place: Place) -> None:
    """Make way after a crash: wait for orphaned back ends, drop a pid file whose number means nothing any more."""
    if not _wait(lambda: not processes.remains(place.data), 30):
        raise _failed(place, f"processes of an earlier server are still there: {processes.remains(place.data)}")
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    if place.socket:
        for leftover in place.socket.iterdir():
            leftover.unlink()


def _launch(place: Place, port: int) -> subprocess.Popen[bytes]:
    _clear_remains(place)
    settings_file.write(place, port)
    log = place.log / "start.log"
    with log.open("wb") as out:
        place.own(log)
        return subprocess.Popen(
            [place.bin / "postgres", "-D", place.data],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            **place.run_as(),  # type: ignore[call-overload]
        )


def _wait_ready(place: Place, found: dict[str, str], child: subprocess.Popen[bytes] | None) -> None:
    """Until the database of our own is there. Raises OperationalError where the password is not taken."""
    end = time.monotonic() + START_SECONDS
    question = make_conninfo(**{**found, "dbname": "postgres"}, connect_timeout=5)
    while True:
        try:
            with psycopg.connect(question, autocommit=True) as connection:
                if not connection.execute("select 1 from pg_database where datname = 'lingqu'").fetchone():
                    connection.execute("create database lingqu")
            return
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise
            alive = child.poll() is None if child else processes.server(place.data)
            if not alive or time.monotonic() > end:
                raise _failed(place, _tail(place)) from error
        time.sleep(0.05)


def _set_password(place: Place, password: str, pid: int | None) -> None:
    if pid:
        os.kill(pid, signal.SIGINT)
        _wait(lambda: not processes.belongs(pid, place.data), STOP_SECONDS)
    _clear_remains(place)
    subprocess.run(
        [place.bin / "postgres", "--single", "-D", place.data, "-c", "logging_collector=off", "postgres"],
        input=f"alter role lingqu password '{password}'\n",  # token_urlsafe: letters, digits, - and _
        text=True,
        capture_output=True,
        check=True,
        **place.run_as(),  # type: ignore[call-overload]
    )


def _tail(place: Place) -> str:
    logs = [p for p in place.log.iterdir() if p.is_file()]
    newest = max(logs, key=lambda p: p.stat().st_mtime, default=None)
    said = (place.log / "start.log").read_text(errors="replace")
    return "\n".join((said + (newest.read_text(errors="replace") if newest else "")).splitlines()[-6:])


def _failed(place: Place, why: str) -> Unavailable:
    return Unavailable(
        "postgres.start",
        Text(zh=f"数据库没有启动：{why}", en=f"The database did not start: {why}"),
        place=str(place.home),
        next_step=Text(zh=f"查看 {place.log} 中的日志", en=f"Look into the logs in {place.log}"),
    )
