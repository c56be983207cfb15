"""What time brings: reminders, escalation, ends. Called each minute; each step stands in a transaction of its own, so
that it may be killed anywhere and done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, history, models, workflow
from lingqu.centre.catalogue.actions import settle

YEAR = timedelta(days=365)


def tick(now: datetime) -> dict[str, int]:
    """See ``door.tick``."""
    rules = clocks.rules()
    soon, stale = now + timedelta(days=rules.warn), now - timedelta(days=rules.keep_drafts)
    running = Q(state__in=("submitted", "deciding"))
    unsent = Q(state__in=("draft", "returned"), since__lt=stale)
    gone = Q(state__in=workflow.OPEN, ends__lt=timezone.localdate(now))
    living = Q(state="living")
    return {
        "remind": _each(models.Request, running & Q(remind_at__lte=now, reminded_at=None, escalated_at=None), _remind),
        "escalate": _each(models.Request, running & Q(due__lte=now, escalated_at=None), _escalate),
        "expire": _each(models.Request, unsent | gone, _expire),
        "end": _each(models.Agreement, living & Q(ends__lte=now), _end),
        "warn": _each(models.Agreement, living & Q(ends__gt=now, ends__lte=soon, warned_at=None), _warn),
        "report_due": _each(models.Agreement, living & _unreported(now), _ask_report),
    }


def _unreported(now: datetime) -> Q:
    return Q(report_asked_at=None, begins__lte=now - YEAR) | Q(report_asked_at__lte=now - YEAR)


def _each(model: type, wanted: Q, act: Callable[..., None]) -> int:
    """Row by row, each looked at again under its lock: another worker may have been there."""
    done = 0
    for pk in list(model.objects.filter(wanted).order_by("pk").values_list("pk", flat=True)):  # type: ignore[attr-defined]
        with transaction.atomic():
            row = model.objects.select_for_update(skip_locked=True).filter(wanted, pk=pk).first()  # type: ignore[attr-defined]
            if row is not None:
                act(row)
                done += 1
    return done


def _remind(row: models.Request) -> None:
    row.reminded_at = timezone.now()
    row.save(update_fields=["reminded_at"])
    history.add(row, "remind", access.SYSTEM, centre=row.state == "submitted")


def _escalate(row: models.Request) -> None:
    row.escalated_at = timezone.now()
    row.save(update_fields=["escalated_at"])
    history.add(row, "escalate", access.SYSTEM, centre=True)
    access.record(access.SYSTEM, "alert", detail={"rule": "sharing.overdue", "request": row.number, "of": row.provider})


def _expire(row: models.Request) -> None:
    history.enter(row, workflow.after(row.state, "expire", row.number), timezone.now())
    row.save()
    history.add(row, "expire", access.SYSTEM)


def _end(row: models.Agreement) -> None:
    settle.over(access.SYSTEM, row, "ended", "协议期满 · period over", act="end")


def _warn(row: models.Agreement) -> None:
    row.warned_at = timezone.now()
    row.save(update_fields=["warned_at"])
    history.add(row, "warn", access.SYSTEM, f"{timezone.localdate(row.ends - timedelta(seconds=1)):%Y-%m-%d}")


def _ask_report(row: models.Agreement) -> None:
    row.report_asked_at = timezone.now()
    row.save(update_fields=["report_asked_at"])
    history.add(row, "report_due", access.SYSTEM)
