"""The worker: runs the queue, and keeps putting into it what the state of the city says is still to be done.

Deliveries and registers know their own state, so nothing is lost with the queue: whoever uploads a file need not know
that a worker exists, and after ``kill -9`` everything goes on. Of several workers one leads and does the looking.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import structlog
from croniter import croniter
from django.db import close_old_connections, connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from lingqu.blueprint import door as blueprint
from lingqu.centre.access import door as access
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.notices import door as notices
from lingqu.centre.procedures import door as procedures
from lingqu.site import jobs, notifying

log = structlog.get_logger(__name__)

TICK = 1.0  # seconds between looks for new work
DUE_EVERY = 3.0  # seconds between looks at registers while nothing comes in
SCHEDULE_EVERY = 20.0
SEAL_EVERY = 5.0  # of the ledger: what is not sealed yet can be taken away unnoticed
SHARING_EVERY = 60.0  # clocks of requests and agreements
CASES_EVERY = 15.0  # timers and terms of procedures
DIGEST_EVERY = 600.0  # what waits for departments, told once a day
REMIND_EVERY = 300.0  # of appointments within a day
REPRESENT_EVERY = 10.0  # who represents whom by the registers
FIGURES_EVERY = 900.0  # of cases and ratings, for everybody
OUTGOING_EVERY = 2.0  # seconds between looks at what agreements are due for
TIDY_EVERY = 3600.0
SWEEP_EVERY = 3600.0  # sessions, tokens and codes whose time is over
STALLED_AFTER = 30.0  # seconds without a heartbeat
LEADER, ALIVE = 73210001, 73210002  # advisory locks


_EVERY: dict[str, tuple[float, Any]] = {
    "sharing": (SHARING_EVERY, jobs.sharing),
    "cases": (CASES_EVERY, jobs.cases),
    "digest": (DIGEST_EVERY, jobs.digest),
    "figures": (FIGURES_EVERY, jobs.figures),
    "remind": (REMIND_EVERY, jobs.remind),
    "represent": (REPRESENT_EVERY, jobs.represent),
    "sweep": (SWEEP_EVERY, jobs.sweep),
}


@dataclass
class Look:
    """What one look at the city found to do: (queueing lock, task, arguments)."""

    wanted: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)


@dataclass
class Pump:
    """Looks, and queues. All its queries run on one thread, so that its locks live on one connection."""

    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "pump"))
    leads: bool = False
    due_looked: float = 0.0
    schedule_looked: float = 0.0
    sealed: float = 0.0
    looked: dict[str, float] = field(default_factory=dict)
    outgoing_looked: float = 0.0
    tidied: float = 0.0

    async def run(self) -> None:
        while True:
            try:
                await self._tick()
            except Exception:
                self.leads = False
                log.exception("pump.failed")
            await asyncio.sleep(TICK)

    async def _tick(self) -> None:
        look = await self._on_thread(self._look)
        for lock, task, arguments in look.wanted:
            try:
                await task.configure(queueing_lock=lock).defer_async(**arguments)
            except AlreadyEnqueued:
                continue
        if self.leads and time.monotonic() - self.schedule_looked > SCHEDULE_EVERY:
            self.schedule_looked = time.monotonic()
            await self._scheduled()

    async def _on_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)

    def _look(self) -> Look:
        close_old_connections()
        if not self._lead():
            return Look()
        day_ended = self._seal()
        live, waiting = _queue()
        pending = exchange.pending()
        wanted: list[tuple[str, Any, dict[str, Any]]] = [
            (f"advance:{d.id}", jobs.advance, {"delivery": d.id}) for d in pending
        ]
        collecting = any(lock.startswith("collect:") for lock in live)
        if (
            not pending
            and not collecting
            and "fuse" not in live | waiting
            and time.monotonic() - self.due_looked > DUE_EVERY
        ):
            self.due_looked = time.monotonic()
            if exchange.deliveries(limit=1) and fusion.due():
                wanted.append(("fuse", jobs.fuse, {}))
        if day_ended:
            wanted.append(("verify_ledger", jobs.verify_ledger, {}))
        wanted += self._by_the_clock()
        if blueprint.waiting():
            wanted.append(("publish", jobs.publish, {}))
        if procedures.move_waiting():
            wanted.append(("move_cases", jobs.move_cases, {}))
        if _messages():
            wanted.append(("notices", jobs.tell, {}))
        wanted += [(f"send:{number}", jobs.send, {"dispatch": number}) for number in self._outgoing()]
        return Look([w for w in wanted if w[0] not in live | waiting])

    def _by_the_clock(self) -> list[tuple[str, Any, dict[str, Any]]]:
        """What is looked after every so often."""
        now = time.monotonic()
        found: list[tuple[str, Any, dict[str, Any]]] = []
        for name, (seconds, task) in _EVERY.items():
            if now - self.looked.get(name, -seconds) > seconds:
                self.looked[name] = now
                found.append((name, task, {}))
        return found

    def _seal(self) -> bool:
        """Seal the ledger; whether a day ended with it. A fault in it must not hold up the city's work."""
        if time.monotonic() - self.sealed < SEAL_EVERY:
            return False
        self.sealed = time.monotonic()
        try:
            return access.seal_ledger().heads > 0
        except Exception:
            log.exception("ledger.not_sealed")
            return False

    def _outgoing(self) -> list[int]:
        """Ids of dispatches to be worked on. What is wrong with them must not hold up the city's own work."""
        try:
            if time.monotonic() - self.outgoing_looked > OUTGOING_EVERY:
                self.outgoing_looked = time.monotonic()
                exchange.due_dispatches()
            if time.monotonic() - self.tidied > TIDY_EVERY:
                self.tidied = time.monotonic()
                exchange.tidy_outbox()
            return exchange.pending_dispatches()
        except Exception:
            log.exception("outgoing.not_looked")
            return []

    def _lead(self) -> bool:
        """Be the leader, or become it. The first look of a leader takes up what dead workers left."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid = %s",
                [LEADER],
            )
            if cursor.fetchone() != (0,):
                return True
            cursor.execute("select pg_advisory_unlock_all(), pg_try_advisory_lock_shared(%s)", [ALIVE])
            cursor.execute("select pg_try_advisory_lock(%s)", [LEADER])
            self.leads = cursor.fetchone() == (True,)
            if self.leads:
                log.info("worker.leads", taken_up=_take_up_orphans(cursor))
        return self.leads

    async def _scheduled(self) -> None:
        """Queue each scheduled source once for each moment of its schedule, whichever worker looks."""
        for source, moment in await self._on_thread(_moments):
            deferrer = jobs.collect.configure(
                queueing_lock=f"collect:{source}", task_kwargs={"source": source, "timestamp": moment}
            )
            try:
                await app.job_manager.defer_periodic_job(deferrer.job, periodic_id=source, defer_timestamp=moment)
            except AlreadyEnqueued:
                continue


def _messages() -> bool:
    try:
        return notices.pending()
    except Exception:
        log.exception("notices.not_looked")
        return False


def _moments() -> list[tuple[str, int]]:
    """(source, latest moment of its schedule as seconds since 1970), in the city's time."""
    now = timezone.localtime()
    return [
        (code, int(croniter(source.schedule, now).get_prev(datetime.datetime).timestamp()))
        for code, source in exchange.sources().items()
        if source.schedule
    ]


