"""``/health/live``: this process answers. ``/health/ready``: the database is there and its tables are up to date."""

from __future__ import annotations

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"live": True, "instance": settings.INSTANCE.mark})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be answered, else 503. ``worker`` is told, but pages are served without one."""
    found: dict[str, object] = {"database": False, "migrated": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        found["database"] = True
        found["migrated"] = not pending_migrations()
        found["worker"] = bool(found["migrated"]) and worker_alive()
    except Exception as error:
        found["fault"] = type(error).__name__
    good = bool(found["database"] and found["migrated"])
    return JsonResponse({"ready": good, **found}, status=200 if good else 503)


def pending_migrations() -> list[str]:
    """``app.name`` of every migration that is not applied."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def worker_alive() -> bool:
    """Whether a worker gave a sign of life within the last half minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from procrastinate_workers where last_heartbeat > now() - interval '30 seconds')"
        )
        row = cursor.fetchone()
    return bool(row and row[0])
