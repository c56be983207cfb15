"""The command ``lingqu``."""

from __future__ import annotations

import os

import click


@click.group()
def main() -> None:
    """Lingqu 灵渠: an open city platform."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingqu.site.settings")


@main.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Django's own commands (migrate, makemigrations, shell …) on this instance."""
    from lingqu.site import instance, postgres

    if "DATABASE_URL" not in os.environ:
        postgres.start(instance.current())
    from django.core.management import execute_from_command_line

    execute_from_command_line(["lingqu django", *arguments])
