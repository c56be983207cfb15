"""The counter notes who came and who did not."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.offers import reads
from lingqu.centre.offers.actions import book
from lingqu.centre.offers.models import Booking
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text


@transaction.atomic
def mark(actor: access.Actor, number: int, *, came: bool) -> None:
    """See ``door.mark``."""
    row = Booking.objects.select_for_update().filter(number=number).first()
    if row is None or not access.may(actor, "handle", owner=row.department):
        raise reads.missing(actor, number)
    if row.state == "cancelled" or timezone.localdate(row.begins) > timezone.localdate():
        raise Conflict("offers.early", Text(zh="还不能登记到场", en="It is too early to note this"), place=str(number))
    row.state, row.changed_at = ("came" if came else "missed"), timezone.now()
    row.save(update_fields=["state", "changed_at"])
    book.record(actor, row, row.state)
