"""Issue a key to a system or a device. It is told once; only its digest is kept."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import credentials, ledger, powers, validity
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account
from lingqu.kernel.errors import Fault, Invalid, Refused
from lingqu.kernel.text import Text

DAYS = 90
MOST_DAYS = 365


@transaction.atomic
def issue_key(actor: Actor, username: str, title: str = "", days: int = DAYS) -> str:
    """Issue a key to a system or device for 1 to 365 days and give it: it is told this once. Raises Refused, NotFound,
    Invalid."""
    account = powers.taken_up(actor, username)
    of_machine(account)
    validity.check((_life(days), _title(title)), username)
    if dangers := powers.dangers_of(account.roles):
        ledger.record(actor, "refused", detail={"rule": "access.key_or_certificate", "place": username})
        raise Refused(
            "access.key_or_certificate",
            Text(
                zh=f"这个系统{powers.DANGERS[dangers[0]].zh}，只能凭证书接入",
                en=f"This system {powers.DANGERS[dangers[0]].en}; only a certificate opens it",
            ),
            place=username,
            owner="information_centre",
            next_step=Text(zh="登记该系统的客户端证书", en="Pin the system's client certificate"),
        )
    key, row = credentials.issue_key(account, title, timezone.now() + timedelta(days=days), actor.name)
    ledger.record(
        actor,
        "grant",
        detail={"what": "key issued", "account": username, "hint": row.hint, "until": row.expires_at, "title": title},
    )
    return key


def of_machine(account: Account) -> None:
    """People sign in themselves: a key to a person's account would be that person in another's hands."""
    if account.kind == "person":
        raise Invalid(
            "access.key_of_person",
            Text(zh="人用自己的登录，不发密钥或证书", en="People sign in; keys and certificates are for systems"),
            place=account.username,
            next_step=Text(zh="为系统另建账号", en="Make an account for the system"),
        )


def _life(days: int) -> Fault | None:
    if 1 <= days <= MOST_DAYS:
        return None
    said = Text(zh=f"有效期为 1 到 {MOST_DAYS} 天", en=f"A key lives from 1 to {MOST_DAYS} days")
    return Fault("access.days", said, column="days")


def _title(title: str) -> Fault | None:
    said = Text(zh="用途最长 120 个字", en="What it is for: 120 characters at most")
    return Fault("access.title", said, column="title") if len(title) > 120 else None
