"""Changes of registrations, for those who subscribed to them (CIM 009 5.11.7): notices of the durable notifier, made in
the transaction that makes the change."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from lingqu.protocols.models import Notice, Source, Subscription
from lingqu.protocols.ngsi_ld.sources import found, told


def changed(before: Source | None, after: Source | None) -> None:
    """A registration came, changed or went."""
    over = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    listening = Subscription.objects.filter(over, kind="sources", state__in=("active", "parked"))
    for row in listening:
        if "timeInterval" not in row.document and (what := _told(row, before, after)):
            Notice.objects.create(subscription=row, changes=[what])


def _told(row: Subscription, before: Source | None, after: Source | None) -> Any:
    asked = told.asked(row)
    was = found.matching(asked, [before]) if before else []
    now = found.matching(asked, [after]) if after else []
    reason = "updated" if was and now else "newlyMatching" if now else "noLongerMatching"
    return [reason, [told.kept(*pair) for pair in now or was]] if now or was else None


def begun(row: Subscription) -> None:
    """Who subscribes, or changes what is subscribed to, is told at once of all that matches."""
    if row.document.get("isActive", True) and (now := found.matching(told.asked(row))):
        Notice.objects.create(subscription=row, changes=[["newlyMatching", [told.kept(*pair) for pair in now]]])
