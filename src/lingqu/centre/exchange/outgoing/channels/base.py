"""What a channel is: one file in this folder with one subclass of ``Channel``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils import timezone

from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.exchange import models
from lingqu.centre.exchange.connectors.base import Finding
from lingqu.centre.exchange.outgoing import columns, reading
from lingqu.centre.exchange.outgoing.agreements import Agreement
from lingqu.kernel.definition import Part


class Target(Part):
    """Settings of an agreement's target: what consumers write, all of it text. Unknown ones are faults."""


class Halted(Exception):
    """Somebody parked the dispatch while it was worked on."""


@dataclass
class Work:
    """One dispatch at work: its row, its agreement, the checked target."""

    row: models.Dispatch
    agreement: Agreement
    target: Any
    with_id: bool = True
    columns: list[columns.Column] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = columns.of(self.agreement, catalogue.delivering(self.agreement), with_id=self.with_id)

    def require_living(self) -> None:
        """Raises ``Withdrawn`` where the agreement ended, ``Halted`` where somebody parked the dispatch."""
        reading.require_living(self.agreement)
        if not models.Dispatch.objects.filter(pk=self.row.pk, state="running").exists():
            raise Halted

    def rows(self, ids: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[Any, ...]]]:
        return reading.rows(self.agreement, self.columns, ids)

    def put(self, **values: Any) -> None:
        """Write to the row at once, so that it is seen and outlives us."""
        for name, value in values.items():
            setattr(self.row, name, value)
        models.Dispatch.objects.filter(pk=self.row.pk).update(**values)

    def counted(self, rows: Iterator[tuple[str, tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
        """Values only; how many were read is told in the row now and then."""
        read, told = 0, timezone.now()
        for _, values in rows:
            read += 1
            if read % reading.CHUNK == 0 and (timezone.now() - told).total_seconds() > 1:
                told = timezone.now()
                self.put(rows_read=read)
            yield values
        self.put(rows_read=read)


class Channel(ABC):
    """``send`` brings the data, or raises: ``Unavailable`` (try again), ``Refused`` and ``Invalid`` (do not). It leaves
    the state in which the dispatch ends in ``work.row.state``."""

    name: ClassVar[str]
    Target: ClassVar[type[Target]]
    tries: ClassVar[int] = 5

    @abstractmethod
    def send(self, work: Work) -> None: ...

    @abstractmethod
    def self_check(self, agreement: Agreement, target: Any) -> list[Finding]:
        """Try everything short of sending data; never raises."""

    def with_id(self, target: Any) -> bool:
        return True

    def most_tries(self, target: Any) -> int:
        return self.tries


def reconciled(row: models.Dispatch) -> str:
    """The state that follows from the counts."""
    return "acknowledged" if row.rows_received == row.rows_sent else "differs"
