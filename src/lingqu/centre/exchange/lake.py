"""Files of the lake: written under a temporary name, synced, renamed, so that a file that is there is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

LEFT_OVER = 24 * 3600
"""Seconds after which a scratch folder belongs to nobody any more."""


@dataclass(frozen=True)
class Lake:
    root: Path

    def raw(self, source: str, delivery: int) -> Path:
        return self.root / "raw" / source / str(delivery)

    def rows(self, source: str, delivery: int) -> Path:
        return self.root / "rows" / source / f"{delivery}.parquet"

    def broken(self, source: str, delivery: int) -> Path:
        return self.root / "rows" / source / f"{delivery}.broken.parquet"

    def clean(self, resource: str, delivery: int) -> Path:
        return self.root / "clean" / resource / f"{delivery}.parquet"

    def issues(self, resource: str, delivery: int) -> Path:
        return self.root / "issues" / resource / f"{delivery}.parquet"

    def links(self, register: str) -> Path:
        return self.root / "links" / register


def lake() -> Lake:
    return Lake(Path(settings.LINGQU_LAKE))


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder on the lake's own disk, gone afterwards."""
    folder = lake().root / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    made = Path(tempfile.mkdtemp(dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed left behind."""
    long_ago = time.time() - LEFT_OVER
    for left in folder.iterdir():
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < long_ago:
                shutil.rmtree(left, ignore_errors=True)


def keep(made: Path, at: Path, *, read_only: bool = False) -> None:
    """Put a finished file to its place for good. A file that stands there is replaced."""
    at.parent.mkdir(parents=True, exist_ok=True)
    if read_only:
        made.chmod(0o440)
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(at)
    folder = os.open(at.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
