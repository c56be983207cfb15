"""The allow-list of this instance (setting ``LINGQU_OUTBOUND``)."""

from __future__ import annotations

from django.conf import settings


def allowed() -> tuple[str, ...]:
    """Hosts that may be asked; this machine itself in demo mode too."""
    given = getattr(settings, "LINGQU_OUTBOUND", ()) or ()
    listed = given.split(",") if isinstance(given, str) else given
    own = ("localhost", "127.0.0.1", "::1") if getattr(settings, "DEMO", False) else ()
    return (*(host.strip().lower() for host in listed if host.strip()), *own)
