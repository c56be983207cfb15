"""End a loan early: who lent, who borrowed, or who administers the lender."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import ledger, powers
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Delegation
from lingqu.kernel.errors import NotFound
from lingqu.kernel.text import Text


@transaction.atomic
def end_loan(actor: Actor, number: int) -> None:
    """End a loan: who lent, who borrowed, or who administers the lender. Raises NotFound."""
    rows = Delegation.objects.select_related("giver", "taker").select_for_update(of=("self",))
    row = rows.filter(pk=number).first()
    mine = row is not None and actor.account_id is not None and actor.account_id in (row.giver.pk, row.taker.pk)
    if row is None or not (mine or powers.administers(actor, row.giver.department, row.giver.region)):
        ledger.record(actor, "refused", detail={"rule": "access.loan", "loan": number})
        raise NotFound(
            "access.loan",
            Text(zh="没有这项出借", en="There is no such loan"),
            place=str(number),
            next_step=Text(zh="在“角色出借”查看", en="See My loans"),
        )
    if row.revoked_at is None and row.ends > timezone.now():
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        detail = {"what": "loan ended", "loan": number, "account": row.taker.username, "giver": row.giver.username}
        ledger.record(actor, "grant", detail=detail)
