"""Delete a tenant."""

from __future__ import annotations

from django.db import transaction

from lingqu.centre.access import ledger, tenants
from lingqu.centre.access.actors import Actor


def end_tenant(actor: Actor, name: str) -> bool:
    """With all its data, as the operator; False where there is none. The ledger keeps what was done."""
    with transaction.atomic():
        if not tenants.end(name):
            return False
        ledger.record(actor, "grant", count=1, detail={"tenant_ended": name})
    return True
