"""A part of the door (``door.tenancy``): tenants (CIM 009 4.14), data sets that know nothing of each other."""

from __future__ import annotations

from lingqu.centre.access import grants
from lingqu.centre.access.actions.end_tenant import end_tenant as end
from lingqu.centre.access.actions.make_tenant import make_tenant as make
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.tenants import current, is_name, living, missing, named, there, within


def holds(actor: Actor) -> bool:
    """Whether anything is granted to the actor in the tenant that the actor works with: by ``actor_of`` inside
    ``named``."""
    return actor.kind == "system" or any(grants.held(actor, each) for each in ("read", "write", "register"))


__all__ = ["current", "end", "holds", "is_name", "living", "make", "missing", "named", "there", "within"]
