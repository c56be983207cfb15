"""Close an account: its sessions and keys open nothing from the next question on, and what it lent ends."""

from __future__ import annotations

from django.db import transaction

from lingqu.centre.access import ledger, powers, validity
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.requests import Opening


@transaction.atomic
def close_account(actor: Actor, closing: Opening) -> None:
    """Close an account, for a reason. Its keys and sessions open nothing from the next question on, and what it lent
    is lent no more. Raises Refused, NotFound, Invalid."""
    account = powers.taken_up(actor, closing.username)
    validity.check((validity.reason(closing.reason),), closing.username)
    if not account.is_active:
        return
    account.is_active = False
    account.save(update_fields=["is_active"])
    detail = {"what": "account closed", "account": account.username, "reason": closing.reason}
    ledger.record(actor, "grant", detail=detail)
