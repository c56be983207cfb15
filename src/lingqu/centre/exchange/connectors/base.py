"""What a connector is: one file in this folder with one subclass of ``Connector``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

from lingqu.centre.exchange.options import FormatOptions


@dataclass(frozen=True)
class Item:
    """One thing that can be fetched now: a file, a table, a paged answer. ``at`` is for the connector itself."""

    name: str
    at: Any = None


@dataclass(frozen=True)
class Finding:
    """One line of a connector's check of itself."""

    ok: bool
    what: str
    detail: str = ""
    next_step: str = ""


class Connector(ABC):
    """``Config`` is the model of the source's ``config``; unknown settings are faults."""

    name: ClassVar[str]
    Config: ClassVar[type[FormatOptions]]

    @abstractmethod
    def items(self, config: Any) -> Iterator[Item]:
        """What is there now, oldest name first. Raises ``Unavailable`` when the place does not answer."""

    @abstractmethod
    def fetch(self, config: Any, item: Item, into: BinaryIO) -> None:
        """Write the bytes of an item, as they came."""

    @abstractmethod
    def self_check(self, config: Any) -> list[Finding]:
        """Try everything short of taking data; never raises."""
