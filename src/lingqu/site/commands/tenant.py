"""Tenants of the NGSI-LD interface: which there are, and ending one."""

from __future__ import annotations

import getpass

import click

from lingqu.site.ready import ready


@click.group()
def tenant() -> None:
    """Data sets of their own behind NGSILD-Tenant (docs/tenants.md)."""


@tenant.command("list")
def listed() -> None:
    """Their names, since when they are there, who made them, how much they hold."""
    ready()
    from lingqu.centre.access import door as access
    from lingqu.centre.entities import door as entities

    found = access.tenancy.living()
    for name, since, who in found:
        with access.tenancy.within(name):
            held = sum(entities.type_counts(access.SYSTEM).values())
        click.echo(f"{name}\t{since:%Y-%m-%d %H:%M}\t{who}\tentities: {held:,}")
    if not found:
        click.echo("There is none. A first entity with the header NGSILD-Tenant makes one.")


@tenant.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete a tenant with all its data, its history and its subscriptions. The ledger keeps what was done."""
    ready()
    from dataclasses import replace

    from lingqu.centre.access import door as access

    if not access.tenancy.there(name):
        raise click.ClickException(f"There is no tenant {name}; lingqu tenant list names those there are.")
    if not yes and click.prompt(f"All data of {name} are deleted for good. Type its name to go on") != name:
        raise click.ClickException("Nothing was deleted.")
    access.tenancy.end(replace(access.SYSTEM, name=f"{getpass.getuser()}@command"), name)
    click.echo(f"The tenant {name} is gone.")
