"""Who may know of a registration, and who may make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.protocols.models import Source
from lingqu.protocols.ngsi_ld.sources import known


def require(actor: Actor, document: Mapping[str, Any]) -> None:
    """A source answers in the city's name: it takes the right to register for each type that it speaks for."""
    for kind in kinds(document) or ("*",):
        access.require(actor, "register", kind)


def kinds(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The types that a registration names; none where a part of it speaks for any type."""
    every = known.informations(document)
    if not all(each.entities for each in every):
        return ()
    return tuple(sorted({kind for each in every for selector in each.entities for kind in selector.types}))


def may(actor: Actor, row: Source) -> bool:
    """Of a source know those who made it, and who may register what it speaks for."""
    own = row.account is not None and row.account == actor.account_id
    return own or all(access.may(actor, "register", kind) for kind in kinds(row.document) or ("*",))
