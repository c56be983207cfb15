"""Change an account: name, department, region, roles, validity."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lingqu.centre.access import ledger, powers, validity
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.access.powers import Danger, Hands, hands_of
from lingqu.centre.access.refusals import refusal
from lingqu.centre.access.requests import AccountChange

_FIELDS = ("display_name", "department", "region", "roles", "valid_until")


def _hands(account: Account, change: AccountChange) -> Hands:
    return Hands(account.kind, change.roles, change.department, change.region, account.is_active, change.valid_until)


@transaction.atomic
def dangers(actor: Actor, change: AccountChange, second: Actor | None = None) -> list[Danger]:
    """Checks rights and rules; gives what makes it dangerous. Raises Refused, NotFound, Invalid."""
    account = powers.taken_up(actor, change.username, second)
    if not powers.administers(actor, change.department, change.region):
        raise refusal(actor, "administer", "*", change.department, change.username)
    same = change.valid_until == account.valid_until
    validity.check(
        (
            validity.display_name(change.display_name),
            validity.department(change.department) if change.department != account.department else None,
            validity.region(change.region) if change.region != account.region else None,
            validity.roles(account.kind, change.roles, account.roles),
            None if same else validity.ahead(change.valid_until),
        ),
        change.username,
    )
    return powers.growth(actor, hands_of(account), _hands(account, change))


@transaction.atomic
def change_account(actor: Actor, change: AccountChange, second: Actor | None = None) -> None:
    """Make the account as it is given. Raises Refused, NotFound, Invalid, ``FourEyes`` where what it gains is
    dangerous and no second actor stands by."""
    found = dangers(actor, change, second)
    account = Account.objects.get(username=change.username)
    powers.settle(actor, found, second, _hands(account, change), change.username)
    changed: dict[str, Any] = {}
    for name in _FIELDS:
        before, after = getattr(account, name), getattr(change, name)
        after = list(dict.fromkeys(after)) if name == "roles" else after
        if before != after:
            changed[name] = {"before": before, "after": after}
            setattr(account, name, after)
    if not changed:
        return
    account.save(update_fields=list(changed))
    ledger.record(actor, "grant", detail={"what": "account changed", "account": account.username, "changed": changed})
