"""A five-step approval, three of the steps in parallel, every step persisted in PostgreSQL.

    python -m bench.procedures [--cases 300] [--rounds 5] [--viewflow PYTHON]

Beside it SpiffWorkflow, whose whole state is loaded and saved as JSON at every step (10 KiB a case), in the same
database by the same driver; and django-viewflow, where ``--viewflow`` (or ``LINGQU_VIEWFLOW``) names the Python of an
environment that has it (``pip install django-viewflow psycopg[binary]``), as its own views do it without HTTP. Rounds
take turns. CPU is that of Python and that of the database's processes. Ours checks rights, writes history and the
ledger besides; the others do none of that.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import Figure, above, below, cpu_of_tree, machine, say

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">'
    '<process id="p" isExecutable="true">'
)
SHAPES = (
    '<startEvent id="start"/><userTask id="accept"/><parallelGateway id="split"/><userTask id="a"/><userTask id="b"/>'
    '<userTask id="c"/><parallelGateway id="join"/><userTask id="decide"/><endEvent id="end"/>'
)
FLOWS = (
    ("start", "accept"), ("accept", "split"), ("split", "a"), ("split", "b"), ("split", "c"), ("a", "join"),
    ("b", "join"), ("c", "join"), ("join", "decide"), ("decide", "end"),
)  # fmt: skip
DIAGRAM = (
    HEAD
    + SHAPES
    + "".join(f'<sequenceFlow id="f{n}" sourceRef="{s}" targetRef="{t}"/>' for n, (s, t) in enumerate(FLOWS))
    + "</process></definitions>"
)
OFFICES = {"accept": "market", "a": "police", "b": "taxation", "c": "housing", "decide": "market"}


@dataclass
class Engine:
    """``run`` does so many cases and gives the seconds of CPU that Python took; ``share`` of the cases it is given."""

    name: str
    run: Callable[[int], float]
    share: float = 1.0
    python: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def whole(self) -> float:
        return round(median(map(sum, zip(self.python, self.database, strict=True))), 2)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cases", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--viewflow", default=os.environ.get("LINGQU_VIEWFLOW", ""))
    given = arguments.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "lingqu.site.settings"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        os.environ["LINGQU_INSTANCE"] = folder
        from lingqu.site import postgres
        from lingqu.site.instance import Instance

        instance = Instance(Path(folder))
        postgres.start(instance)
        try:
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            server = next(int(file.read_text().split()[0]) for file in Path(folder).rglob("postmaster.pid"))
            print(f"load {machine()['load']}")
            say(figures(given.cases, given.rounds, server, given.viewflow))
        finally:
            postgres.remove(instance)


def figures(cases: int, rounds: int, server: int, python: str = "") -> list[Figure]:
    ours = Engine("ours", counted(ready()))
    peers = []
    if (whole := spiff()) is not None:
        peers.append((Engine("SpiffWorkflow saved whole", counted(whole), 0.3), 2.5))
    if python:
        peers.append((Engine("django-viewflow", viewflow(python), 0.1), 10.0))
    measure([ours, *(peer for peer, _ in peers)], cases, rounds, server)
    what = "five-step approval, three in parallel: CPU a case"
    split = f"Python {median(ours.python):.2f}, database {median(ours.database):.2f}"
    wall = Figure("cases a second, one client", round(1000 / median(ours.wall), 1), "1/s")
    found = [below(what, ours.whole, "ms", 6.0, note=split), wall]
    for peer, bar in peers:
        split = f"Python {median(peer.python):.2f}, database {median(peer.database):.2f}"
        found.append(Figure(f"the same by {peer.name}", peer.whole, "ms", note=split))
        ratio = round(median(peer.python) / median(ours.python), 1)
        note = f"with the database's {peer.whole / ours.whole:.1f}"
        found.append(above(f"{peer.name} to ours, Python's CPU", ratio, "×", bar, ratio=ratio, note=note))
    return found


def measure(engines: list[Engine], cases: int, rounds: int, server: int) -> None:
    """Milliseconds a case, by turns, after a first round that counts not."""
    for engine in engines:
        engine.run(10)
    for _ in range(rounds):
        for engine in engines:
            count = max(10, int(cases * engine.share))
            database, clock = cpu_of_tree(server), time.monotonic()
            engine.python.append(engine.run(count) / count * 1000)
            engine.wall.append((time.monotonic() - clock) / count * 1000)
            engine.database.append((cpu_of_tree(server) - database) / count * 1000)


def counted(work: Callable[[], None]) -> Callable[[int], float]:
    def run(count: int) -> float:
        began = time.process_time()
        for _ in range(count):
            work()
        return time.process_time() - began

    return run


def viewflow(python: str) -> Callable[[int], float]:
    """A process of the other environment, which is told how many cases to do and answers with its CPU seconds."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("create schema viewflow")
    kept = ("host", "port", "user", "password", "dbname")
    given = {k: v for k, v in connection.get_connection_params().items() if k in kept}
    told = {**os.environ, "BENCH_DATABASE": json.dumps(given)}
    command = [python, str(Path(__file__).with_name("viewflow_side.py"))]
    side = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=told)
    assert side.stdin is not None
    assert side.stdout is not None
    talk = side.stdin, side.stdout

    def run(count: int) -> float:
        talk[0].write(f"{count}\n")
        talk[0].flush()
        line = talk[1].readline()
        if not line:
            sys.exit("django-viewflow's side ended")
        return float(line)

    return run