def _queue() -> tuple[set[str], set[str]]:
    """Queueing locks of jobs in the queue or at work, and of those that failed and wait for another try.

    After n failures within the hour the next try comes 5·4ⁿ⁻¹ seconds after the last, at most ten minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select queueing_lock from procrastinate_jobs "
            "where status in ('todo', 'doing') and queueing_lock is not null"
        )
        live = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "select j.queueing_lock from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id "
            "where j.status = 'failed' and e.type = 'failed' and e.at > now() - interval '1 hour' "
            "and j.queueing_lock is not null group by 1 "
            "having max(e.at) + least(600, 5 * 4 ^ (count(*) - 1)) * interval '1 second' > now()"
        )
        return live, {row[0] for row in cursor.fetchall()}


def _take_up_orphans(cursor: Any) -> int:
    """Put jobs back that no living worker can be doing: all of them where no other worker is alive."""
    cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and objid = %s", [ALIVE])
    alone = cursor.fetchone() == (1,)
    cursor.execute(
        "select j.id from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id "
        "where j.status = 'doing' and (%s or w.last_heartbeat is null "
        "or w.last_heartbeat < now() - %s * interval '1 second')",
        [alone, STALLED_AFTER],
    )
    orphans = [row[0] for row in cursor.fetchall()]
    cursor.execute(
        "update procrastinate_jobs j set status = 'todo', worker_id = null where j.id = any(%s) and not exists ("
        "select 1 from procrastinate_jobs o where o.status = 'todo' and o.queueing_lock = j.queueing_lock)",
        [orphans],
    )
    cursor.execute(
        "update procrastinate_jobs set status = 'aborted' where id = any(%s) and status = 'doing'", [orphans]
    )
    return len(orphans)


async def run(concurrency: int = 2) -> None:
    """Until SIGTERM or SIGINT; short jobs are finished first, long ones are left and done again at the next start."""
    async with app.open_async():
        pump = asyncio.create_task(Pump().run())
        threads = [notifying.Notifier(), notifying.Forwarder()]
        for thread in threads:
            thread.start()
        try:
            await app.run_worker_async(
                concurrency=concurrency,
                fetch_job_polling_interval=2.0,
                delete_jobs="successful",
                shutdown_graceful_timeout=5,
            )
        finally:
            pump.cancel()
            for thread in threads:
                thread.stop()


def _end_with_parent() -> None:
    """A worker whose supervisor was killed has been told to stop; should it hang in that, it ends all the same."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    time.sleep(30)
    os._exit(1)


def main(concurrency: int) -> None:
    log.info("worker.starts", concurrency=concurrency)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(run(concurrency))
