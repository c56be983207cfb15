"""Make the drawing what the blueprint says: one transaction, and again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from lingqu.blueprint.check import require_sound
from lingqu.blueprint.model import Blueprint
from lingqu.blueprint.plan import Plan, compare
from lingqu.centre.access import door as access
from lingqu.centre.access.door import Actor
from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities
from lingqu.kernel.errors import Conflict
from lingqu.kernel.text import Text

_LOCK = 0x6C71_6270
"""Advisory lock of PostgreSQL under which appliers wait for each other."""


@dataclass(frozen=True)
class Applied:
    """What applying did. ``revision`` is the drawing's after it; ``changed`` tells whether it is a new one."""

    revision: int
    plan: Plan

    @property
    def changed(self) -> bool:
        return not self.plan.empty


def apply(
    actor: Actor, blueprint: Blueprint, *, allow_removal: bool = False, detail: Mapping[str, Any] | None = None
) -> Applied:
    """Check, plan and put into the drawing, and leave a ledger row (with ``detail``).

    Raises ``Refused`` for who may not apply, ``Invalid`` (``blueprint.faults``) with every error, and ``Conflict``
    (``blueprint.removal``) where data would lose its description and ``allow_removal`` is not given. The data itself
    is never deleted.
    """
    access.require(actor, "apply")
    require_sound(blueprint)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        made = compare(blueprint)
        if made.empty:
            return Applied(made.revision, made)
        if not allow_removal:
            _refuse_loss(made)
        revision = drawing.replace(made.put, made.remove, actor=actor.name, summary=made.counts)
        entities.analyst_views()
        access.record(
            actor, "apply", count=len(made.changes), detail={"revision": revision, **made.counts, **(detail or {})}
        )
    return Applied(revision, made)


def _refuse_loss(made: Plan) -> None:
    losing = [change for change in made.changes if change.loses]
    if not losing:
        return
    said = [touch.message for change in losing for touch in change.touches if touch.loses]
    raise Conflict(
        "blueprint.removal",
        Text(
            zh=f"将使已有数据失去说明：{'；'.join(text.zh for text in said)}",
            en=f"Data would lose its description: {'; '.join(text.en for text in said)}",
        ),
        place=", ".join(f"{change.kind} {change.code}" for change in losing),
        next_step=Text(
            zh="确认不再需要后，加 --allow-removal 再应用",
            en="Apply with --allow-removal when the data is no longer needed",
        ),
    )
