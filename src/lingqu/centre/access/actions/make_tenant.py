"""Make the tenant that an actor works with."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from psycopg.errors import ProgramLimitExceeded

from lingqu.centre.access import ledger, passes, refusals, tenants
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.grants import may
from lingqu.kernel.errors import Invalid
from lingqu.kernel.text import Text


def make_tenant(actor: Actor) -> bool:
    """The tenant that the actor works with; False where it is there. Raises ``Refused`` without a right to write in it,
    ``Invalid`` (``access.tenants``) where there are a hundred already."""
    if not may(actor, "write"):
        raise refusals.refusal(actor, "write", "*", "", tenants.current())
    passes.carry(actor)
    try:
        with transaction.atomic():
            made = tenants.make(tenants.current(), actor.name)
            if made:
                ledger.record(actor, "grant", count=1, detail={"tenant_made": tenants.current()})
    except DatabaseError as error:
        if isinstance(error.__cause__, ProgramLimitExceeded):
            raise _full() from error
        raise
    return made


def _full() -> Invalid:
    return Invalid(
        "access.tenants",
        Text(zh="已有 100 个租户", en="There are 100 tenants already"),
        next_step=Text(zh="请运维删除不用的租户", en="Ask the operator to remove those that are not used"),
    )
