"""Whom one acts for, sorted into firms and people."""

from __future__ import annotations

from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.entities import door as entities
from lingqu.ui import behalf
from lingqu.ui.registers import record
from lingqu.ui.values import Wording


def is_firm(entity_type: str) -> bool:
    """Whether a type is of the register of legal entities."""
    kind = entities.entity_types().get(entity_type)
    return kind is not None and kind.register_of == "legal"


def acted_for(actor: access.Actor, *, firms: bool) -> list[dict[str, Any]]:
    """Firms, or all others, that one may act for: what they are, why, and whether one does so now."""
    return [
        {"of": each, "basis": behalf.basis(each.basis), "now": actor.behalf is not None and actor.behalf.id == each.id}
        for each in access.represented(actor)
        if is_firm(each.type) == firms
    ]


def facts(actor: access.Actor, entity: entities.Entity, language: str) -> dict[str, Any]:
    """A record with sources and what may be said to be wrong, as its own person or firm sees it."""
    kind, wording = entities.entity_type(entity.type), Wording(language)
    wording.learn(record.targets(actor, entity), entities.entity_types())
    return {
        "entity": entity,
        "name": wording.label(kind, entity),
        "sections": record.sections(kind, entity, wording, False),
    }
