"""After a run: corrections that a delivery brought are done; what is still contested keeps its mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.entities import door as entities
from lingqu.centre.fusion import corrections
from lingqu.centre.fusion.actions.answer_correction import settle
from lingqu.centre.fusion.models import Correction

_AT_ONCE = 500


@transaction.atomic
def close(entity_type: str) -> int:
    """Gives how many were closed. Call after the entities of the type were written."""
    living = Correction.objects.select_for_update().filter(entity_type=entity_type, state__in=corrections.LIVING)
    rows, closed = list(living.order_by("number")), 0
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        ids = tuple({row.entity_id for row in some})
        page = entities.find(SYSTEM, entities.Query(ids=ids, types=(entity_type,), limit=len(ids)))
        found = {entity.id: entity for entity in page.entities}
        for row in some:
            closed += _closed(row, found.get(row.entity_id))
    return closed


def _closed(row: Correction, entity: entities.Entity | None) -> bool:
    if entity is None:
        return False  # linked otherwise for now; it may come back under its id
    delivery = _brought(row, entity)
    if delivery is None:
        entities.contest(row.entity_id, row.attribute, True, f"correction:{row.number}")
        return False
    row.state, row.delivery, row.ended_at = "done", delivery or None, timezone.now()
    corrections.staged(row, "done", SYSTEM, "")
    row.save()
    settle(row)
    corrections.noted(row, SYSTEM, "done")
    return True


def _brought(row: Correction, entity: entities.Entity) -> int | None:
    """The delivery by which the claimed value is held, or said by the department asked; None where it is not."""
    prov = entity.prov.get(row.attribute)
    source: Mapping[str, Any] = prov if isinstance(prov, Mapping) else {}
    value = entity.value(row.attribute)
    values = value if isinstance(value, list) else [value]
    if any(entities.same(row.entity_type, row.attribute, one, row.claimed) for one in values):
        return int(source.get("d") or 0)
    for lost in source.get("lost", ()):
        if lost.get("s") == row.resource and entities.same(row.entity_type, row.attribute, lost.get("v"), row.claimed):
            return int(lost.get("d") or 0)
    return None
