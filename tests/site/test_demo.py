"""``lingqu demo``: one command, one address, and the second time only the doors are opened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from lingqu.site import postgres
from site_trees import REPOSITORY, TOYTOWN, Tree, tree, until

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the demo is tried on its own database")


@pytest.fixture(scope="module")
def town() -> Iterator[Tree]:
    with tree() as made:
        yield made


def test_it_fills_the_city_and_says_so(town: Tree) -> None:
    said = town.lingqu("demo", "--city", TOYTOWN, "--port", "8700", "--once").stdout
    assert said.index("http://127.0.0.1:") < said.index("checked") < said.index("done in")
    assert said.count("fused") >= 7
    assert "FAILED" not in said
    assert postgres.status(town.instance).pid is None


def test_again_it_only_opens_the_doors_and_ctrl_c_stops_all(town: Tree) -> None:
    command = [sys.executable, "-m", "lingqu.site", "demo", "--city", str(TOYTOWN), "--port", "8700"]
    demo = subprocess.Popen(command, env=town.environment(), stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
    until(lambda: town.get("health/ready").status_code == 200, "ready")
    accounts = until(lambda: town.ask("select username from access_account where demo"), "demo accounts")
    assert accounts
    assert demo.stdout
    lines = [demo.stdout.readline() for _ in range(4)]
    demo.send_signal(signal.SIGINT)
    rest = demo.communicate(timeout=90)[0]
    assert "http://127.0.0.1:" in "".join(lines)
    assert "checked" not in "".join(lines) + rest
    assert postgres.status(town.instance).pid is None
    assert not town.state()
