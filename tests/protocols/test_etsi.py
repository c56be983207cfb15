"""150 of ETSI's NGSI-LD cases over HTTP (docs/ngsi-ld-conformance.md says how they were chosen), in one run of Robot
Framework against a server of this process. The suite shows no credentials: a key is put in front of the application."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.utils import timezone
from robot.api import ExecutionResult

from lingqu.centre.access import credentials
from lingqu.centre.access.models import Account
from lingqu.site.wsgi import application
from little_city import draw

HERE = Path(__file__).parent / "etsi"
CONTEXTS = "https://raw.githubusercontent.com/marek-mraz/ngsi-ld-test-suite/main/resources/jsonld-contexts/"
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
STRAY = (
    "https://easy-global-market.github.io/ngsild-api-data-models/ngsildTestSuite/ngsildTestSuiteV1.8-compound.jsonld"
)
SUITE = {"code": "suite", "title": "Suite", "grants": [{"actions": ["read", "write"], "types": ["*"]}]}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store, whose one role may read and write everything."""
    draw([("role", SUITE)])
    account = Account.objects.create_user("suite", kind="client", roles=["suite"], department="suite")
    key = credentials.issue_key(account, "test", timezone.now() + timedelta(days=1), "test")[0]
    settings.LINGQU_CONTEXTS = _contexts(tmp_path / "contexts")
    settings.RATES = {}
    settings.LINGQU_OUTBOUND = "127.0.0.1,localhost,my.second.endpoint.org,a.b.c"  # receivers that the suite names

    def shown(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ.setdefault("HTTP_AUTHORIZATION", f"Bearer {key}")
        environ.setdefault("HTTP_LINGQU_PURPOSE", "conformance")
        found: Iterable[bytes] = application(environ, start)
        return found

    held = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    held.set_app(shown)
    threading.Thread(target=held.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{held.server_port}/ngsi-ld/v1"
    held.shutdown()
    held.server_close()


def _contexts(folder: Path) -> Path:
    """The suite's contexts, where an operator would put them."""
    shutil.copytree(HERE / "suite" / "resources" / "jsonld-contexts", folder)
    index = {f"{CONTEXTS}{file.name}": file.name for file in folder.glob("*.jsonld")}
    index[STRAY] = "ngsi-ld-test-suite-compound.jsonld"
    (folder / "index.json").write_text(json.dumps(index))
    return folder


def test_the_chosen_cases_pass(server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "lingqu.request")
    given = {"url": server, "temporal_api_url": server, "core_context": CORE}
    given["ngsild_test_suite_context"] = f"{CONTEXTS}ngsi-ld-test-suite-compound.jsonld"
    command = [sys.executable, "-m", "robot", "--outputdir", str(tmp_path), "--log", "NONE", "--report", "NONE"]
    command += ["--console", "none", "--loglevel", "WARN", "--pythonpath", str(HERE / "keywords")]
    for name, value in given.items():
        command += ["--variable", f"{name}:{value}"]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([*command, "TP"], cwd=HERE / "suite", env=env, check=False)
    cases = list(ExecutionResult(str(tmp_path / "output.xml")).suite.all_tests)
    assert len(cases) == 150
    failed = [f"{case.source.name} {case.name}: {case.message[:300]}" for case in cases if not case.passed]
    if failed:
        pytest.fail("\n".join(failed), pytrace=False)
