"""One file at a fixed place."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lingqu.centre.exchange import places
from lingqu.centre.exchange.connectors.base import Connector, Finding, Item
from lingqu.centre.exchange.options import FormatOptions
from lingqu.kernel.errors import LingquError, Unavailable
from lingqu.kernel.text import Text


class FileConfig(FormatOptions):
    """``path`` is ``city:data/x.csv``, ``inbox:…`` or absolute."""

    path: str


class FileConnector(Connector):
    name = "file"
    Config = FileConfig

    def items(self, config: FileConfig) -> Iterator[Item]:
        path = places.resolve(config.path)
        if not path.is_file():
            raise Unavailable(
                "source.file_absent",
                Text(zh=f"没有文件 {config.path}", en=f"There is no file {config.path}"),
                place=config.path,
                next_step=Text(zh="检查来源的 path，或放入该文件", en="Check the source's path, or put the file there"),
            )
        yield Item(path.name, path)

    def fetch(self, config: FileConfig, item: Item, into: BinaryIO) -> None:
        with Path(item.at).open("rb") as source:
            shutil.copyfileobj(source, into, 1 << 20)

    def self_check(self, config: FileConfig) -> list[Finding]:
        try:
            (item,) = self.items(config)
            return [Finding(True, config.path, f"{Path(item.at).stat().st_size} bytes")]
        except LingquError as fault:
            return [Finding(False, config.path, fault.message.en, fault.next_step.en)]
