"""ETSI's public NGSI-LD suite (CIM 013; Robot Framework) against an instance of its own, under granian.

    python -m bench.etsi SUITE [GROUP …] [--robot PYTHON] [--baseline REVISION] [--folder INSTANCE] [--out FOLDER]

SUITE is a checkout; it is copied, never changed. A GROUP is a folder or a file below ``TP/NGSI-LD``; without one, all.
PYTHON is an interpreter with Robot Framework and what the suite's ``requirements.txt`` names. ``--baseline`` runs only
the cases whose files stood at that revision of the suite. Prints passed/total of each group and the sum; each case with
its message goes to ``results.csv`` in ``--out``.

The instance's one role may read and write every type; rights, masks and ledger are on as always. The suite's contexts
lie in the instance's folder of contexts, as an operator would put them there: nothing is fetched from outside.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import harness

TESTS = Path("TP/NGSI-LD")
GRANTS = [{"actions": ["read", "write", "register"], "types": ["*"]}]
ROLES = [
    {"code": "suite", "title": "Suite", "grants": GRANTS},
    {"code": "tenants", "title": "Suite", "grants": GRANTS, "tenants": ["*"]},
]
RATES = ("NAMED", "ANONYMOUS", "TILES")
KEPT = "https://raw.githubusercontent.com/marek-mraz/ngsi-ld-test-suite/main/resources/jsonld-contexts/"
STRAY = (
    "https://easy-global-market.github.io/ngsild-api-data-models/ngsildTestSuite/ngsildTestSuiteV1.8-compound.jsonld"
)
# Contexts of another project, which the suite names and does not hold: it uses no more of them.
ELSEWHERE = (
    "https://fiware.github.io/NGSI-LD_TestSuite/ldContext/testContext.jsonld",
    "https://fiware.github.io/data-models/context.jsonld",
)
PORTS = {"notification_server": 8085, "context_source": 8086, "context_server": 8087}
OUTBOUND = (
    "127.0.0.1,localhost,my.second.endpoint.org,unreachable.endpoint,my.csource.org,my.new.csource.org,peer.example,"
    "source.example.com,csr.example.com,a.b.c,csf-a.example.com,csf-b.example.com,original.subscriber.example"
)
"""The suite's own servers, and the hosts that it names though there are none."""
NOTIFIER = (
    "import django; django.setup(); from lingqu.site import notifying; "
    "notifying.Forwarder().start(); notifying.Notifier().run()"
)
MQTT = """*** Settings ***
Library    MQTTLibrary
Library    ${EXECDIR}/mosquitto.py
*** Keywords ***
Start Mqtt Server
    [Arguments]    ${conf_file_name}    ${port}
    Begin Mosquitto    ${conf_file_name}    ${port}
Stop Mqtt Server
    End Mosquitto
"""
MOSQUITTO = """
import os, shutil, socket, subprocess, tempfile, time

process = None
PATH = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"

def begin_mosquitto(named, port):
    global process
    end_mosquitto()
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    lines = [f"listener {port} 127.0.0.1"]
    if "with_user" in named:
        file = os.path.join(folder, "passwords")
        program = shutil.which("mosquitto_passwd", path=PATH)
        subprocess.check_call([program, "-c", "-b", file, "user_with_password", "password"])
        os.chmod(file, 0o644)
        lines += ["allow_anonymous false", f"password_file {file}"]
    else:
        lines.append("allow_anonymous true")
    with open(os.path.join(folder, "m.conf"), "w") as out:
        out.write("\\n".join(lines) + "\\n")
    process = subprocess.Popen([shutil.which("mosquitto", path=PATH), "-c", os.path.join(folder, "m.conf")])
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", int(port)), 0.2).close()
        except OSError:
            time.sleep(0.1)

def end_mosquitto():
    global process
    if process is not None:
        process.terminate()
        process.wait()
        process = None
"""
LIMIT = '''
from robot.api import SuiteVisitor

class limit(SuiteVisitor):
    """A time limit for each case; where a list is given, only the files it names."""

    def __init__(self, seconds, listed=""):
        self.seconds = seconds
        self.keep = set(open(listed).read().split()) if listed else None

    def start_suite(self, suite):
        if self.keep is not None and suite.tests and str(suite.source).split("/suite/", 1)[1] not in self.keep:
            suite.tests.clear()

    def end_suite(self, suite):
        suite.suites = [s for s in suite.suites if s.test_count > 0]

    def visit_test(self, test):
        test.timeout = test.timeout or f"{self.seconds} seconds"
'''


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", type=Path)
    parser.add_argument("groups", nargs="*")
    parser.add_argument("--robot", default=sys.executable, help="interpreter with Robot Framework")
    parser.add_argument("--baseline", default="", help="only cases whose files stood at this revision")
    parser.add_argument("--folder", type=Path, help="instance to use again; it is emptied, and kept")
    parser.add_argument("--out", type=Path, default=harness.ROOT / "build" / "etsi")
    parser.add_argument("--port", type=int, default=8590)
    parser.add_argument("--shift", type=int, default=0, help="added to the ports of the suite's own servers")
    parser.add_argument("--seconds", type=int, default=60, help="longest time of a case")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lingqu-etsi-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    given.out.mkdir(parents=True, exist_ok=True)
    os.environ |= {"LINGQU_INSTANCE": str(folder.resolve()), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    from lingqu.site import instance, postgres

    try:
        with _served(given.suite, given.port, given.out):
            failed = _run(given)
    finally:
        postgres.stop(instance.current())
        if given.folder is None:
            postgres.remove(instance.current())
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


@contextmanager
def _served(suite: Path, port: int, out: Path) -> Iterator[None]:
    """A web server on an empty store, until the end of the block."""
    from lingqu.site import instance, postgres, supervisor

    here = instance.current()
    supervisor.database_up(here)
    supervisor.migrate()
    supervisor.make_roles(here)
    key = _town()
    _contexts(suite, here.root / "contexts")
    web = supervisor.children("127.0.0.1", port, 0)[0].command
    web = [*web[: web.index("--workers")], "--workers", "1", "bench.etsi_side:application"]
    env = supervisor.environment(here, "web") | {"BENCH_KEY": key}
    env["PYTHONPATH"] = os.pathsep.join([str(harness.ROOT), env.get("PYTHONPATH", "")])
    env.pop("PROMETHEUS_MULTIPROC_DIR")
    env |= {f"LINGQU_RATE_{kind}": "" for kind in RATES}
    env["LINGQU_OUTBOUND"] = OUTBOUND
    with (out / "server.log").open("w") as log:
        process = subprocess.Popen(web, env=env, stdout=log, stderr=log, cwd=harness.ROOT)
    worker = supervisor.environment(here, "worker") | {"LINGQU_OUTBOUND": env["LINGQU_OUTBOUND"]}
    with (out / "notifier.log").open("w") as log:
        notifier = subprocess.Popen([sys.executable, "-c", NOTIFIER], env=worker, stdout=log, stderr=log)
    try:
        _await(port)
        yield
    finally:
        notifier.terminate()
        notifier.wait()
        process.terminate()
        process.wait()
        postgres.status(here)


def _await(port: int) -> None:
    import httpx

    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/live", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit("the web server does not answer")


def _town() -> str:
    """A drawing with one role and no types, an empty store, and the key of the suite's system."""
    from datetime import timedelta

    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from lingqu.centre.access import credentials
    from lingqu.centre.access.definitions import Role
    from lingqu.centre.access.models import Account
    from lingqu.centre.drawing import door as drawing

    roles = [Role.model_validate(each) for each in ROLES]
    if drawing.revision() == 0:
        placed = [drawing.Placed("role", each.code, each.document(), "bench", "city") for each in roles]
        drawing.replace(placed, [], actor="bench", summary={})
    with connection.cursor() as cursor:
        cursor.execute("truncate entity, entity_past, entity_instance, entity_change, entity_tally")
        cursor.execute("select tablename from pg_tables where schemaname = 'public' and tablename like 'protocols_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"truncate {name} cascade")
    account, _ = Account.objects.get_or_create(username="suite", kind="client")
    account.department, account.roles = "suite", [role.code for role in roles]
    account.save()
    return credentials.issue_key(account, "bench", timezone.now() + timedelta(days=1), "bench")[0]


def _contexts(suite: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = sorted((suite / "resources" / "jsonld-contexts").glob("*.jsonld"))
    for file in files:
        shutil.copy(file, folder / file.name)
    index = {KEPT + file.name: file.name for file in files}
    index[STRAY] = "ngsi-ld-test-suite-compound.jsonld"
    (folder / "elsewhere.jsonld").write_text(json.dumps({"@context": {"T1": "http://example.org/T1"}}))
    index |= dict.fromkeys(ELSEWHERE, "elsewhere.jsonld")
    (folder / "index.json").write_text(json.dumps(index, indent=1))


def _run(given: argparse.Namespace) -> int:
    """Gives how many cases failed."""
    with tempfile.TemporaryDirectory() as work:
        copy = Path(work) / "suite"
        for part in ("TP", "data", "resources", "libraries"):
            shutil.copytree(given.suite / part, copy / part)
        _localised(copy, given.port)
        (copy / "limit.py").write_text(LIMIT)
        modifier = f"limit.py:{given.seconds}"
        if given.baseline:
            command = ["git", "-C", str(given.suite), "ls-tree", "-r", "--name-only", given.baseline, "--", "TP"]
            (Path(work) / "listed").write_text(subprocess.check_output(command, text=True))
            modifier += f":{work}/listed"
        wanted = [str(TESTS / group) for group in given.groups] or [str(TESTS)]
        command = [given.robot, "-m", "robot", "--outputdir", str(given.out.resolve()), "--xunit", "xunit.xml"]
        command += ["--log", "NONE", "--report", "NONE", "--console", "quiet", "--prerunmodifier", modifier]
        for name, value in _variables(given.port, given.shift).items():
            command += ["-v", f"{name}:{value}"]
        began = time.monotonic()
        with (given.out / "console.log").open("w") as log:
            # Django set TZ; the suite compares its own clock with UTC.
            env = os.environ | {"TZ": "UTC"}
            subprocess.run([*command, *wanted], cwd=copy, stdout=log, stderr=log, env=env, check=False)
        return _told(given.out, time.monotonic() - began)


def _variables(port: int, shift: int) -> dict[str, str]:
    address = f"http://127.0.0.1:{port}/ngsi-ld/v1"
    found = {
        "url": address,
        "temporal_api_url": address,
        "ngsild_test_suite_context": f"{KEPT}ngsi-ld-test-suite-compound.jsonld",
        "core_context": "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld",
        "mqtt_broker_host": "127.0.0.1",
        "mqtt_broker_non_default_port": str(1885 + shift),
    }
    for name, number in PORTS.items():
        found |= {f"{name}_host": "127.0.0.1", f"{name}_port": str(number + shift)}
    return found


def _localised(copy: Path, port: int) -> None:
    """Two cases name the author's own broker; those of MQTT run theirs in docker, here it is the machine's."""
    (copy / "resources" / "mqttUtils" / "MqttUtils.resource").write_text(MQTT)
    (copy / "mosquitto.py").write_text(MOSQUITTO)
    for file in (copy / "TP").rglob("*.robot"):
        text = file.read_text()
        if "http://localhost:9090${uri}" in text:
            file.write_text(text.replace("http://localhost:9090${uri}", f"http://127.0.0.1:{port}${{uri}}"))


def _told(out: Path, seconds: float) -> int:
    passed, total = Counter[str](), Counter[str]()
    with (out / "results.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "case", "status", "message"])
        for name, case, status, message in _cases(out / "output.xml"):
            group = str(Path(name).parent)
            total[group] += 1
            passed[group] += status == "PASS"
            rows.writerow([name, case, status, message])
    for group in sorted(total):
        print(f"{passed[group]:>5}/{total[group]:<5} {group}")
    print(f"{passed.total():>5}/{total.total():<5} in all  ({seconds:.0f} s; each case in {out / 'results.csv'})")
    return total.total() - passed.total()


def _cases(file: Path) -> Iterator[tuple[str, str, str, str]]:
    """(file below TP/NGSI-LD, case, PASS or FAIL, message)."""

    def walk(suite: ET.Element) -> Iterator[tuple[str, str, str, str]]:
        for case in suite.findall("test"):
            status = case.find("status")
            assert status is not None
            name = suite.get("source", "").split(f"{TESTS}/", 1)[1]
            yield name, case.get("name", ""), status.get("status", ""), " ".join((status.text or "").split())[:600]
        for inner in suite.findall("suite"):
            yield from walk(inner)

    root = ET.parse(file).getroot()
    for suite in root.findall("suite"):
        yield from walk(suite)


if __name__ == "__main__":
    main()
