"""What is wrong with an instance, and how to mend it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from lingqu.kernel.errors import LingquError
from lingqu.site import postgres, supervisor
from lingqu.site.instance import Instance

ROOM = 2 * 2**30  # bytes of free disk below which a load may fail


@dataclass(frozen=True)
class Finding:
    ok: bool
    what: str
    detail: str
    mend: str = ""


def examine(instance: Instance) -> Iterator[Finding]:
    """One finding after another; what needs the database comes only where it answers. Starts the embedded one."""
    yield _python()
    yield _disk(instance)
    yield _folder(instance)
    database = _database(instance)
    yield database
    yield _forgotten()
    yield _port(instance)
    if database.ok:
        yield from _inside()
    yield _pages()


def _python() -> Finding:
    return Finding(sys.version_info >= (3, 11), "python", sys.version.split()[0], "Install Python 3.11 or newer")


def _disk(instance: Instance) -> Finding:
    there = next(p for p in (instance.root, *instance.root.parents) if p.exists())
    free = shutil.disk_usage(there).free
    return Finding(free >= ROOM, "disk", f"{free / 2**30:.1f} GB free at {there}", "Free some room: 2 GB at least")


def _folder(instance: Instance) -> Finding:
    there = next(p for p in (instance.root, *instance.root.parents) if p.exists())
    good = os.access(there, os.W_OK)
    return Finding(good, "instance", str(instance.root), f"Make {there} writable, or name another in LINGQU_INSTANCE")


def _database(instance: Instance) -> Finding:
    try:
        supervisor.database_up(instance)
    except LingquError as error:
        return Finding(False, "database", error.message.en, error.next_step.en)
    if url := os.environ.get("DATABASE_URL"):
        return Finding(True, "database", f"external, PostgreSQL {postgres.check_version(url)}")
    found = postgres.status(instance)
    return Finding(True, "database", f"PostgreSQL {found.version}, process {found.pid}, {found.data}")


def _forgotten() -> Finding:
    found = [str(folder) for folder in postgres.forgotten()]
    detail = f"data of {len(found)} deleted instances is still there" if found else "no data without an instance"
    return Finding(not found, "leftovers", detail, f"When nobody needs it: rm -r {' '.join(found)}")


def _port(instance: Instance) -> Finding:
    if state := supervisor.running(instance):
        from lingqu.site.commands.tree import answers

        good = answers(state["url"])
        return Finding(
            good, "web", state["url"], "It does not answer: look into logs/web.out, then lingqu down, lingqu up"
        )
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", supervisor.PORT)) == 0
    detail = f"not up; port {supervisor.PORT} is {'taken, the next free one will be used' if taken else 'free'}"
    return Finding(True, "web", detail)


def _inside() -> Iterator[Finding]:
    import django

    django.setup()
    from lingqu.site import health

    try:
        waiting = health.pending_migrations()
    except Exception as error:
        yield Finding(False, "tables", str(error), "lingqu django migrate")
        return
    detail = f"{len(waiting)} migrations wait" if waiting else "up to date"
    yield Finding(not waiting, "tables", detail, "lingqu django migrate")
    if not waiting:
        yield from _roles()
        yield from (look() for look in (_drawing, _worker, _jobs, _deliveries))


def _roles() -> Iterator[Finding]:
    """What stands behind the pages' own filters (docs/database-roles.md). Mends what can be mended from here."""
    import psycopg
    from django.db import connection

    from lingqu.site import instance

    made = supervisor.make_roles(instance.current())
    kept = ("host", "port", "user", "password", "dbname")
    given = {k: v for k, v in connection.get_connection_params().items() if k in kept}
    with psycopg.connect(**given) as owner:
        mend = postgres.how_to_create(owner.info.dbname, owner.info.user)
    detail = f"pages connect as {made.web}" if made.web else "pages connect as the owner of the database"
    yield Finding(bool(made.web), "roles", detail, f"Let an administrator of the server run: {mend}; then lingqu up")
    stand = (
        "rows of persons are walled off in the database"
        if made.walls
        else (
            "the store's rows are not walled off: only a superuser may mark the operators of its indexes; "
            "what protects them instead is in docs/database-roles.md"
        )
    )
    yield Finding(True, "walls", stand)


def _drawing() -> Finding:
    from lingqu.centre.drawing import door as drawing

    revision = drawing.revision()
    detail = f"revision {revision}" if revision else "no blueprint was applied"
    return Finding(bool(revision), "drawing", detail, "lingqu blueprint apply cities/<city>")


def _worker() -> Finding:
    from lingqu.site import health, instance

    up = bool(supervisor.running(instance.current()))
    alive = health.worker_alive()
    mend = "Look into logs/worker.out" if up else "lingqu up"
    return Finding(alive or not up, "worker", "alive" if alive else "silent" if up else "not up", mend)


def _jobs() -> Finding:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct j.queueing_lock) from procrastinate_jobs j join procrastinate_events e "
            "on e.job_id = j.id where j.status = 'failed' and e.at > now() - interval '1 hour'"
        )
        failed = cursor.fetchone()[0]
    return Finding(
        not failed, "jobs", f"{failed} kinds of work failed within the hour", "Look for job.failed in logs/worker.jsonl"
    )


def _deliveries() -> Finding:
    from lingqu.centre.exchange import door as exchange

    refused = exchange.deliveries(state="refused", limit=1000)
    names = ", ".join(f"{d.source}/{d.name}" for d in refused[:3])
    mend = "Open the delivery in the stewardship desk: it says what to change"
    return Finding(not refused, "deliveries", f"{len(refused)} refused {names}".strip(), mend)


def _pages() -> Finding:
    from pathlib import Path

    import lingqu.ui

    there = (Path(lingqu.ui.__file__).parent / "static" / "vendor").is_dir()
    return Finding(there, "pages", "browser parts are there" if there else "browser parts are missing", "make setup")
