"""Who may act on a case: grants of ``handle`` by department, the applicant for what is his."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import store
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text


def handles(actor: access.Actor, procedure: str, department: str) -> bool:
    return access.may(actor, "handle", procedure, owner=department)


def apart(actor: access.Actor, applicant: str) -> access.Actor:
    """The actor without the roles that the applicant lent: nobody's deputy decides his case."""
    if not actor.lent:
        return actor
    return replace(actor, lent=tuple(lent for lent in actor.lent if lent.lent_by != applicant))


def deputises(actor: access.Actor, procedure: str, department: str) -> list[str]:
    """Whose deputy the actor is for this work: colleagues who lent a role that handles it."""
    alone = ((lent.lent_by, replace(actor, roles=(), department="", lent=(lent,))) for lent in actor.lent)
    return [name for name, hands in alone if name and handles(hands, procedure, department)]


def stands_for(actor: access.Actor, procedure: str, department: str, holder: str = "") -> str:
    """For whom an act is done: for the colleague who holds the item, or whose roles alone allow it; else empty."""
    if not actor.lent or holder == actor.name:
        return ""
    lenders = deputises(actor, procedure, department)
    if holder in lenders:
        return holder
    own = handles(replace(actor, lent=()), procedure, department)
    return "" if own or not lenders else lenders[0]


def lenders(actor: access.Actor) -> list[str]:
    """All who lent the actor roles that are in force now."""
    return list(dict.fromkeys(lent.lent_by for lent in actor.lent if lent.lent_by))


def departments(actor: access.Actor) -> list[str]:
    """Departments whose work the actor may do, of some procedure at least."""
    handled = access.handled(actor)
    return [code for code in catalogue.departments() if code in handled or "*" in handled]


def offices(actor: access.Actor, case: dict[str, Any]) -> list[str]:
    """Departments of the case for which the actor works on it; none for whom it is about."""
    if actor.kind != "system" and is_own(actor, case):
        return []
    hands = apart(actor, case["applicant"])
    return [code for code in case["departments"] if handles(hands, case["procedure"], code)]


def require_office(actor: access.Actor, case: dict[str, Any], prefer: Iterable[str] = ()) -> str:
    """The department for which the actor speaks in a case. Raises ``NotFound``, ``Refused``."""
    require_sight(actor, case)
    found = offices(actor, case)
    if not found:
        if is_own(actor, case):
            raise _own_case(actor, case, case["departments"][0])
        raise access.refusal(actor, "handle", case["procedure"], owner=case["departments"][0])
    return next((code for code in (*prefer, actor.department) if code in found), found[0])


def is_applicant(actor: access.Actor, case: dict[str, Any], does: str = "see") -> bool:
    """Who handed it in for himself; of a case for somebody else he himself, and who acts for him now: ``see`` or
    ``apply``."""
    if actor.kind in ("system", "anonymous"):
        return actor.kind == "system"
    whose = case.get("on_behalf_of", "")
    if not whose:
        return bool(actor.name == case["applicant"])
    if whose == actor.person:
        return True
    behalf = actor.behalf
    return bool(behalf and behalf.id == whose and behalf.may(does, case["procedure"]))


def is_own(actor: access.Actor, case: dict[str, Any]) -> bool:
    """Whether the case is the actor's, or of somebody he may act for: such a one decides nothing in it."""
    whose = case.get("on_behalf_of", "")
    if actor.name == case["applicant"] or (whose and whose == actor.person):
        return True
    return bool(whose and access.represents(actor, whose))


def sees(actor: access.Actor, case: dict[str, Any]) -> bool:
    return is_applicant(actor, case) or any(handles(actor, case["procedure"], d) for d in case["departments"])


def require_sight(actor: access.Actor, case: dict[str, Any]) -> None:
    """Raises ``NotFound``: numbers are not to be guessed. The ledger has it."""
    if not sees(actor, case):
        error = store.missing(str(case["id"]))
        access.tell(actor, error)
        raise error


def require_handler(actor: access.Actor, held: store.Held, department: str) -> None:
    """Raises ``Refused`` (``access.handle``), or ``procedures.own_case``: nobody decides his own case, nor one against
    what he decided himself (``procedures.decided_before``)."""
    case = held.case
    if actor.kind == "system":
        return
    may = handles(actor, case["procedure"], department)
    if not may:
        require_sight(actor, case)
    if may and is_own(actor, case):
        raise _own_case(actor, case, department)
    if not may or (actor.lent and not handles(apart(actor, case["applicant"]), case["procedure"], department)):
        raise access.refusal(actor, "handle", case["procedure"], owner=department)
    if case["appeal_of"] is not None and store.decided(case["appeal_of"], actor.name):
        error = Refused(
            "procedures.decided_before",
            Text(zh="原办件由您办理过，申诉须由他人办理", en="Who worked on the first case has no part in its appeal"),
            place=str(case["id"]),
            owner=department,
            next_step=Text(zh="请没有办理过原办件的同事办理", en="Let a colleague do it who had no part in that case"),
        )
        access.tell(actor, error)
        raise error


def _own_case(actor: access.Actor, case: dict[str, Any], department: str) -> Refused:
    error = Refused(
        "procedures.own_case",
        Text(zh="本人的办件须由他人办理", en="Nobody handles his own case"),
        place=str(case["id"]),
        owner=department,
        next_step=Text(zh="请同部门其他经办人办理", en="Let a colleague of the department do it"),
    )
    access.tell(actor, error)
    return error


def require_applicant(actor: access.Actor, held: store.Held) -> None:
    require_sight(actor, held.case)
    if not is_applicant(actor, held.case, "apply"):
        error = Refused(
            "procedures.applicant",
            Text(zh="只有申请人可以这样做", en="Only the applicant may do this"),
            place=str(held.case["id"]),
            owner=held.case["applicant"],
            next_step=Text(zh="请申请人本人操作", en="Ask the applicant to do it"),
        )
        access.tell(actor, error)
        raise error
