"""Sector packs that are installed beside Lingqu. Lingqu itself names none of them.

A distribution announces a pack in the entry point group ``lingqu.packs``: its name is the pack's code, its value the
Python package whose folder holds ``pack.yaml``.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from lingqu.packs.sdk import Rule

GROUP = "lingqu.packs"


@dataclass(frozen=True)
class Pack:
    """An installed pack. ``folder`` holds ``pack.yaml`` and the folders of definitions."""

    code: str
    module: str
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "pack.yaml"


def installed() -> dict[str, Pack]:
    """Every installed pack by code. A pack whose folder cannot be found is left out."""
    found = (_found(point.name, point.value) for point in entry_points(group=GROUP))
    return {pack.code: pack for pack in sorted(filter(None, found), key=lambda pack: pack.code)}


def rules(pack: Pack) -> list[Rule]:
    """The rules of the pack's ``hooks.py``, in the order of their codes; none where there is no such file."""
    if not (pack.folder / "hooks.py").exists():
        return []
    module = importlib.import_module(f"{pack.module}.hooks")
    return sorted((each for each in vars(module).values() if isinstance(each, Rule)), key=lambda each: each.code)


def _found(code: str, module: str) -> Pack | None:
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Pack(code, module, Path(next(iter(spec.submodule_search_locations))))


__all__ = ["Pack", "Rule", "installed", "rules"]
