"""Where the drawing and the entities stand: a short text that changes when a map might."""

from __future__ import annotations

from lingqu.centre.drawing import door as drawing
from lingqu.centre.entities import door as entities


def standing(kind: str = "") -> str:
    """For one entity type, or for all."""
    return f"{drawing.revision()}.{entities.last_change(kind)}"
