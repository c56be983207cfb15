"""A whole Lingqu beside the one that is tested: an instance with a database and a web server of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

SRC = Path(__file__).parents[1] / "src"
_MAKE = """
import json, sys
from datetime import timedelta
given = json.loads(sys.argv[1])
from lingqu.site import instance, postgres, supervisor
here = instance.current()
supervisor.database_up(here)
supervisor.migrate()
supervisor.make_roles(here)
import django
django.setup()
from django.utils import timezone
from lingqu.centre.access import credentials
from lingqu.centre.access.definitions import Role
from lingqu.centre.access.models import Account
from lingqu.centre.drawing import door as drawing
roles = [Role.model_validate(r) for r in given["roles"]]
placed = [drawing.Placed("role", r.code, r.document(), "tests", "city") for r in roles]
drawing.replace(placed, [], actor="tests", summary={})
keys = {}
for role in roles:
    account = Account.objects.create_user(role.code, kind="client", roles=[role.code], department=role.code)
    keys[role.code] = credentials.issue_key(account, "tests", timezone.now() + timedelta(days=1), "tests")[0]
command = supervisor.children("127.0.0.1", given["port"], 0)[0].command
at = command.index("--workers")
command = [*command[:at], "--workers", "1", *command[at + 2:]]
print(json.dumps({"keys": keys, "command": command, "env": supervisor.environment(here, "web")}))
"""
_STOP = "from lingqu.site import instance, postgres; h = instance.current(); postgres.stop(h); postgres.remove(h)"


class LingquServer:
    """``roles`` are documents; each has an account of its code, whose key is in ``keys``."""

    def __init__(self, folder: Path, roles: list[dict[str, Any]]) -> None:
        folder.mkdir(parents=True)
        folder.chmod(0o711)
        self.port = _free()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {k: v for k, v in os.environ.items() if not k.startswith(("LINGQU_", "DATABASE_URL"))}
        self._env |= {"LINGQU_INSTANCE": str(folder), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
        self._env |= {"PYTHONPATH": str(SRC)}
        told = json.dumps({"roles": roles, "port": self.port})
        made = subprocess.run(
            [sys.executable, "-c", _MAKE, told], env=self._env, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr[-3000:]
        found = json.loads(made.stdout.splitlines()[-1])
        self.keys: dict[str, str] = found["keys"]
        self._command, self._web = found["command"], self._env | found["env"] | {"LINGQU_OUTBOUND": "127.0.0.1"}
        self._web["LINGQU_ADDRESS"] = self.url
        self._web.pop("PROMETHEUS_MULTIPROC_DIR", None)
        self._worker: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.begin()

    def begin(self) -> None:
        self._process = subprocess.Popen(
            self._command, env=self._web, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/health/live", trust_env=False, timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the web server does not answer")

    def work(self) -> None:
        """Begin what works beside the web server."""
        env = self._web | {"LINGQU_PROCESS": "worker"}
        command = [sys.executable, "-m", "lingqu.site", "worker"]
        self._worker = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end(self) -> None:
        """Only the web server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.end()
        if self._worker is not None:
            self._worker.terminate()
            self._worker.wait()
        subprocess.run([sys.executable, "-c", _STOP], env=self._env, capture_output=True, check=False)

    def ask(self, method: str, path: str, document: Any = None, key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys[key]}"} if key else {}
        return httpx.request(
            method, f"{self.url}/ngsi-ld/v1{path}", json=document, headers=headers, trust_env=False, timeout=60
        )


def _free() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
