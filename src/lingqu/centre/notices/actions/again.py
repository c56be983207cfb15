"""Try a parked sending again, by who is told by it."""

from __future__ import annotations

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.notices.models import Sending
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text


def again(actor: access.Actor, number: int) -> None:
    found = Sending.objects.filter(pk=number, account=actor.name, state="parked")
    if not found.update(state="waiting", attempts=0, next_at=timezone.now()):
        raise NotFound(
            "notices.sending",
            Text(zh="没有停下的发送", en="There is no parked sending of this number"),
            place=str(number),
            next_step=Text(zh="刷新页面", en="Reload the page"),
        )
