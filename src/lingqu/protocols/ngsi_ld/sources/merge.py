"""One entity out of what several systems hold of it (CIM 009 4.5.5, 4.3.6.2, 4.3.6.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lingqu.centre.entities.door import Entity

Times = dict[str, str]


@dataclass(frozen=True)
class Piece:
    """What one system holds of an entity. ``times``: (attribute, datasetId) → when it changed there (ISO 8601, UTC);
    ``added``: it only adds what nobody else has (an auxiliary source)."""

    entity: Entity
    times: Callable[[], Mapping[tuple[str, str], str]] = field(default=dict)
    added: bool = False


def merged(pieces: Sequence[Piece]) -> Entity:
    """The first piece is the one that stays where nothing says which is newer. Of instances of one datasetId the one
    observed last is taken, else the one changed last."""
    ordered = sorted(pieces, key=lambda piece: piece.added)
    first = ordered[0]
    held: dict[str, dict[str, tuple[Any, Piece]]] = {}
    for piece in ordered:
        for name, instances in piece.entity.attrs.items():
            if piece.added and name in held and any(p is not piece for _, p in held[name].values()):
                continue
            mine = held.setdefault(name, {})
            for instance in instances if isinstance(instances, list) else [instances]:
                dataset = instance.get("datasetId", "")
                if dataset not in mine or _newer(name, dataset, (instance, piece), mine[dataset]):
                    mine[dataset] = (instance, piece)
    attrs = {name: _listed([i for i, _ in by.values()]) for name, by in held.items()}
    every = [piece.entity for piece in ordered if not piece.added] or [first.entity]
    types = dict.fromkeys(t for e in every for t in (e.type, *e.types))
    return replace(
        first.entity,
        attrs=attrs,
        types=tuple(t for t in types if t != first.entity.type),
        scopes=tuple(dict.fromkeys(s for e in every for s in e.scopes)),
        created_at=min(e.created_at for e in every),
        modified_at=max(e.modified_at for e in every),
        contested=tuple(sorted({name for e in every for name in e.contested})),
    )


def _listed(instances: list[Any]) -> Any:
    return instances[0] if len(instances) == 1 else instances


def _newer(name: str, dataset: str, one: tuple[Any, Piece], other: tuple[Any, Piece]) -> bool:
    mine, theirs = one[0].get("observedAt"), other[0].get("observedAt")
    if mine != theirs and (mine or theirs):
        return bool(mine) and (not theirs or str(mine) > str(theirs))
    at = one[1].times().get((name, dataset), "")
    before = other[1].times().get((name, dataset), "")
    return bool(at) and at > before
