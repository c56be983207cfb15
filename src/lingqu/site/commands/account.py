"""Accounts from the machine itself: the first administrator, and systems. What is done here is done by the operator,
who needs no second pair of eyes and stands in the ledger."""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click

from lingqu.site.ready import ready


def _operator() -> Any:
    from lingqu.centre.access.door import SYSTEM

    return replace(SYSTEM, name=f"operator:{getpass.getuser()}"[:200])


@click.group()
def account() -> None:
    """Accounts: who may sign in, people, systems and devices."""


@account.command()
@click.argument("username")
@click.option("--kind", type=click.Choice(["person", "client", "device"]), default="person", show_default=True)
@click.option("--name", "display_name", default="", help="Name of the person or system.")
@click.option("--department", default="", help="Code of a department of the city.")
@click.option("--region", default="", help="Division code, 12 digits.")
@click.option("--role", "roles", multiple=True, help="Code of a role of the city; may be given several times.")
@click.option("--days", type=click.IntRange(1), help="Days until the account ends; without, it does not end.")
def add(username: str, days: int | None, **given: Any) -> None:
    """Create an account. For a person, tells the address where a password is chosen; for a system, ask for a key."""
    ready()
    from django.utils import timezone

    from lingqu.centre.access.door import administration as office

    until: datetime | None = timezone.now() + timedelta(days=days) if days else None
    office.create_account(_operator(), office.NewAccount(username=username, valid_until=until, **given))
    click.echo(f"✓ {username}")
    if given["kind"] == "person":
        _link(username)


@account.command()
@click.argument("username")
def link(username: str) -> None:
    """The address where USERNAME chooses a (new) password, good for three days and one use."""
    ready()
    _link(username)


def _link(username: str) -> None:
    from lingqu.centre.access.door import administration as office

    click.echo(f"/accounts/first/{office.let_in(_operator(), username)}/")


@account.command()
@click.argument("username")
@click.option("--title", default="", help="What the key is for.")
@click.option("--days", type=int, default=90, show_default=True, help="Days that the key lives, 365 at most.")
def key(username: str, title: str, days: int) -> None:
    """Issue a key to the system or device USERNAME; it is told this once."""
    ready()
    from lingqu.centre.access.door import administration as office

    click.echo(office.issue_key(_operator(), username, title, days))


@account.command()
@click.argument("username")
@click.option("--reason", required=True)
def close(username: str, reason: str) -> None:
    """Close USERNAME: its sessions and keys open nothing any more."""
    ready()
    from lingqu.centre.access.door import administration as office

    office.close_account(_operator(), office.Opening(username=username, reason=reason))
    click.echo(f"✓ {username}")


@account.command("list")
@click.option("--kind", type=click.Choice(["person", "client", "device"]), default=None)
@click.option("--department", default="")
@click.option("--role", default="")
def list_(kind: str | None, department: str, role: str) -> None:
    """Every account with its state, kind, department and roles."""
    ready()
    from lingqu.centre.access.door import administration as office

    after, operator = "", _operator()
    while True:
        found = office.accounts_found(
            operator, kind=kind or "", department=department, role=role, after=after, limit=500
        )
        for each in found.accounts:
            roles = ", ".join(each.roles)
            click.echo(f"{each.username:<32} {each.state:<7} {each.kind:<7} {each.department:<24} {roles}".rstrip())
        if not (after := found.next):
            return
