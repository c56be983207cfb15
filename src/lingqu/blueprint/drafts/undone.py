"""Files that were not exported since something was published in the browser would undo it: apply asks before."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.utils import timezone

from lingqu.blueprint.drafts.standing import digest
from lingqu.blueprint.models import Draft
from lingqu.blueprint.touches import Touch
from lingqu.centre.drawing.door import Placed
from lingqu.kernel.text import Text

Look = Callable[[Placed, Placed | None], Touch | None]


def looker() -> Look:
    """``look(now, new)``: whether putting ``new`` (None: nothing) in place of what the drawing holds would go back to
    what stood before it was published. Files that say a third thing were edited on purpose."""
    rows = Draft.objects.filter(state="published").order_by("kind", "code", "-pk").distinct("kind", "code")
    last = {(row.kind, row.code): row for row in rows}

    def look(now: Placed, new: Placed | None) -> Touch | None:
        row = last.get((now.kind, now.code))
        if row is None or digest(now.document) != digest(json.loads(row.document)):
            return None
        if row.base != (digest(new.document) if new is not None else ""):
            return None
        when = timezone.localtime(row.decided_at).date() if row.decided_at else ""
        said = Text(
            zh=f"{row.proposed_by} 与 {row.seconded_by} 于 {when} 在网页上发布的版本（先导出，再改文件）",
            en=f"what {row.proposed_by} and {row.seconded_by} published on {when} in the browser (export it first)",
        )
        return Touch("drafts", now.code, 1, True, said)

    return look
