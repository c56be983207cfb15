"""Logins of analysts to the database: views of what the role ``analyst`` may see, in SQL."""

from __future__ import annotations

import getpass
from datetime import datetime

import click

from lingqu.site.ready import ready


@click.group()
def analyst() -> None:
    """Logins of analysts to the database (docs/database-roles.md)."""


@analyst.command()
@click.argument("name")
@click.option("--account", required=True, help="Username of the account in whose name they read.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
def add(name: str, account: str, until: datetime) -> None:
    """A login for an analyst; its password is printed once."""
    here = ready()
    from dataclasses import replace
    from datetime import timedelta

    import psycopg
    from django.utils import timezone

    from lingqu.centre.access import door as access
    from lingqu.centre.entities import door as entities
    from lingqu.site import postgres, supervisor

    if not name.isidentifier() or not name.isascii():
        raise click.ClickException("a name is letters, digits and _")
    access.require_analyst(account)
    supervisor.make_roles(here)
    shown = entities.analyst_views()
    ends = timezone.make_aware(until) + timedelta(days=1)
    with psycopg.connect(supervisor.owner(here)) as connection:
        login, password = postgres.add_analyst(connection, name, account, ends, f"{getpass.getuser()}@command")
        about = connection.info
        where = f"host={about.host} port={about.port} dbname={about.dbname}"
    detail = {"analyst": login, "account": account, "until": ends.isoformat(), "views": shown}
    access.record(replace(access.SYSTEM, name=f"{getpass.getuser()}@command"), "grant", detail=detail)
    click.echo(f"{where} user={login}")
    click.echo(f"password (not kept, not shown again): {password}")
    click.echo(f"views: {', '.join(shown) or 'none; the city has no role analyst'}")


@analyst.command()
@click.argument("name")
def end(name: str) -> None:
    """Close an analyst's login at once."""
    here = ready()
    import psycopg

    from lingqu.site import postgres, supervisor

    with psycopg.connect(supervisor.owner(here)) as connection:
        if not postgres.end_analyst(connection, name):
            raise click.ClickException(f"there is no analyst {name}")
    click.echo("closed")


@analyst.command("list")
def list_() -> None:
    """Logins, the accounts behind them, and until when."""
    here = ready()
    import psycopg

    from lingqu.site import postgres, supervisor

    with psycopg.connect(supervisor.owner(here)) as connection:
        for login, account, until in postgres.analysts(connection):
            click.echo(f"{login:<40} {account:<20} {until:%Y-%m-%d}")
