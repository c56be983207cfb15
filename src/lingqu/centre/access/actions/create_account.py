"""Create an account for a person, a department's system or a device."""

from __future__ import annotations

from django.db import transaction

from lingqu.centre.access import ledger, powers, validity
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account
from lingqu.centre.access.powers import Danger, Hands
from lingqu.centre.access.refusals import refusal
from lingqu.centre.access.requests import NewAccount


def _hands(new: NewAccount) -> Hands:
    return Hands(new.kind, new.roles, new.department, new.region, True, new.valid_until)


def dangers(actor: Actor, new: NewAccount) -> list[Danger]:
    """Checks rights and rules; gives what makes it dangerous. Raises Refused, Invalid."""
    if not powers.administers(actor, new.department, new.region):
        raise refusal(actor, "administer", "*", new.department, new.username[:150])
    validity.check(
        (
            validity.username(new.username),
            validity.display_name(new.display_name),
            validity.department(new.department),
            validity.region(new.region),
            validity.roles(new.kind, new.roles),
            validity.ahead(new.valid_until),
        ),
        new.username,
    )
    return powers.growth(actor, None, _hands(new))


@transaction.atomic
def create_account(actor: Actor, new: NewAccount, second: Actor | None = None) -> None:
    """Create an account; nothing opens it yet. Raises Refused, Invalid (a Fault per column), ``FourEyes`` where
    its roles are dangerous and no second actor stands by."""
    powers.settle(actor, dangers(actor, new), second, _hands(new), new.username)
    account = Account(
        username=new.username,
        kind=new.kind,
        display_name=new.display_name,
        department=new.department,
        region=new.region,
        roles=list(dict.fromkeys(new.roles)),
        valid_until=new.valid_until,
    )
    account.set_unusable_password()
    account.save()
    ledger.record(
        actor,
        "grant",
        detail={"what": "account created", "account": new.username, "kind": new.kind, "department": new.department,
                "region": new.region, "roles": new.roles, "until": new.valid_until},
    )  # fmt: skip
