"""What people may do about a subscription. The caller has locked it and knows that the actor may."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.protocols.models import Notice, Subscription


def again(actor: Actor, row: Subscription) -> None:
    """Try again now. What waits comes first; of the time when it was paused nothing is told. What was withdrawn does
    not come back this way: who has the right subscribes anew."""
    if row.state == "withdrawn":
        return
    values = {"begins": door.head()} if row.state == "paused" else {}
    _put(row, state="active", attempts=0, next_at=None, why=None, document=row.document | {"isActive": True}, **values)
    _told(actor, row, "again")


def pause(actor: Actor, row: Subscription) -> None:
    """What waits is thrown away (CIM 009 5.2.12: notifications shall not be delivered)."""
    if row.state == "withdrawn":
        return
    _put(row, state="paused", document=row.document | {"isActive": False})
    Notice.objects.filter(subscription_id=row.pk).delete()
    _told(actor, row, "paused")


ACTS: dict[str, Callable[[Actor, Subscription], None]] = {"again": again, "pause": pause}


def _put(row: Subscription, **values: object) -> None:
    changed = Subscription.objects.filter(pk=row.pk)
    changed.update(version=F("version") + 1, modified_at=timezone.now(), **values)


def _told(actor: Actor, row: Subscription, what: str) -> None:
    access.record(actor, "grant", detail={"subscription": row.pk, "what": what, "of": row.maker})
