"""Which agreements are due, by their frequency; and what is cleared away."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from lingqu.centre.exchange import models
from lingqu.centre.exchange.outgoing import agreements, outbox, reading, records
from lingqu.centre.exchange.outgoing.actions.ask import create
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.centre.exchange.outgoing.channels import CHANNELS, subscription
from lingqu.kernel.errors import LingquError

log = structlog.get_logger(__name__)
KEPT_DAYS = 30
AFTER_FAULT = timedelta(hours=1)
"""What cannot go well without somebody changing something is not begun every minute."""
PERIODS = {
    "realtime": timedelta(minutes=1),
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "quarterly": timedelta(days=91),
    "half_yearly": timedelta(days=182),
    "yearly": timedelta(days=365),
}


def look() -> list[int]:
    """Make dispatches of what is due; gives their ids. Whoever else looks at the same time makes none of them twice."""
    living = [a for a in agreements.living() if a.method in CHANNELS and a.begins <= timezone.now() < a.ends]
    newest, made = _newest([a.number for a in living]), []
    for agreement in living:
        try:
            row = create(agreement) if _due(agreement, newest.get(agreement.number)) else None
        except Exception:  # one that cannot be looked at does not hold up the others
            log.exception("outgoing.look", agreement=agreement.number)
            continue
        if row is not None:
            made.append(row.pk)
    return made


def _newest(numbers: list[str]) -> dict[str, models.Dispatch]:
    found = models.Dispatch.objects.filter(agreement__in=numbers).order_by("agreement", "-id")
    return {row.agreement: row for row in found.distinct("agreement")}


def _due(agreement: Agreement, last: models.Dispatch | None) -> bool:
    """A subscription is due by what changed, everything else by the clock. An open dispatch is finished first."""
    if last is not None and last.state in records.OPEN:
        return False
    if agreement.method == "subscription":
        return _paced(agreement, last) and _has_news(agreement, last)
    if agreement.frequency == "once":
        return last is None
    if agreement.frequency not in PERIODS:
        return False
    period = PERIODS[agreement.frequency]
    if last is not None and last.state in ("failed", "differs"):
        period = max(period, AFTER_FAULT)
    return last is None or timezone.now() - last.created_at >= period


def _paced(agreement: Agreement, last: models.Dispatch | None) -> bool:
    """``realtime`` and ``on_demand``: at once; others are told at most once in their period."""
    if last is None or agreement.frequency not in PERIODS or agreement.frequency == "realtime":
        return True
    return timezone.now() - last.created_at >= PERIODS[agreement.frequency]


def _has_news(agreement: Agreement, last: models.Dispatch | None) -> bool:
    if last is not None and last.state in ("failed", "differs"):
        return False  # somebody must look at it first, or it would fail once a second
    try:
        return reading.stands(agreement) and subscription.due(agreement)
    except LingquError:
        return False


def tidy(now: datetime | None = None) -> int:
    """Remove files of agreements that ended, and those older than LINGQU_OUTBOX_DAYS; gives how many."""
    days = int(getattr(settings, "LINGQU_OUTBOX_DAYS", KEPT_DAYS))
    before = (now or timezone.now()) - timedelta(days=days)
    removed = 0
    found = models.Dispatch.objects.filter(channel="file", receipt__has_key="manifest")
    for row in found.exclude(receipt__has_key="removed_at").order_by("id"):
        if (row.ended_at or row.created_at) >= before and _stands(row.agreement):
            continue
        outbox.remove(row.agreement, row.pk)
        row.receipt = {**row.receipt, "removed_at": timezone.now().isoformat()}
        row.save(update_fields=["receipt"])
        removed += 1
    return removed


def _stands(number: str) -> bool:
    try:
        return reading.stands(agreements.one(number))
    except LingquError:
        return False
