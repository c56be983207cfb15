"""Mark messages as read."""

from __future__ import annotations

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.notices.models import Message


def read(actor: access.Actor, number: int | None = None) -> int:
    found = Message.objects.filter(account=actor.name, read_at=None)
    return (found if number is None else found.filter(pk=number)).update(read_at=timezone.now())