def ready() -> Callable[[], None]:
    """Lingqu's own: actors with rights by grant, claims apart; items are found by one query a step, as a page would."""
    from lingqu.centre.access.definitions import Role
    from lingqu.centre.access.door import Actor
    from lingqu.centre.catalogue.definitions import Department
    from lingqu.centre.drawing import door as drawing
    from lingqu.centre.procedures import door
    from lingqu.centre.procedures.definitions import Procedure

    tasks = {node: {"department": office, "days": 3} for node, office in OFFICES.items()}
    grant = {"actions": ["handle"], "rows": "own_department"}
    definitions: list[Any] = [
        *(Department.model_validate({"code": code, "title": code}) for code in sorted(set(OFFICES.values()))),
        Role.model_validate({"code": "clerk", "title": "clerk", "grants": [grant]}),
        Procedure.model_validate(
            {"code": "p", "title": "p", "department": "market", "tasks": tasks, "diagram": DIAGRAM}
        ),
    ]
    placed = [drawing.Placed(d.kind, d.code, d.document(), "bench", "city") for d in definitions]
    drawing.replace(placed, [], actor="bench", summary={})
    clerks = {o: Actor("person", o, roles=("clerk",), department=o) for o in set(OFFICES.values())}
    applicant = Actor("person", "applicant")

    def work() -> None:
        number = door.start(applicant, "p")
        done = 0
        while done < len(OFFICES):
            for item, office in waiting(number):
                door.complete(clerks[office], item)
                done += 1

    return work


def waiting(number: int) -> list[tuple[int, str]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select id, department from procedures_item where case_id = %s and state = 'open' order by id", [number]
        )
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def spiff() -> Callable[[], None] | None:
    try:
        import io

        from lxml import etree
        from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
        from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
        from SpiffWorkflow.util.task import TaskState
    except ImportError:
        return None
    from django.db import connection, transaction

    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(DIAGRAM.encode())))
    spec, serializer = parser.get_spec("p"), BpmnWorkflowSerializer()
    with connection.cursor() as cursor:
        cursor.execute("create table spiff_case (id bigserial primary key, state jsonb not null)")

    def work() -> None:
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "insert into spiff_case (state) values (%s) returning id", [serializer.serialize_json(workflow)]
            )
            number = cursor.fetchone()[0]
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select state from spiff_case where id = %s for update", [number])
                state = cursor.fetchone()[0]
                text = state if isinstance(state, str) else json.dumps(state)
                workflow = serializer.deserialize_json(text)
                open_ = [t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.manual]
                if not open_:
                    return
                open_[0].run()
                workflow.do_engine_steps()
                cursor.execute(
                    "update spiff_case set state = %s where id = %s", [serializer.serialize_json(workflow), number]
                )

    return work


if __name__ == "__main__":
    main()
