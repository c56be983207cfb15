"""The launcher of the embedded PostgreSQL against the traps that the wheel's own launcher falls into."""

from __future__ import annotations

import json
import multiprocessing
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from lingqu.kernel.errors import Conflict, Unavailable
from lingqu.site import postgres
from lingqu.site.instance import Instance
from lingqu.site.postgres import processes, programs

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path that others may pass through, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="lq-") as name:
        path = Path(name)
        path.chmod(0o711)
        yield path


@pytest.fixture
def instance(folder: Path) -> Iterator[Instance]:
    made = Instance(folder / "i")
    yield made
    postgres.remove(made)


def ask(found: dict[str, str], question: str) -> object:
    with psycopg.connect(**found, autocommit=True) as connection:
        cursor = connection.execute(question)  # type: ignore[arg-type]
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def crash(instance: Instance) -> None:
    """kill -9 of the server and everything it started, at once."""
    data = postgres.status(instance).data
    for pid in processes.remains(data):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + 20
    while processes.remains(data) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not processes.remains(data)


def test_it_starts_answers_stops_and_starts_again(instance: Instance) -> None:
    found = postgres.start(instance)
    ask(found, "create table kept as select 1 as one")
    assert postgres.start(instance) == found
    assert postgres.status(instance).pid
    postgres.stop(instance)
    assert postgres.status(instance).pid is None
    with pytest.raises(psycopg.OperationalError):
        ask(found, "select 1")
    assert ask(postgres.start(instance), "select one from kept") == 1


def test_only_the_password_opens_and_the_socket_is_private(instance: Instance) -> None:
    found = postgres.start(instance)
    for password in ("", "wrong"):
        with pytest.raises(psycopg.OperationalError):
            ask(found | {"password": password}, "select 1")
    assert ask(found, "show listen_addresses") == ""
    assert Path(found["host"]).stat().st_mode & 0o077 == 0
    assert postgres.connection_file(instance).stat().st_mode & 0o077 == 0
    assert str(ask(found, "select rolpassword from pg_authid where rolname = 'lingqu'")).startswith("SCRAM-SHA-256$")


def test_committed_rows_survive_kill_9(instance: Instance) -> None:
    found = postgres.start(instance)
    ask(found, "create table kept as select generate_series(1, 1500) as n")
    crash(instance)
    assert ask(postgres.start(instance), "select count(*) from kept") == 1500


def test_back_ends_that_outlive_their_postmaster_are_waited_for(instance: Instance) -> None:
    found = postgres.start(instance)
    with psycopg.connect(**found) as connection:
        connection.execute("create table kept as select 1 as one")
        connection.commit()
        pid = postgres.status(instance).pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        assert ask(postgres.start(instance), "select one from kept") == 1


def test_a_stranger_with_the_old_number_is_neither_trusted_nor_killed(instance: Instance) -> None:
    found = postgres.start(instance)
    crash(instance)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        pid_file = postgres.status(instance).data / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert postgres.status(instance).pid is None
        postgres.stop(instance)
        assert stranger.poll() is None
        assert ask(postgres.start(instance), "select 1") == 1
        assert postgres.status(instance).pid != stranger.pid
        postgres.stop(instance)
        assert stranger.poll() is None
        stranger.kill()
    assert found["user"] == "lingqu"


def test_another_instances_server_with_the_old_number_lives_on(instance: Instance, folder: Path) -> None:
    other = Instance(folder / "other")
    theirs = postgres.start(other)
    try:
        postgres.start(instance)
        crash(instance)
        pid_file = postgres.status(instance).data / "postmaster.pid"
        pid_file.write_text((postgres.status(other).data / "postmaster.pid").read_text())
        assert ask(postgres.start(instance), "select 1") == 1
        postgres.stop(instance)
        assert ask(theirs, "select 1") == 1
    finally:
        postgres.remove(other)


@pytest.mark.parametrize("content", ["", "\n", "garbage\n/nowhere\n", "-1\n", "99999999\n"])
def test_a_truncated_pid_file_is_no_obstacle(instance: Instance, content: str) -> None:
    postgres.start(instance)
    crash(instance)
    (postgres.status(instance).data / "postmaster.pid").write_text(content)
    assert ask(postgres.start(instance), "select 1") == 1


def test_a_half_made_cluster_is_made_again(instance: Instance) -> None:
    (instance.pg / "data.new" / "base").mkdir(parents=True)
    assert ask(postgres.start(instance), "select 1") == 1


def test_lost_run_folder_costs_nothing(instance: Instance) -> None:
    ask(postgres.start(instance), "create table kept as select 1 as one")
    for name in ("postgres.json", "postgres.password"):
        (instance.run / name).unlink()
    assert ask(postgres.start(instance), "select one from kept") == 1


