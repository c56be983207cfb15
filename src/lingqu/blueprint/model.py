"""A blueprint in memory: what the files say, before anything is applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from lingqu.blueprint.lines import KeyPath, Page
from lingqu.centre.drawing.definitions import City
from lingqu.kernel.definition import Definition
from lingqu.kernel.errors import Fault
from lingqu.kernel.text import Text
from lingqu.packs.door import Pack

D = TypeVar("D", bound=Definition)
CITY_LAYER = "city"


@dataclass(frozen=True)
class Entry:
    """One definition with its place. ``base`` is its path within the file (a file may hold a list)."""

    definition: Definition
    layer: str
    file: Path
    shown: str
    origin: str
    page: Page
    base: KeyPath = ()

    @property
    def kind(self) -> str:
        return self.definition.kind

    @property
    def code(self) -> str:
        return self.definition.code

    def fault(
        self,
        rule: str,
        message: Text,
        next_step: Text,
        path: KeyPath = (),
        severity: str = "error",
    ) -> Fault:
        """A fault at one key of this definition."""
        return Fault(
            rule,
            message,
            file=self.shown,
            line=self.page.line((*self.base, *path)),
            column=".".join(str(part) for part in path),
            next_step=next_step,
            severity=severity,
        )


@dataclass(frozen=True)
class Blueprint:
    """All layers together. ``entries`` holds what counts: a city's definition stands before a pack's of its code."""

    root: Path
    packs: tuple[Pack, ...] = ()
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    files: tuple[tuple[Path, str], ...] = ()

    @property
    def city(self) -> City | None:
        return next((entry.definition for entry in self.entries.values() if isinstance(entry.definition, City)), None)

    def every(self, of: type[D]) -> dict[str, D]:
        """Definitions of a kind by code, as the files say."""
        return {e.code: e.definition for e in self.of(of) if isinstance(e.definition, of)}

    def of(self, of: type[D]) -> Iterator[Entry]:
        """Entries of a kind."""
        return (entry for entry in self.entries.values() if isinstance(entry.definition, of))

    def pairs(self, of: type[D]) -> Iterator[tuple[Entry, D]]:
        """Each entry of a kind with its definition."""
        for entry in self.of(of):
            if isinstance(entry.definition, of):
                yield entry, entry.definition

    def documents(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Every definition as it is stored."""
        return {key: entry.definition.document() for key, entry in self.entries.items()}
