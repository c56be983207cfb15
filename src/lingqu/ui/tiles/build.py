"""One tile of one entity type: read, simplified by zoom, points gathered into clusters, encoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from lingqu.centre.access.door import Actor
from lingqu.centre.entities import door as entities
from lingqu.centre.entities.definitions import EntityType
from lingqu.ui.tiles import grid
from lingqu.ui.tiles.encode import EXTENT, layer

CAP = 12_000
"""Features read for a tile; beyond it the largest are kept by what the store gives first, and ``capped`` says so."""

CLUSTER_BELOW = 16
"""From this zoom on every point stands for itself."""

_TOLD_FROM = 14
_NAMED = 240
"""An area narrower than this many tile units (30 px) gets no name."""

CELL = EXTENT // 12
"""Side of a cluster's cell in tile units."""

Row = tuple[str, str, bytes, dict[str, Any]]


def tile(actor: Actor, kind: EntityType, z: int, x: int, y: int) -> bytes:
    """The encoded tile; empty bytes where there is nothing to draw."""
    if kind.geometry is None or z < lowest_zoom(kind):
        return b""
    rows = entities.tile_features(
        actor, kind.code, grid.bounds(z, x, y), limit=CAP, with_attributes=shown_attributes(kind)
    )
    return draw(kind.code, rows, z, x, y)


def lowest_zoom(kind: EntityType) -> int:
    """Points appear two steps earlier than the type says, because they are gathered into clusters there."""
    style = kind.map
    if style is None:
        return 12
    return max(0, style.min_zoom - 2) if style.layer == "circle" else style.min_zoom


def shown_attributes(kind: EntityType) -> Sequence[str]:
    """What a feature carries besides its label: the attributes people filter by."""
    return [name for name, attribute in kind.attributes.items() if attribute.facet and name != kind.region][:3]


def draw(name: str, rows: Sequence[Row], z: int, x: int, y: int) -> bytes:
    if not rows:
        return b""
    shapes = grid.into_tile(shapely.from_wkb([row[2] for row in rows]), z, x, y)
    facts: list[Mapping[str, Any]] = [_facts(row, z) for row in rows]
    points = shapely.get_dimensions(shapes) == 0
    drawn, told = _areas_and_lines(shapes[~points], [f for f, p in zip(facts, points, strict=True) if not p], z)
    more, more_told = _points(shapes[points], [f for f, p in zip(facts, points, strict=True) if p], z)
    drawn, told = drawn + more, told + more_told
    names, said = _names(shapes[~points], [f for f, p in zip(facts, points, strict=True) if not p], z)
    content = layer(name, drawn, told) if drawn else b""
    return content + (layer(f"{name}-name", names, said) if names else b"")


def _names(shapes: Any, facts: list[Mapping[str, Any]], z: int) -> tuple[list[Any], list[Mapping[str, Any]]]:
    """One point for the name of each area, in the one tile where it lies: a name is written once, not once a tile."""
    areas = shapely.get_dimensions(shapes) == 2
    box = shapely.bounds(shapes)
    wide = (box[:, 2] - box[:, 0] >= _NAMED) if len(shapes) else areas
    wanted = np.flatnonzero(areas & wide)
    at = shapely.point_on_surface(shapes[wanted])
    places = shapely.get_coordinates(at)
    inside = np.all((places >= 0) & (places < EXTENT), axis=1) if len(places) else np.zeros(0, bool)
    chosen = [int(i) for i in wanted[inside]]
    return list(at[inside]), [{"label": facts[i]["label"], "size": int(box[i, 2] - box[i, 0])} for i in chosen]


def _facts(row: Row, z: int) -> dict[str, Any]:
    """What a feature tells: from far only what is needed to name it and to open it."""
    entity_id, label, _, attributes = row
    if entity_id.endswith(label):
        label = ""  # the store names what has no name by its number; a map is quieter without
    if z < _TOLD_FROM:
        return {"id": entity_id, "label": label}
    plain = {k: v for k, v in attributes.items() if isinstance(v, str | int | float | bool)}
    return {"id": entity_id, "label": label, **plain}


def _areas_and_lines(shapes: Any, facts: list[Mapping[str, Any]], z: int) -> tuple[list[Any], list[Mapping[str, Any]]]:
    if not len(shapes):
        return [], []
    cut = grid.clip(shapes, 0 if z >= 17 else 4.0)
    box = shapely.bounds(cut)
    extent = np.nan_to_num(np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]))
    keep = ~shapely.is_empty(cut) & (extent >= _smallest(z))
    return list(cut[keep]), [f for f, k in zip(facts, keep, strict=True) if k]


def _smallest(z: int) -> float:
    """Below this size in tile units (8 a pixel) nothing is seen of a thing, or it only clutters a small scale."""
    return {16: 4.0, 15: 8.0, 14: 12.0, 13: 28.0, 12: 64.0}.get(min(z, 16), 96.0)


def _points(shapes: Any, facts: list[Mapping[str, Any]], z: int) -> tuple[list[Any], list[Mapping[str, Any]]]:
    if not len(shapes):
        return [], []
    at = shapely.get_coordinates(shapely.centroid(shapes))
    inside = np.all((at >= 0) & (at < EXTENT), axis=1)
    at, facts = at[inside], [f for f, i in zip(facts, inside, strict=True) if i]
    if z >= CLUSTER_BELOW or not len(at):
        return list(shapely.points(at)), facts
    cells, home, counts = np.unique(at.astype(np.int64) // CELL, axis=0, return_inverse=True, return_counts=True)
    home = home.reshape(-1)
    middle = np.column_stack([np.bincount(home, at[:, i], len(cells)) / counts for i in (0, 1)])
    first = {int(cell): i for i, cell in reversed(list(enumerate(home)))}
    told = [facts[first[c]] if counts[c] == 1 else {"count": int(counts[c])} for c in range(len(cells))]
    return list(shapely.points(middle)), told
