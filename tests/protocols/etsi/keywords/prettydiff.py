"""What the suite draws differences with, on a console that nobody sees; the difference itself is in the message."""

from __future__ import annotations

from enum import Enum
from typing import Any


class Flag(Enum):
    ADDED = 1
    REMOVED = 2


def diff_json(*_: Any) -> list[Any]:
    return []


def get_annotated_lines_from_diff(*_: Any) -> list[Any]:
    return []
