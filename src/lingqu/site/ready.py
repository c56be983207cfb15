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
