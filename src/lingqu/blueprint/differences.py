"""What differs between two documents, by the path of each key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lingqu.blueprint.lines import KeyPath

ABSENT: Any = None


@dataclass(frozen=True)
class Difference:
    """``before`` is None for what was added, ``after`` for what was taken away."""

    path: KeyPath
    before: Any
    after: Any

    @property
    def where(self) -> str:
        return ".".join(str(part) for part in self.path)


def differences(before: Any, after: Any, path: KeyPath = ()) -> Iterator[Difference]:
    """The smallest differences; items of a list that have a ``code`` are compared by it, not by their place."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from differences(before.get(key, ABSENT), after.get(key, ABSENT), (*path, key))
        return
    old, new = _by_code(before), _by_code(after)
    if old is None or new is None:
        yield Difference(path, before, after)
        return
    inside = list(differences(old, new, path))
    yield from inside or [Difference(path, list(old), list(new))]


def _by_code(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list | tuple) or not value:
        return None
    if not all(isinstance(each, Mapping) and "code" in each for each in value):
        return None
    by_code = {each["code"]: each for each in value}
    return by_code if len(by_code) == len(value) else None
