"""What differs between two documents, by the path of each key."""

from __future__ import annotations

import json
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


def same(before: Any, after: Any) -> bool:
    """Equal, and in the same order of keys: the order of a type's attributes is what people see."""
    return json.dumps(before, ensure_ascii=False) == json.dumps(after, ensure_ascii=False)


def differences(before: Any, after: Any, path: KeyPath = ()) -> Iterator[Difference]:
    """The smallest differences; items of a list that have a ``code`` are compared by it, not by their place. Where only
    the order differs, both orders of keys or codes are given."""
    if same(before, after):
        return
    old, new = _keyed(before), _keyed(after)
    if old is None or new is None:
        yield Difference(path, before, after)
        return
    inside = [
        each
        for key in [*old, *(key for key in new if key not in old)]
        for each in differences(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    ]
    yield from inside or [Difference(path, list(old), list(new))]


def _keyed(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else _by_code(value)


def _by_code(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list | tuple) or not value:
        return None
    if not all(isinstance(each, Mapping) and "code" in each for each in value):
        return None
    by_code = {each["code"]: each for each in value}
    return by_code if len(by_code) == len(value) else None