def test_several_processes_start_at_once(instance: Instance) -> None:
    program = (
        "import sys; from pathlib import Path; from lingqu.site import postgres;"
        "from lingqu.site.instance import Instance;"
        "print(postgres.start(Instance(Path(sys.argv[1])))['password'])"
    )

    def run(_: int) -> str:
        command = [sys.executable, "-c", program, str(instance.root)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1
    assert len([p for p in processes.remains(postgres.status(instance).data) if _is_postmaster(p)]) == 1


def _is_postmaster(pid: int) -> bool:
    return b"-D" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")


def test_a_long_path_uses_loopback_tcp(folder: Path) -> None:
    instance = Instance(folder / ("长" * 20) / ("x" * 40))
    try:
        found = postgres.start(instance)
        assert found["host"] == "127.0.0.1"
        assert ask(found, "select inet_server_addr() = '127.0.0.1'") is True
        postgres.stop(instance)
        assert postgres.start(instance)["port"] == found["port"]
    finally:
        postgres.remove(instance)


@as_root
def test_a_closed_parent_stays_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home").mkdir(mode=0o711)
    monkeypatch.setenv("LINGQU_PG_HOME", str(folder / "home"))
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    instance = Instance(closed / "i")
    try:
        found = postgres.start(instance)
        recorded = json.loads(postgres.connection_file(instance).read_text())
        assert recorded["data"].startswith(str(folder / "home"))
        ask(found, "create table kept as select 1 as one")
        postgres.stop(instance)
        assert ask(postgres.start(instance), "select one from kept") == 1
        assert closed.stat().st_mode & 0o777 == 0o700
        assert postgres.forgotten() == []
        postgres.stop(instance)
        (instance.pg / "elsewhere").rename(instance.pg / "lost")
        assert postgres.forgotten() == [Path(recorded["data"]).parent]
        (instance.pg / "lost").rename(instance.pg / "elsewhere")
    finally:
        postgres.remove(instance)
    assert not Path(recorded["data"]).exists()


@as_root
def test_programs_that_cannot_be_reached_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home").mkdir(mode=0o711)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    here = programs.binaries().parent
    libraries = here.parent.with_name(f"{here.parent.name}.libs")
    (closed / here.parent.name).mkdir()
    subprocess.run(["cp", "-a", str(here), str(closed / here.parent.name / here.name)], check=True)
    if libraries.exists():
        subprocess.run(["cp", "-a", str(libraries), str(closed / libraries.name)], check=True)
    monkeypatch.setenv("LINGQU_PG_HOME", str(folder / "home"))
    monkeypatch.setenv("LINGQU_PG_BIN", str(closed / here.parent.name / here.name / "bin"))
    instance = Instance(folder / "i")
    try:
        assert ask(postgres.start(instance), "select 1") == 1
        assert json.loads(postgres.connection_file(instance).read_text())["binaries"].startswith(str(folder / "home"))
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        postgres.remove(instance)


def _in_child(user: str, work: Callable[[], None]) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    work()


@as_root
def test_a_normal_user_runs_it_as_himself(instance: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.start(instance)
    reachable = json.loads(postgres.connection_file(instance).read_text())["binaries"]
    monkeypatch.setenv("LINGQU_PG_BIN", reachable)
    entry = pwd.getpwnam("nobody")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    own = Instance(folder / "own")

    def work() -> None:
        assert ask(postgres.start(own), "select 1") == 1
        crash(own)
        assert ask(postgres.start(own), "select 1") == 1
        pid = postgres.status(own).pid
        assert pid
        assert Path(f"/proc/{pid}").stat().st_uid == entry.pw_uid
        postgres.remove(own)

    child = multiprocessing.get_context("fork").Process(target=_in_child, args=("nobody", work))
    child.start()
    child.join(120)
    assert child.exitcode == 0


def _programs_saying(folder: Path, version: str, instance: Instance) -> Path:
    """The real programs under another version number, as a package of the next release would bring them."""
    here = Path(json.loads(postgres.connection_file(instance).read_text())["binaries"])
    made = folder / "other" / "bin"
    made.mkdir(parents=True)
    for name in ("lib", "share"):
        (folder / "other" / name).symlink_to(here.parent / name)
    script = f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "postgres (PostgreSQL) {version}"; exit; }}\n'
    for name in ("postgres", "initdb"):
        (made / name).write_text(f'{script}exec "{here}/{name}" "$@"\n')
        (made / name).chmod(0o755)
    return made


def test_a_newer_minor_version_starts_on_the_same_data(
    instance: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(postgres.start(instance), "create table kept as select 1 as one")
    postgres.stop(instance)
    major = programs.major_of(programs.version(programs.binaries()))
    monkeypatch.setenv("LINGQU_PG_BIN", str(_programs_saying(folder, f"{major}.99", instance)))
    assert ask(postgres.start(instance), "select one from kept") == 1


def test_another_major_version_is_refused(instance: Instance, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgres.start(instance)
    postgres.stop(instance)
    monkeypatch.setenv("LINGQU_PG_BIN", str(_programs_saying(folder, "99.1", instance)))
    with pytest.raises(Conflict) as refusal:
        postgres.start(instance)
    assert refusal.value.rule == "postgres.major"
    assert "99.1" in refusal.value.message.zh
    assert "pg_dump" in refusal.value.next_step.en


def test_no_programs_is_said_plainly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGQU_PG_BIN", str(folder))
    with pytest.raises(Unavailable, match=r"postgres\.binaries"):
        postgres.start(Instance(folder / "i"))


def test_external_database_version(instance: Instance) -> None:
    url = psycopg.conninfo.make_conninfo(**postgres.start(instance))
    assert int(postgres.check_version(url).split(".")[0]) >= 15
    with pytest.raises(Unavailable, match=r"postgres\.unreachable"):
        postgres.check_version("postgresql://nobody@127.0.0.1:1/none")
