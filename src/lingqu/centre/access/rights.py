"""What may I see? All that an actor holds, as a table: by which role, loan or agreement, of which rows, how masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Grant
from lingqu.centre.access.grants import standings
from lingqu.centre.access.policy import policy
from lingqu.kernel.elements import Mask


@dataclass(frozen=True)
class Right:
    """One grant in somebody's hands. ``way``: own, lent, agreement, everybody. ``by``: the role's code or the
    agreement's number. ``department`` and ``region`` are what its rows call own."""

    grant: Grant
    way: str
    by: str
    department: str = ""
    region: str = ""
    lent_by: str = ""
    until: date | datetime | None = None
    consent: bool = False
    masks: Mapping[str, Mask] | None = None


_Hands = tuple[str, tuple[str, ...], str, str, str, datetime | None]


def rights(actor: Actor) -> list[Right]:
    """All that the actor holds, in one look at the drawing and what agreements grant: own roles first, then lent ones,
    what everybody may, and agreements."""
    now = policy()
    hands: list[_Hands] = [("own", actor.roles, actor.department, actor.region, "", None)]
    hands += [("lent", h.roles, h.department, h.region, h.lent_by, h.until) for h in actor.lent]
    hands.append(("everybody", now.anonymous, "", "", "", None))
    found = [
        Right(grant, way, code, department, region, lent_by, _sooner(grant.until, until))
        for way, codes, department, region, lent_by, until in hands
        for code in codes
        if code in now.roles
        for grant in now.roles[code].grants
    ]
    found.append(Right(now.public, "everybody", ""))
    moment = datetime.now().astimezone()
    found += [
        Right(s.grant, "agreement", s.agreement, actor.department, actor.region, until=s.ends, consent=s.consent)
        for s in standings(actor)
        if s.lives(moment)
    ]
    return [replace(each, masks=_masks(each.grant)) for each in found if each.grant.types]


def _sooner(day: date | None, moment: datetime | None) -> date | datetime | None:
    return moment if day is None or (moment is not None and moment.date() <= day) else day


def _masks(grant: Grant) -> Mapping[str, Mask]:
    """Attribute → mask, over all types that the grant names."""
    found: dict[str, Mask] = {}
    for entity_type in policy().types if "*" in grant.types else grant.types:
        standing = policy().facts(entity_type).masks
        found |= {} if grant.unmasked else standing
    found |= grant.mask
    return {name: how for name, how in found.items() if how != "none"}
