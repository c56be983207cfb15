"""Collect, check, fuse: the whole path in this process, with its progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lingqu.site.ready import ready

if TYPE_CHECKING:
    from lingqu.kernel.errors import LingquError
    from lingqu.site.flow import Tell


@contextmanager
def progress() -> Iterator[Tell]:
    """A line for each piece of work: a bar in a terminal, one plain line when it is done elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    console = Console()
    columns = (TextColumn("{task.fields[piece]}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
    bars: dict[str, TaskID] = {}
    with Progress(*columns, TextColumn("{task.description}"), console=console, disable=not console.is_terminal) as bar:

        def tell(piece: str, done: int | None, total: int, what: str) -> None:
            if piece not in bars:
                bars[piece] = bar.add_task(what, piece=piece, total=total or None)
            if done is None:
                bar.remove_task(bars.pop(piece))
                bar.console.print(f"{piece:<48} {what}", markup=False, highlight=False, soft_wrap=True)
            else:
                bar.update(bars[piece], completed=done, total=total or None, description=what)

        yield tell


def end(faults: list[LingquError], began: float) -> None:
    from lingqu.site.cli import refusal

    for fault in faults:
        click.echo(refusal(fault), err=True)
    click.echo(f"{time.monotonic() - began:.1f} s")
    sys.exit(min(len(faults), 100))


@click.command()
@click.argument("sources", nargs=-1)
def collect(sources: tuple[str, ...]) -> None:
    """Pull what SOURCES have; all of them where none is named."""
    ready()
    from lingqu.centre.exchange import door as exchange
    from lingqu.site import flow

    began = time.monotonic()
    with progress() as tell:
        faults = flow.collect(sources or sorted(exchange.sources()), tell)
    end(faults, began)


@click.command()
def check() -> None:
    """Read and check every delivery that waits."""
    ready()
    from lingqu.site import flow

    began = time.monotonic()
    with progress() as tell:
        faults = flow.check(tell)
    end(faults, began)


@click.command()
@click.argument("registers", nargs=-1)
def fuse(registers: tuple[str, ...]) -> None:
    """Fuse REGISTERS; those whose inputs changed where none is named."""
    ready()
    from lingqu.site import flow

    began = time.monotonic()
    with progress() as tell:
        flow.fuse(tell, registers or None)
    end([], began)


@click.command()
def run() -> None:
    """Collect every source, check every delivery, fuse what changed."""
    ready()
    from lingqu.centre.exchange import door as exchange
    from lingqu.site import flow

    began = time.monotonic()
    with progress() as tell:
        faults = flow.collect(sorted(exchange.sources()), tell)
        faults += flow.check(tell)
        flow.fuse(tell)
    end(faults, began)
