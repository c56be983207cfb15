"""Files of the city's folder that definitions name: ``city:data/x.csv`` or ``${city}/data/x.db``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lingqu.blueprint.lines import KeyPath

_NAMED = re.compile(r"(?:city:|\$\{city\}/)([^\s'\"?#]+)")


def named(value: Any, path: KeyPath = ()) -> Iterator[tuple[str, KeyPath]]:
    """Each path below the city's folder, with the key it stands at. Paths that lead out of it are not given."""
    if isinstance(value, str):
        for found in _NAMED.findall(value):
            if ".." not in Path(found).parts:
                yield found, path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from named(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from named(inner, (*path, index))
