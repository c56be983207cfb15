"""Withdraw a key or a certificate: it opens nothing from the next question on."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import ledger, powers
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Credential


@transaction.atomic
def revoke_credential(actor: Actor, number: int) -> str:
    """Withdraw a key or certificate by its number at once; gives the account's name. Raises NotFound."""
    row = Credential.objects.select_related("account").select_for_update(of=("self",)).filter(pk=number).first()
    if row is None or not powers.administers(actor, row.account.department, row.account.region):
        raise powers.missing(actor, str(number))
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        detail = {"what": f"{row.kind} withdrawn", "account": row.account.username, "hint": row.hint}
        ledger.record(actor, "grant", detail=detail)
    return row.account.username
