"""Which sources are asked about what (CIM 009 4.3.6.1): those that were registered for it, and may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.protocols.ngsi_ld.sources import ask, found, known
from lingqu.protocols.ngsi_ld.sources.known import Information, Known


@dataclass(frozen=True)
class Target:
    """A source, and the part of its information that is asked for. ``covers``: attributes of which it alone is asked
    (none: all of its entities')."""

    source: Known
    informations: tuple[Information, ...]
    ids: tuple[str, ...] = ()

    @cached_property
    def attributes(self) -> frozenset[str]:
        """Attributes that it is asked for; none for all."""
        each = [i.attributes for i in self.informations]
        return frozenset().union(*each) if all(each) else frozenset()

    def holds(self, entity_id: str, types: Iterable[str]) -> list[Information]:
        """What it was registered for, of one entity: it is not believed in anything else."""
        kind = frozenset(types)
        kinds = tuple(frozenset({each}) for each in kind)
        return [i for i in self.informations if i.matching(kinds, (entity_id,), "") is not None]


def those(
    actor: Actor, request: HttpRequest, kinds: Sequence[frozenset[str]], ids: Sequence[str], pattern: str,
    attributes: frozenset[str], *operations: str, csf: str = "", among: Iterable[Known] | None = None,
) -> list[Target]:  # fmt: skip
    """Sources that may hold what is asked, that support the operation, that the request did not come from, and of
    whose entities the actor may read some. ``among``: these alone, whatever operations they support."""
    through = ask.passed(request)
    if ask.alias() in through:
        return []
    supporting = known.able(known.living(), *operations) if among is None else among
    able = [k for k in supporting if not k.alias or k.alias not in through]
    chosen: list[Target] = []
    for source in found.by_csf(able, csf) if csf else able:
        matching, selected = [], set()
        for information in source.informations:
            if attributes and information.attributes and not attributes & information.attributes:
                continue
            selectors = information.matching(kinds, ids, pattern)
            if selectors is not None and _readable(actor, source, selectors, kinds):
                matching.append(information)
                selected |= {s.id for s in selectors} or {""}
        if matching:
            chosen.append(Target(source, tuple(matching), () if "" in selected else tuple(sorted(selected))))
    return chosen


def _readable(actor: Actor, source: Known, selectors: Sequence[known.Selector], kinds: Any) -> bool:
    named = {t for s in selectors for t in s.types} or {t for kind in kinds for t in kind} or {"*"}
    return any(access.may(actor, "read", kind, owner=source.department) for kind in named)
