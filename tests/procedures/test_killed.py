"""A process killed at any statement of any step loses nothing and does nothing twice; two at once do it once."""

# ruff: noqa: F811

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from psycopg import sql

from ledgers import raw
from lingqu.centre.access.chain import encoding, keys, records
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.procedures import door, models, store
from lingqu.kernel.errors import LingquError
from procedures import test_parts as parts
from procedures.little import APPLICANT, DOCUMENT, LEAD, bureau, clerk, do, items, put  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERS: dict[str, dict[str, Any]] = {"b": {"note": "无"}, "decide": {"approved": True}}


def advance() -> bool:
    """One act of whoever finds the case as it is; False where there is nothing to do any more."""
    numbers = list(models.Case.objects.values_list("pk", flat=True))
    if not numbers:
        door.start(APPLICANT, "licence")
        return True
    waiting = items(numbers[0])
    if not waiting:
        return False
    node = sorted(waiting)[0]
    do(numbers[0], node, **ANSWERS.get(node, {}))
    return True


def killed_at(statement: int, work: Callable[[], object]) -> bool:
    """Do the work in a child that kills itself (SIGKILL) before its n-th statement; whether it was killed."""
    connections.close_all()
    child = os.fork()
    if not child:
        count = 0

        def count_down(execute: Any, *arguments: Any) -> Any:
            nonlocal count
            count += 1
            if count == statement:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*arguments)

        try:
            with connection.execute_wrapper(count_down):
                work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def consistent() -> None:
    """Case, items, tokens and history tell the same story."""
    for case in models.Case.objects.all():
        marking = store.Marking.of(case.marking)
        opened = list(models.Item.objects.filter(case=case, state__in=store.OPEN).order_by("token"))
        assert sorted(marking.waiting.items()) == [(i.token, i.node) for i in opened]
        done = models.Item.objects.filter(case=case, state="done")
        acts = models.Act.objects.filter(case=case)
        assert sorted(done.values_list("pk", flat=True)) == sorted(
            acts.filter(act="complete").values_list("item", flat=True)
        )
        assert acts.filter(act="start").count() == 1
        assert (case.state == "ended") == acts.filter(act="end").exists()
        assert case.step == 1 + done.count()


def test_kill_9_at_every_statement_of_every_step(bureau: None) -> None:
    killed = steps = 0
    while steps < 20:
        statement = 1
        while killed_at(statement, advance):
            killed, statement = killed + 1, statement + 1
            consistent()
        consistent()
        steps += 1
        case = models.Case.objects.get()
        if case.state == "ended":
            break
    assert (steps, case.outcome) == (6, "granted")
    assert models.Item.objects.filter(case=case, state="done").count() == 5
    assert killed > 20
    with raw() as other:
        written = [encoding.judge(m, keys.row_key()) for m in records.messages(other, sql.SQL("where act = 'write'"))]
    assert [row.whole for row in written] == [True] * 6


def test_kill_9_at_any_moment_of_a_process_at_work(bureau: None) -> None:
    """A process does what waits in several cases and is killed again and again, in the middle of whatever it does: of
    a statement, of a commit, between two of them. Another takes its place, until all has come to its end."""
    choice, kills = random.Random(9), 0
    numbers = [door.start(APPLICANT, "licence") for _ in range(4)]
    while waiting := [n for n in numbers if models.Case.objects.get(pk=n).state != "ended"]:
        connections.close_all()
        ready, told = os.pipe()
        child = os.fork()
        if not child:
            try:
                models.Case.objects.count()
                os.write(told, b"1")
                for number in waiting:
                    while opened := sorted(items(number)):
                        do(number, opened[0], **ANSWERS.get(opened[0], {}))
            finally:
                os._exit(0)
        os.read(ready, 1)
        time.sleep(choice.uniform(0, 0.1 + 0.02 * kills))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(status)
        os.close(ready)
        os.close(told)
        consistent()
    assert kills
    for number in numbers:
        acts = [act.act for act in door.case(LEAD, number).acts]
        assert acts == ["start", *["complete"] * 5, "end"]
        rows = LedgerRow.objects.filter(act="write", entity_type="Case", detail__case=number)
        assert [row.detail["act"] for row in rows.order_by("id")] == ["start", *["complete"] * 5]


def test_of_ten_at_once_one_does_it(bureau: None) -> None:
    number = door.start(APPLICANT, "licence")
    item, told, gate = items(number)["accept"].id, [], threading.Barrier(10)

    def work(name: int) -> None:
        try:
            gate.wait()
            door.complete(clerk("market", f"clerk-{name}"), item)
            told.append("done")
        except LingquError as error:
            told.append(error.rule)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count("done") == 1
    assert set(told) <= {"done", "procedures.moved", "procedures.gone"}
    consistent()
    assert set(items(number)) == {"a", "b", "c"}


def test_three_branches_at_once_meet_once(bureau: None) -> None:
    for _ in range(5):
        number = door.start(APPLICANT, "licence")
        do(number, "accept")
        opened, gate = items(number), threading.Barrier(3)

        def work(node: str, opened: Any = opened, gate: Any = gate) -> None:
            try:
                gate.wait()
                door.complete(clerk(opened[node].department), opened[node].id, ANSWERS.get(node, {}))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work, args=(n,)) for n in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(items(number)) == {"decide"}
        consistent()


def advance_calling() -> bool:
    """The same for a case that calls a procedure which waits for a message; who sends it knows of no kill."""
    numbers = list(models.Case.objects.values_list("pk", flat=True))
    if not numbers:
        door.start(APPLICANT, "licence")
        return True
    number = numbers[0]
    waiting = items(number)
    if not waiting and door.case(LEAD, number).state == "running":
        door.receive(parts.TREASURY, number, "payment", {"area": 21}, "T-1")
        return True
    for node in waiting:
        do(number, node, **{"check/b": {"check/approved": True}, "decide": {"note": "x"}}.get(node, {}))
        return True
    return False


def test_kill_9_with_a_call_and_a_message(bureau: None) -> None:
    put(parts.CALLED, parts.CALLING)
    killed = steps = 0
    while steps < 20:
        statement = 1
        while killed_at(statement, advance_calling):
            killed, statement = killed + 1, statement + 1
            for case in models.Case.objects.all():
                of, marking = store.version(case.version).plan, store.Marking.of(case.marking)
                tasks = sorted(node for node in marking.waiting.values() if of.nodes[node].kind == "task")
                opened = models.Item.objects.filter(case=case, state__in=store.OPEN)
                assert tasks == sorted(opened.values_list("node", flat=True))
                assert set(marking.inside.values()) <= set(marking.waiting)
        steps += 1
        case = models.Case.objects.get()
        if case.state == "ended":
            break
    assert (steps, case.outcome, case.answers["area"]) == (5, "end", 42)
    assert killed > 15
    assert models.Act.objects.filter(case=case, act="message").count() == 1
    assert not models.Clock.objects.filter(case=case).exists()
