"""Take a request back, or end an agreement at once."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import history, requests, rights, workflow
from lingqu.centre.catalogue.actions import settle
from lingqu.kernel.errors import Conflict, Invalid
from lingqu.kernel.text import Text


@transaction.atomic
def withdraw(actor: access.Actor, number: str, why: str) -> None:
    if not why.strip():
        raise Invalid(
            "sharing.reason",
            Text(zh="须写明原因", en="A reason is needed"),
            place=number,
            next_step=Text(zh="写明原因后再提交", en="Give it and send again"),
        )
    if number.startswith("A-"):
        _agreement(actor, number, why)
    else:
        _request(actor, number, why)


def _request(actor: access.Actor, number: str, why: str) -> None:
    row = requests.row(actor, number, locked=True)
    rights.require_for(actor, row.consumer, number)
    history.enter(row, workflow.after(row.state, "withdraw", number), timezone.now())
    row.save()
    history.add(row, "withdraw", actor, why)
    access.record(actor, "write", entity_type="SharingRequest", count=1, detail={"request": number, "act": "withdraw"})


def _agreement(actor: access.Actor, number: str, why: str) -> None:
    """Either side; the information centre too, where data is misused."""
    row = requests.agreement_row(actor, number, locked=True)
    if row.state != "living":
        raise Conflict(
            "sharing.stage",
            Text(zh="协议已经终止", en="The agreement has ended already"),
            place=number,
            next_step=Text(zh="刷新页面查看最新状态", en="Reload the page to see how it stands"),
        )
    settle.over(actor, row, "withdrawn", why, act="withdraw")
