"""Accept or refuse a mandate that was offered."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import mandates
from lingqu.centre.access.actions.give_mandate import _record
from lingqu.centre.access.actors import Actor
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text


@transaction.atomic
def answer_mandate(actor: Actor, number: int, *, accept: bool) -> None:
    """By whom it was offered to. Raises NotFound, Conflict where it was answered, taken back or is over."""
    row = mandates.locked(number)
    if row is None or actor.kind != "person" or row.taker != actor.name:
        raise mandates.missing(actor, number)
    if row.accepted_at or row.refused_at or row.ended_at or row.ends <= timezone.now():
        raise Conflict(
            "access.mandate",
            Text(zh="这项授权已经有了结果", en="This mandate was decided already"),
            place=str(number),
            next_step=Text(zh="刷新页面查看现状", en="Reload the page to see how it stands"),
        )
    if accept:
        row.accepted_at = timezone.now()
    else:
        row.refused_at = timezone.now()
    row.save(update_fields=["accepted_at", "refused_at"])
    _record(actor, row, "mandate accepted" if accept else "mandate refused")
