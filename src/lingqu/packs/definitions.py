"""``pack.yaml``: what a pack says of itself."""

from __future__ import annotations

from typing import ClassVar

from lingqu.kernel.definition import Code, Definition, Field


class PackFile(Definition):
    """A pack. ``code`` is the name of its entry point; ``requires`` are packs that must stand below it."""

    kind: ClassVar[str] = "pack"
    folder: ClassVar[str] = ""

    requires: tuple[Code, ...] = Field(default=(), description="packs that the city must name before this one")
