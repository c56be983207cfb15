"""The one way that data goes out: read as the agreement's consumer, through the door of the store, so that grants,
masks, consents, quota and the ledger hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.entities import door as entities
from lingqu.centre.exchange.outgoing import columns
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text

CHUNK = 1000
"""Rows between two looks at whether the agreement still stands."""


class Withdrawn(Refused):
    """The agreement ended; nothing more goes out."""


def stands(agreement: Agreement) -> bool:
    """Whether the agreement grants something now."""
    found = access.agreed(catalogue.delivering(agreement), agreement.number, agreement.entity_type)
    return any(each.lives(timezone.now()) for each in found)


def require_living(agreement: Agreement) -> None:
    """Raises ``Withdrawn`` where the agreement grants nothing now. Asked before anything leaves."""
    if not stands(agreement):
        actor = catalogue.delivering(agreement)
        standing = access.agreed(actor, agreement.number, agreement.entity_type)
        ended = max(standing, key=lambda s: s.ended_at or s.ends, default=None)
        access.record(
            actor,
            "refused",
            entity_type=agreement.entity_type,
            detail={"rule": "outgoing.withdrawn", "agreement": agreement.number},
        )
        raise withdrawn(agreement.number, ended.ended_why if ended else "")


def withdrawn(number: str, why: str = "") -> Withdrawn:
    return Withdrawn(
        "outgoing.withdrawn",
        Text(
            zh=f"协议 {number} 已不再有效" + (f"：{why}" if why else "，停止交付"),
            en=f"Agreement {number} does not stand any more" + (f": {why}" if why else "; nothing more goes out"),
        ),
        place=number,
        owner="information_centre",
        next_step=Text(zh="续签协议或重新申请共享", en="Renew the agreement, or request the data again"),
    )


def rows(
    agreement: Agreement, found: list[columns.Column], ids: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(id, values) of what the agreement opens, ordered by id; ``ids`` narrows it."""
    query = entities.Query(types=(agreement.entity_type,), ids=ids)
    for entity in entities.every(catalogue.delivering(agreement), query, chunk=CHUNK):
        yield entity.id, columns.row(entity, found)
