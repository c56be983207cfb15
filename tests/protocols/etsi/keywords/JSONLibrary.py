"""The keywords of robotframework-jsonlibrary that the suite uses, over as much of JSONPath as its cases say."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILTER = re.compile(r"\[\?\(@\.(\w+)=='([^']*)'\)\]")
_STEP = re.compile(r"(\.\.|\.)?(?:\[\s*(?:'([^']*)'|\"([^\"]*)\"|(\d+)|(\*))\s*\]|([\w@:-]+|\*))")
Place = tuple[Any, Any]
"""What holds a value, and the key or number by which it does."""


class JSONLibrary:
    ROBOT_LIBRARY_SCOPE = "GLOBAL"

    def load_json_from_file(self, file_name: str, encoding: str = "utf-8") -> Any:
        return json.loads(Path(file_name).read_text(encoding))

    def convert_json_to_string(self, json_object: Any) -> str:
        return json.dumps(json_object)

    def convert_string_to_json(self, json_string: str) -> Any:
        return json.loads(json_string)

    def get_value_from_json(self, json_object: Any, json_path: str, fail_on_empty: bool = False) -> list[Any]:
        found = [holder[key] for holder, key in _places(json_object, json_path)]
        if fail_on_empty and not found:
            raise AssertionError(f"nothing at {json_path}")
        return found

    def update_value_to_json(self, json_object: Any, json_path: str, new_value: Any) -> Any:
        changed = copy.deepcopy(json_object)
        for holder, key in _places(changed, json_path):
            holder[key] = new_value
        return changed

    def delete_object_from_json(self, json_object: Any, json_path: str) -> Any:
        changed = copy.deepcopy(json_object)
        for holder, key in reversed(list(_places(changed, json_path))):
            del holder[key]
        return changed

    def add_object_to_json(self, json_object: Any, json_path: str, object_to_add: Any) -> Any:
        """Members of an object are joined to one, a value is put at the end of a list, or at a name that is new."""
        changed = copy.deepcopy(json_object)
        found = list(_places(changed, json_path))
        for holder, key in found:
            if isinstance(holder[key], dict):
                holder[key] |= object_to_add
            elif isinstance(holder[key], list):
                holder[key].append(object_to_add)
        if not found:
            before, _, name = json_path.rpartition(".")
            for holder, key in _places(changed, before):
                holder[key][name] = object_to_add
        return changed

    def should_have_value_in_json(self, json_object: Any, json_path: str) -> None:
        self.get_value_from_json(json_object, json_path, fail_on_empty=True)

    def should_not_have_value_in_json(self, json_object: Any, json_path: str) -> None:
        if found := self.get_value_from_json(json_object, json_path):
            raise AssertionError(f"{found} at {json_path}")


def _places(document: Any, path: str) -> list[Place]:
    places: list[Place] = [([document], 0)]
    rest = path.removeprefix("$")
    while rest:
        if chosen := _FILTER.match(rest):
            rest = rest[chosen.end() :]
            listed = [(holder[key], number) for holder, key in places for number in range(len(holder[key]))]
            places = [place for place in listed if place[0][place[1]].get(chosen[1]) == chosen[2]]
            continue
        step = _STEP.match(rest)
        if not step:
            raise ValueError(f"cannot read the path {path!r} at {rest!r}")
        rest = rest[step.end() :]
        deep, wanted = step[1] == "..", next(part for part in step.groups()[1:] if part is not None)
        key: Any = int(wanted) if step[4] else wanted
        values = [holder[name] for holder, name in places]
        reached = [each for value in values for each in (_below(value) if deep else (value,))]
        places = [place for value in reached for place in _named(value, key)]
    return places


def _below(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _below(inner)


def _named(value: Any, key: Any) -> Iterator[Place]:
    if key == "*":
        yield from ((value, each) for each in (value if isinstance(value, dict) else range(len(value))))
    elif isinstance(value, dict):
        if key in value:
            yield value, key
    elif isinstance(value, list) and isinstance(key, int) and key < len(value):
        yield value, key
