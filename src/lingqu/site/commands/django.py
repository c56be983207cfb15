"""Django's own commands on this instance."""

from __future__ import annotations

import click


@click.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Django's own commands (migrate, makemigrations, shell …) on this instance."""
    from lingqu.site import instance, supervisor

    supervisor.database_up(instance.current())
    from django.core.management import execute_from_command_line

    execute_from_command_line(["lingqu django", *arguments])
