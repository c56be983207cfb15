"""Ask for deliveries: now, again, or not for the time being."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.exchange import models
from lingqu.centre.exchange.outgoing import agreements, channels, reading, reads, records
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text

AGAIN = ("parked", "failed", "differs", "waiting")


def deliver(actor: Actor, agreement: str) -> records.Dispatch:
    """A new dispatch, to be begun at once. Raises ``Conflict`` where one is open, ``Withdrawn`` where the agreement
    does not stand, ``Refused`` to who may not steward what the provider provides."""
    found = agreements.one(agreement)
    access.require(actor, "steward", owner=found.provider)
    reading.require_living(found)
    channels.target(found)
    made = create(found, actor.name)
    if made is None:
        raise Conflict(
            "outgoing.open",
            Text(zh=f"协议 {agreement} 已有进行中的交付", en=f"Agreement {agreement} has an open delivery already"),
            place=agreement,
            next_step=Text(zh="等它结束，或重试已搁置的那次", en="Wait for its end, or try the parked one again"),
        )
    _record(actor, made, "asked for")
    return records.of(made)


def create(agreement: Agreement, by: str = "") -> models.Dispatch | None:
    """None where one is open: the database holds that there is one."""
    try:
        with transaction.atomic():
            return models.Dispatch.objects.create(
                agreement=agreement.number,
                resource=agreement.resource,
                provider=agreement.provider,
                consumer=agreement.consumer,
                entity_type=agreement.entity_type,
                channel=agreement.method,
                next_at=timezone.now(),
                asked_by=by,
            )
    except IntegrityError:
        return None


@transaction.atomic
def try_again(actor: Actor, number: int) -> records.Dispatch:
    """At once, and with as many tries as a new one. Raises ``Conflict`` for what has ended well or is at work."""
    row = _locked(actor, number)
    if row.state not in AGAIN:
        raise _not_now(row)
    row.state, row.attempts, row.next_at, row.ended_at = "waiting", 0, timezone.now(), None
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "attempts", "next_at", "ended_at"])
    except IntegrityError as fault:
        raise _not_now(row) from fault
    _record(actor, row, "tried again")
    return records.of(row)


@transaction.atomic
def park(actor: Actor, number: int) -> records.Dispatch:
    """It waits for somebody to try it again. A batch that is on its way is not called back."""
    row = _locked(actor, number)
    if row.state not in ("waiting", "running"):
        raise _not_now(row)
    row.state = "parked"
    row.save(update_fields=["state"])
    _record(actor, row, "parked")
    return records.of(row)


def _locked(actor: Actor, number: int) -> models.Dispatch:
    row = models.Dispatch.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise reads.absent(number)
    access.require(actor, "steward", owner=row.provider)
    return row


def _record(actor: Actor, row: models.Dispatch, what: str) -> None:
    detail = {"dispatch": row.pk, "agreement": row.agreement, "what": what}
    access.record(actor, "write", entity_type="dispatch", entity_ids=[str(row.pk)], detail=detail)


def _not_now(row: models.Dispatch) -> Conflict:
    return Conflict(
        "outgoing.state",
        Text(zh="这次交付的现状不允许此操作", en="As this delivery stands it cannot be done"),
        place=str(row.pk),
        next_step=Text(zh="刷新页面查看现状", en="Reload the page to see how it stands"),
    )
