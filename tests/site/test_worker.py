"""What the worker queues, what it leaves alone for a while, and what it takes up from the dead."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.utils import timezone

from lingqu.blueprint.models import Draft
from lingqu.centre.catalogue import models
from lingqu.site import jobs, worker

pytestmark = pytest.mark.django_db(transaction=True)


def put(lock: str, status: str = "todo", failed_seconds_ago: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (task_name, queue_name, queueing_lock, status) "
            "values ('t', 'default', %s, %s) returning id",
            [lock, status],
        )
        number = int(cursor.fetchone()[0])
        if failed_seconds_ago is not None:
            cursor.execute(
                "insert into procrastinate_events (job_id, type, at) "
                "values (%s, 'failed', now() - %s * interval '1 second')",
                [number, failed_seconds_ago],
            )
    return number


def statuses() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("select id, status::text from procrastinate_jobs")
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def clean() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


def test_what_failed_waits_longer_each_time() -> None:
    put("once, long ago", "failed", 6)
    put("once, just now", "failed", 2)
    for seconds in (100, 50, 30):
        put("three times", "failed", seconds)
    put("at work", "doing")
    live, waiting = worker._queue()
    assert live == {"at work"}
    assert waiting == {"once, just now", "three times"}


def test_jobs_of_the_dead_are_taken_up() -> None:
    alone = put("advance:1", "doing")
    queued_again = put("advance:2", "doing")
    put("advance:2", "todo")
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock_shared(%s)", [worker.ALIVE])
        try:
            assert worker._take_up_orphans(cursor) == 2
        finally:
            cursor.execute("select pg_advisory_unlock_all()")
    assert statuses()[alone] == "todo"
    assert statuses()[queued_again] == "aborted"


def test_a_piece_of_work_is_done_by_one() -> None:
    from concurrent.futures import ThreadPoolExecutor

    def other() -> bool:
        try:
            with jobs.exclusive("advance:7") as ours:
                return ours
        finally:
            connection.close()

    with jobs.exclusive("advance:7") as ours, ThreadPoolExecutor(1) as pool:
        assert ours
        assert pool.submit(other).result() is False
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(other).result() is True


def test_a_source_is_asked_for_once() -> None:
    assert jobs.ask_collect("police.vehicles")
    assert not jobs.ask_collect("police.vehicles")


def test_the_clocks_of_sharing_are_looked_at_each_minute() -> None:
    pump = worker.Pump(leads=True)
    looked = [("sharing", jobs.sharing, {})]
    pump.sealed = time.monotonic()
    assert [w for w in pump._look().wanted if w[0] == "sharing"] == looked
    assert [w for w in pump._look().wanted if w[0] == "sharing"] == []
    now = timezone.now()
    models.Request.objects.create(
        number="R-1", state="submitted", consumer="a", provider="b", resource="c", since=now, due=now
    )
    jobs.sharing()
    assert models.Request.objects.get(number="R-1").escalated_at is not None


def test_what_two_people_agreed_on_is_published() -> None:
    now = timezone.now()
    Draft.objects.create(kind="form", code="a", document="{}", state="approved", begun_at=now, saved_at=now)
    assert [w[0] for w in worker.Pump(leads=True)._look().wanted if w[0] == "publish"] == ["publish"]
    jobs.publish()
    assert Draft.objects.get().state == "draft", "nobody seconded it who may"
    assert [w for w in worker.Pump(leads=True)._look().wanted if w[0] == "publish"] == []
