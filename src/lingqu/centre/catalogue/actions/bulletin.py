"""Issue the bulletin of a month: its figures are kept as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import clocks, models, rights
from lingqu.centre.catalogue.records import Bulletin


@transaction.atomic
def issue(actor: access.Actor, month: date, figures: Mapping[str, Any]) -> Bulletin:
    if not rights.oversees(actor):
        raise rights.not_theirs(actor, f"{month:%Y-%m}", clocks.rules().steward)
    row, made = models.Bulletin.objects.get_or_create(
        month=month.replace(day=1),
        defaults={"issued_at": timezone.now(), "issued_by": actor.name[:200], "figures": dict(figures)},
    )
    if made:
        detail = {"bulletin": f"{month:%Y-%m}"}
        access.record(actor, "write", entity_type="SharingBulletin", count=1, detail=detail)
    return Bulletin(row.month, row.issued_at, row.issued_by, row.figures)
