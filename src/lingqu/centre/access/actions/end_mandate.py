"""End a mandate at once: who gave or took it, whom it is about, or who represents the same by the registers."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import mandates
from lingqu.centre.access.actions.give_mandate import _record
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Mandate


@transaction.atomic
def end_mandate(actor: Actor, number: int) -> None:
    """Works with the next request. Twice does nothing. Raises NotFound."""
    row = mandates.locked(number)
    if row is None or not _may(actor, row):
        raise mandates.missing(actor, number)
    if row.ended_at is None:
        row.ended_at, row.ended_by = timezone.now(), actor.name
        row.save(update_fields=["ended_at", "ended_by"])
        _record(actor, row, "mandate ended")


def _may(actor: Actor, row: Mandate) -> bool:
    if actor.kind != "person":
        return False
    if actor.name in (row.giver, row.taker) or (actor.person and actor.person == row.entity):
        return True
    found = mandates.one(actor, row.entity)
    return found is not None and found.by_register
