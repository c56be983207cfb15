"""``lingqu up``, ``down``, ``status``, ``doctor``: the whole tree, and what survives the death of its parts."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from lingqu.site import postgres, processes
from site_trees import PORT, TOYTOWN, Tree, tree, until

pytestmark = [pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the tree is tried on its own database")]


@pytest.fixture(scope="module")
def up() -> Iterator[Tree]:
    with tree(workers=2) as made:
        made.lingqu("up", "--detach", "--port", PORT)
        yield made


def test_it_says_its_address_and_is_ready(up: Tree) -> None:
    assert up.lingqu("status").stdout.count("process") == 4
    until(lambda: up.get("health/ready").json()["worker"], f"the worker's sign of life {up.logs()}")
    answer = up.get("health/ready")
    assert answer.status_code == 200
    assert len(answer.headers["X-Request-ID"]) == 12


def test_a_second_up_names_the_first(up: Tree) -> None:
    done = up.lingqu("up", check=False)
    assert done.returncode == 2
    assert up.state()["url"] in done.stderr
    assert "up.already" in done.stderr


def test_pages_are_answered_by_a_role_that_owns_nothing(up: Tree) -> None:
    up.get("health/ready")
    users = {row[0] for row in up.ask("select usename from pg_stat_activity where application_name <> 'psql'")}
    assert "lingqu_web" in users
    assert up.ask("select count(*) from pg_class where relowner = 'lingqu_web'::regrole") == [(0,)]
    for secret in ("pass", "lingqu_web.json"):
        assert (up.instance.secrets / secret).stat().st_mode & 0o077 == 0


def test_metrics_are_for_this_machine(up: Tree) -> None:
    import httpx

    up.get("health/live")
    text = up.get("metrics").text
    assert 'lingqu_requests_total{method="GET",route="health/live",status="200"}' in text
    far = httpx.get(up.state()["url"] + "metrics", headers={"X-Forwarded-For": "203.0.113.7"}, trust_env=False)
    assert far.status_code == 403


def test_the_intake_asks_for_a_session(up: Tree) -> None:
    import httpx

    intake = f"http://127.0.0.1:{up.state()['intake']}"
    assert httpx.get(f"{intake}/health/live", trust_env=False).json() == {"live": True}
    assert httpx.get(f"{intake}/intake/progress", trust_env=False).status_code == 403


SESSION = """
from django.contrib.auth import get_user_model
from django.test import Client
account, _ = get_user_model().objects.get_or_create(username="ROLE", defaults={"roles": ["ROLE"]})
client = Client()
client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
print("session", client.session.session_key)
"""


def test_the_intake_streams_to_stewards(up: Tree) -> None:
    import httpx

    up.lingqu("blueprint", "apply", TOYTOWN)
    address = f"http://127.0.0.1:{up.state()['intake']}/intake/progress"
    for role, status in (("developer", 403), ("steward", 200)):
        key = up.lingqu("django", "shell", "-c", SESSION.replace("ROLE", role)).stdout.split("session ")[-1].strip()
        headers = {"Cookie": f"sessionid={key}", "Origin": up.state()["url"].rstrip("/")}
        with httpx.stream("GET", address, headers=headers, timeout=30, trust_env=False) as answer:
            assert answer.status_code == status
            if status == 200:
                assert answer.headers["Content-Type"].startswith("text/event-stream")
                assert answer.headers["Access-Control-Allow-Origin"] == headers["Origin"]
                assert next(answer.iter_lines()), up.logs()


def test_logs_are_json_lines_without_the_query(up: Tree) -> None:
    up.get("health/live?name=somebody")
    lines = (up.instance.logs / "web.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["route"] == "health/live"
    assert "somebody" not in "".join(lines)


def test_the_worker_finds_its_own_work(up: Tree) -> None:
    up.lingqu("blueprint", "apply", TOYTOWN)
    up.lingqu("collect")
    until(lambda: up.ask("select count(*) from fusion_fusionrun where state = 'done'")[0][0] >= 7, "fusion", 120)
    assert up.ask("select distinct state from exchange_delivery") == [("checked",)]
    text = up.lingqu("doctor").stdout
    assert "✗" not in text
    assert "revision 1" in text


@pytest.mark.parametrize("name", ["web", "worker", "intake"])
def test_a_killed_child_is_started_again(up: Tree, name: str) -> None:
    before = up.child(name)
    before.signal(signal.SIGKILL)
    until(lambda: up.child(name) != before and up.child(name).alive(), f"{name} again")
    until(lambda: up.get("health/ready").status_code == 200, "ready again")


def test_a_killed_database_is_started_again(up: Tree) -> None:
    before = postgres.status(up.instance)
    assert before.pid
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: postgres.status(up.instance).pid not in (None, before.pid), "PostgreSQL again")
    until(lambda: up.get("health/ready").status_code == 200, "ready again")


def test_a_killed_supervisor_leaves_nothing_that_matters(up: Tree) -> None:
    state = up.state()
    children = [processes.Known(**c) for c in state["children"].values()]
    processes.Known(**state["supervisor"]).signal(signal.SIGKILL)
    until(lambda: not any(c.alive() for c in children), f"children {children} follow their parent")
    assert up.lingqu("status", check=False).returncode == 1
    up.lingqu("up", "--detach", "--port", PORT)
    until(lambda: up.get("health/ready").status_code == 200, "ready again")


@pytest.mark.parametrize("name", ["web", "intake"])
def test_a_killed_supervisor_takes_along_what_is_still_loading(up: Tree, name: str) -> None:
    before = up.child(name)
    before.signal(signal.SIGKILL)
    until(lambda: up.child(name) != before, f"{name} begins again")
    children = [processes.Known(**c) for c in up.state()["children"].values()]
    processes.Known(**up.state()["supervisor"]).signal(signal.SIGKILL)
    until(lambda: not any(c.alive() for c in children), f"children {children} follow their parent", 60)
    up.lingqu("up", "--detach", "--port", PORT)
    until(lambda: up.get("health/ready").status_code == 200, "ready again")


def test_down_stops_all(up: Tree) -> None:
    children = [up.child(name) for name in ("web", "worker", "intake")]
    assert "stopped" in up.lingqu("down").stdout
    assert not any(c.alive() for c in children)
    assert postgres.status(up.instance).pid is None
    assert "nothing was running" in up.lingqu("down").stdout


def test_a_taken_port_gives_the_next(up: Tree) -> None:
    up.lingqu("down")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = up.lingqu("up", "--detach", "--port", str(port)).stdout
    assert f":{port}/" not in said
    assert said.startswith("http://127.0.0.1:")


def test_commands_say_refusals_plainly(up: Tree, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    done = up.lingqu("new-city", tmp_path / "full", "--code", "230100", "--zh", "某市", check=False)
    assert done.returncode == 2
    assert "blueprint.not_empty" in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr
