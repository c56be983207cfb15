"""Names and values inside SQL text. Nothing from a file or a definition enters a statement by another way."""

from __future__ import annotations

from collections.abc import Iterable


def name(text: str) -> str:
    """A quoted identifier."""
    return '"' + text.replace('"', '""').replace("\x00", "") + '"'


def text(value: str) -> str:
    """A quoted string; control signs are said by ``chr``, since a literal may not hold every one of them."""
    if "\x00" in value:
        return "(" + " || chr(0) || ".join(text(part) for part in value.split("\x00")) + ")"
    return "'" + value.replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    return ", ".join(text(value) for value in values)


def array(values: Iterable[str]) -> str:
    return "[" + texts(values) + "]"


def paths(files: Iterable[object]) -> str:
    return array(str(file) for file in files)


def all_of(conditions: Iterable[str]) -> str:
    """Joined by AND; ``true`` when there are none."""
    return " AND ".join(f"({condition})" for condition in conditions) or "true"
