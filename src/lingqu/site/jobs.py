"""The background work, as tasks of the PostgreSQL queue.

Each may be done twice and killed at any point: what is left over is found from the state of deliveries and registers,
not from the queue. An advisory lock keeps two workers from doing the same thing at the same time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import close_old_connections, connection
from procrastinate.contrib.django import app

from lingqu.blueprint import door as blueprint
from lingqu.centre.access import door as access
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.centre.guides import door as guides
from lingqu.centre.notices import door as notices
from lingqu.centre.papers import door as papers
from lingqu.centre.procedures import door as procedures
from lingqu.centre.quality import door as quality
from lingqu.protocols.ngsi_ld import snapshots
from lingqu.site import reminders
from lingqu.site.metrics import JOB_SECONDS
from lingqu.stewardship.sharing import bulletins

log = structlog.get_logger(__name__)


@contextmanager
def exclusive(key: str) -> Iterator[bool]:
    """Whether this piece of work is ours alone now. PostgreSQL gives the lock back when its holder dies."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 7321))", ["lingqu:" + key])
        row = cursor.fetchone()
    if not row or not row[0]:
        yield False
        return
    try:
        yield True
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 7321))", ["lingqu:" + key])


@contextmanager
def _work(task: str, what: str) -> Iterator[bool]:
    """Lock, log and measure one piece of work; False where another worker is at it."""
    close_old_connections()
    began = time.monotonic()
    try:
        with exclusive(f"{task}:{what}") as ours:
            yield ours
            if ours:
                seconds = time.monotonic() - began
                JOB_SECONDS.labels(task).observe(seconds)
                log.info("job.done", task=task, what=what, seconds=round(seconds, 3))
    except Exception:
        log.exception("job.failed", task=task, what=what)
        raise
    finally:
        close_old_connections()


@app.task(name="collect")
def collect(source: str, timestamp: int = 0) -> None:
    """Pull what a source has; ``timestamp`` is the moment of its schedule that this answers."""
    with _work("collect", source) as ours:
        if ours:
            exchange.collect(SYSTEM, source)


@app.task(name="advance")
def advance(delivery: int) -> None:
    """Move one delivery on: received → landed → checked."""
    with _work("advance", str(delivery)) as ours:
        if ours:
            move_on(delivery)


def move_on(delivery: int, progress: exchange.Progress | None = None) -> exchange.Delivery:
    found = exchange.delivery(delivery)
    if found.state == "received":
        found = exchange.land(delivery, progress)
    if found.state == "landed":
        found = quality.check(delivery, progress)
    return found


@app.task(name="fuse")
def fuse() -> None:
    """Fuse every register whose inputs changed, in order; one that fails does not hold up the others."""
    with _work("fuse", "all") as ours:
        if not ours:
            return
        failed: list[Exception] = []
        for register in fusion.due():
            try:
                fusion.fuse(register)
            except Exception as error:
                log.exception("fuse.failed", register=register)
                failed.append(error)
        if failed:
            raise failed[0]


@app.task(name="represent")
def represent() -> None:
    """Who represents whom by the registers, as the change log has it."""
    with _work("represent", "all") as ours:
        if ours:
            entities.follow_representations()


@app.task(name="verify_ledger")
def verify_ledger() -> None:
    """Check the ledger, once a day after its head was made; every fault goes into the log."""
    with _work("verify_ledger", "all") as ours:
        if not ours:
            return
        report = access.verify_ledger()
        access.keep_report(report)
        for fault in report.faults:
            log.error("ledger.fault", kind=fault.kind, what=fault.message.en, seal=fault.seal, at=fault.at)


@app.task(name="sharing")
def sharing() -> None:
    """What time brings to requests and agreements, and the bulletin of a month that ended."""
    with _work("sharing", "all") as ours:
        if ours:
            catalogue.tick()
            bulletins.issue_due()


@app.task(name="cases")
def cases() -> None:
    """Timers of procedures that are due, and what is overdue."""
    with _work("cases", "all") as ours:
        if ours:
            procedures.tick()


@app.task(name="publish")
def publish() -> None:
    """Put definitions into the drawing that two people agreed on."""
    with _work("publish", "all") as ours:
        if ours:
            blueprint.publish_due()


@app.task(name="move_cases")
def move_cases() -> None:
    """Take running cases over to a new version, or back, as two people agreed."""
    with _work("move_cases", "all") as ours:
        if ours:
            procedures.move_due()


@app.task(name="digest")
def digest() -> None:
    """What waits for departments, once a day."""
    with _work("digest", "all") as ours:
        if ours:
            procedures.digest()


@app.task(name="remind")
def remind() -> None:
    """Who has an appointment tomorrow is told so, once."""
    with _work("remind", "all") as ours:
        if ours:
            reminders.tell()


@app.task(name="figures")
def figures() -> None:
    """What everybody may know of cases and ratings, worked out anew."""
    with _work("figures", "all") as ours:
        if ours:
            guides.renew_figures()


@app.task(name="notices", lock="notices")
def tell() -> None:
    """Bring messages out of the house: mail, and calls that accounts asked for."""
    with _work("notices", "all") as ours:
        if ours:
            notices.deliver()


@app.task(name="send", lock="outgoing")
def send(dispatch: int) -> None:
    """Deliver under an agreement. One at a time: a receiver that hangs must not hold all the hands."""
    with _work("send", str(dispatch)) as ours:
        if ours:
            exchange.send(dispatch)


@app.task(name="sweep")
def sweep() -> None:
    """Delete sessions, tokens, codes, drafts and entities whose time is over."""
    with _work("sweep", "all") as ours:
        if ours:
            done = {"notices": notices.tidy(), "drafts": papers.applications.expire(), "entities": entities.reap()}
            done["snapshots"] = snapshots.sweep()
            for tenant, *_ in access.tenancy.living():
                with access.tenancy.within(tenant):
                    done[f"of {tenant}"] = entities.reap() + snapshots.sweep()
            log.info("swept", **access.tidy(), **done)


def ask_collect(source: str) -> bool:
    """Put a source's collecting into the queue; False where it stands there already."""
    from procrastinate.exceptions import AlreadyEnqueued

    try:
        collect.configure(queueing_lock=f"collect:{source}").defer(source=source)
    except AlreadyEnqueued:
        return False
    return True
