"""One instance of Lingqu: a folder that holds everything that is not code."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Instance:
    """``root`` holds ``pg/`` (embedded database), ``lake/``, ``inbox/``, ``outbox/``, ``ledger/`` (heads of the ledger,
    to be copied elsewhere), ``logs/``, ``run/``, ``secrets/``."""

    root: Path

    @property
    def mark(self) -> str:
        """Tells this instance from another one on the machine, without telling where it is."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:16]

    @property
    def pg(self) -> Path:
        return self.root / "pg"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"


def current() -> Instance:
    """The instance named by ``LINGQU_INSTANCE``, else ``var/`` in the working directory."""
    return Instance(Path(os.environ.get("LINGQU_INSTANCE", "var")).resolve())


def city(instance: Instance) -> Path | None:
    """The folder of the city last applied: ``LINGQU_CITY``, else what ``run/city`` names."""
    if named := os.environ.get("LINGQU_CITY"):
        return Path(named).resolve()
    file = instance.run / "city"
    return Path(file.read_text().strip()) if file.exists() else None
