"""A five-step approval, three of the steps in parallel, every step persisted in PostgreSQL.

    python -m bench.procedures [--cases 300] [--rounds 5]

Beside it SpiffWorkflow, whose whole state is loaded and saved as JSON at every step (10 KiB a case), in the same
database by the same driver. CPU is that of this process, without the database's, for both. Ours checks rights, writes
history and the ledger besides. django-viewflow is not run here: 66.6 ms on the machine where SpiffWorkflow took 16.2.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import Figure, below, say

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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cases", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "lingqu.site.settings"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        os.environ["LINGQU_INSTANCE"] = folder
        from lingqu.site import postgres
        from lingqu.site.instance import Instance

        postgres.start(Instance(Path(folder)))
        try:
            import django

            django.setup()
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            say(figures(given.cases, given.rounds))
        finally:
            postgres.remove(Instance(Path(folder)))


def figures(cases: int, rounds: int) -> list[Figure]:
    ours, whole = ready(), spiff()
    mine, mine_wall = measured(ours, cases, rounds)
    peers: list[tuple[str, float]] = []
    if whole is not None:
        peers.append(("SpiffWorkflow saved whole", measured(whole, max(20, cases // 5), rounds)[0]))
    what = "five-step approval, three in parallel: Python CPU a case"
    found = [below(what, mine, "ms", 6.0), Figure("cases a second, one client", round(1000 / mine_wall, 1), "1/s")]
    for name, theirs in peers:
        found.append(Figure(f"the same by {name}", theirs, "ms", peer=f"ours {mine} ms", ratio=round(theirs / mine, 1)))
    return found


def measured(work: Callable[[], None], cases: int, rounds: int) -> tuple[float, float]:
    """Median of ``rounds``: (CPU ms, wall ms) a case, after a first round that counts not."""
    for _ in range(10):
        work()
    cpu, wall = [], []
    for _ in range(rounds):
        began, clock = time.process_time(), time.monotonic()
        for _ in range(cases):
            work()
        cpu.append((time.process_time() - began) / cases * 1000)
        wall.append((time.monotonic() - clock) / cases * 1000)
    return round(median(cpu), 2), round(median(wall), 2)


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
