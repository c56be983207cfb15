"""What applying a blueprint would do: additions, changes with their differences, removals, and the data they touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lingqu.blueprint import kinds
from lingqu.blueprint.check import require_sound
from lingqu.blueprint.differences import Difference, differences, same
from lingqu.blueprint.drafts.undone import Look, looker
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.blueprint.touches import Touch, touched
from lingqu.centre.drawing import door as drawing
from lingqu.centre.drawing.door import Placed

Action = Literal["add", "change", "remove"]


@dataclass(frozen=True)
class Change:
    """One definition that would be added, changed or removed."""

    action: Action
    kind: str
    code: str
    title: Mapping[str, str]
    origin: str
    layer: str
    differences: tuple[Difference, ...] = ()
    touches: tuple[Touch, ...] = ()

    @property
    def loses(self) -> bool:
        """Whether data would lose its meaning."""
        return any(touch.loses for touch in self.touches)


@dataclass(frozen=True)
class Plan:
    """``revision`` is the drawing it was compared with; it holds only while that is the newest."""

    revision: int
    changes: tuple[Change, ...] = ()
    put: tuple[Placed, ...] = ()
    remove: tuple[tuple[str, str], ...] = ()

    def of(self, action: Action) -> tuple[Change, ...]:
        """The additions, changes or removals."""
        return tuple(change for change in self.changes if change.action == action)

    @property
    def empty(self) -> bool:
        return not self.changes

    @property
    def counts(self) -> dict[str, int]:
        """How many of each, as the drawing's revision keeps it."""
        return {"add": len(self.of("add")), "change": len(self.of("change")), "remove": len(self.of("remove"))}


def plan(blueprint: Blueprint) -> Plan:
    """What ``apply`` would do now; reads only. Raises ``Invalid`` for a blueprint with errors, whose definitions that
    cannot be read would look removed."""
    require_sound(blueprint)
    return compare(blueprint)


def compare(blueprint: Blueprint) -> Plan:
    """A sound blueprint beside the drawing as it stands."""
    now = {(each.kind, each.code): each for each in drawing.placed()}
    new = {key: _placed(entry) for key, entry in blueprint.entries.items()}
    put = [placed for key, placed in new.items() if key not in now or not _same(now[key], placed)]
    gone = sorted((key for key in now if key not in new), key=lambda key: (kinds.ORDER.get(key[0], 99), key[1]))
    undone = looker() if put or gone else None
    changes = [*_added_and_changed(put, now, new, undone), *(_removed(now[key], now, undone) for key in gone)]
    return Plan(drawing.revision(), tuple(changes), tuple(put), tuple(gone))


def _placed(entry: Entry) -> Placed:
    return Placed(entry.kind, entry.code, entry.definition.document(), entry.origin, entry.layer)


def _same(one: Placed, other: Placed) -> bool:
    """Where a file lies is no change; which layer it belongs to is, since export writes the city's own only."""
    return same(one.document, other.document) and one.layer == other.layer


def _added_and_changed(
    put: list[Placed], now: Mapping[tuple[str, str], Placed], new: Mapping[tuple[str, str], Placed], undone: Look | None
) -> Iterator[Change]:
    for placed in put:
        before = now.get((placed.kind, placed.code))
        if before is None:
            yield _change("add", placed)
            continue
        found = tuple(differences(before.document, placed.document))
        if before.layer != placed.layer:
            found = (Difference(("layer",), before.layer, placed.layer), *found)
        yield _change(
            "change", placed, found, (*touched("change", placed, found, new), *_undoes(undone, before, placed))
        )


def _removed(placed: Placed, now: Mapping[tuple[str, str], Placed], undone: Look | None) -> Change:
    return _change("remove", placed, (), (*touched("remove", placed, (), now), *_undoes(undone, placed, None)))


def _undoes(undone: Look | None, now: Placed, new: Placed | None) -> Iterator[Touch]:
    touch = undone(now, new) if undone is not None else None
    if touch is not None:
        yield touch


def _change(
    action: Action,
    placed: Placed,
    found: tuple[Difference, ...] = (),
    touches: tuple[Touch, ...] = (),
) -> Change:
    title: Any = placed.document.get("title", {})
    return Change(action, placed.kind, placed.code, title, placed.origin, placed.layer, found, touches)
