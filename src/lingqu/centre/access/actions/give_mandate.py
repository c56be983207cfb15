"""Let another account act for oneself, or for whom one represents by the registers, for at most two years."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import ledger, mandates, validity
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.models import Account, Mandate
from lingqu.centre.access.represented import DOES
from lingqu.centre.access.requests import MandateOffer
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text

LONGEST = timedelta(days=731)
OPEN = 50
"""Offers and mandates that one account has given and that are not over."""


@transaction.atomic
def give_mandate(actor: Actor, offer: MandateOffer) -> int:
    """Offer a mandate; it holds once the other accepts it. Gives its number. Whether there is an account of that name
    is not told. Raises Refused (``access.represents``), Invalid."""
    kind, label = _whom(actor, offer.entity)
    given = Mandate.objects.filter(giver=actor.name, refused_at=None, ended_at=None, ends__gt=timezone.now()).count()
    validity.check(
        (
            _taker(actor, offer),
            _does(offer),
            validity.period(offer.begins, offer.ends, LONGEST),
            _room(given),
        ),
        offer.taker,
    )
    row = Mandate.objects.create(
        entity=offer.entity,
        entity_type=kind,
        label=label,
        giver=actor.name,
        giver_person=actor.person,
        taker=offer.taker,
        does=list(dict.fromkeys(offer.does)),
        services=list(dict.fromkeys(offer.services)),
        words=" ".join(offer.words.split())[:200],
        begins=offer.begins,
        ends=offer.ends,
        created_at=timezone.now(),
    )
    _record(actor, row, "mandate offered")
    return row.number


def _whom(actor: Actor, entity: str) -> tuple[str, str]:
    """Type and name of the represented: oneself, or whom the registers name one for. A mandate is not passed on."""
    if actor.kind == "person" and actor.person and entity == actor.person:
        name = Account.objects.values_list("display_name", flat=True).get(username=actor.name)
        return [*entity.split(":"), "", "", ""][2][:80], name or actor.name  # urn:ngsi-ld:<type>:…
    found = mandates.one(actor, entity)
    if found is None or not found.by_register:
        raise mandates.refusal(actor, entity)
    return found.type, found.label


def _taker(actor: Actor, offer: MandateOffer) -> Fault | None:
    if not offer.taker or offer.taker == actor.name:
        said = Text(zh="填写对方的登录名，不能是您自己", en="Give the other's sign-in name, not your own")
        return Fault("access.taker", said, column="taker")
    return None


def _does(offer: MandateOffer) -> Fault | None:
    if not offer.does or set(offer.does) - set(DOES):
        said = Text(zh="选择对方可以做什么", en="Choose what the other may do")
        return Fault("access.does", said, column="does")
    return None


def _room(given: int) -> Fault | None:
    if given < OPEN:
        return None
    said = Text(zh=f"同时有效的授权至多 {OPEN} 项，请先收回不用的", en=f"At most {OPEN} at once: end those not needed")
    return Fault("access.mandates", said, column="taker")


def _record(actor: Actor, row: Mandate, what: str) -> None:
    ledger.record(
        actor,
        "grant",
        entity_type=row.entity_type,
        entity_ids=[row.entity],
        detail={"what": what, "mandate": row.number, "giver": row.giver, "taker": row.taker, "does": row.does,
                "services": row.services, "begins": row.begins, "until": row.ends},
    )  # fmt: skip
