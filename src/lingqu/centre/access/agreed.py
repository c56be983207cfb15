"""What one agreement gives one actor, and why it does not."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from lingqu.centre.access import grants, ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.definitions import Action, Grant
from lingqu.centre.access.policy import policy, serves
from lingqu.centre.access.refusals import refusal, require_agreement, require_purpose
from lingqu.centre.access.standing import Standing
from lingqu.kernel.errors import NotFound, Refused
from lingqu.kernel.text import Text


@dataclass(frozen=True)
class Holds:
    """One grant in somebody's hands: by a role (``role``), or by an agreement (``standing``)."""

    grant: Grant
    role: str = ""
    standing: Standing | None = None


def holds(actor: Actor) -> list[Holds]:
    """See ``door.holds``."""
    now, day = policy(), timezone.localdate()
    codes = dict.fromkeys([*actor.roles, *(code for lent in actor.lent for code in lent.roles), *now.anonymous])
    by_role = [
        Holds(grant, role=code)
        for code in codes
        if code in now.roles
        for grant in now.roles[code].grants
        if grant.until is None or day <= grant.until
    ]
    return by_role + [Holds(s.grant, standing=s) for s in grants.standings(actor)]


def require(actor: Actor, agreement: str, entity_type: str, action: Action) -> list[Standing]:
    """See ``door.require_agreed``."""
    found = [s for s in grants.standings(actor) if s.agreement == agreement and entity_type in s.grant.types]
    if not found:
        raise unknown(actor, agreement)
    now = timezone.now()
    living = [s for s in found if s.lives(now)]
    if not living:
        require_agreement(actor, (entity_type,), action)
        raise unknown(actor, agreement)
    granted = [s for s in living if action in s.grant.actions]
    if not granted:
        raise refusal(actor, action, entity_type, place=agreement)
    require_purpose(actor, (entity_type,), action)
    served = [s for s in granted if serves(s.grant, actor.purpose)]
    if not served:
        raise _other_purpose(actor, entity_type, agreement, sorted({p for s in granted for p in s.grant.purposes}))
    return served


def consent_bound(actor: Actor, agreement: str, entity_type: str, living: bool) -> list[Standing]:
    """See ``door.consent_bound``."""
    found = [
        s
        for s in grants.standings(actor)
        if s.agreement == agreement and s.consent and (not entity_type or entity_type in s.grant.types)
    ]
    if not found or actor.kind not in ("client", "person"):
        raise unknown(actor, agreement)
    now = timezone.now()
    if living and not any(s.lives(now) for s in found):
        require_agreement(actor, found[0].grant.types, found[0].grant.actions[0])
        raise unknown(actor, agreement)
    return [s for s in found if not living or s.lives(now)]


def unknown(actor: Actor, agreement: str) -> NotFound:
    """The same for an agreement of others and for one that does not exist."""
    ledger.record(actor, "refused", detail={"rule": "access.agreement", "agreement": agreement[:40]})
    return NotFound(
        "access.agreement",
        Text(zh=f"贵单位没有协议 {agreement}", en=f"Your department has no agreement {agreement}"),
        place=agreement,
        owner="information_centre",
        next_step=Text(zh="核对协议编号，或申请共享", en="Check the agreement's number, or request the data"),
    )


def _other_purpose(actor: Actor, entity_type: str, agreement: str, purposes: list[str]) -> Refused:
    detail = {"rule": "access.purpose_not_agreed", "agreement": agreement}
    ledger.record(actor, "refused", entity_type=entity_type, detail=detail)
    return Refused(
        "access.purpose_not_agreed",
        Text(
            zh=f"协议 {agreement} 约定的使用目的不含“{actor.purpose[:40]}”",
            en=f"Agreement {agreement} was not made for the purpose {actor.purpose[:40]!r}",
        ),
        place=agreement,
        owner="information_centre",
        next_step=Text(zh=f"约定的目的：{'、'.join(purposes)}", en=f"It was made for: {', '.join(purposes)}"),
        recorded=True,
    )
