"""Delete a tenant."""

from __future__ import annotations

from django.db import transaction

from lingqu.centre.access import ledger, tenants
from lingqu.centre.access.actors import Actor


def end_tenant(actor: Actor, name: str) -> bool:
    """See ``door.end_tenant``."""
    with transaction.atomic():
        if not tenants.end(name):
            return False
        ledger.record(actor, "grant", count=1, detail={"tenant_ended": name})
    return True
