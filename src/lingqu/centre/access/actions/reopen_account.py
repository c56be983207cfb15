"""Open a closed account again, with the roles it had."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from lingqu.centre.access import ledger, powers
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.access.powers import Danger, hands_of
from lingqu.centre.access.requests import Opening


@transaction.atomic
def dangers(actor: Actor, opening: Opening, second: Actor | None = None) -> list[Danger]:
    """Checks rights and rules; gives what makes it dangerous. Raises Refused, NotFound."""
    before = hands_of(powers.taken_up(actor, opening.username, second))
    return powers.growth(actor, before, replace(before, active=True))


@transaction.atomic
def reopen_account(actor: Actor, opening: Opening, second: Actor | None = None) -> None:
    """Open a closed account again, with the roles it had. Raises Refused, NotFound, ``FourEyes``."""
    found = dangers(actor, opening, second)
    account = Account.objects.get(username=opening.username)
    powers.settle(actor, found, second, hands_of(account), opening.username)
    if account.is_active:
        return
    account.is_active = True
    account.save(update_fields=["is_active"])
    ledger.record(actor, "grant", detail={"what": "account reopened", "account": account.username})
