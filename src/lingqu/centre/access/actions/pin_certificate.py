"""Pin a client certificate to a system's or a device's account."""

from __future__ import annotations

from django.db import transaction

from lingqu.centre.access import credentials, ledger, powers
from lingqu.centre.access.actions.issue_key import of_machine
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account, Credential
from lingqu.centre.access.powers import Danger, hands_of
from lingqu.centre.access.requests import Certificate
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text


@transaction.atomic
def dangers(actor: Actor, pinned: Certificate, second: Actor | None = None) -> list[Danger]:
    """Checks rights and rules; gives what makes it dangerous. Raises Refused, NotFound, Invalid, Conflict."""
    account = powers.taken_up(actor, pinned.username, second)
    of_machine(account)
    found = credentials.digest_of(pinned.pem)
    if Credential.objects.filter(digest=found).exists():
        raise Conflict(
            "access.certificate",
            Text(zh="这张证书已登记过", en="This certificate was pinned before"),
            place=pinned.username,
            next_step=Text(zh="换一张新的证书", en="Bring a new certificate"),
        )
    return powers.dangers_of(account.roles)


@transaction.atomic
def pin_certificate(actor: Actor, pinned: Certificate, second: Actor | None = None) -> None:
    """Let a client certificate (PEM) open the account of a system or device. Raises Refused, NotFound, Invalid,
    Conflict, ``FourEyes`` where the system's roles are dangerous."""
    found = dangers(actor, pinned, second)
    account = Account.objects.get(username=pinned.username)
    powers.settle(actor, found, second, hands_of(account), pinned.username)
    row = credentials.pin_certificate(account, pinned.pem, pinned.title[:120], actor.name)
    detail = {"what": "certificate pinned", "account": account.username, "hint": row.hint, "until": row.expires_at}
    ledger.record(actor, "grant", detail=detail)
