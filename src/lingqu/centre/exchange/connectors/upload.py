"""Files that people bring through the browser or the command line; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lingqu.centre.exchange.connectors.base import Connector, Finding, Item
from lingqu.centre.exchange.options import FormatOptions


class UploadConfig(FormatOptions):
    pass


class UploadConnector(Connector):
    name = "upload"
    Config = UploadConfig

    def items(self, config: UploadConfig) -> Iterator[Item]:
        return iter(())

    def fetch(self, config: UploadConfig, item: Item, into: BinaryIO) -> None:
        raise NotImplementedError  # there are no items

    def self_check(self, config: UploadConfig) -> list[Finding]:
        return [Finding(True, "upload", "files are brought in by people")]
