"""The person behind a request, who looks at the own record: for that no other purpose is asked for."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest

from lingqu.centre.access import door as access

PURPOSE = "my_data"


def actor(request: HttpRequest) -> access.Actor:
    """The actor under the purpose of seeing the own data (PIPL 45), whatever else the session says."""
    found = access.actor_of(request)
    own = replace(found, purpose=PURPOSE, basis=access.basis_of(PURPOSE))
    access.carry(own)
    return own


def about(request: HttpRequest, entity_id: str) -> access.Actor:
    """The actor: under the own purpose where the record is the own one."""
    found = access.actor_of(request)
    return actor(request) if entity_id in found.selves else found
