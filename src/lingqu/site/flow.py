"""Collect, check and fuse in this process, told to whoever watches. The worker does the same through the queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lingqu.centre.access.door import SYSTEM
from lingqu.centre.exchange import door as exchange
from lingqu.centre.fusion import door as fusion
from lingqu.kernel.errors import LingquError
from lingqu.site import jobs

Tell = Callable[[str, int | None, int, str], None]
"""Called with (piece of work, done, total or 0 when unknown, what is being done); done is None when it ended."""


def collect(sources: Iterable[str], tell: Tell) -> list[LingquError]:
    """Pull what each source has; one that cannot be reached does not hold up the others."""
    faults = []
    for code in sources:
        try:
            found = exchange.collect(SYSTEM, code, _teller(tell, code))
            tell(code, None, 0, f"{len(found)} files, {sum(not d.again for d in found)} new")
        except LingquError as error:
            tell(code, None, 0, f"✗ {error.message.en}")
            faults.append(error)
    return faults


def check(tell: Tell) -> list[LingquError]:
    """Land and check every delivery that waits."""
    faults = []
    for delivery in exchange.pending():
        name = f"{delivery.source} {delivery.name}"
        try:
            done = jobs.move_on(delivery.id, _teller(tell, name))
            tell(name, None, 0, f"{done.state}: {done.clean_rows or 0:,} rows, {done.bad_rows or 0:,} set aside")
        except LingquError as error:
            tell(name, None, 0, f"✗ {error.message.en}")
            faults.append(error)
    return faults


def fuse(tell: Tell, registers: Iterable[str] | None = None) -> list[fusion.Run]:
    """Fuse these registers, or those whose inputs changed."""
    runs = []
    for register in fusion.due() if registers is None else registers:
        run = fusion.fuse(register, _teller(tell, register))
        tell(register, None, 0, f"{run.entities:,} entities of {run.records:,} records, {run.disputes:,} disputes")
        runs.append(run)
    return runs


def _teller(tell: Tell, piece: str) -> exchange.Progress:
    return lambda done, total, what: tell(piece, done, total, what)
