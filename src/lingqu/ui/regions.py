"""Names of division codes, from whichever entity type holds them."""

from __future__ import annotations

from collections.abc import Iterable

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door as entities


def names(actor: Actor, codes: Iterable[str]) -> dict[str, str]:
    """Code → name, for those that are known. The holder is the public type whose region is its own identifier."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    for holder in entities.entity_types().values():
        own = holder.region and holder.attributes[holder.region]
        if own and own.identifier and holder.public and holder.label != holder.region:
            ids = tuple(f"urn:ngsi-ld:{holder.code}:{code}" for code in wanted)
            found = entities.find(actor, entities.Query(types=(holder.code,), ids=ids, limit=len(ids)))
            return {str(e.value(holder.region or "")): e.label for e in found.entities}
    return {}
