"""A folder into which a department puts its files."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lingqu.centre.exchange import places
from lingqu.centre.exchange.connectors.base import Connector, Finding, Item
from lingqu.centre.exchange.options import FormatOptions


class InboxConfig(FormatOptions):
    """``pattern`` is a file pattern inside the instance's inbox, e.g. ``police/household_register*.csv``.

    A file is taken once it has not changed for ``settle`` seconds, so that a half-copied one waits.
    """

    pattern: str
    settle: float = 0


class InboxConnector(Connector):
    name = "inbox"
    Config = InboxConfig

    def items(self, config: InboxConfig) -> Iterator[Item]:
        now = time.time()
        for path in self._matching(config):
            if now - path.stat().st_mtime >= config.settle:
                yield Item(path.name, path)

    def _matching(self, config: InboxConfig) -> list[Path]:
        inbox = places.inbox()
        places.inside(inbox, inbox / config.pattern)
        found = (path for path in inbox.glob(config.pattern) if path.is_file() and not path.name.startswith("."))
        return sorted(path for path in found if path.resolve().is_relative_to(inbox.resolve()))

    def fetch(self, config: InboxConfig, item: Item, into: BinaryIO) -> None:
        with Path(item.at).open("rb") as source:
            shutil.copyfileobj(source, into, 1 << 20)

    def self_check(self, config: InboxConfig) -> list[Finding]:
        inbox = places.inbox()
        if not inbox.is_dir():
            return [Finding(False, str(inbox), "the inbox folder is not there", "Create the folder")]
        found = self._matching(config)
        return [Finding(True, config.pattern, f"{len(found)} files waiting in {inbox}")]
