"""What leaves the house: decided once for each message, tried until it is taken or parked. The worker's part.

Killed anywhere, nothing is lost; at most something is sent twice under the same id.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lingqu.centre.notices import models, post
from lingqu.centre.notices.preferences import offered

TRIES = 8
LONGEST = timedelta(hours=1)
KEPT = timedelta(days=30)
READ_KEPT = timedelta(days=730)


@dataclass(frozen=True)
class Delivered:
    sent: int = 0
    failed: int = 0


def pending(now: datetime | None = None) -> bool:
    """Whether there is something to decide or to send."""
    due = models.Sending.objects.filter(state="waiting", next_at__lte=now or timezone.now())
    return models.Message.objects.filter(planned=False).exists() or due.exists()


def deliver(now: datetime | None = None, *, limit: int = 200, seconds: float = 60.0) -> Delivered:
    """One round. A host that failed is left alone for the rest of it, so that who hangs holds up nobody else."""
    plan()
    until, tired = time.monotonic() + seconds, set[str]()
    became: Counter[str] = Counter()
    due = models.Sending.objects.filter(state="waiting", next_at__lte=now or timezone.now())
    for row in due.select_related("message").order_by("next_at", "id")[:limit]:
        host = urlsplit(row.address).netloc if row.way == "hook" else "mail"
        if host in tired or time.monotonic() > until:
            continue
        outcome = _send(row)
        became[outcome] += 1
        if outcome == "failed":
            tired.add(host)
    return Delivered(became["sent"], became["failed"])


@transaction.atomic
def plan(limit: int = 1000) -> int:
    """Decide for new messages which ways they go."""
    rows = list(models.Message.objects.select_for_update(skip_locked=True).filter(planned=False).order_by("id")[:limit])
    wanted = models.Preference.objects.in_bulk({row.account for row in rows})
    open_ways, now = offered(), timezone.now()
    made = [
        models.Sending(
            message=row, account=row.account, way=way, address=address, state="waiting", at=now, next_at=now
        )
        for row in rows
        if (preference := wanted.get(row.account))
        for way in preference.ways.get(row.kind, ())
        if way in open_ways and (address := _address(preference, way))
    ]  # fmt: skip
    models.Sending.objects.bulk_create(made, ignore_conflicts=True)
    models.Message.objects.filter(pk__in=[row.pk for row in rows]).update(planned=True)
    return len(rows)


def _address(preference: models.Preference, way: str) -> str:
    if way == "mail":
        return preference.mail if preference.mail_confirmed_at else ""
    return preference.hook


def _send(row: models.Sending) -> str:
    """sent, failed, or dropped where nobody wants it any more"""
    preference = models.Preference.objects.filter(account=row.account).first()
    found = models.Sending.objects.filter(pk=row.pk)
    if preference is None or not _still_wanted(row, preference):
        found.update(state="dropped")
        return "dropped"
    fault = post.send(row, preference)
    now = timezone.now()
    if fault is None:
        found.update(state="sent", attempts=F("attempts") + 1, why=None, next_at=now)
        return "sent"
    attempts = row.attempts + 1
    state = "parked" if attempts >= TRIES else "waiting"
    why = fault.model_dump()
    found.update(state=state, attempts=attempts, why=why, next_at=now + pause(attempts))
    return "failed"


def _still_wanted(row: models.Sending, preference: models.Preference) -> bool:
    if row.message is None:
        return preference.mail == row.address and preference.mail_confirmed_at is None
    ways = preference.ways.get(row.message.kind, ())
    return row.way in ways and _address(preference, row.way) == row.address


def pause(attempts: int) -> timedelta:
    """After the n-th try that failed: 5 s · 4ⁿ⁻¹, an hour at most."""
    return min(timedelta(seconds=5 * 4 ** min(attempts - 1, 9)), LONGEST)


def tidy() -> int:
    """What was sent a month ago, and messages read two years ago."""
    now = timezone.now()
    gone = models.Sending.objects.filter(state__in=("sent", "dropped"), next_at__lt=now - KEPT).delete()[0]
    return gone + models.Message.objects.filter(read_at__lt=now - READ_KEPT).delete()[0]
