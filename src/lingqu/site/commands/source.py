"""Sources of the city: list them, let them check themselves."""

from __future__ import annotations

import sys

import click

from lingqu.site.ready import ready


@click.group()
def source() -> None:
    """Sources: where departments' data comes from."""


@source.command("list")
def list_() -> None:
    """Every source with its connector, resource and schedule."""
    ready()
    from lingqu.centre.exchange import door as exchange

    for code, found in exchange.sources().items():
        click.echo(f"{code:<44} {found.connector:<10} {found.resource:<40} {found.schedule or ''}")


@source.command()
@click.argument("codes", nargs=-1)
def check(codes: tuple[str, ...]) -> None:
    """Let the connectors of CODES (all where none is named) check themselves; exits with the number of faults."""
    ready()
    from lingqu.centre.exchange import door as exchange

    faults = 0
    for code in codes or sorted(exchange.sources()):
        click.echo(code)
        for finding in exchange.self_check(code):
            faults += not finding.ok
            click.echo(f"  {'✓' if finding.ok else '✗'} {finding.what} {finding.detail}".rstrip())
            if not finding.ok and finding.next_step:
                click.echo(f"    → {finding.next_step}")
    sys.exit(min(faults, 100))
