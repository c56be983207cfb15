"""Give a slot back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.offers.actions import book


@transaction.atomic
def cancel(actor: access.Actor, number: int) -> None:
    """See ``door.cancel``."""
    row = book.own_open(actor, number, timezone.now())
    book.release(row)
    row.state, row.changed_at = "cancelled", timezone.now()
    row.save(update_fields=["state", "changed_at"])
    book.record(actor, row, "cancelled")
