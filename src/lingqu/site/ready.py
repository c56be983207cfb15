"""Django made ready inside a command, with the database up."""

from __future__ import annotations

import os

from lingqu.site import instance, supervisor


def ready() -> instance.Instance:
    """Start the embedded database if need be, then set Django up; gives the instance."""
    here = instance.current()
    supervisor.database_up(here)
    os.environ.setdefault("LINGQU_PROCESS", "command")
    import django

    django.setup()
    return here


def seal() -> None:
    """Seal what a command wrote into the ledger, if it came as far as the database. What is left the worker seals."""
    from django.apps import apps

    if not apps.ready:
        return
    from contextlib import suppress

    from django.db import Error

    from lingqu.centre.access import door as access

    with suppress(Error):
        access.seal_ledger()
