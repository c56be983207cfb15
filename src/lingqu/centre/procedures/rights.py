"""Who may act on a case: grants of ``handle`` by department, the applicant for what is his."""

from __future__ import annotations

from typing import Any

from lingqu.centre.access import door as access
from lingqu.centre.catalogue import door as catalogue
from lingqu.centre.procedures import store
from lingqu.kernel.errors import Refused
from lingqu.kernel.text import Text


def handles(actor: access.Actor, procedure: str, department: str) -> bool:
    return access.may(actor, "handle", procedure, owner=department)


def departments(actor: access.Actor) -> list[str]:
    """Departments whose work the actor may do, of some procedure at least."""
    return [code for code in catalogue.departments() if access.may(actor, "handle", owner=code)]


def is_applicant(actor: access.Actor, case: dict[str, Any]) -> bool:
    return actor.kind == "system" or (actor.kind != "anonymous" and actor.name == case["applicant"])


def sees(actor: access.Actor, case: dict[str, Any]) -> bool:
    return is_applicant(actor, case) or any(handles(actor, case["procedure"], d) for d in case["departments"])


def require_sight(actor: access.Actor, case: dict[str, Any]) -> None:
    """Raises ``NotFound``: numbers are not to be guessed. The ledger has it."""
    if not sees(actor, case):
        error = store.missing(str(case["id"]))
        access.tell(actor, error)
        raise error


def require_handler(actor: access.Actor, held: store.Held, department: str) -> None:
    """Raises ``Refused`` (``access.handle``), or ``procedures.own_case``: nobody decides his own case."""
    require_sight(actor, held.case)
    if not handles(actor, held.case["procedure"], department):
        raise access.refusal(actor, "handle", held.case["procedure"], owner=department)
    if actor.kind != "system" and actor.name == held.case["applicant"]:
        error = Refused(
            "procedures.own_case",
            Text(zh="本人的办件须由他人办理", en="Nobody handles his own case"),
            place=str(held.case["id"]),
            owner=department,
            next_step=Text(zh="请同部门其他经办人办理", en="Let a colleague of the department do it"),
        )
        access.tell(actor, error)
        raise error


def require_applicant(actor: access.Actor, held: store.Held) -> None:
    require_sight(actor, held.case)
    if not is_applicant(actor, held.case):
        error = Refused(
            "procedures.applicant",
            Text(zh="只有申请人可以这样做", en="Only the applicant may do this"),
            place=str(held.case["id"]),
            owner=held.case["applicant"],
            next_step=Text(zh="请申请人本人操作", en="Ask the applicant to do it"),
        )
        access.tell(actor, error)
        raise error
