"""``GET /api/whoami``: who I am here, and what is granted to me."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from lingqu.centre.access import door as access
from lingqu.protocols.api import http


def whoami(request: HttpRequest) -> Any:
    http.parameters(request)
    actor = http.actor(request)
    return {
        "name": actor.name,
        "kind": actor.kind,
        "department": actor.department,
        "region": actor.region,
        "roles": list(actor.roles),
        "purpose": actor.purpose,
        "basis": actor.basis,
        "grants": [_granted(each) for each in access.holds(actor)],
    }


def _granted(each: access.Holds) -> dict[str, Any]:
    grant, standing = each.grant, each.standing
    told: dict[str, Any] = {
        "actions": list(grant.actions),
        "types": list(grant.types),
        "rows": grant.rows,
        "attributes": list(grant.attributes),
        "masks": dict(grant.mask),
        "unmasked": grant.unmasked,
        "purposes": list(grant.purposes),
    }
    narrowed = {"owners": grant.owners, "regions": grant.regions}
    told |= {name: list(values) for name, values in narrowed.items() if values}
    if grant.where:
        told["where"] = {name: list(values) for name, values in grant.where.items()}
    if grant.quota is not None:
        told["quota"] = grant.quota
    if standing is None:
        until = grant.until.isoformat() if grant.until else None
        return {"role": each.role, **told, "until": until}
    state = "living" if standing.lives(timezone.now()) else "ended" if _over(standing) else "not_begun"
    return {
        "agreement": standing.agreement,
        "state": state,
        "consent": standing.consent,
        "basis": standing.basis,
        **told,
        "from": standing.begins.isoformat(),
        "until": (standing.ended_at or standing.ends).isoformat(),
    }


def _over(standing: access.Standing) -> bool:
    return standing.ended_at is not None or standing.ends <= timezone.now()


endpoint = http.endpoint(GET=whoami)
