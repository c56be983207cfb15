"""What lets an actor ask whether a value is so: a living consent, or a basis in law. Nothing else does."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from lingqu.centre.access import consents, ledger
from lingqu.centre.access.actors import Actor
from lingqu.centre.access.grants import Held, covering, standings
from lingqu.centre.access.policy import policy, purpose_code
from lingqu.centre.access.refusals import refusal, require_agreement, require_purpose
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text


def require(actor: Actor, entity_type: str, attributes: Iterable[str]) -> None:
    """See ``door.require_verify``."""
    require_purpose(actor, (entity_type,), "verify")
    found = covering(actor, "verify", entity_type)
    if not found:
        require_agreement(actor, (entity_type,), "verify")
        raise refusal(actor, "verify", entity_type)
    based = [each for each in found if is_based(actor, entity_type, each)]
    if not based:
        raise _no_basis(actor, entity_type)
    for attribute in attributes:
        if not opened(based, entity_type, attribute):
            raise refusal(actor, "verify", entity_type, place=attribute)


def opening(
    actor: Actor, entity_type: str, owner: str, region: str, entity_id: str, reached: tuple[int, ...]
) -> list[Held]:
    """What lets the actor verify facts of this one; of agreements the first that reaches it."""
    return [
        each
        for each in covering(actor, "verify", entity_type, owner or "-", region or "-", entity_id, reached)
        if is_based(actor, entity_type, each)
    ]


def opened(held: Iterable[Held], entity_type: str, attribute: str) -> bool:
    """Whether one of these lets somebody ask about an attribute."""
    usual = policy().facts(entity_type).masks.get(attribute)
    return any(_opens(each, attribute, usual) for each in held)


def _opens(each: Held, attribute: str, usual: str | None) -> bool:
    """What is withheld from readers is not told by halves either, unless the grant names it."""
    grant = each.grant
    if attribute in grant.attributes:
        return grant.mask.get(attribute) != "absent"
    shown = grant.mask.get(attribute, "none" if grant.unmasked else usual)
    return "*" in grant.attributes and shown != "absent"


def is_based(actor: Actor, entity_type: str, each: Held) -> bool:
    """Of persons: an agreement stands on consent or on the basis it names; a role on the basis of the purpose, unless
    that is consent, which nobody can have given to a role."""
    if not policy().facts(entity_type).personal:
        return True
    if each.agreement:
        return each.consent or bool(each.basis.strip())
    purpose = policy().purposes.get(purpose_code(actor.purpose))
    return purpose is not None and purpose.ground != "consent"


def consented(actor: Actor, entity_type: str, persons: Iterable[str]) -> dict[str, consents.Consented]:
    """Person → the last consent asked of them under what the actor holds; nothing of those who were never asked."""
    now = timezone.now()
    bound = [s.agreement for s in standings(actor) if s.consent and entity_type in s.grant.types and s.lives(now)]
    return consents.latest_of(bound, persons) if bound else {}


def _no_basis(actor: Actor, entity_type: str) -> Refused:
    ledger.record(actor, "refused", entity_type=entity_type, detail={"action": "verify", "rule": "access.basis"})
    return Refused(
        "access.basis",
        Text(zh="核验须有本人授权或者法定依据", en="To verify takes the person's consent or a basis in law"),
        place=entity_type,
        owner="information_centre",
        next_step=Text(
            zh="选用有法定依据的使用目的，或按共享协议向本人请求授权",
            en="State a purpose with a basis in law, or ask the person for consent under an agreement",
        ),
        recorded=True,
    )
