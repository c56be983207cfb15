"""With whose rights a subscription acts, and whether it still may: asked anew every time, never remembered."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door
from lingqu.kernel.errors import LingquError, Refused
from lingqu.kernel.text import Text
from lingqu.protocols.models import Notice, Subscription
from lingqu.protocols.ngsi_ld import subscription_form

Key = tuple[int | None, str, str]
Sign = tuple[Key, str]


def key(row: Subscription) -> Key:
    return row.account, row.purpose, row.agreement


def actors(rows: Iterable[Subscription]) -> dict[Key, Actor | None]:
    """None where an account is closed, over or gone. One query for all of them."""
    return access.acting_as({key(row) for row in rows})


def refusal(row: Subscription, actor: Actor | None) -> LingquError | None:
    """Why a subscription may not be served any more; None while it may. Of several types one that may be read is
    enough, but not where something that is filtered by was masked: its coming and going would tell it."""
    if actor is None:
        return closed(row)
    if row.kind == "sources":  # of each registration it is asked by itself
        return None
    refused = []
    asked = subscription_form.queries(row.document)
    for query in asked:
        try:
            door.require_query(actor, query)
        except Refused as error:
            refused.append(error)
    masked = [error for error in refused if error.rule == "access.masked"]
    return (masked or refused)[0] if masked or len(refused) == len(asked) else None


def refusal_once(row: Subscription, actor: Actor | None, checked: dict[Sign, LingquError | None]) -> LingquError | None:
    """``refusal``, asked once in a round for all subscriptions of one actor to the same."""
    sign = (key(row), repr([row.document.get(name) for name in ("entities", "q", "geoQ")]))
    if sign not in checked:
        checked[sign] = refusal(row, actor)
    return checked[sign]


def closed(row: Subscription) -> Refused:
    return Refused(
        "ngsi_ld.account_closed",
        Text(zh=f"账号 {row.maker} 已停用，订阅终止", en=f"The account {row.maker} is closed; the subscription ends"),
        place=row.id,
        owner="information_centre",
        next_step=Text(zh="由仍有权限的账号重新订阅", en="Have an account that still may subscribe again"),
    )


def withdraw(row: Subscription, error: LingquError, actor: Actor | None) -> None:
    """Stop at once: what waits is thrown away, the status says why, the ledger knows."""
    done = Subscription.objects.filter(pk=row.pk).exclude(state="withdrawn")
    if done.update(state="withdrawn", why=told(error), version=row.version + 1, modified_at=timezone.now()):
        Notice.objects.filter(subscription_id=row.pk).delete()
        access.record(
            actor or Actor("client", row.maker, department=row.department, purpose=row.purpose, way="api"),
            "refused",
            detail={"rule": error.rule, "subscription": row.pk, "stopped": True},
        )


def told(error: LingquError) -> dict[str, object]:
    return {
        "rule": error.rule,
        "message": error.message.model_dump(),
        "place": error.place,
        "owner": error.owner,
        "next_step": error.next_step.model_dump(),
    }
